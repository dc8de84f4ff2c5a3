//! What waits for a reviewer: the mails of each text together, and apart from them every mail that is not what was
//! submitted, or that would tell a customer what is no longer true.

mod difference;
mod sights;
mod stale;

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::Time;
use super::definition::Campaign;
use super::mail::{Accepted, Mail, Outcome};
use super::text::{Form, Text};
use crate::campaign::mail::sent::filled;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::text::digest::Digest;

pub use sights::{Sight, sights, spread};
pub use stale::{Stale, stale, stale_mails};

/// A mail as it waits for approval at the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// The server's id of the mail.
    pub id: String,
    /// The mailbox it waits in.
    pub mailbox_id: String,
    /// Whether it is to leave the campaign's mailbox: it is in that one, and not on its way in.
    pub ours: bool,
    /// The recipients.
    pub to: Vec<String>,
    /// Subject and body as they would go out.
    pub text: Text,
}

/// What is kept of a text that was submitted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// The text with its placeholders; `None` where it is gone.
    pub text: Option<Text>,
    /// The name of its draft, and its place among the phase's drafts; `None` where they hold other texts by now.
    pub draft: Option<(usize, String)>,
}

/// All that waits and concerns a campaign.
#[derive(Debug, Default)]
pub struct Review<'a> {
    /// The mails of the campaign by text, in the order of its phases and drafts.
    pub groups: Vec<Group<'a>>,
    /// What is to leave the campaign's mailbox, and the ledger does not know.
    pub strangers: Vec<&'a Queued>,
}

/// The waiting mails of one text.
#[derive(Debug)]
pub struct Group<'a> {
    /// The phase.
    pub phase: &'a str,
    /// The text's identity.
    pub digest: Digest,
    /// The text, and its draft.
    pub kept: Kept,
    /// The mails that are, word for word, what was submitted.
    pub sound: Vec<Item<'a>>,
    /// The others.
    pub apart: Vec<Item<'a>>,
    form: Option<Form>,
}

/// A waiting mail of the campaign.
#[derive(Debug)]
pub struct Item<'a> {
    /// Whom it is for.
    pub recipient: &'a Recipient,
    /// What the ledger knows of it.
    pub mail: &'a Mail,
    /// The same, as the server has it.
    pub accepted: &'a Accepted,
    /// As it waits.
    pub queued: &'a Queued,
    /// Why it is set apart; none is a sound mail.
    pub flaws: Vec<Flaw>,
}

/// Why a mail is set apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// It would go to somebody else.
    Recipient {
        /// Where it was submitted to.
        told: String,
        /// Where it would go.
        waits: Vec<String>,
    },
    /// Its subject or body is not what was submitted.
    Text {
        /// What is different, a line each.
        difference: Vec<String>,
    },
    /// The text it was made from is not kept, so that it cannot be compared.
    Unkept,
    /// It waits in another mailbox, or as a mail that came in.
    Misplaced,
    /// The ledger has it as decided about, or has a later mail of the phase.
    Settled(Outcome),
    /// It is what was submitted, and its time has passed.
    Stale(Stale),
}

impl Flaw {
    /// A word for programs.
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

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recipient { told, waits } => {
                write!(f, "it was submitted to {told}, and goes to {}", waits.join(", "))
            }
            Self::Text { .. } => f.write_str("its text is not what was submitted"),
            Self::Unkept => f.write_str("the text it was made from is neither in sent/ nor in drafts/: not comparable"),
            Self::Misplaced => f.write_str("it does not wait as a mail that leaves the campaign's mailbox"),
            Self::Settled(outcome) => {
                write!(f, "it waits, although the ledger has it as {}", outcome.to_string().replace('_', " "))
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

    /// Whether it is what was submitted, so that a person may still let it out, one by one.
    pub fn is_as_submitted(&self) -> bool {
        self.flaws.iter().all(|flaw| matches!(flaw, Flaw::Stale(_)))
    }

    /// Whether a decision may include it. A group is what was read: what differs from it is decided about alone, and
    /// never let out. What is only too late is let out one by one, and may be rejected with the others.
    pub fn may_be_decided(&self, approving: bool, alone: bool) -> bool {
        match (self.flaws.is_empty(), self.is_as_submitted()) {
            (true, _) => true,
            (false, true) => alone || !approving,
            (false, false) => alone && !approving,
        }
    }

    /// What is wrong with it, for a person.
    pub fn told(&self) -> String {
        self.flaws.iter().map(Flaw::to_string).collect::<Vec<_>>().join("; ")
    }
}

impl Group<'_> {
    /// What people call it: the draft's name, or the digest's beginning where the drafts hold other texts by now.
    pub fn name(&self) -> String {
        self.kept.draft.as_ref().map_or_else(|| self.digest.short(), |(_, name)| name.clone())
    }

