//! What waits for a reviewer: the mails of each text together, apart from those that differ from what was submitted or
//! are no longer true, which are set aside.

mod difference;
mod sights;
mod stale;

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::Time;
use super::definition::Campaign;
use super::mail::settlement::MARK;
use super::mail::{Accepted, Mail, Outcome};
use super::text::{Form, Text};
use crate::campaign::digest::Digest;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::people::sent_facts::Comparison;
use crate::campaign::text::sent::filled;

pub use sights::{Sight, sights, spread};
pub use stale::{Stale, stale, stale_mails};

/// A mail that waits for approval at the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// The server's id of the mail.
    pub id: String,
    /// The mailbox it waits in.
    pub mailbox_id: String,
    /// Whether it would leave the campaign's mailbox: it is in that mailbox, and outbound.
    pub ours: bool,
    /// The recipients.
    pub to: Vec<String>,
    /// Subject and body as they would be sent.
    pub text: Text,
}

/// What was kept of a submitted text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// The text with its placeholders; `None` if it is gone.
    pub text: Option<Text>,
    /// Its position among the phase's drafts, and its name; `None` if the drafts have other texts now.
    pub draft: Option<(usize, String)>,
    /// Whether the phase was drafted again since, and this text is no longer one of its drafts.
    pub replaced: bool,
}

/// All waiting mails that concern a campaign.
#[derive(Debug, Default)]
pub struct Review<'a> {
    /// The campaign's mails by text, in the order of its phases and drafts.
    pub groups: Vec<Group<'a>>,
    /// The mails that would leave the campaign's mailbox and are unknown to the ledger.
    pub unknown_mails: Vec<&'a Queued>,
    /// The mails to colleagues made by `submit --test-to`, recognised by their subject.
    pub tests: Vec<&'a Queued>,
}

/// The waiting mails of one text.
#[derive(Debug)]
pub struct Group<'a> {
    /// The phase.
    pub phase: &'a str,
    /// The text's identity.
    pub digest: Digest,
    /// The text and its draft.
    pub kept: Kept,
    /// The mails that match what was submitted, ignoring differences without meaning, in line endings or the case of
    /// a domain.
    pub matching: Vec<Item<'a>>,
    /// The others.
    pub set_aside: Vec<Item<'a>>,
    form: Option<Form>,
}

/// A waiting mail of the campaign.
#[derive(Debug)]
pub struct Item<'a> {
    /// The customer it is for.
    pub recipient: &'a Recipient,
    /// What the ledger knows about it.
    pub mail: &'a Mail,
    /// What the server reported since accepting the mail.
    pub accepted: &'a Accepted,
    /// The mail as it waits.
    pub queued: &'a Queued,
    /// Why it is set aside; empty if it matches what was submitted.
    pub mismatches: Vec<Mismatch>,
    /// Whether every waiting mail of its text differs from what was submitted in the very same way, and it is not the only mail that
    /// does.
    pub alike: bool,
}

/// Why a mail is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// Its recipient is a different address.
    Recipient {
        /// The address it was submitted to.
        submitted: String,
        /// The addresses it would be sent to.
        waiting: Vec<String>,
    },
    /// Its subject or body differs from what was submitted.
    Text {
        /// The lines that differ.
        difference: Vec<String>,
    },
    /// Its text was not kept, so it cannot be compared.
    Unkept,
    /// It waits in another mailbox, or as an incoming mail.
    Misplaced,
    /// According to the ledger it was already decided, or a later mail of the phase exists.
    Settled(Outcome),
    /// It matches what was submitted, but is out of date.
    Stale(Stale),
}

impl Mismatch {
    /// Its name in documents.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Recipient { .. } => "recipient_changed",
            Self::Text { .. } => "text_changed",
            Self::Unkept => "text_not_kept",
            Self::Misplaced => "other_mailbox",
            Self::Settled(_) => "settled",
            Self::Stale(stale) => stale.kind(),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recipient { submitted, waiting } => {
                write!(f, "it was submitted to {submitted} and would go to {}", waiting.join(", "))
            }
            Self::Text { .. } => f.write_str("its text is not what was submitted"),
            Self::Unkept => f.write_str("it cannot be compared: its text is neither in sent/ nor in drafts/"),
            Self::Misplaced => f.write_str("it is not waiting as an outgoing mail of the campaign's mailbox"),
            Self::Settled(outcome) => {
                write!(f, "it is waiting, although the ledger says {}", outcome.to_string().replace('_', " "))
            }
            Self::Stale(stale) => stale.fmt(f),
        }
    }
}

