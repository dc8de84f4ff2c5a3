//! Wording that a reviewer rejected, and where else it is used.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::attention::Attention;
use crate::campaign::definition::facts::{Fact, Facts};
use crate::campaign::definition::{Campaign, Scope};
use crate::campaign::digest::Digest;
use crate::campaign::mail::Outcome;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::text::rejected::rejected_texts;

/// Another text with the wording of a rejected one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SameChange {
    /// Its phase.
    pub phase: String,
    /// Its identity.
    pub digest: Digest,
    /// The ids of the changes with the same wording.
    pub changes: Vec<String>,
    /// How many of its mails wait for approval or for their send time.
    pub waiting: usize,
    /// How many customers have it, or may have it.
    pub sent: usize,
}

/// The texts of mails that word a change the same way as one of these rejected texts.
pub fn same_changes(records: &Records, rejected: &[Digest]) -> Vec<SameChange> {
    let mut found: BTreeMap<(&str, Digest), SameChange> = BTreeMap::new();
    let mails = records.recipients().iter().flat_map(|own| &own.mails);
    for mail in mails.filter(|mail| !mail.is_void() && !rejected.contains(&mail.variant)) {
        let other = || SameChange {
            phase: mail.phase.to_string(),
            digest: mail.variant,
            changes: shared(records, rejected, mail.variant).into_iter().collect(),
            waiting: 0,
            sent: 0,
        };
        let other = found.entry((&mail.phase, mail.variant)).or_insert_with(other);
        *(if mail.waits() { &mut other.waiting } else { &mut other.sent }) += 1;
    }
    found.into_values().filter(|other| !other.changes.is_empty()).collect()
}

/// The mails that wait with a change in the words of a text that a reviewer rejected. A mail with an older text than
/// the draft is listed for that instead.
pub fn rejected_elsewhere(campaign: &Campaign, records: &Records, scope: Scope<'_>) -> Vec<Attention> {
    // A text that was replaced since is settled.
    let latest = |phase: &str, text| {
        let is_latest = |own: &Recipient| {
            own.mail(phase).is_some_and(|mail| mail.variant == text && mail.outcome() == Outcome::Rejected)
        };
        records.recipients().iter().any(is_latest)
    };
    let no: BTreeMap<Digest, String> = campaign
        .phases
        .iter()
        .flat_map(|phase| {
            rejected_texts(records, &phase.name).into_iter().filter(|(text, _)| latest(&phase.name, *text))
        })
        .map(|(digest, text)| (digest, text.rejection.summary()))
        .collect();
    let mut attention = Vec::new();
    let mut known: BTreeMap<Digest, Option<(BTreeSet<String>, &str)>> = BTreeMap::new();
    for recipient in records.recipients().iter().filter(|own| !no.is_empty() && scope.has_segment(&own.segment)) {
        for mail in recipient.mails.iter().filter(|mail| mail.waits() && scope.has_phase(&mail.phase)) {
            let shared = known.entry(mail.variant).or_insert_with(|| {
                // Wording that was corrected since is no longer the campaign's.
                let today = |changes: &BTreeSet<String>| is_of_today(campaign, records, mail.variant, changes);
                let mut shared = no.iter().map(|(text, said)| (shared(records, &[*text], mail.variant), said.as_str()));
                shared.find(|(changes, _)| !changes.is_empty() && today(changes))
            });
            if let Some((changes, said)) = shared {
                let changes: Vec<&str> = changes.iter().map(String::as_str).collect();
                attention.push(Attention::rejected_elsewhere(recipient, mail, &changes, said));
            }
        }
    }
    attention
}

/// The changes that a text words the same way as one of those rejected.
fn shared(records: &Records, rejected: &[Digest], text: Digest) -> BTreeSet<String> {
    let facts = |digest| records.sent_facts.texts.get(&digest);
    let Some(own) = facts(text).filter(|_| !rejected.contains(&text)) else { return BTreeSet::new() };
    let others = rejected.iter().filter_map(|digest| facts(*digest));
    others.flat_map(|other| changes(own).filter(|(fact, value)| other.0.get(fact) == Some(value)).map(id)).collect()
}

/// Whether the campaign still has a text's wording of these changes.
fn is_of_today(campaign: &Campaign, records: &Records, text: Digest, ids: &BTreeSet<String>) -> bool {
    let Some(own) = records.sent_facts.texts.get(&text) else { return false };
    changes(own).filter(|told| ids.contains(&id(*told))).all(|(fact, value)| {
        let change = campaign.changes.iter().find(|change| fact.change() == Some(&change.id));
        let says = change.and_then(|change| match fact {
            Fact::Change { part, .. } => change.part(*part),
            Fact::Example { name, side, .. } => change.example(name)?.code(*side),
            _ => None,
        });
        says.map(str::trim) == value.as_deref()
    })
}

fn changes(facts: &Facts) -> impl Iterator<Item = (&Fact, &Option<String>)> {
    facts.0.iter().filter(|(fact, _)| fact.change().is_some())
}

fn id((fact, _): (&Fact, &Option<String>)) -> String {
    fact.change().unwrap_or_default().to_owned()
}
