//! The facts that customers received, in mails that reached them or may have, and which of these have
//! changed since.

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

/// The facts stated by the texts that were sent, and the differences that were dismissed. Kept beside the
/// ledger; contains no personal data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SentFacts {
    /// The facts stated by each text. For a text sent before facts were recorded, only the deadline is known, from the
    /// ledger.
    pub texts: HashMap<Digest, Facts>,
    /// The differences that need no mail.
    pub dismissed: Vec<Dismissed>,
}

/// A difference that a person declared to need no mail, such as a typo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dismissed {
    /// The fact that differs.
    pub fact: Fact,
    /// The value stated in mails; omitted if they said that it no longer applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
    /// The campaign's value when it was dismissed; omitted if it had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// Why it needs no mail.
    pub reason: String,
    /// When it was dismissed.
    pub at: Time,
}

/// A fact that a customer received and that has changed since.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wrong {
    /// The fact.
    pub fact: Fact,
    /// Its value in the last mail that stated it; omitted if the mail said that it no longer
    /// applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
}

/// Which facts a customer received are outdated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outdated {
    /// The outdated facts, the deadline first.
    pub wrong: Vec<Wrong>,
    /// Whether all other facts in these mails are known and still hold.
    pub rest_holds: bool,
}

impl Mail {
    /// Whether the customer reads, or may have read, this mail. A scheduled one is not read yet.
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

/// Mails in the order in which they are sent. Of mails sent at the same moment, the later entry in the ledger is the
/// later mail, even if the clock was set back.
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
    /// The deadline the customer knew before a phase's mail, or knows now without one: the one in the last mail.
    /// `None` if no mail stated one.
    pub fn stated_deadline_before(&self, phase: &str) -> Option<LocalMoment> {
        in_order(self.before(Some(phase)).iter().filter(|mail| mail.tells())).last().map(|mail| mail.deadline)
    }

    /// The mails before that of a phase; all if no phase is given, or it has no mail.
    fn before(&self, phase: Option<&str>) -> &[Mail] {
        let own = phase.and_then(|phase| self.mails.iter().position(|mail| mail.phase == phase && !mail.is_void()));
        &self.mails[..own.unwrap_or(self.mails.len())]
    }

    /// Whether the customer still has work to do, so that the facts they received matter.
    pub fn has_work_to_do(&self) -> bool {
        self.left.is_none() && self.stage() < Stage::Completed
    }
}

/// Compares the facts customers received with the campaign's today.
#[derive(Debug)]
pub struct Comparison<'a> {
    campaign: &'a Campaign,
    sent_facts: Arc<SentFacts>,
    /// Today's facts, by segment.
    today: HashMap<&'a str, Facts>,
    /// By segment and text: the text's facts that have changed, dismissed or not.
    differing: RefCell<HashMap<(CompactString, Digest), Differing>>,
}

/// A text's facts that have changed; `None` if it is unknown which it stated.
type Differing = Option<Rc<[Fact]>>;

impl<'a> Comparison<'a> {
    /// A comparison with these sent facts.
    pub fn new(campaign: &'a Campaign, sent_facts: &Arc<SentFacts>) -> Self {
        let of = |segment: &'a Segment| (segment.name.as_str(), Facts::of(campaign, segment));
        let today = campaign.segments.iter().map(of).collect();
        Self { campaign, sent_facts: Arc::clone(sent_facts), today, differing: RefCell::default() }
    }

