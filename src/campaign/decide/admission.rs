//! Whether a recipient should get a phase: the one decision behind both the plan and the status screen.

use std::collections::{BTreeMap, HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;
use strum::Display;

use crate::campaign::address::{Address, plain};
use crate::campaign::definition::audience::{Audience, Verdict};
use crate::campaign::definition::stage::Stage;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::digest::Digest;
use crate::campaign::mail::{Mail, Outcome};
use crate::campaign::people::accounts::Accounts;
use crate::campaign::people::cohort::{Standing, standings};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::people::sent_facts::Comparison;
use crate::campaign::text::rejected::{RejectedText, rejected_texts};

/// Why a customer in the campaign is not mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema, Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Reason {
    /// The customer has completed the migration.
    Done,
    /// The customer is further along than the phase is for.
    FurtherAlong,
    /// The phase is for other segments.
    OtherSegment,
    /// The phase is not due yet for this customer, whose deadline differs.
    NotYetDue,
    /// It is too late for the customer: the phase's date, or their deadline, has passed.
    TooLate,
    /// A person gave up the phase for the customer; `--retry-failed` sends it anyway.
    Skipped,
    /// The phase waits until the customer is done.
    NotCompleted,
    /// The phase corrects facts, and a mail that states the outdated ones is still waiting to be sent.
    OldDateUnderWay,
    /// The phase corrects facts, and this customer received nothing wrong, or gets the correction in a later phase.
    NothingToCorrect,
    /// No longer in the cohort.
    Left,
    /// Another program replaced the contact's tags, so it is unknown whether it is still in the
    /// campaign.
    Retagged,
    /// On the server's suppression list.
    Suppressed,
    /// Another contact has the same address and gets the mail.
    DuplicateAddress,
    /// The address is not valid.
    InvalidAddress,
    /// An earlier mail bounced.
    BouncedBefore,
    /// The customer's reply waits for an answer, so there are no reminders.
    Unanswered,
    /// The server refused this mail before; `--retry-failed` tries again.
    FailedBefore,
    /// A reviewer rejected this mail; after a new draft, `--retry-failed` sends the corrected one.
    Rejected,
    /// A person cancelled this mail; `--retry-failed` sends it again.
    Cancelled,
    /// It is unknown whether this mail was sent, so it is held.
    Unknown,
    /// The contact's tags or usage changed since the draft, so that its text is one no one
    /// reviewed.
    NotReviewed,
    /// The text quotes the customer's usage, which is unknown.
    NoUsage,
}

/// What to do for a recipient in a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Mail it.
    Send,
    /// Nothing: it has the phase already.
    Already,
    /// First find out the fate of a mail that was being sent.
    Unsettled,
    /// Nothing, for this reason.
    Excluded(Reason),
}

/// What a user requests beyond the campaign's own rules.
#[derive(Debug, Clone, Copy, Default)]
pub struct Overrides<'a> {
    /// Send again mails that failed, were rejected or were cancelled.
    pub retry_failed: bool,
    /// Keys of recipients whose unknown mail is sent again.
    pub resend_unknown: &'a [String],
}

/// Decides for every recipient. What they have in common is computed once.
#[derive(Debug)]
pub struct Admission<'a> {
    campaign: &'a Campaign,
    records: &'a Records,
    comparison: Comparison<'a>,
    standings: Vec<Standing>,
    /// For each phase: the addresses that got its mail through a record other than their owner's, and that
    /// record's key.
    elsewhere: HashMap<&'a str, HashMap<String, &'a str>>,
    retagged: HashSet<&'a str>,
    accounts: Accounts<'a>,
    overrides: Overrides<'a>,
}

impl<'a> Admission<'a> {
    /// The admission for these records; `suppressed` are addresses the server will not deliver to.
    pub fn new(
        campaign: &'a Campaign,
        records: &'a Records,
        suppressed: &HashSet<Address>,
        overrides: Overrides<'a>,
    ) -> Self {
        let standings = standings(records, suppressed);
        let elsewhere = had_elsewhere(records, &standings);
        let comparison = Comparison::new(campaign, &records.sent_facts);
        let retagged = records.retagged.iter().map(compact_str::CompactString::as_str).collect();
        let accounts = Accounts::of(campaign, records);
        Self { campaign, records, comparison, standings, elsewhere, retagged, accounts, overrides }
    }

