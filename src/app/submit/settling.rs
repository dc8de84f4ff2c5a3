//! Settles what an interrupted run left open: mails that were recorded as being sent, without a result.
//!
//! While the server keeps the key, sending again is safe and shows what happened; the delivery does that. After
//! that the mailbox's outbound mail is searched: a mail that is there is adopted, one that is certainly missing is
//! due again, and anything uncertain is held.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use chrono::TimeDelta;

use super::outcome::UnknownMail;
use crate::api::{Capabilities, Direction, Listing, MailView};
use crate::app::Run;
use crate::app::failure::Failure;
use crate::app::lost::tags;
use crate::app::remote::{Remote, read_all};
use crate::campaign::Time;
use crate::campaign::decide::audience::Verdict;
use crate::campaign::decide::traces::is_foreign;
use crate::campaign::definition::Phase;
use crate::campaign::mail::settlement::{
    Candidate, ListEvidence, Recovery, ServerFeatures, evidence_in_list, recovery,
};
use crate::campaign::mail::{Accepted, Course, Fate, Mail};
use crate::campaign::people::contact::plain;
use crate::campaign::people::recipient::{Entry, Recipient};
use crate::campaign::people::records::Records;
use crate::campaign::text::Reading;
use crate::campaign::text::variant::{Rendered, Texts};

/// The result of settling.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// How many were found at the server.
    pub adopted: usize,
    /// Those that are held.
    pub unknown: Vec<UnknownMail>,
}

impl Settled {
    /// Combines two results.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { adopted: self.adopted + other.adopted, unknown: [self.unknown, other.unknown].concat() }
    }
}

/// An open mail that has to be looked up.
struct Missing {
    /// The recipient's key.
    key: String,
    /// The recipient's address, normalised.
    address: String,
    /// Its subject, if the text is still the one that was sent.
    subject: Option<String>,
    /// When it was about to be sent, by the server's clock.
    since: Time,
    /// What to do if it is certainly missing.
    absent: Absent,
}

/// What to do with a mail that is certainly not in the list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absent {
    /// It is due again.
    Released,
    /// It keeps its state.
    AsItIs,
}

impl Missing {
    fn new(
        run: &Run<'_>,
        remote: &Remote,
        recipient: &Recipient,
        mail: &Mail,
        same: Option<&Rendered>,
        absent: Absent,
    ) -> Self {
        let values = || run.campaign.stated_values(recipient, mail);
        Self {
            key: recipient.key().to_owned(),
            address: plain(mail.address(recipient)),
            subject: same.and_then(|text| Some(text.form.fill(&values(), Reading::Markdown)?.subject)),
            since: mail.sending + lag(run, remote),
            absent,
        }
    }
}

/// Settles the open mails of a phase, as far as possible without sending. Only the records change; nothing is saved.
/// What stays open is to be sent again with its key. Unknown mails that are to be sent again, `resend_unknown` by their
/// recipients' keys, are looked up once more: one that is found need not be sent.
pub async fn settle(
    run: &Run<'_>,
    phase: &Phase,
    resend_unknown: &[String],
    records: &mut Records,
    remote: &Remote,
    texts: &mut Texts<'_>,
) -> Result<Settled, Failure> {
    let mut settled = Settled::default();
    let mut missing = Vec::new();
    let Capabilities { keeps_keys, lists_mail, .. } = remote.api.capabilities();
    let features = ServerFeatures { keeps_keys, lists_mail };
    let now = latest_now(run, remote);
    let open: Vec<String> = open(records, phase).map(|(recipient, _)| recipient.key().to_owned()).collect();
    for key in open {
        let Some((recipient, mail)) = open_mail(records, &key, phase) else { continue };
        let same = same_text(texts, recipient, mail);
        match recovery(mail, now, same.is_some() && is_wanted(run, phase, recipient, mail), features) {
            Recovery::Repeat => {}
            Recovery::LookUp => {
                missing.push(Missing::new(run, remote, recipient, mail, same.as_deref(), Absent::Released));
            }
            Recovery::Hold => {
                let why = "the run that sent it was interrupted, and this server has no list of mails to look it up in";
                hold(run, phase, records, &key, why, &mut settled);
            }
        }
    }
    for recipient in resend_unknown.iter().filter_map(|key| records.get(key)) {
        let mail = recipient.mail(&phase.name).filter(|mail| matches!(mail.fate, Fate::Unknown { .. }));
        let Some(mail) = mail.filter(|_| lists_mail) else { continue };
        let same = same_text(texts, recipient, mail);
        missing.push(Missing::new(run, remote, recipient, mail, same.as_deref(), Absent::AsItIs));
    }
    find(run, phase, missing, records, remote, &mut settled).await?;
    Ok(settled)
}