    /// The text with its placeholders located.
    pub fn form(&self) -> Option<&Form> {
        self.form.as_ref()
    }

    /// All its mails, the sound ones first.
    pub fn items(&self) -> impl Iterator<Item = &Item<'_>> {
        self.sound.iter().chain(&self.apart)
    }
}

/// Sorts what waits. `kept` finds a text of a phase by its digest.
pub fn sort<'a>(
    campaign: &Campaign,
    records: &'a Records,
    queue: &'a [Queued],
    kept: impl Fn(&str, Digest) -> Kept,
    now: Time,
) -> Review<'a> {
    let mut waiting: HashMap<&str, &Queued> = queue.iter().map(|queued| (queued.id.as_str(), queued)).collect();
    let mut groups: BTreeMap<(usize, &str, Digest), Group<'a>> = BTreeMap::new();
    for recipient in records.recipients() {
        for mail in &recipient.mails {
            let Some(accepted) = mail.accepted() else { continue };
            let Some(queued) = waiting.remove(accepted.id.as_str()) else { continue };
            let phase = mail.phase.as_str();
            let place = campaign.phases.iter().position(|own| own.name == phase).unwrap_or(usize::MAX);
            let group = groups
                .entry((place, phase, mail.variant))
                .or_insert_with(|| Group::new(phase, mail.variant, kept(phase, mail.variant)));
            let item = Item { recipient, mail, accepted, queued, flaws: Vec::new() };
            group.add(Item { flaws: flaws(campaign, group.form.as_ref(), &item, now), ..item });
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups
        .sort_by_key(|((place, _, _), group)| (*place, group.kept.draft.clone().unwrap_or((usize::MAX, group.name()))));
    let mut strangers: Vec<&Queued> = waiting.into_values().filter(|queued| queued.ours).collect();
    strangers.sort_by_key(|queued| queued.id.as_str());
    Review { groups: groups.into_iter().map(|(_, group)| group).collect(), strangers }
}

impl<'a> Group<'a> {
    fn new(phase: &'a str, digest: Digest, kept: Kept) -> Self {
        let form = kept.text.as_ref().and_then(|text| Form::of(text).ok());
        Self { phase, digest, kept, sound: Vec::new(), apart: Vec::new(), form }
    }

    fn add(&mut self, item: Item<'a>) {
        let pile = if item.flaws.is_empty() { &mut self.sound } else { &mut self.apart };
        pile.push(item);
    }
}

/// Everything wrong with a mail. What is not what was submitted comes before what is no longer true.
fn flaws(campaign: &Campaign, form: Option<&Form>, item: &Item<'_>, now: Time) -> Vec<Flaw> {
    let Item { recipient, mail, queued, .. } = item;
    let mut flaws = Vec::new();
    let told = item.contact();
    if queued.to != [told] {
        flaws.push(Flaw::Recipient { told: told.to_owned(), waits: queued.to.clone() });
    }
    match form.and_then(|form| filled(campaign, recipient, mail, form)) {
        None => flaws.push(Flaw::Unkept),
        Some(text) if text == queued.text => {}
        Some(text) => flaws.push(Flaw::Text { difference: difference::difference(&text, &queued.text) }),
    }
    if !queued.ours {
        flaws.push(Flaw::Misplaced);
    }
    // News is taken in for a phase's latest mail alone.
    let latest = recipient.mail(&mail.phase);
    if !mail.is_open() || latest != Some(*mail) {
        flaws.push(Flaw::Settled(latest.unwrap_or(mail).outcome()));
    }
    flaws.extend(stale(campaign, recipient, mail, form, now).into_iter().map(Flaw::Stale));
    flaws
}
