//! Submitting phases: plan, gates, delivery. `submit` and `remind` are two ways to ask for it.

mod carry_out;
mod changes;
pub mod deliver;
mod done;
mod linted;
mod outlook;
mod prepare;
mod rounds;
mod settling;
mod watch;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::campaign::decide::admission::Reason;
use crate::campaign::decide::gates::{Refusal, Wish};
use crate::campaign::decide::plan::Scope;
use crate::campaign::definition::Phase;
use outlook::Outlook;

pub use done::{Done, listed, ways_on};
pub use prepare::{Prepared, refused};
pub use rounds::{Conduct, Part, Submitted, submit};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// The phase.
    pub phase: &'a Phase,
    /// Only this segment.
    pub segment: Option<&'a str>,
    /// At most so many mails.
    pub limit: Option<usize>,
    /// Only so many mails, spread over all texts.
    pub canary: Option<usize>,
    /// Mails that failed, were rejected or withdrawn are sent again.
    pub retry_failed: bool,
    /// Keys of recipients whose unknown mail is sent again; if there are any, nobody else is mailed.
    pub resend_unknown: Vec<String>,
    /// When they are to leave.
    pub wish: Wish,
    /// The command that goes on where this one stops.
    pub again: String,
}

impl Order<'_> {
    fn scope(&self) -> Scope<'_> {
        match self.segment {
            _ if !self.resend_unknown.is_empty() => Scope::These(&self.resend_unknown),
            Some(segment) => Scope::Segment(segment),
            None => Scope::Everybody,
        }
    }
}

/// The plan's part of `--json`.
pub fn plan_json(prepared: &Prepared) -> Map<String, Value> {
    let plan = &prepared.plan;
    let excluded: BTreeMap<String, usize> =
        plan.excluded.iter().map(|(reason, keys)| (reason.to_string(), keys.len())).collect();
    let (failed, unknown) = &prepared.earlier;
    let data = json!({
        "already": plan.already, "excluded": excluded, "unsettled": plan.unsettled.len(), "send_at": prepared.send_at,
        "outlook": prepared.outlook.as_ref().map(Outlook::to_json),
        "earlier": { "failures": listed(failed, "words"), "unknowns": listed(unknown, "why") },
    });
    data.as_object().cloned().unwrap_or_default()
}

/// The plan as lines for a person.
pub fn plan_text(prepared: &Prepared, order: &Order<'_>, leaving: &str) -> String {
    let plan = &prepared.plan;
    let mut text = format!("phase {}: {} to send, {leaving}\n", order.phase.name, plan.sends.len());
    if !order.resend_unknown.is_empty() && !plan.sends.is_empty() {
        text.push_str("  whether an earlier mail reached them is not known: they may get it a second time\n");
    }
    if !plan.unsettled.is_empty() {
        text.push_str(&format!("  {} from an interrupted run are settled first\n", plan.unsettled.len()));
    }
    if plan.already > 0 {
        text.push_str(&format!("  {} have it already\n", plan.already));
    }
    for (reason, keys) in &plan.excluded {
        text.push_str(&format!("  {} {}\n", keys.len(), told(*reason)));
    }
    if prepared.limit.is_some() {
        text.push_str(&format!("  {} wait for another day\n", prepared.beyond));
    }
    text.extend(prepared.outlook.as_ref().map(Outlook::text));
    text
}

/// A reason as a person reads it after a number.
pub fn told(reason: Reason) -> &'static str {
    match reason {
        Reason::Done => "done: not mailed",
        Reason::FurtherAlong => "further along than this phase is for: not mailed",
        Reason::NotCompleted => "not done yet: they get it when they are",
        Reason::OldDateUnderWay => {
            "wait: a mail with another deadline is not out yet; `mmig cancel` it, or `mmig track`"
        }
        Reason::NothingToCorrect => "go by the right deadline, or hear of it in a later phase: not mailed",
        Reason::Left => "left the campaign: not mailed",
        Reason::Suppressed => "on the suppression list: reach them another way",
        Reason::DuplicateAddress => "share an address that is mailed once",
        Reason::InvalidAddress => "have an address that cannot be mailed: reach them another way",
        Reason::BouncedBefore => "bounced before: reach them another way",
        Reason::Unanswered => {
            "wrote and wait for an answer: reminded once `mmig track --clear --contact` says it is given"
        }
        Reason::FailedBefore => "failed before: --retry-failed tries again",
        Reason::Rejected => "rejected by a reviewer: correct, draft, then --retry-failed",
        Reason::Cancelled => "withdrawn: --retry-failed sends them again",
        Reason::Unknown => "unknown whether it was sent: held, see `mmig status`",
        Reason::NotReviewed => "held: their tags or usage changed into a text nobody reviewed; draft again",
        Reason::NoUsage => {
            "held: the text tells numbers of their usage, which are not known; `mmig track --usage FILE`"
        }
    }
}

/// Refusals as details of a failure.
pub fn refusal_lines(refusals: &[Refusal]) -> Vec<String> {
    refusals.iter().map(|refusal| format!("{}; {}", refusal.what, refusal.way_out)).collect()
}
