//! The results of cancelling mails, as documents.

use schemars::JsonSchema;
use serde::Serialize;

use crate::api::{ApiError, Cancel};
use crate::app::batch::{FailedMail, Halt};
use crate::app::document::Outcome;
use crate::app::failure::{Failure, Kind};
use crate::campaign::decide::withdrawal::Target;
use crate::campaign::hint::Action;
use crate::campaign::mail::withdrawal::Withdrawal;
use crate::campaign::plural;
use crate::hint;

/// What was cancelled.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct CancelOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// The phase; omitted if several were named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// The phases.
    pub phases: Vec<String>,
    /// How many mails matched.
    pub planned: usize,
    /// How many were cancelled.
    pub cancelled: usize,
    /// The customers whose mail had already been sent.
    pub too_late: Vec<String>,
    /// How many the server failed to cancel.
    pub failed: usize,
    /// Those failures, one by one.
    pub failures: Vec<FailedMail>,
    /// The named customers whose mail failed, or is unknown: it is not retried.
    pub settled: Vec<String>,
    /// Why some were not cancelled.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for CancelOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// A mail that waits, or waited, at the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WaitingMail {
    /// The customer's address.
    pub contact: String,
    /// The phase.
    pub phase: String,
    /// Why it must not be sent; `null` if a person asked to cancel it.
    pub why: Option<Withdrawal>,
}

impl From<Target> for WaitingMail {
    fn from(target: Target) -> Self {
        Self { contact: target.email, phase: target.phase, why: target.why }
    }
}

impl From<&Target> for WaitingMail {
    fn from(target: &Target) -> Self {
        Self { contact: target.email.clone(), phase: target.phase.clone(), why: target.why }
    }
}

/// The result of cancelling mails; part of several documents.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Cancelled {
    /// The mails that will not be sent.
    #[serde(rename = "withdrawn")]
    pub cancelled: Vec<WaitingMail>,
    /// Mails that were already sent, or that the server did not cancel.
    #[serde(rename = "too_late_to_withdraw")]
    pub too_late: Vec<WaitingMail>,
    /// The mails that the server failed to cancel.
    #[serde(skip)]
    pub failed: Vec<FailedMail>,
    /// How many mails were not tried.
    #[serde(skip)]
    pub remaining: usize,
    /// Why it ended early.
    #[serde(skip)]
    pub halt: Option<Halt>,
}

/// How many mails a failure lists.
const SHOWN: usize = 10;

impl Cancelled {
    /// Counts the result for one mail. If the server did not look at it, it remains.
    pub(super) fn add(&mut self, target: Target, answer: Result<Cancel, ApiError>) {
        match answer {
            Err(error) if error.stops_everything() => return,
            Ok(Cancel::Done) => self.cancelled.push(target.into()),
            Ok(Cancel::TooLate | Cancel::Gone) => self.too_late.push(target.into()),
            Err(error) => self.failed.push(FailedMail { contact: target.email, words: error.to_string() }),
        }
        self.remaining -= 1;
    }

    /// Adds the result of a later batch.
    #[must_use]
    pub fn and(mut self, later: Self) -> Self {
        self.cancelled.extend(later.cancelled);
        self.too_late.extend(later.too_late);
        Self { failed: later.failed, remaining: later.remaining, halt: later.halt, ..self }
    }

    /// Whether some mails are still unsettled.
    pub fn is_partial(&self) -> bool {
        self.halt.is_some() || !self.failed.is_empty()
    }

    /// The failure that this result is, if any. `again` is the action that continues with the rest.
    pub fn failure(&self, again: &Action) -> Option<Failure> {
        if let Some(halt) = &self.halt {
            let failure = halt.failure(again);
            let rest = if self.remaining == 0 { String::new() } else { format!("; {} not cancelled", self.remaining) };
            return Some(Failure { message: failure.message + &rest, ..failure });
        }
        if self.failed.is_empty() {
            return None;
        }
        let message = format!("{} could not be cancelled", plural(self.failed.len(), "mail"));
        let failure = Failure::new(Kind::Partial, message, hint![again.clone(), " tries again"]);
        Some(failure.with_details(self.failed.iter().take(SHOWN).map(FailedMail::to_string)))
    }
}
