//! Which item that needs attention comes first, and the command for it.

use std::collections::HashSet;

use super::attention::{Alike, Attention, gathered};
use super::overview::Overview;
use crate::campaign::hint::Action;
use crate::campaign::mail::Outcome;

/// How urgent an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pressure {
    /// It comes before anything else is sent: mails wait that are wrong, or customers have what is wrong.
    BeforeSending,
    /// It comes after what is due, and before what is due later.
    AfterSending,
}

/// The kinds that have a command, the most urgent first. The others need a person's work or decision.
const KINDS: [(&str, Pressure); 12] = [
    ("too-late-to-withdraw", Pressure::BeforeSending),
    ("to-withdraw", Pressure::BeforeSending),
    ("old-deadline", Pressure::BeforeSending),
    ("stale", Pressure::BeforeSending),
    ("unsettled", Pressure::BeforeSending),
    ("told-other-date", Pressure::BeforeSending),
    ("outdated", Pressure::BeforeSending),
    ("overdue-run", Pressure::AfterSending),
    ("not-approved", Pressure::AfterSending),
    ("rejected", Pressure::AfterSending),
    ("failed", Pressure::AfterSending),
    ("cancelled", Pressure::AfterSending),
];

/// The kinds whose command names these customers, and not the whole phase.
const BY_CUSTOMER: [&str; 2] = ["too-late-to-withdraw", "stale"];

/// With more customers than this, no one would type the command.
const NAMED: usize = 3;

/// The most urgent item, and what to do about it.
#[derive(Debug)]
pub(super) struct Pressing<'a> {
    pub first: &'a Attention,
    /// How many customers it concerns; 0 where it concerns none in particular.
    pub customers: usize,
    pub action: Action,
}

/// The most urgent item of this urgency.
pub(super) fn most_pressing(overview: &Overview, pressure: Pressure) -> Option<Pressing<'_>> {
    let alike = gathered(&overview.attention);
    let kinds = KINDS.iter().filter(|(_, own)| *own == pressure);
    kinds.into_iter().find_map(|(kind, _)| {
        let mut of_kind = alike.iter().filter(|item| item.first.kind == *kind);
        of_kind.find_map(|item| {
            let action = action(overview, item)?;
            Some(Pressing { first: item.first, customers: item.contacts.len(), action })
        })
    })
}

/// Its command: the first in its message, unless a person has to complete it.
fn action(overview: &Overview, item: &Alike<'_>) -> Option<Action> {
    let action = item.first.message.actions().next()?;
    if action.is_template() {
        return None;
    }
    if !BY_CUSTOMER.contains(&item.first.kind) {
        return Some(action.clone());
    }
    let phase = item.first.phase.as_deref()?;
    let waiting = [Outcome::PendingApproval, Outcome::Scheduled, Outcome::Submitted];
    let line = overview.phases.iter().find(|line| line.name == phase);
    let waiting: usize = line.map_or(0, |line| waiting.into_iter().map(|outcome| line.count(outcome)).sum());
    Some(match item.contacts.len() {
        // All that wait: the whole phase.
        all if all >= waiting => action.clone(),
        few if few <= NAMED => action.clone().options("contact", item.contacts.iter().copied()),
        _ => Action::new("review").phase(phase),
    })
}

/// How many mails wait for an approval that a reviewer may give.
pub(super) fn approvable(overview: &Overview) -> usize {
    let held: usize = overview.phases.iter().map(|line| line.count(Outcome::PendingApproval)).sum();
    let is_wrong = |item: &&Attention| matches!(item.kind, "stale" | "older-text");
    let wrong: HashSet<_> =
        overview.attention.iter().filter(is_wrong).map(|item| (&item.phase, &item.contact)).collect();
    held.saturating_sub(wrong.len())
}