    /// The comparison of received facts with today's.
    pub(crate) fn comparison(&self) -> &Comparison<'a> {
        &self.comparison
    }

    /// The recipients, in the records' order, each with its standing.
    pub(crate) fn candidates(&self) -> impl Iterator<Item = (&'a Recipient, Standing)> {
        self.records.recipients().iter().zip(self.standings.iter().copied())
    }

    /// The texts of a phase that a reviewer rejected.
    pub fn rejected_texts(&self, phase: &Phase) -> BTreeMap<Digest, RejectedText<'a>> {
        rejected_texts(self.records, &phase.name)
    }

    /// The decision for each recipient, in the records' order.
    pub fn decisions(&self, phase: &Phase) -> impl Iterator<Item = (&'a Recipient, Decision)> {
        self.candidates().map(|(recipient, standing)| (recipient, self.decide(phase, recipient, standing)))
    }

    /// The decision for one of the candidates.
    pub fn decide(&self, phase: &Phase, recipient: &Recipient, standing: Standing) -> Decision {
        let skipped = !self.overrides.retry_failed && recipient.skip(&phase.name).is_some();
        match recipient.mail(&phase.name).and_then(|mail| self.by_mail(recipient, mail)) {
            // Settled by a person, or because the contact left: there is nothing more to do.
            Some(Decision::Excluded(Reason::FailedBefore | Reason::Unknown | Reason::Cancelled)) if skipped => {
                return Decision::Excluded(Reason::Skipped);
            }
            Some(Decision::Excluded(Reason::FailedBefore)) if recipient.left.is_some() => {
                return Decision::Excluded(Reason::Left);
            }
            Some(decision) => return decision,
            None => {}
        }
        if recipient.left.is_some() {
            return Decision::Excluded(Reason::Left);
        }
        if !phase.is_for(&recipient.segment) {
            return Decision::Excluded(Reason::OtherSegment);
        }
        if self.retagged.contains(recipient.key()) {
            return Decision::Excluded(Reason::Retagged);
        }
        if skipped {
            return Decision::Excluded(Reason::Skipped);
        }
        let stage = recipient.stage();
        let corrects = phase.corrects();
        let verdict = match self.campaign.verdict(phase, recipient, &self.comparison) {
            // Another contact of the same customer is done.
            _ if stage < Stage::Completed && self.accounts.is_done(recipient) => {
                if phase.audience != Audience::Completed {
                    return Decision::Excluded(Reason::Done);
                }
                Verdict::In
            }
            verdict => verdict,
        };
        match verdict {
            Verdict::In => {}
            Verdict::NotYet if corrects => return Decision::Excluded(Reason::OldDateUnderWay),
            Verdict::NotYet => return Decision::Excluded(Reason::NotCompleted),
            Verdict::Past if stage == Stage::Completed => return Decision::Excluded(Reason::Done),
            Verdict::Past if corrects => return Decision::Excluded(Reason::NothingToCorrect),
            Verdict::Past => return Decision::Excluded(Reason::FurtherAlong),
        }
        match standing {
            Standing::Invalid => return Decision::Excluded(Reason::InvalidAddress),
            Standing::Duplicate { .. } => return Decision::Excluded(Reason::DuplicateAddress),
            // An address that bounced is often suppressed for that reason: the bounce says more.
            _ if recipient.has_bounced() => return Decision::Excluded(Reason::BouncedBefore),
            Standing::Suppressed => return Decision::Excluded(Reason::Suppressed),
            Standing::Mailable => {}
        }
        if phase.reminds() && (recipient.unanswered().is_some() || self.accounts.waits(recipient)) {
            return Decision::Excluded(Reason::Unanswered);
        }
        if self.has_its_twin(phase, recipient) {
            return Decision::Already;
        }
        // A contact that was deleted and created again has a new id, but the address already got the
        // mail.
        let elsewhere = self.elsewhere.get(phase.name.as_str()).and_then(|had| had.get(&plain(&recipient.email)));
        if elsewhere.is_some_and(|key| *key != recipient.key()) { Decision::Already } else { Decision::Send }
    }

    /// Whether the recipient has the mail that a phase repeats, from the very day on which both are due: after a postponement a
    /// phase and its repetition meet for those who had neither.
    fn has_its_twin(&self, phase: &Phase, recipient: &Recipient) -> bool {
        let reader = self.campaign.reader(&recipient.segment);
        let twins = self.campaign.phases.iter().filter(|other| reader.repeats(phase, other));
        twins
            .filter_map(|other| recipient.mail(&other.name))
            .any(|mail| !mail.is_void() && reader.due(phase).is_some_and(|due| mail.leaves() >= due))
    }

    /// The decision that follows from the phase's latest mail to the recipient; `None` if none
    /// does.
    fn by_mail(&self, recipient: &Recipient, mail: &Mail) -> Option<Decision> {
        let again = |reason| if self.overrides.retry_failed { None } else { Some(Decision::Excluded(reason)) };
        match mail.outcome() {
            Outcome::Sending => Some(Decision::Unsettled),
            Outcome::Unknown if self.overrides.resend_unknown.iter().any(|key| key == recipient.key()) => None,
            Outcome::Unknown => Some(Decision::Excluded(Reason::Unknown)),
            Outcome::Failed => again(Reason::FailedBefore),
            Outcome::Rejected => again(Reason::Rejected),
            // The reason for cancelling it is judged again: the customer may have relapsed, or the text been
            // drafted again.
            Outcome::Cancelled if mail.withdrawal().is_some() => None,
            Outcome::Cancelled => again(Reason::Cancelled),
            Outcome::Submitted
            | Outcome::PendingApproval
            | Outcome::Scheduled
            | Outcome::Delivered
            | Outcome::Bounced
            | Outcome::Waiting
            | Outcome::Excluded => Some(Decision::Already),
        }
    }
}

/// For each phase, the addresses that got a mail, or may have, through a record other than their owner's: of a
/// contact who left, whose address changed, or who shares the address.
fn had_elsewhere<'a>(records: &'a Records, standings: &[Standing]) -> HashMap<&'a str, HashMap<String, &'a str>> {
    let mut had: HashMap<&str, HashMap<String, &str>> = HashMap::new();
    for (recipient, standing) in records.recipients().iter().zip(standings) {
        let gone = recipient.left.is_some() || matches!(standing, Standing::Duplicate { .. });
        for mail in recipient.mails.iter().filter(|mail| (gone || mail.to.is_some()) && !mail.is_void()) {
            let phase = had.entry(mail.phase.as_str()).or_default();
            phase.insert(plain(mail.address(recipient)), recipient.key());
        }
    }
    had
}
