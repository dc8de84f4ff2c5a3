//! Mails that wait with an older text than the draft: what was reviewed since is not what will be
//! sent.

use std::collections::HashSet;

use crate::campaign::decide::withdrawal::overtaken_by;
use crate::campaign::definition::Campaign;
use crate::campaign::mail::Mail;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::people::sent_facts::Comparison;
use crate::campaign::text::lock::Lock;

/// Whether a mail's text is outdated: it is not among the reviewed texts of its phase, or states a fact that has
/// changed. Without a lock it is unknown what replaced it.
pub fn is_replaced(comparison: &Comparison<'_>, recipient: &Recipient, mail: &Mail, lock: Option<&Lock>) -> bool {
    lock.is_some_and(|lock| lock.name(mail.variant).is_none()) || !comparison.wrong_facts(recipient, mail).is_empty()
}

/// The mails of a phase that wait at the server with an older text than the draft, only the last to each customer.
/// Obsolete ones are left out: they are cancelled for that reason, and nothing replaces them.
pub fn older_texts<'a>(
    campaign: &'a Campaign,
    records: &'a Records,
    phase: &'a str,
    lock: Option<&'a Lock>,
) -> impl Iterator<Item = (&'a Recipient, &'a Mail)> {
    let comparison = Comparison::new(campaign, &records.sent_facts);
    waiting(records, phase).filter(move |(own, mail)| {
        is_replaced(&comparison, own, mail, lock) && overtaken_by(campaign, own, mail, &HashSet::new()).is_none()
    })
}

/// Whether a text in the lock states a fact that has changed since: some mail of it waits, and has to be drafted again
/// before it can be replaced.
pub fn is_outdated(campaign: &Campaign, records: &Records, phase: &str, lock: &Lock) -> bool {
    let comparison = Comparison::new(campaign, &records.sent_facts);
    let mut locked = waiting(records, phase).filter(|(_, mail)| lock.name(mail.variant).is_some());
    locked.any(|(own, mail)| !comparison.wrong_facts(own, mail).is_empty())
}

/// The last mail of a phase to each customer, where it waits at the server.
fn waiting<'a>(records: &'a Records, phase: &'a str) -> impl Iterator<Item = (&'a Recipient, &'a Mail)> {
    records.recipients().iter().filter_map(move |own| Some((own, own.mail(phase).filter(|mail| mail.waits())?)))
}
