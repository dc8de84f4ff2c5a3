//! What carrying out a plan came to, and what there is to do about it.

use chrono::TimeDelta;
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::{Order, Prepared};
use crate::api::ApiError;
use crate::app::failure::{Failure, Kind};
use crate::app::remote;
use crate::app::submit::deliver::Halt;
use crate::campaign::Time;
use crate::campaign::decide::limit::Limit;
use crate::campaign::plural;

/// Recipients, and what there is to say of each: address and words.
pub type Told = Vec<(String, String)>;

/// What carrying out a plan came to.
#[derive(Debug, Default)]
pub struct Done {
    /// What it set out to do, in mails.
    pub planned: usize,
    /// The server has them, for the first time.
    pub accepted: usize,
    /// The server had them from an interrupted run.
    pub found_sent: usize,
    /// The server refused them, in its own words.
    pub failed: Told,
    /// Whether they were sent cannot be told, and why: they are held.
    pub unknown: Told,
    /// Whether they were sent cannot be told yet, and why: the next run finds out.
    pub open: Told,
    /// Planned, and not tried.
    pub remaining: usize,
    /// Why it ended early.
    pub halt: Option<Halt>,
    /// The limit that keeps the remaining ones waiting, and when it ends.
    pub limit: Option<(Limit, Time)>,
}

/// A server that wants to be left alone and does not say for how long.
const SOME_TIME: TimeDelta = TimeDelta::minutes(5);

/// The limit an error tells of, if any.
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

impl Done {
    /// What a plan comes to before anything is sent, or where there is nothing to send.
    pub fn nothing(prepared: &Prepared) -> Self {
        let settled = prepared.settled.clone();
        let planned = prepared.plan.mails() + settled.adopted + settled.unknown.len();
        let (found_sent, unknown, remaining) = (settled.adopted, settled.unknown, prepared.beyond);
        Self { planned, found_sent, unknown, remaining, limit: prepared.limit, ..Self::default() }
    }

    /// What a plan comes to that is not even tried.
    pub fn not_tried(prepared: &Prepared, halt: Option<Halt>) -> Self {
        Self { remaining: prepared.plan.mails() + prepared.beyond, halt, limit: None, ..Self::nothing(prepared) }
    }

    /// This and what came after it, of the same phase.
    #[must_use]
    pub fn then(self, later: Self) -> Self {
        let mut both = Self {
            accepted: self.accepted + later.accepted,
            found_sent: self.found_sent + later.found_sent,
            failed: [self.failed, later.failed].concat(),
            unknown: [self.unknown, later.unknown].concat(),
            ..later
        };
        let told = both.failed.len() + both.unknown.len() + both.open.len();
        both.planned = both.accepted + both.found_sent + told + both.remaining;
        both
    }

    /// Those of whom it is not known whether they have it, with why.
    pub fn uncertain(&self) -> Told {
        [self.unknown.as_slice(), &self.open].concat()
    }

    /// The outcome's part of `--json`.
    pub fn to_json(&self) -> Map<String, Value> {
        let uncertain = self.uncertain();
        let data = json!({
            "planned": self.planned, "accepted": self.accepted + self.found_sent, "failed": self.failed.len(), "unknown": uncertain.len(),
            "remaining": self.remaining, "failures": listed(&self.failed, "words"), "unknowns": listed(&uncertain, "why"),
            "resumes": self.limit.map(|(_, ends)| ends),
        });
        data.as_object().cloned().unwrap_or_default()
    }

    /// Why it ended early, in a sentence without a full stop; empty if it did not.
    pub fn why(&self) -> String {
        match &self.halt {
            Some(Halt::Interrupted) => "interrupted; what was in flight is finished and recorded".to_owned(),
            Some(Halt::Api(error)) => error.to_string(),
            Some(Halt::Disabled(why)) => format!("the account may not send: {why}"),
            Some(Halt::TooManyFailures(number)) => format!("stopped after {number} failures in a row"),
            Some(Halt::Bounces(bounces)) => format!(
                "stopped: {} of {} mails came back ({:.1} %), and above 5 % the account is suspended",
                bounces.bounced,
                bounces.known,
                bounces.percent()
            ),
            Some(Halt::Ledger(error)) => format!("stopped sending: {error}"),
            None if self.limit.is_some() => "[limits] per_day is reached".to_owned(),
            None => String::new(),
        }
    }

