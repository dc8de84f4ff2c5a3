//! Settling what an interrupted run left open: mails that were written down as being sent, without an outcome.
//!
//! While the server keeps the key, sending again is safe and tells; that is left to the delivery. After that the
//! mailbox's outbound mail is searched: what is there is adopted, what is certainly not there waits again, and what
//! cannot be told is held.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;

use crate::api::{Direction, MailView};
use crate::campaign::audience::Verdict;
use crate::campaign::definition::Phase;
use crate::campaign::mail::{Accepted, Course, Fate, Mail};
use crate::campaign::recipient::{Entry, Recipient};
use crate::campaign::records::Records;
use crate::campaign::text::Reading;
use crate::campaign::variant::Texts;
use crate::failure::Failure;
use crate::remote::{Remote, failure};
use crate::submission::Run;

/// How long the published contract keeps an idempotency key, less an hour for clocks that differ.
const KEY_LIFE: TimeDelta = TimeDelta::hours(23);

/// What settling came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// Found at the server.
    pub adopted: usize,
    /// Held: address and why.
    pub unknown: Vec<(String, String)>,
}

/// An open mail that has to be looked up, with its subject where the text is still the one that was sent.
struct Missing {
    key: String,
    subject: Option<String>,
}

/// Settles the open mails of a phase, as far as that is possible without sending. Only the records change; nothing is
/// saved. What stays open is to be sent again with its key.
pub async fn settle(
    run: &Run<'_>,
    phase: &Phase,
    records: &mut Records,
    remote: &Remote,
    texts: &mut Texts<'_>,
) -> Result<Settled, Failure> {
    let mut settled = Settled::default();
    let mut missing = Vec::new();
    let capabilities = remote.api.capabilities();
    let open: Vec<String> = open(records, phase).map(|(recipient, _)| recipient.key().to_owned()).collect();
    for key in open {
        let Some((recipient, mail)) = open_mail(records, &key, phase) else { continue };
        let same = texts.render(&texts.inputs(recipient)).ok().filter(|text| text.digest == mail.variant);
        let fresh = run.context.clock.now() - mail.sending < KEY_LIFE;
        // Sending again sends for the first time if the first did not arrive: not to somebody who is done by now.
        let wanted = recipient.left.is_none() && phase.audience.verdict(recipient.stage()) == Verdict::In;
        // The key rests on the address: to another one it would be another mail.
        let wanted = wanted && mail.address(recipient) == recipient.email;
        if same.is_some() && capabilities.keeps_keys && fresh && wanted {
            continue;
        }
        if capabilities.lists_mail {
            let values = run.campaign.values_told(recipient, mail);
            let subject = same.map(|text| text.form.fill(&values, Reading::Markdown).subject);
            missing.push(Missing { key, subject });
        } else {
            let why = "the run that sent it was interrupted, and this server has no list of mails to look it up in";
            hold(run, phase, records, &key, why, &mut settled);
        }
    }
    if !missing.is_empty() {
        find(run, phase, missing, records, remote, Absent::Released, &mut settled).await?;
    }
    Ok(settled)
}

/// Looks up the mails that this very run left open. One that is not there may still be on its way, so it stays open.
pub async fn look_up_open(
    run: &Run<'_>,
    phase: &Phase,
    records: &mut Records,
    remote: &Remote,
    texts: &mut Texts<'_>,
) -> Result<usize, Failure> {
    let mut missing = Vec::new();
    for (recipient, mail) in open(records, phase) {
        let same = texts.render(&texts.inputs(recipient)).ok().filter(|text| text.digest == mail.variant);
        let values = run.campaign.values_told(recipient, mail);
        let subject = same.map(|text| text.form.fill(&values, Reading::Markdown).subject);
        missing.push(Missing { key: recipient.key().to_owned(), subject });
    }
    let mut settled = Settled::default();
    if !missing.is_empty() && remote.api.capabilities().lists_mail {
        find(run, phase, missing, records, remote, Absent::Open, &mut settled).await?;
    }
    Ok(settled.adopted)
}

