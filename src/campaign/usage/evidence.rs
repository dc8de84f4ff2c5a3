//! What usage shows about a customer's stage, by the campaign's rules.

use super::{Calls, Usage};
use crate::campaign::Time;
use crate::campaign::definition::condition::{Condition, Fault};
use crate::campaign::definition::{Campaign, UsageRules};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::stage::{Evidence, Mark, Stage};

/// What is new about a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct News {
    /// The stage shown now, if it is a different one.
    pub mark: Option<Mark>,
    /// Whether they will be done once the old version has been quiet for long enough.
    pub waits: bool,
}

/// The time after which no call of the old version is known. `before` is what was known until now.
///
/// Either a file reports a last old call, or the file itself shows none from now on. If the previous file showed none
/// either, the quiet period continues: each file reaches back to the one before, so a call seen since is one of the
/// new version, whatever the export calls it.
///
/// A known call is never replaced by an earlier one.
pub(super) fn quiet_since(before: Option<&Usage>, reported: &Calls, now: Time) -> Time {
    let last_call = reported.last_seen.unwrap_or(now).min(now);
    let known_call = before.and_then(|before| Some(before.calls.last_seen?.min(before.quiet_since)));
    let is_quiet = |before: &&Usage| !before.unread && before.calls.old_calls == 0 && reported.old_calls == 0;
    let since = before.filter(is_quiet).map_or(last_call, |before| last_call.min(before.quiet_since));
    known_call.map_or(since, |known| since.max(known))
}

/// Which rows a customer is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// All rows.
    Whole,
    /// All rows known to be the customer's, but others may be theirs too.
    Doubtful,
    /// Some of the customer's rows.
    Part,
}

/// One customer's usage, to be judged.
#[derive(Debug)]
pub(super) struct Case<'a> {
    pub campaign: &'a Campaign,
    pub rules: &'a Rules,
    /// The customer, with what was known before.
    pub recipient: &'a Recipient,
    /// What the file reports.
    pub reported: &'a Calls,
    /// What is known now.
    pub usage: &'a Usage,
    pub basis: Basis,
    pub now: Time,
}

impl Case<'_> {
    /// Judges the usage. An error says why a rule cannot be evaluated.
    pub fn judge(&self) -> Result<News, String> {
        let completed = self.basis == Basis::Whole && self.rules.completed(&self.usage.calls)?;
        let done = completed && self.is_quiet();
        let stage = self.recipient.stage();
        if stage == Stage::Completed {
            let relapsed = !done && self.calls_again();
            let mark = if relapsed { Some(self.mark(self.fallen_back_to()?, Evidence::Relapse)) } else { None };
            return Ok(News { mark, waits: false });
        }
        if self.basis == Basis::Part {
            return Ok(News::default());
        }
        let started = stage < Stage::Started && self.rules.started(&self.usage.calls)?;
        let shown = if done && !self.is_overruled(Stage::Completed) {
            Some(Stage::Completed)
        } else {
            Some(Stage::Started).filter(|stage| started && !self.is_overruled(*stage))
        };
        Ok(News { mark: shown.map(|stage| self.mark(stage, Evidence::Usage)), waits: completed && !done })
    }

    fn is_quiet(&self) -> bool {
        let days = self.campaign.local_date(self.now) - self.campaign.local_date(self.usage.quiet_since);
        days.num_days() >= i64::from(self.campaign.usage.quiet_days)
    }

    /// Whether a customer who is done called the old version after that.
    fn calls_again(&self) -> bool {
        let shows_done = |mark: &&Mark| mark.stage == Stage::Completed && mark.by != Evidence::TagGone;
        let Some(completion) = self.recipient.marks.iter().rfind(shows_done) else { return false };
        let before = self.recipient.usage.as_deref();
        let since = match (completion.by, before) {
            // Completion requires the old version to be quiet from then on.
            (Evidence::Usage, Some(before)) => before.quiet_since,
            _ => completion.at,
        };
        let was_quiet = || before.is_some_and(|before| before.calls.old_calls == 0 && before.at >= since);
        self.reported.old_calls > 0 && self.reported.last_seen.map_or_else(was_quiet, |seen| seen > since)
    }

    /// The furthest stage shown by other evidence.
    fn fallen_back_to(&self) -> Result<Stage, String> {
        let started = self.rules.started(&self.usage.calls)?;
        Ok(if started { Stage::Started } else { self.recipient.furthest_short_of_done() })
    }

    /// Whether a person has corrected what usage showed, and usage shows nothing later than that.
    fn is_overruled(&self, stage: Stage) -> bool {
        let marks = &self.recipient.marks;
        let Some(word) = marks.iter().rposition(|mark| mark.by == Evidence::Hand) else { return false };
        let shown_before = marks[..word].iter().any(|mark| mark.by == Evidence::Usage && mark.stage == stage);
        let later = stage == Stage::Completed && self.usage.quiet_since > marks[word].at;
        shown_before && !later
    }

    fn mark(&self, stage: Stage, by: Evidence) -> Mark {
        let Usage { calls: Calls { old_calls, new_calls, .. }, quiet_since, .. } = self.usage;
        let last = if *old_calls > 0 { "last old call" } else { "no old call since" };
        let day = self.campaign.local_date(*quiet_since);
        Mark { stage, at: self.now, by, note: format!("old_calls {old_calls}, new_calls {new_calls}, {last} {day}") }
    }
}

/// The rules for when a customer has started, and when they are done.
#[derive(Debug)]
pub struct Rules {
    started: Condition,
    completed: Condition,
}

impl Rules {
    /// Compiles a campaign's rules.
    pub fn compile(rules: &UsageRules) -> Result<Self, Fault> {
        Ok(Self { started: UsageRules::compile(&rules.started)?, completed: UsageRules::compile(&rules.completed)? })
    }

    /// Whether these numbers show that the customer has started.
    pub fn started(&self, calls: &Calls) -> Result<bool, String> {
        self.started.holds(&numbers(calls))
    }

    /// Whether these numbers show that the customer is done, apart from how long the old version must be
    /// quiet.
    pub fn completed(&self, calls: &Calls) -> Result<bool, String> {
        self.completed.holds(&numbers(calls))
    }
}

fn numbers(calls: &Calls) -> [(&'static str, u64); 2] {
    [("old_calls", calls.old_calls), ("new_calls", calls.new_calls)]
}