impl Item<'_> {
    /// The address it was submitted to.
    pub fn contact(&self) -> &str {
        self.mail.address(self.recipient)
    }

    /// The id of its text's difference, if all waiting mails of the text have this one and nothing else is wrong with
    /// them: a reviewer who has read the difference may accept it by this id.
    pub fn change(&self) -> Option<String> {
        self.text_change().filter(|_| self.alike).map(name_of)
    }

    /// The lines of its text that differ, where nothing else is wrong with it and a reviewer sees all of them: what is not shown
    /// cannot be accepted.
    fn text_change(&self) -> Option<&[String]> {
        let [Mismatch::Text { difference }] = self.mismatches.as_slice() else { return None };
        difference::whole_change(difference)
    }

    /// Whether it matches what was submitted, so that a person may still approve it individually.
    pub fn is_as_submitted(&self) -> bool {
        self.mismatches.iter().all(|mismatch| matches!(mismatch, Mismatch::Stale(_)))
    }

    /// Whether its text is no longer the draft, or no longer true.
    pub fn has_older_text(&self) -> bool {
        self.mismatches.iter().any(|mismatch| matches!(mismatch, Mismatch::Stale(stale) if stale.is_of_an_older_text()))
    }

    /// Whether a decision may include it. The reviewer has read the text, so a mail that differs from it is decided
    /// individually, and never approved; nor is one whose text was replaced. One that is only late is approved
    /// individually, and may be rejected with the others.
    pub fn may_be_decided(&self, approving: bool, alone: bool) -> bool {
        if approving && self.has_older_text() {
            return false;
        }
        match (self.mismatches.is_empty(), self.is_as_submitted()) {
            (true, _) => true,
            (false, true) => alone || !approving,
            (false, false) => alone && !approving,
        }
    }
}

impl Group<'_> {
    /// The name of its draft; `None` if the drafts have other texts now.
    pub fn draft(&self) -> Option<&str> {
        self.kept.draft.as_ref().map(|(_, name)| name.as_str())
    }

    /// The draft's name, or the start of the digest if it is no longer a draft.
    pub fn name(&self) -> String {
        self.draft().map_or_else(|| self.digest.short(), str::to_owned)
    }

    /// The text with its placeholders located.
    pub fn form(&self) -> Option<&Form> {
        self.form.as_ref()
    }

    /// All its mails, those that match first.
    pub fn items(&self) -> impl Iterator<Item = &Item<'_>> {
        self.matching.iter().chain(&self.set_aside)
    }
}

