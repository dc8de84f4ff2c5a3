//! What customers were told: by the mails that reached them, or may have, and what of it no longer holds.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::recipient::Recipient;
use super::stage::Stage;
use crate::campaign::Time;
use crate::campaign::definition::facts::{Fact, Facts};
use crate::campaign::definition::{Campaign, Segment};
use crate::campaign::digest::Digest;
use crate::campaign::mail::{Mail, Outcome};
use crate::campaign::moment::LocalMoment;

/// What the texts that left told, and what customers need not hear of. Kept beside the ledger; no personal data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The facts that each text told. Of a text that left before they were kept, nothing is known but the deadline, which
    /// the ledger has.
    pub texts: HashMap<Digest, Facts>,
    /// The differences that need no mail.
    pub dismissed: Vec<Dismissed>,
}

/// A difference that somebody said needs no mail, such as a typo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dismissed {
    /// What is different.
    pub fact: Fact,
    /// What mails told; left out where they told that it no longer applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
    /// What the campaign said when it was dismissed; left out where it no longer had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// Why nobody need hear of it.
    pub reason: String,
    /// When it was dismissed.
    pub at: Time,
}

/// Something a customer was told that no longer holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wrong {
    /// What it is about.
    pub fact: Fact,
    /// What the last mail about it said; left out if it said that it no longer applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
}

/// What of that which a customer was told no longer holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outdated {
    /// What is wrong by now, the deadline first.
    pub wrong: Vec<Wrong>,
    /// Whether all else that these mails told is known, and holds.
    pub rest_holds: bool,
}

impl Mail {
    /// Whether the customer reads, or may have read, what it tells. One that waits for its day is not read yet.
    pub fn tells(&self) -> bool {
        match self.outcome() {
            Outcome::Sending | Outcome::Unknown | Outcome::Submitted | Outcome::Delivered => true,
            Outcome::PendingApproval => self.send_at.is_none(),
            Outcome::Scheduled
            | Outcome::Bounced
            | Outcome::Rejected
            | Outcome::Cancelled
            | Outcome::Failed
            | Outcome::Waiting
            | Outcome::Excluded => false,
        }
    }

    fn is_to_be_read(&self) -> bool {
        matches!(self.outcome(), Outcome::PendingApproval | Outcome::Scheduled)
    }
}

/// Mails in the order in which they leave. Of those that left at once the later entry of the ledger is the later mail, also where
/// the clock was set back between them.
fn in_order<'a>(mails: impl Iterator<Item = &'a Mail>) -> Vec<&'a Mail> {
    let mut latest = Time::MIN_UTC;
    let mut mails: Vec<(Time, &Mail)> = mails
        .map(|mail| {
            if let Some(at) = mail.send_at {
                (at, mail)
            } else {
                latest = latest.max(mail.sending);
                (latest, mail)
            }
        })
        .collect();
    mails.sort_by_key(|(leaves, _)| *leaves);
    mails.into_iter().map(|(_, mail)| mail).collect()
}

impl Recipient {
    /// The deadline the customer went by before a phase's mail, or goes by while there is none: the one that the last
    /// mail told. `None` where no mail told any.
    pub fn told_before(&self, phase: &str) -> Option<LocalMoment> {
        in_order(self.before(Some(phase)).iter().filter(|mail| mail.tells())).last().map(|mail| mail.deadline)
    }

    /// The mails before that of a phase; all of them where none is named, or it has none.
    fn before(&self, phase: Option<&str>) -> &[Mail] {
        let own = phase.and_then(|phase| self.mails.iter().position(|mail| mail.phase == phase && !mail.is_void()));
        &self.mails[..own.unwrap_or(self.mails.len())]
    }

    /// Whether the customer has work to do, so that what they were told matters.
    pub fn goes_by_what_was_told(&self) -> bool {
        self.left.is_none() && self.stage() < Stage::Completed
    }
}

/// Compares what customers were told with what the campaign says today.
#[derive(Debug)]
pub struct Comparison<'a> {
    campaign: &'a Campaign,
    told: Arc<Told>,
    /// By segment.
    today: HashMap<&'a str, Facts>,
    /// By segment and text: what the text told that is another today, dismissed or not.
    differing: RefCell<HashMap<(CompactString, Digest), Differing>>,
}

/// What a text told that is another today; `None` where it is not known what it told.
type Differing = Option<Rc<[Fact]>>;

impl<'a> Comparison<'a> {
    /// With what the texts that left told.
    pub fn new(campaign: &'a Campaign, told: &Arc<Told>) -> Self {
        let of = |segment: &'a Segment| (segment.name.as_str(), Facts::of(campaign, segment));
        let today = campaign.segments.iter().map(of).collect();
        Self { campaign, told: Arc::clone(told), today, differing: RefCell::default() }
    }