/// Whether an open mail may be sent again. That sends it for the first time if the first attempt did not
/// arrive.
fn is_wanted(run: &Run<'_>, phase: &Phase, recipient: &Recipient, mail: &Mail) -> bool {
    let in_audience = recipient.left.is_none() && phase.audience.verdict(recipient.stage()) == Verdict::In;
    // The key depends on the address: to another one it would be another mail.
    let same_address = mail.address(recipient) == recipient.email;
    in_audience && same_address && mail.deadline == run.campaign.reader(&recipient.segment).deadline()
}

/// Looks up the mails that this run itself left open. A missing one may still be on its way, so it stays open.
pub async fn look_up_open(
    run: &Run<'_>,
    phase: &Phase,
    records: &mut Records,
    remote: &Remote,
    texts: &mut Texts<'_>,
) -> Result<usize, Failure> {
    let mut missing = Vec::new();
    for (recipient, mail) in open(records, phase) {
        let same = same_text(texts, recipient, mail);
        missing.push(Missing::new(run, remote, recipient, mail, same.as_deref(), Absent::AsItIs));
    }
    let mut settled = Settled::default();
    if remote.api.capabilities().lists_mail {
        find(run, phase, missing, records, remote, &mut settled).await?;
    }
    Ok(settled.adopted)
}

/// The current time, by our clock or the server's, whichever is later: a key's age must not be underestimated.
fn latest_now(run: &Run<'_>, remote: &Remote) -> Time {
    let own = run.app.clock.now();
    // With `--as-of`, the server's real time does not apply.
    let server = remote.api.server_time().filter(|_| !run.app.clock.pretends());
    server.map_or(own, |server| own.max(server))
}

/// How far the server's clock is behind a time set with `--as-of`; no real clock is that wrong.
fn lag(run: &Run<'_>, remote: &Remote) -> TimeDelta {
    let server = remote.api.server_time().filter(|_| run.app.clock.pretends());
    server.map_or(TimeDelta::zero(), |server| (server - run.app.clock.now()).min(TimeDelta::zero()))
}

/// The recipient's text, if it is still the one that was sent.
fn same_text(texts: &mut Texts<'_>, recipient: &Recipient, mail: &Mail) -> Option<Rc<Rendered>> {
    texts.render(&texts.inputs(recipient)).ok().filter(|text| text.digest == mail.variant)
}

/// The mails of a phase whose result is open.
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
    let at = run.app.clock.now();
    let fate = Fate::Unknown { at, why: why.to_owned() };
    let contact = records.get(key).map_or_else(|| key.to_owned(), |recipient| recipient.email.to_string());
    records.apply(key, at, Entry::Fate { phase: phase.name.clone(), fate });
    settled.unknown.push(UnknownMail { contact, why: why.to_owned() });
}