/// Groups the waiting mails. `kept` finds a text of a phase by its digest.
pub fn sort<'a>(
    campaign: &Campaign,
    records: &'a Records,
    queue: &'a [Queued],
    kept: impl Fn(&str, Digest) -> Kept,
    now: Time,
) -> Review<'a> {
    let mut waiting: HashMap<&str, &Queued> = queue.iter().map(|queued| (queued.id.as_str(), queued)).collect();
    let mut groups: BTreeMap<(usize, &str, Digest), Group<'a>> = BTreeMap::new();
    let comparison = Comparison::new(campaign, &records.sent_facts);
    for recipient in records.recipients() {
        for mail in &recipient.mails {
            let Some(accepted) = mail.accepted() else { continue };
            let Some(queued) = waiting.remove(accepted.id.as_str()) else { continue };
            let phase = mail.phase.as_str();
            let place = campaign.phases.iter().position(|own| own.name == phase).unwrap_or(usize::MAX);
            let group = groups
                .entry((place, phase, mail.variant))
                .or_insert_with(|| Group::new(phase, mail.variant, kept(phase, mail.variant)));
            let item = Item { recipient, mail, accepted, queued, mismatches: Vec::new(), alike: false };
            group.add(Item { mismatches: mismatches(&comparison, group, &item, now), ..item });
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups
        .sort_by_key(|((place, _, _), group)| (*place, group.kept.draft.clone().unwrap_or((usize::MAX, group.name()))));
    let mut groups: Vec<Group<'a>> = groups.into_iter().map(|(_, group)| group).collect();
    note_common_changes(&mut groups);
    let mut others: Vec<&Queued> = waiting.into_values().filter(|queued| queued.ours).collect();
    others.sort_by_key(|queued| queued.id.as_str());
    let (tests, unknown_mails) = others.into_iter().partition(|queued| queued.text.subject.starts_with(MARK));
    Review { groups, unknown_mails, tests }
}

/// The name of a change: the beginning of its digest.
fn name_of(change: &[String]) -> String {
    Digest::of(&change.iter().map(String::as_str).collect::<Vec<_>>()).short()
}

/// Notes if all mails of a text differ in exactly the same way, and together with those of other texts they are
/// several: then the server caused it, with a footer of its own, and no one changed a mail.
fn note_common_changes(groups: &mut [Group<'_>]) {
    let changes: Vec<Option<Vec<String>>> =
        groups.iter().map(|group| group.common_change().map(<[String]>::to_vec)).collect();
    let mails = |change: &Vec<String>| -> usize {
        let same = groups.iter().zip(&changes).filter(|(_, own)| own.as_ref() == Some(change));
        same.map(|(group, _)| group.set_aside.len()).sum()
    };
    let is_shared: Vec<bool> = changes.iter().map(|change| change.as_ref().is_some_and(|own| mails(own) > 1)).collect();
    for (group, _) in groups.iter_mut().zip(is_shared).filter(|(_, is_shared)| *is_shared) {
        group.set_aside.iter_mut().for_each(|item| item.alike = true);
    }
}

impl Group<'_> {
    /// The change that all its mails have, and nothing else is wrong with any; shown as a whole.
    fn common_change(&self) -> Option<&[String]> {
        let first = self.set_aside.first().filter(|_| self.matching.is_empty())?.text_change()?;
        self.set_aside.iter().all(|item| item.text_change() == Some(first)).then_some(first)
    }
}

/// A text without what has no meaning in a mail: line endings, and white space at its end.
fn plain_text(text: &Text) -> (String, String) {
    (text.subject.trim().to_owned(), text.body.replace("\r\n", "\n").trim_end_matches('\n').to_owned())
}

/// Whether two addresses are the same mailbox: case does not matter in the domain, but may in the local part.
fn is_one_mailbox(one: &str, other: &str) -> bool {
    match (one.rsplit_once('@'), other.rsplit_once('@')) {
        (Some((own, domain)), Some((other, other_domain))) => own == other && domain.eq_ignore_ascii_case(other_domain),
        _ => one == other,
    }
}

impl<'a> Group<'a> {
    fn new(phase: &'a str, digest: Digest, kept: Kept) -> Self {
        let form = kept.text.as_ref().and_then(|text| Form::of(text).ok());
        Self { phase, digest, kept, matching: Vec::new(), set_aside: Vec::new(), form }
    }

    fn add(&mut self, item: Item<'a>) {
        let pile = if item.mismatches.is_empty() { &mut self.matching } else { &mut self.set_aside };
        pile.push(item);
    }
}

/// Everything wrong with a mail: first how it differs from what was submitted, then what is out of
/// date.
fn mismatches(comparison: &Comparison<'_>, group: &Group<'_>, item: &Item<'_>, now: Time) -> Vec<Mismatch> {
    let Item { recipient, mail, queued, .. } = item;
    let (campaign, form) = (comparison.campaign(), group.form());
    let mut mismatches = Vec::new();
    let submitted = item.contact();
    if !matches!(queued.to.as_slice(), [to] if is_one_mailbox(to, submitted)) {
        mismatches.push(Mismatch::Recipient { submitted: submitted.to_owned(), waiting: queued.to.clone() });
    }
    match form.and_then(|form| filled(campaign, recipient, mail, form)) {
        None => mismatches.push(Mismatch::Unkept),
        Some(text) if plain_text(&text) == plain_text(&queued.text) => {}
        Some(text) => mismatches.push(Mismatch::Text { difference: difference::difference(&text, &queued.text) }),
    }
    if !queued.ours {
        mismatches.push(Mismatch::Misplaced);
    }
    // The ledger follows only the latest mail of a phase.
    let latest = recipient.mail(&mail.phase);
    if !mail.is_open() || latest != Some(*mail) {
        mismatches.push(Mismatch::Settled(latest.unwrap_or(mail).outcome()));
    }
    let mut stale = stale(campaign, recipient, mail, form, now);
    let facts = comparison.wrong_facts(recipient, mail);
    if !facts.is_empty() {
        stale.push(Stale::FactsChanged(facts));
    } else if group.kept.replaced && stale.is_empty() {
        stale.push(Stale::TextReplaced);
    }
    mismatches.extend(stale.into_iter().map(Mismatch::Stale));
    mismatches
}
