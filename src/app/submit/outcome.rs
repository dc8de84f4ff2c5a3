//! The documents of a submission: the plan of a phase, and the result of carrying it out.

use std::collections::BTreeMap;
use std::fmt;
use std::iter::Sum;

use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::outlook::Outlook;
use crate::app::batch::FailedMail;
use crate::app::document::Outcome;
use crate::app::failure::Failure;
use crate::campaign::Time;
use crate::campaign::decide::admission::Reason;
use crate::campaign::digest::Digest;
use crate::campaign::hint::Action;

/// A mail that may or may not have been sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnknownMail {
    /// The customer's address.
    pub contact: String,
    /// Why this is not known.
    pub why: String,
}

impl fmt::Display for UnknownMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.contact, self.why)
    }
}

/// What earlier runs left, unchanged by this one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Earlier {
    /// Mails that failed.
    pub failures: Vec<FailedMail>,
    /// Mails that may or may not have been sent.
    pub unknowns: Vec<UnknownMail>,
}

/// The plan of a phase, for documents, screens and the confirmation.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PhasePlan {
    /// The phase.
    pub phase: String,
    /// The plan's identity: it changes with the customers, the texts or the time.
    pub digest: Digest,
    /// When the server is to send the mails; `null` means at once.
    pub send_at: Option<Time>,
    /// How many mails an interrupted run left open; they are settled first.
    pub unsettled: usize,
    /// How many customers are not mailed, by reason.
    pub excluded: BTreeMap<Reason, usize>,
    /// The addresses of those left out because of their text.
    #[serde(serialize_with = "addresses")]
    #[schemars(with = "Vec<String>")]
    pub held: BTreeMap<Reason, Vec<String>>,
    /// What earlier runs left.
    pub earlier: Earlier,
    /// How much of it the limits allow; `null` if there is nothing to send.
    pub outlook: Option<Outlook>,
    /// How many mails of the phase wait at the server with an older text than the draft.
    pub older_text: usize,
    /// How many mails are to be sent, not counting those to settle.
    #[serde(skip)]
    pub to_send: usize,
    /// How many customers already have the phase.
    #[serde(skip)]
    pub already: usize,
    /// How many more are due, but beyond what was requested or what the daily limit allows.
    #[serde(skip)]
    pub beyond: usize,
    /// Whether the campaign's own daily limit delays those.
    #[serde(skip)]
    pub limited: bool,
    /// Whether the mailbox holds mails for approval by a person.
    #[serde(skip)]
    pub gated: bool,
    /// Whether it sends again mails that may have arrived.
    #[serde(skip)]
    pub resends: bool,
    /// The campaign's time zone.
    #[serde(skip)]
    pub zone: Tz,
}

impl PhasePlan {
    /// How many mails it takes to carry it out, including settled ones.
    pub fn mails(&self) -> usize {
        self.unsettled + self.to_send
    }
}

fn addresses<S: Serializer>(held: &BTreeMap<Reason, Vec<String>>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(held.values().flatten())
}

/// Numbers of mails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Totals {
    /// How many mails the plan has.
    pub planned: usize,
    /// How many the server accepted.
    pub accepted: usize,
    /// How many customers already had it.
    pub already: usize,
    /// How many the server refused.
    pub failed: usize,
    /// How many may or may not have been sent.
    pub unknown: usize,
    /// How many are still to be sent.
    pub remaining: usize,
}

impl Sum for Totals {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::default(), |a, b| Self {
            planned: a.planned + b.planned,
            accepted: a.accepted + b.accepted,
            already: a.already + b.already,
            failed: a.failed + b.failed,
            unknown: a.unknown + b.unknown,
            remaining: a.remaining + b.remaining,
        })
    }
}

