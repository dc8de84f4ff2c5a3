//! Settling what an interrupted run left open: mails that were written down as being sent, without an outcome.
//!
//! While the server keeps the key, sending again is safe and tells. After that the mailbox's outbound mail is searched;
//! what is certainly not there is sent, and what cannot be told is held.

use std::collections::HashMap;

use chrono::TimeDelta;

use crate::api::{Direction, MailView};
use crate::campaign::Time;
use crate::campaign::definition::Phase;
use crate::campaign::mail::{Accepted, Course, Fate, Mail};
use crate::campaign::recipient::{Entry, Recipient};
use crate::campaign::text::Reading;
use crate::campaign::variant::Texts;
use crate::context::Context;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::remote::{Remote, failure};
use crate::submission::Run;

/// How long the published contract keeps an idempotency key, less an hour for clocks that differ.
const KEY_LIFE: TimeDelta = TimeDelta::hours(23);

/// What became of the open mails.
#[derive(Debug, Default)]
pub struct Settled {
    /// To be sent again with the same key: when they were written down, and for when.
    pub repeat: Vec<(String, (Time, Option<Time>))>,
    /// Certainly not at the server: to be sent as if for the first time.
    pub released: Vec<String>,
    /// Found at the server.
    pub adopted: usize,
    /// Held: address and why.
    pub unknown: Vec<(String, String)>,
}

/// Settles the open mails of a phase, as far as that is possible without sending.
pub async fn look_up(
    run: &Run<'_>,
    phase: &Phase,
    open: &[String],
    ledger: &mut Ledger,
    remote: &Remote,
    texts: &mut Texts<'_>,
) -> Result<Settled, Failure> {
    let Run { context, campaign, .. } = *run;
    let mut settled = Settled::default();
    let mut to_find: Vec<(String, Option<String>)> = Vec::new();
    let capabilities = remote.api.capabilities();
    for key in open {
        let Some((recipient, mail)) = open_mail(ledger, key, phase) else { continue };
        let today = texts.render(&texts.inputs(recipient)).ok();
        let same = today.filter(|today| today.digest == mail.variant);
        let fresh = context.clock.now() - mail.sending < KEY_LIFE;
        match &same {
            Some(_) if capabilities.keeps_keys && fresh => {
                settled.repeat.push((key.clone(), (mail.sending, mail.send_at)));
            }
            _ if capabilities.lists_mail => {
                let leaves = mail.send_at.unwrap_or(mail.sending);
                let subject =
                    same.map(|text| text.form.fill(&campaign.values(recipient, leaves), Reading::Markdown).subject);
                to_find.push((key.clone(), subject));
            }
            _ => hold(
                context,
                ledger,
                phase,
                key,
                "the run that sent it was interrupted, and this server has no list of mails to look it up in",
                &mut settled,
            ),
        }
    }
    if !to_find.is_empty() {
        find(context, phase, to_find, ledger, remote, &mut settled).await?;
    }
    Ok(settled)
}

fn open_mail<'a>(ledger: &'a Ledger, key: &str, phase: &Phase) -> Option<(&'a Recipient, &'a Mail)> {
    let recipient = ledger.records().get(key)?;
    let mail = recipient.mail(&phase.name).filter(|mail| mail.fate == Fate::Sending)?;
    Some((recipient, mail))
}

fn hold(context: &Context, ledger: &mut Ledger, phase: &Phase, key: &str, why: &str, settled: &mut Settled) {
    let at = context.clock.now();
    let fate = Fate::Unknown { at, why: why.to_owned() };
    let contact = ledger.records().get(key).map_or_else(|| key.to_owned(), |recipient| recipient.email.clone());
    ledger.records_mut().apply(key, at, Entry::Fate { phase: phase.name.clone(), fate });
    settled.unknown.push((contact, why.to_owned()));
}

/// Searches the mailbox's outbound mail, which is listed newest first, back to before the oldest open mail.
async fn find(
    context: &Context,
    phase: &Phase,
    to_find: Vec<(String, Option<String>)>,
    ledger: &mut Ledger,
    remote: &Remote,
    settled: &mut Settled,
) -> Result<(), Failure> {
    let known: std::collections::HashSet<String> = ledger
        .records()
        .recipients()
        .iter()
        .flat_map(|recipient| &recipient.mails)
        .filter_map(|mail| Some(mail.accepted()?.id.clone()))
        .collect();
    let listed = remote.api.every_mail(remote.mailbox_id(), Direction::Outbound).await.map_err(failure)?;
    let mut by_address: HashMap<String, Vec<&MailView>> = HashMap::new();
    for mail in listed.mails.iter().filter(|mail| !known.contains(&mail.id)) {
        for to in &mail.to {
            by_address.entry(to.trim().to_lowercase()).or_default().push(mail);
        }
    }
    for (key, subject) in to_find {
        let Some((recipient, _)) = open_mail(ledger, &key, phase) else { continue };
        let candidates = by_address.get(&recipient.email.to_lowercase()).cloned().unwrap_or_default();
        match judge(&candidates, subject.as_deref(), listed.complete) {
            Found::One(mail) => {
                let accepted = Accepted {
                    id: mail.id.clone(),
                    thread: mail.thread.clone(),
                    at: context.clock.now(),
                    labelled: false,
                    approved: None,
                    course: Course::Submitted,
                };
                let fate = Fate::Accepted(accepted);
                ledger.records_mut().apply(&key, context.clock.now(), Entry::Fate { phase: phase.name.clone(), fate });
                settled.adopted += 1;
            }
            Found::None => {
                ledger.records_mut().apply(&key, context.clock.now(), Entry::NotSent { phase: phase.name.clone() });
                settled.released.push(key);
            }
            Found::Unclear => hold(
                context,
                ledger,
                phase,
                &key,
                "the run that sent it was interrupted, and the mailbox's list does not tell whether it arrived: look there",
                settled,
            ),
        }
    }
    ledger.save()?;
    Ok(())
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