/// The mails of a phase whose outcome is open.
fn open<'a>(records: &'a Records, phase: &'a Phase) -> impl Iterator<Item = (&'a Recipient, &'a Mail)> {
    let latest = |recipient: &'a Recipient| Some((recipient, recipient.mail(&phase.name)?));
    records.recipients().iter().filter_map(latest).filter(|(_, mail)| mail.fate == Fate::Sending)
}

fn open_mail<'a>(records: &'a Records, key: &str, phase: &Phase) -> Option<(&'a Recipient, &'a Mail)> {
    let recipient = records.get(key)?;
    let mail = recipient.mail(&phase.name).filter(|mail| mail.fate == Fate::Sending)?;
    Some((recipient, mail))
}

fn hold(run: &Run<'_>, phase: &Phase, records: &mut Records, key: &str, why: &str, settled: &mut Settled) {
    let at = run.context.clock.now();
    let fate = Fate::Unknown { at, why: why.to_owned() };
    let contact = records.get(key).map_or_else(|| key.to_owned(), |recipient| recipient.email.to_string());
    records.apply(key, at, Entry::Fate { phase: phase.name.clone(), fate });
    settled.unknown.push((contact, why.to_owned()));
}

/// What is made of a mail that is certainly not in the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absent {
    /// It waits again.
    Released,
    /// It stays open.
    Open,
}

/// Searches the mailbox's outbound mail.
async fn find(
    run: &Run<'_>,
    phase: &Phase,
    missing: Vec<Missing>,
    records: &mut Records,
    remote: &Remote,
    absent: Absent,
    settled: &mut Settled,
) -> Result<(), Failure> {
    let mails = records.recipients().iter().flat_map(|recipient| &recipient.mails);
    let known: HashSet<&str> = mails.filter_map(|mail| Some(mail.accepted()?.id.as_str())).collect();
    let listed = remote.api.every_mail(remote.mailbox_id(), Direction::Outbound).await.map_err(failure)?;
    let mut by_address: HashMap<String, Vec<&MailView>> = HashMap::new();
    for mail in listed.mails.iter().filter(|mail| !known.contains(mail.id.as_str())) {
        for to in &mail.to {
            by_address.entry(to.trim().to_lowercase()).or_default().push(mail);
        }
    }
    let now = run.context.clock.now();
    for Missing { key, subject } in missing {
        let Some((recipient, _)) = open_mail(records, &key, phase) else { continue };
        let candidates = by_address.get(recipient.email.to_lowercase().as_str()).map(Vec::as_slice).unwrap_or_default();
        let phase_name = || phase.name.clone();
        match (judge(candidates, subject.as_deref(), listed.complete), absent) {
            (Found::One(mail), _) => {
                let fate = Fate::Accepted(adopted(mail, now));
                records.apply(&key, now, Entry::Fate { phase: phase_name(), fate });
                settled.adopted += 1;
            }
            (Found::None, Absent::Released) => drop(records.apply(&key, now, Entry::NotSent { phase: phase_name() })),
            (Found::Unclear, Absent::Released) => {
                let why =
                    "the run that sent it was interrupted, and the mailbox's list does not tell whether it arrived";
                hold(run, phase, records, &key, why, settled);
            }
            (Found::None | Found::Unclear, Absent::Open) => {}
        }
    }
    Ok(())
}

fn adopted(mail: &MailView, now: crate::campaign::Time) -> Accepted {
    Accepted {
        id: mail.id.as_str().into(),
        thread: mail.thread.as_str().into(),
        at: now,
        labelled: false,
        approved: None,
        course: Course::Submitted,
    }
}

enum Found<'a> {
    One(&'a MailView),
    None,
    Unclear,
}

/// Mails to the recipient that the ledger does not know; without the subject any of them may be the one. Only a list
/// that was read to its end can show that a mail is not there.
fn judge<'a>(candidates: &[&'a MailView], subject: Option<&str>, complete: bool) -> Found<'a> {
    let found = subject.and_then(|subject| candidates.iter().find(|mail| mail.subject == subject));
    match found {
        Some(mail) => Found::One(mail),
        None if complete && (candidates.is_empty() || subject.is_some()) => Found::None,
        None => Found::Unclear,
    }
}