/// Searches the mailbox's outbound mail.
async fn find(
    run: &Run<'_>,
    phase: &Phase,
    missing: Vec<Missing>,
    records: &mut Records,
    remote: &Remote,
    settled: &mut Settled,
) -> Result<(), Failure> {
    if missing.is_empty() {
        return Ok(());
    }
    let mut listed = candidates(&missing, records, remote).await?;
    without_foreign(run, phase, &missing, remote, &mut listed).await?;
    let by_address = by_address(&listed.mails);
    let now = run.app.clock.now();
    for missing in missing {
        let here = by_address.get(&missing.address).map(Vec::as_slice).unwrap_or_default();
        let candidates: Vec<_> =
            here.iter().map(|mail| Candidate { subject: &mail.subject, at: mail.received_at }).collect();
        let (key, phase_name) = (&missing.key, || phase.name.clone());
        match (
            evidence_in_list(&candidates, missing.subject.as_deref(), missing.since, listed.complete),
            missing.absent,
        ) {
            (ListEvidence::There(place), _) => {
                let fate = Fate::Accepted(adopted(here[place], now));
                records.apply(key, now, Entry::Fate { phase: phase_name(), fate });
                settled.adopted += 1;
            }
            (ListEvidence::Absent, Absent::Released) => {
                records.apply(key, now, Entry::NotSent { phase: phase_name() });
            }
            (ListEvidence::Unclear, Absent::Released) => {
                let why =
                    "the run that sent it was interrupted, and the mailbox's list does not show whether it arrived";
                hold(run, phase, records, key, why, settled);
            }
            (ListEvidence::Absent | ListEvidence::Unclear, Absent::AsItIs) => {}
        }
    }
    Ok(())
}

/// The mailbox's mails that may be one of the missing ones: to its address, and unknown to the ledger.
async fn candidates(missing: &[Missing], records: &Records, remote: &Remote) -> Result<Listing, Failure> {
    let addresses: HashSet<&str> = missing.iter().map(|missing| missing.address.as_str()).collect();
    let known: HashSet<&str> = records.mail_ids().collect();
    let may_be_missing = |mail: &MailView| {
        mail.to.iter().any(|to| addresses.contains(plain(to).as_str())) && !known.contains(mail.id.as_str())
    };
    remote.api.every_mail(remote.mailbox_id(), Direction::Outbound, may_be_missing).await.map_err(Failure::from)
}

/// Leaves out mails that carry the tags of another campaign or phase: with the same subject and address, they would be
/// mistaken for missing ones.
async fn without_foreign(
    run: &Run<'_>,
    phase: &Phase,
    missing: &[Missing],
    remote: &Remote,
    listed: &mut Listing,
) -> Result<(), Failure> {
    let mut by_address: HashMap<&str, Vec<&Missing>> = HashMap::new();
    for missing in missing {
        by_address.entry(&missing.address).or_default().push(missing);
    }
    let may_be = |mail: &&MailView| {
        let candidate = Candidate { subject: &mail.subject, at: mail.received_at };
        let wanted = mail.to.iter().filter_map(|to| by_address.get(plain(to).as_str())).flatten();
        wanted.into_iter().any(|missing| candidate.may_be(missing.subject.as_deref(), missing.since))
    };
    let in_question: Vec<String> = listed.mails.iter().filter(may_be).map(|mail| mail.id.clone()).collect();
    let read = async |id: String| {
        let tags = tags(remote, &id).await?;
        Ok(is_foreign(run.campaign, phase, &tags).then_some(id))
    };
    let foreign: HashSet<String> = read_all(run, in_question, read, || {}).await?.into_iter().flatten().collect();
    listed.mails.retain(|mail| !foreign.contains(&mail.id));
    Ok(())
}

/// Mails by address.
fn by_address(mails: &[MailView]) -> HashMap<String, Vec<&MailView>> {
    let mut by_address: HashMap<String, Vec<&MailView>> = HashMap::new();
    for mail in mails {
        for to in &mail.to {
            by_address.entry(plain(to)).or_default().push(mail);
        }
    }
    by_address
}

fn adopted(mail: &MailView, now: Time) -> Accepted {
    Accepted {
        id: mail.id.as_str().into(),
        thread: mail.thread.as_str().into(),
        at: now,
        labelled: false,
        stage: None,
        approved: None,
        too_late: None,
        withdrawing: None,
        course: Course::Submitted,
    }
}