    /// The failure this amounts to, if any.
    pub fn failure(&self, order: &Order<'_>, zone: Tz) -> Option<Failure> {
        let rest = match self.remaining {
            0 => String::new(),
            number => format!("; {} still to be mailed", plural(number, "recipient")),
        };
        let Some((kind, hint)) = self.ended_early(order, zone) else { return self.partly(order, &rest) };
        let failure = Failure::new(kind, format!("{}{rest}", self.why()), hint);
        let uncertain = self.uncertain();
        let told = !(self.failed.is_empty() && uncertain.is_empty());
        Some(if told { failure.with_details(words(&self.failed, &uncertain)) } else { failure })
    }

    /// What kind of early end it is, and what to do.
    fn ended_early(&self, order: &Order<'_>, zone: Tz) -> Option<(Kind, String)> {
        let again = &order.again;
        if let Some((limit, ends)) = self.limit {
            return Some((Kind::Limited, go_on(limit, ends, zone, again)));
        }
        Some(match self.halt.as_ref()? {
            Halt::Interrupted => (Kind::Interrupted, format!("`{again}` goes on with them")),
            Halt::Api(error) => {
                let Failure { kind, hint, .. } = remote::failure(error.clone());
                let hint = hint.to_string();
                (kind, if kind == Kind::Auth { hint } else { format!("{hint}; `{again}` goes on with them") })
            }
            Halt::Disabled(_) => (Kind::Partial, format!("settle it with MultiMail; then `{again}` goes on")),
            // Where nobody was refused, it is the server that fails.
            Halt::TooManyFailures(_) => {
                let kind = if self.failed.is_empty() { Kind::Api } else { Kind::Partial };
                (kind, format!("find out why (`mmig status`); then `{again}` goes on with them"))
            }
            Halt::Bounces(_) => {
                let hint = format!(
                    "correct the addresses that `mmig status` lists; then raise [limits] max_bounces, and `{again}` goes on"
                );
                (Kind::Partial, hint)
            }
            Halt::Ledger(error) => (Kind::Ledger, error.hint()),
        })
    }

    /// The failure of a run that went to its end, and not well for everybody.
    fn partly(&self, order: &Order<'_>, rest: &str) -> Option<Failure> {
        let (failed, uncertain) = (self.failed.len(), self.uncertain());
        if failed == 0 && uncertain.is_empty() {
            return None;
        }
        let message = format!("{failed} failed, {} unknown{rest}", uncertain.len());
        let hint = ways_on(&order.phase.name, failed, uncertain.len());
        Some(Failure::new(Kind::Partial, message, hint).with_details(words(&self.failed, &uncertain)))
    }
}

/// When to go on, and how.
fn go_on(limit: Limit, ends: Time, zone: Tz, again: &str) -> String {
    let day = match limit {
        Limit::Rate(_) => "later",
        Limit::WarmUp | Limit::PerDay => "tomorrow",
        Limit::Quota => "on the first of next month",
    };
    let ends = local(ends, zone);
    format!("{day}, from {ends} on, `{again}` goes on with them; --wait waits for that")
}

/// A moment as people in the campaign's zone read it.
pub fn local(moment: Time, zone: Tz) -> String {
    moment.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z").to_string()
}

/// Recipients for `--json`; `name` is the key of what is said of them.
pub fn listed(told: &Told, name: &str) -> Vec<Value> {
    told.iter().map(|(contact, words)| json!({ "contact": contact, name: words })).collect()
}

/// What there is to do about mails that failed or are unknown.
pub fn ways_on(phase: &str, failed: usize, unknown: usize) -> String {
    let submit = format!("mmig submit --phase {phase}");
    let retry = format!("`{submit} --retry-failed` tries the failed ones again");
    let resend = format!("`{submit} --resend-unknown --contact ADDRESS` sends an unknown one, perhaps twice");
    let ways = [(failed, retry), (unknown, resend)].into_iter().filter(|(number, _)| *number > 0).map(|(_, way)| way);
    std::iter::once("`mmig status` lists them".to_owned()).chain(ways).collect::<Vec<_>>().join("; ")
}

/// How many recipients a failure names on screen; `--json` has all.
const NAMED: usize = 10;

fn words(failed: &Told, unknown: &Told) -> Vec<String> {
    let all: Vec<_> = failed.iter().chain(unknown).map(|(contact, words)| format!("{contact}: {words}")).collect();
    let more = all.len().saturating_sub(NAMED);
    let mut lines: Vec<String> = all.into_iter().take(NAMED).collect();
    if more > 0 {
        lines.push(format!("and {more} more: --json lists all"));
    }
    lines
}