    /// The campaign.
    pub fn campaign(&self) -> &'a Campaign {
        self.campaign
    }

    /// The facts stated by the texts that were sent.
    pub fn sent_facts(&self) -> &SentFacts {
        &self.sent_facts
    }

    /// The value of a fact today for the customers of a segment; `None` if it has none.
    pub fn today(&self, segment: &str, fact: &Fact) -> Option<&str> {
        self.today.get(segment)?.get(fact)
    }

    /// The deadline of the customers of a segment.
    fn deadline(&self, segment: &str) -> LocalMoment {
        self.campaign.reader(segment).deadline()
    }

    /// A customer's outdated facts, before a phase's mail if one is given; `None` if, as far as is known, all hold or
    /// need no correction.
    pub fn outdated(&self, recipient: &Recipient, phase: Option<&str>) -> Option<Outdated> {
        let segment = recipient.segment.as_str();
        // A recipient without a segment is about to leave.
        self.today.get(segment)?;
        let mails = recipient.before(phase).iter().filter(|mail| mail.tells());
        // The common case: no mail of theirs stated anything that has changed.
        if mails.clone().all(|mail| mail.deadline == self.deadline(segment) && self.is_known_to_hold(segment, mail)) {
            return None;
        }
        let mails = in_order(mails);
        let mut rest_holds = true;
        let mut last: BTreeMap<&Fact, Option<&str>> = BTreeMap::new();
        let deadlines: Vec<String> = mails.iter().map(|mail| mail.deadline.iso()).collect();
        for (mail, deadline) in mails.iter().zip(&deadlines) {
            let facts = self.sent_facts.texts.get(&mail.variant);
            rest_holds &= facts.is_some();
            let others = facts.iter().flat_map(|facts| &facts.0).filter(|(fact, _)| **fact != Fact::Deadline);
            last.extend(others.map(|(fact, value)| (fact, value.as_deref())));
            // The ledger has every mail's deadline, and even a text that does not state it counts days to it.
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

    /// The outdated facts of a customer who has work to do and could get a correction; mails they have not read yet do
    /// not count.
    pub fn concerns(&self, recipient: &Recipient) -> Option<Outdated> {
        self.outdated(recipient, None).filter(|_| recipient.has_work_to_do())
    }

    /// Whether a mail that has not been sent yet will state an outdated fact.
    pub fn will_read_outdated(&self, recipient: &Recipient) -> bool {
        recipient.mails.iter().any(|mail| mail.is_to_be_read() && self.states_outdated(recipient, mail))
    }

    /// Whether a mail states a deadline or another fact that has changed and needs a correction.
    pub fn states_outdated(&self, recipient: &Recipient, mail: &Mail) -> bool {
        mail.deadline != self.deadline(&recipient.segment) || !self.wrong_facts(recipient, mail).is_empty()
    }

    /// The facts in a mail that have changed, without the deadline and those dismissed.
    pub fn wrong_facts(&self, recipient: &Recipient, mail: &Mail) -> Vec<Fact> {
        let segment = recipient.segment.as_str();
        let Some(facts) = self.sent_facts.texts.get(&mail.variant) else { return Vec::new() };
        let differing = self.differing(segment, mail.variant);
        let differing = differing.iter().flat_map(|facts| facts.iter());
        let is_wrong = |fact: &&Fact| !self.is_dismissed(fact, facts.get(fact), self.today(segment, fact));
        differing.filter(is_wrong).cloned().collect()
    }

    /// Whether it is unknown which facts the customer read.
    pub fn is_unknown(&self, recipient: &Recipient) -> bool {
        let is_unknown = |mail: &Mail| mail.tells() && !self.sent_facts.texts.contains_key(&mail.variant);
        recipient.mails.iter().any(is_unknown)
    }

    /// Whether every fact a mail is known to state, except the deadline, still holds.
    fn is_known_to_hold(&self, segment: &str, mail: &Mail) -> bool {
        self.differing(segment, mail.variant).is_none_or(|facts| facts.is_empty())
    }

    fn differing(&self, segment: &str, text: Digest) -> Differing {
        let mut differing = self.differing.borrow_mut();
        let place = differing.entry((segment.into(), text));
        place.or_insert_with(|| self.compared(segment, text)).clone()
    }

    fn compared(&self, segment: &str, text: Digest) -> Differing {
        let (told, today) = (self.sent_facts.texts.get(&text)?, self.today.get(segment)?);
        let is_other =
            |(fact, value): &(&Fact, &Option<String>)| **fact != Fact::Deadline && value.as_deref() != today.get(fact);
        Some(told.0.iter().filter(is_other).map(|(fact, _)| fact.clone()).collect())
    }

    fn is_dismissed(&self, fact: &Fact, told: Option<&str>, now: Option<&str>) -> bool {
        let same = |one: &Dismissed| one.fact == *fact && one.told.as_deref() == told && one.now.as_deref() == now;
        self.sent_facts.dismissed.iter().any(same)
    }
}
