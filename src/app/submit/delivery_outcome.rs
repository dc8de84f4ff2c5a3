//! The result of carrying out a plan, and what to do about it.

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::outcome::UnknownMail;
use super::prepare::Prepared;
use crate::api::ApiError;
use crate::app::batch::{FailedMail, Halt};
use crate::app::failure::{Failure, Kind};
use crate::campaign::Time;
use crate::campaign::decide::limit::Limit;
use crate::campaign::hint::{Action, Hint};
use crate::campaign::plural;
use crate::hint;

/// The result of carrying out a plan.
#[derive(Debug, Default)]
pub struct DeliveryOutcome {
    /// How many mails were planned.
    pub planned: usize,
    /// How many the server accepted for the first time.
    pub accepted: usize,
    /// How many the server already had from an interrupted run.
    pub found_sent: usize,
    /// The mails that the server refused.
    pub failed: Vec<FailedMail>,
    /// The mails that are held because it cannot be known whether they were sent.
    pub unknown: Vec<UnknownMail>,
    /// The mails of which it is not known yet whether they were sent: the next run finds out.
    pub open: Vec<UnknownMail>,
    /// How many were planned and not tried.
    pub remaining: usize,
    /// Why it ended early.
    pub halt: Option<Halt>,
    /// The limit that delays the rest, and when it resets.
    pub limit: Option<(Limit, Time)>,
}

/// How long to leave a server alone that does not say for how long.
const SOME_TIME: TimeDelta = TimeDelta::minutes(5);

/// The limit an error reports, if any.
pub fn limit_of(error: &ApiError) -> Option<Limit> {
    match error.last() {
        ApiError::RateLimited { retry_after, .. } => {
            let wait = retry_after.and_then(|wait| TimeDelta::from_std(wait).ok());
            Some(Limit::Rate(wait.map_or(SOME_TIME, |wait| wait.max(TimeDelta::seconds(1)))))
        }
        ApiError::WarmUp { .. } => Some(Limit::WarmUp),
        ApiError::Quota { .. } => Some(Limit::Quota),
        _ => None,
    }
}

impl DeliveryOutcome {
    /// The outcome before anything is sent, or if there is nothing to send.
    pub fn nothing(prepared: &Prepared) -> Self {
        let settled = prepared.settled.clone();
        Self {
            planned: prepared.plan.mails() + settled.adopted + settled.unknown.len(),
            found_sent: settled.adopted,
            unknown: settled.unknown,
            remaining: prepared.plan.beyond,
            limit: prepared.limit,
            ..Self::default()
        }
    }

    /// The outcome of a plan that is not even tried.
    pub fn not_tried(prepared: &Prepared, halt: Option<Halt>) -> Self {
        let remaining = prepared.plan.mails() + prepared.plan.beyond;
        Self { remaining, halt, limit: None, ..Self::nothing(prepared) }
    }

    /// Adds a later outcome of the same phase.
    #[must_use]
    pub fn then(mut self, later: Self) -> Self {
        self.failed.extend(later.failed);
        self.unknown.extend(later.unknown);
        let mut both = Self {
            accepted: self.accepted + later.accepted,
            found_sent: self.found_sent + later.found_sent,
            failed: self.failed,
            unknown: self.unknown,
            ..later
        };
        both.planned = both.sent() + both.failed.len() + both.uncertain() + both.remaining;
        both
    }

    /// How many mails the server has.
    pub fn sent(&self) -> usize {
        self.accepted + self.found_sent
    }

    /// How many mails may or may not have been sent.
    pub fn uncertain(&self) -> usize {
        self.unknown.len() + self.open.len()
    }

    /// Why it ended early, in a sentence without a full stop; empty if it did not.
    pub fn why(&self, again: &Action) -> String {
        match &self.halt {
            Some(halt) => halt.failure(again).message,
            None if self.limit.is_some() => "[limits] per_day is reached".to_owned(),
            None => String::new(),
        }
    }