/// The result of submitting a phase.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PhaseOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// The plan; the last one if there were several.
    #[serde(flatten)]
    pub plan: PhasePlan,
    /// Whether this was a dry run.
    pub dry_run: bool,
    /// The numbers.
    #[serde(flatten)]
    pub totals: Totals,
    /// The mails that the server refused.
    pub failures: Vec<FailedMail>,
    /// The mails that may or may not have been sent.
    pub unknowns: Vec<UnknownMail>,
    /// How many waiting mails were cancelled because their text was replaced.
    pub replaced: usize,
    /// When the limit resets that delays the rest.
    pub resumes: Option<Time>,
    /// Whether the plan was carried out, at least in part.
    #[serde(skip)]
    pub carried_out: bool,
    /// The action that continues with the rest.
    #[serde(skip)]
    pub again: Action,
    /// Why the request was not completed, if it was not.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

/// The result of submitting several phases.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PhasesOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// Whether this was a dry run.
    pub dry_run: bool,
    /// Phase by phase.
    pub phases: Vec<PhaseOutcome>,
    /// The numbers of all phases together.
    #[serde(flatten)]
    pub totals: Totals,
    /// How many customers are not mailed, by reason.
    pub excluded: BTreeMap<Reason, usize>,
    /// The addresses of those left out because of their text.
    pub held: Vec<String>,
    /// The mails that the server refused.
    pub failures: Vec<FailedMail>,
    /// The mails that may or may not have been sent.
    pub unknowns: Vec<UnknownMail>,
}

impl PhasesOutcome {
    /// Combines the outcomes of several phases.
    pub fn new(campaign: String, dry_run: bool, phases: Vec<PhaseOutcome>) -> Self {
        let mut excluded = BTreeMap::new();
        for (reason, number) in phases.iter().flat_map(|phase| &phase.plan.excluded) {
            *excluded.entry(*reason).or_default() += number;
        }
        Self {
            campaign,
            dry_run,
            totals: phases.iter().map(|phase| phase.totals).sum(),
            excluded,
            held: phases.iter().flat_map(|phase| phase.plan.held.values().flatten()).cloned().collect(),
            failures: phases.iter().flat_map(|phase| &phase.failures).cloned().collect(),
            unknowns: phases.iter().flat_map(|phase| &phase.unknowns).cloned().collect(),
            phases,
        }
    }

    /// The worst failure of all phases.
    pub fn failure(&self) -> Option<&Failure> {
        self.phases.iter().filter_map(|phase| phase.failure.as_ref()).max_by_key(|failure| failure.kind)
    }
}

/// The result of `submit`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum SubmitOutcome {
    /// The one phase that was named.
    Phase(Box<PhaseOutcome>),
    /// The phases that were named.
    Phases(PhasesOutcome),
}

impl Outcome for SubmitOutcome {
    fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Phase(phase) => phase.failure.as_ref(),
            Self::Phases(phases) => phases.failure(),
        }
    }
}

/// The phases that were skipped.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SkipOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// Whether this was a dry run.
    pub dry_run: bool,
    /// The reason, in the user's words.
    pub reason: String,
    /// Phase by phase.
    pub skipped: Vec<SkippedPhase>,
}

/// A phase that was given up.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SkippedPhase {
    /// Its name.
    pub phase: String,
    /// The addresses of customers who never got it and never will.
    pub contacts: Vec<String>,
}

impl Outcome for SkipOutcome {}

/// The mails that were sent to a colleague.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TestMailsOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// The phase; omitted if several were named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// The colleague's address.
    pub test_to: String,
    /// Whether this was a dry run.
    pub dry_run: bool,
    /// How many the server accepted.
    pub accepted: usize,
    /// Mail by mail.
    pub tests: Vec<TestRow>,
    /// Whether they wait for approval.
    #[serde(skip)]
    pub gated: bool,
    /// Why some were not sent.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for TestMailsOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// A mail to a colleague, and its result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TestRow {
    /// The phase.
    pub phase: String,
    /// The text's name; its short digest if it was not reviewed.
    pub draft: String,
    /// The text's digest.
    pub digest: Digest,
    /// Whether the text was reviewed.
    pub reviewed: bool,
    /// The customer whose mail it is.
    pub contact: String,
    /// Its subject; `null` if the text quotes something unknown about the customer.
    pub subject: Option<String>,
    /// The server's id, once it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Why it was not sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}