    /// The campaign.
    pub fn campaign(&self) -> &'a Campaign {
        self.campaign
    }

    /// What the texts that left told.
    pub fn told(&self) -> &Told {
        &self.told
    }

    /// What a fact says today to the customers of a segment; `None` where it is not there.
    pub fn today(&self, segment: &str, fact: &Fact) -> Option<&str> {
        self.today.get(segment)?.get(fact)
    }

    /// The deadline of the customers of a segment.
    fn deadline(&self, segment: &str) -> LocalMoment {
        self.campaign.reader(segment).deadline()
    }

    /// What no longer holds of what a customer was told, before a phase's mail if one is named; `None` where all of it
    /// does, or need not be heard of, as far as is known.
    pub fn outdated(&self, recipient: &Recipient, phase: Option<&str>) -> Option<Outdated> {
        let segment = recipient.segment.as_str();
        // Who belongs nowhere any more is about to leave.
        self.today.get(segment)?;
        let mails = recipient.before(phase).iter().filter(|mail| mail.tells());
        // Nearly everybody: no mail of theirs told anything that is another today.
        if mails.clone().all(|mail| mail.deadline == self.deadline(segment) && self.is_known_to_hold(segment, mail)) {
            return None;
        }
        let mails = in_order(mails);
        let mut rest_holds = true;
        let mut last: BTreeMap<&Fact, Option<&str>> = BTreeMap::new();
        let deadlines: Vec<String> = mails.iter().map(|mail| mail.deadline.iso()).collect();
        for (mail, deadline) in mails.iter().zip(&deadlines) {
            let facts = self.told.texts.get(&mail.variant);
            rest_holds &= facts.is_some();
            let others = facts.iter().flat_map(|facts| &facts.0).filter(|(fact, _)| **fact != Fact::Deadline);
            last.extend(others.map(|(fact, value)| (fact, value.as_deref())));
            // That of the ledger: it is known of every mail, and a text that does not name it counts days to it.
            last.insert(&Fact::Deadline, Some(deadline));
        }
        let mut wrong = Vec::new();
        for (fact, told) in last {
            let now = self.today(segment, fact);
            if told == now {
                continue;
            }
            if self.is_dismissed(fact, told, now) {
                rest_holds = false;
            } else {
                wrong.push(Wrong { fact: fact.clone(), told: told.map(str::to_owned) });
            }
        }
        (!wrong.is_empty()).then_some(Outdated { wrong, rest_holds })
    }

    /// The same of a customer who has work to do, as far as a correction could reach them: a mail that they are yet to read
    /// aside.
    pub fn concerns(&self, recipient: &Recipient) -> Option<Outdated> {
        self.outdated(recipient, None).filter(|_| recipient.goes_by_what_was_told())
    }

    /// Whether a mail that is not out yet is going to tell what is another today.
    pub fn is_to_read_wrong(&self, recipient: &Recipient) -> bool {
        recipient.mails.iter().any(|mail| mail.is_to_be_read() && self.tells_wrong(recipient, mail))
    }

    /// Whether a mail tells a deadline or another fact that is another today, and that somebody has to hear of.
    pub fn tells_wrong(&self, recipient: &Recipient, mail: &Mail) -> bool {
        mail.deadline != self.deadline(&recipient.segment) || !self.wrong_facts(recipient, mail).is_empty()
    }

    /// The facts, but for the deadline, that a mail tells and that are others today, without those dismissed.
    pub fn wrong_facts(&self, recipient: &Recipient, mail: &Mail) -> Vec<Fact> {
        let segment = recipient.segment.as_str();
        let Some(facts) = self.told.texts.get(&mail.variant) else { return Vec::new() };
        let differing = self.differing(segment, mail.variant);
        let differing = differing.iter().flat_map(|facts| facts.iter());
        let is_wrong = |fact: &&Fact| !self.is_dismissed(fact, facts.get(fact), self.today(segment, fact));
        differing.filter(is_wrong).cloned().collect()
    }

    /// Whether it is not known what the mails told that a customer read.
    pub fn is_unknown(&self, recipient: &Recipient) -> bool {
        let is_unknown = |mail: &Mail| mail.tells() && !self.told.texts.contains_key(&mail.variant);
        recipient.mails.iter().any(is_unknown)
    }

    /// Whether nothing that a mail is known to have told is another today, the deadline aside.
    fn is_known_to_hold(&self, segment: &str, mail: &Mail) -> bool {
        self.differing(segment, mail.variant).is_none_or(|facts| facts.is_empty())
    }

    fn differing(&self, segment: &str, text: Digest) -> Differing {
        let mut differing = self.differing.borrow_mut();
        let place = differing.entry((segment.into(), text));
        place.or_insert_with(|| self.compared(segment, text)).clone()
    }

    fn compared(&self, segment: &str, text: Digest) -> Differing {
        let (told, today) = (self.told.texts.get(&text)?, self.today.get(segment)?);
        let is_other =
            |(fact, value): &(&Fact, &Option<String>)| **fact != Fact::Deadline && value.as_deref() != today.get(fact);
        Some(told.0.iter().filter(is_other).map(|(fact, _)| fact.clone()).collect())
    }

    fn is_dismissed(&self, fact: &Fact, told: Option<&str>, now: Option<&str>) -> bool {
        let same = |one: &Dismissed| one.fact == *fact && one.told.as_deref() == told && one.now.as_deref() == now;
        self.told.dismissed.iter().any(same)
    }
}