    /// The failure that this outcome is, if any. `again` is the action that continues with the
    /// rest.
    pub fn failure(&self, phase: &str, again: &Action, zone: Tz) -> Option<Failure> {
        let failure = match (self.limit, &self.halt) {
            (Some((limit, ends)), _) => {
                Failure::new(Kind::Limited, self.why(again), go_on(limit, ends, zone, again.clone()))
            }
            // If no mail was refused, the server itself is failing.
            (None, Some(halt @ Halt::TooManyFailures(_))) if self.failed.is_empty() => {
                Failure { kind: Kind::Api, ..halt.failure(again) }
            }
            (None, Some(halt)) => halt.failure(again),
            (None, None) if self.failed.is_empty() && self.uncertain() == 0 => return None,
            (None, None) => {
                let (failed, uncertain) = (self.failed.len(), self.uncertain());
                let mut hint = ways_on(phase, failed, self.unknown.len());
                if !self.open.is_empty() {
                    hint = hint.and(hint!["; ", again.clone(), " again settles the unknown ones"]);
                }
                Failure::new(Kind::Partial, format!("{failed} failed, {uncertain} unknown"), hint)
            }
        };
        let rest = match self.remaining {
            0 => String::new(),
            number => format!("; {} still to be mailed", plural(number, "recipient")),
        };
        Some(Failure { message: failure.message + &rest, ..failure }.with_details(self.named()))
    }

    /// The customers whose mail failed or is unknown, as many as a failure lists; documents list
    /// all.
    fn named(&self) -> Vec<String> {
        const NAMED: usize = 10;
        let unknown = self.unknown.iter().chain(&self.open).map(ToString::to_string);
        let all = self.failed.iter().map(ToString::to_string).chain(unknown);
        let more = (self.failed.len() + self.uncertain()).saturating_sub(NAMED);
        all.take(NAMED).chain((more > 0).then(|| format!("and {more} more: --json lists all"))).collect()
    }
}

/// When to continue, and how.
fn go_on(limit: Limit, ends: Time, zone: Tz, again: Action) -> Hint {
    let day = match limit {
        Limit::Rate(_) => "later",
        Limit::WarmUp | Limit::PerDay => "tomorrow",
        Limit::Quota => "on the first of next month",
    };
    hint!["run ", again, format!(" again {day}, after {}, or use --wait", local(ends, zone))]
}

/// A moment, as people in the campaign's zone read it.
pub fn local(moment: Time, zone: Tz) -> String {
    moment.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z").to_string()
}

/// What to do about mails that failed or are unknown.
pub fn ways_on(phase: &str, failed: usize, unknown: usize) -> Hint {
    let submit = || Action::new("submit").phase(phase);
    let mut hint = hint![Action::new("status"), " lists them"];
    if failed > 0 {
        hint = hint.and(hint!["; ", submit().flag("retry-failed"), " tries the failed ones again"]);
    }
    if unknown > 0 {
        let resend = submit().flag("resend-unknown").option("contact", "ADDRESS");
        hint = hint.and(hint!["; ", resend, " sends an unknown one, perhaps twice"]);
    }
    hint
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(outcome: &DeliveryOutcome) -> String {
        let again = Action::new("submit").phase("announce");
        outcome.failure("announce", &again, Tz::UTC).unwrap().hint.to_string()
    }

    #[test]
    fn open_mails_are_settled_by_the_same_command_and_only_held_ones_are_resent() {
        let one = || vec![UnknownMail { contact: "ann@a.example".to_owned(), why: "redirected".to_owned() }];
        let open = hint(&DeliveryOutcome { open: one(), ..DeliveryOutcome::default() });
        assert!(open.contains("`mmig submit --phase announce` again settles"), "{open}");
        assert!(!open.contains("resend-unknown"), "{open}");
        let held = hint(&DeliveryOutcome { unknown: one(), ..DeliveryOutcome::default() });
        assert!(held.contains("--resend-unknown") && !held.contains("again settles"), "{held}");
    }
}
