//! Whether everyone will be done in time, at the pace of the last two weeks.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::Serialize;

use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::definition::stage::Stage;
use crate::campaign::mail::Mail;
use crate::campaign::moment::LocalMoment;
use crate::campaign::people::recipient::Recipient;

/// Whether everyone will be done in time, with a sentence that says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Forecast {
    /// The forecast as data.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The forecast as one sentence without a full stop, with its numbers.
    pub in_words: String,
}

/// What can be said about the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// Everyone is done.
    Done,
    /// The deadline has passed.
    Over {
        /// How many were not done.
        missed: usize,
    },
    /// It is too early for a forecast.
    TooLittle {
        /// Why.
        why: String,
    },
    /// The outcome at the pace of the last days.
    AtThisPace {
        /// The number of days looked back.
        days: i64,
        /// How many were found done in them.
        completed: usize,
        /// How many are not done.
        behind: usize,
        /// Whole days to the deadline; to the last one if there are several.
        days_left: i64,
        /// How many of those will be done by their deadline.
        will_complete: usize,
        /// How many will not.
        will_miss: usize,
    },
}

/// The number of days over which the pace is measured.
const WINDOW: i64 = 14;
/// Before customers have known for this many days, a low number means nothing.
const LEAST_DAYS: i64 = 7;
/// A lower number, except zero, may be chance.
const LEAST_COMPLETED: usize = 3;

/// Counts who is done and how fast, in one pass over the recipients.
#[derive(Debug, Clone)]
pub struct Pace {
    now: Time,
    /// When the first mail reached anyone.
    first_mail: Option<Time>,
    /// When the ledger was last made of what the server knows: who became done before that is not known by its day.
    rebuilt: Option<Time>,
    /// By deadline: a segment may have its own.
    groups: BTreeMap<LocalMoment, Group>,
}

/// Customers with the same deadline.
#[derive(Debug, Clone, Default)]
struct Group {
    done: usize,
    behind: usize,
    /// How many were found done in the window, because of something that happened after they were
    /// recorded.
    recent: usize,
}

impl Pace {
    /// Of the days before `now`, in a ledger that was `rebuilt` then, if ever.
    pub fn until(now: Time, rebuilt: Option<Time>) -> Self {
        Self { now, first_mail: None, rebuilt, groups: BTreeMap::new() }
    }

    /// Counts a recipient of the cohort with this stage and deadline.
    pub fn count(&mut self, recipient: &Recipient, stage: Stage, deadline: LocalMoment) {
        let group = self.groups.entry(deadline).or_default();
        let first_mail = recipient.mails.iter().filter_map(Mail::reached_at).min();
        self.first_mail = [self.first_mail, first_mail].into_iter().flatten().min();
        if stage < Stage::Completed {
            group.behind += 1;
            return;
        }
        group.done += 1;
        let start = self.now - TimeDelta::days(WINDOW);
        // A recipient who was done before we found them shows nothing about the pace; older marks need no
        // closer look.
        let lately = recipient.marks.last().is_some_and(|mark| mark.at > start);
        let completed = if lately { recipient.completed_at() } else { None };
        group.recent += usize::from(completed.is_some_and(|at| at > start && at > recipient.since));
    }

    /// The forecast as of `now`.
    pub fn forecast(&self, campaign: &Campaign, now: Time) -> Forecast {
        let verdict = self.verdict(campaign, now);
        let own: Vec<String> = self.groups.keys().map(ToString::to_string).collect();
        let deadline = match own.as_slice() {
            [] => campaign.deadline.to_string(),
            [one] => one.clone(),
            several => format!("their deadlines ({})", several.join(", ")),
        };
        Forecast { in_words: verdict.in_words(&deadline), verdict }
    }

    fn verdict(&self, campaign: &Campaign, now: Time) -> Verdict {
        let sum = |number: fn(&Group) -> usize| self.groups.values().map(number).sum::<usize>();
        let (done, behind, recent) = (sum(|own| own.done), sum(|own| own.behind), sum(|own| own.recent));
        let today = campaign.local_date(now);
        let days_to = |deadline: &LocalMoment| (deadline.date - today).num_days();
        let days_left = self.groups.keys().map(days_to).max().unwrap_or_else(|| campaign.days_left(now));
        let known = self.first_mail.map_or(0, |first| (now - first).num_days());
        let since_rebuilt = self.rebuilt.map_or(known, |rebuilt| (now - rebuilt).num_days());
        if behind == 0 && done > 0 {
            Verdict::Done
        } else if behind > 0 && days_left < 0 {
            Verdict::Over { missed: behind }
        } else if known < LEAST_DAYS {
            Verdict::TooLittle { why: format!("the first mail has not been out for {LEAST_DAYS} days") }
        } else if since_rebuilt < LEAST_DAYS {
            let day = self.rebuilt.map(|rebuilt| campaign.local_date(rebuilt).to_string()).unwrap_or_default();
            Verdict::TooLittle {
                why: format!("the ledger was rebuilt on {day}, and it is unknown who finished before that"),
            }
        } else if (1..LEAST_COMPLETED).contains(&recent) {
            Verdict::TooLittle { why: format!("only {recent} found done in the last {WINDOW} days") }
        } else {
            let days = WINDOW.min(known).min(since_rebuilt);
            let whole = |days: i64| usize::try_from(days).unwrap_or(0);
            let in_time = |(deadline, group): (&LocalMoment, &Group)| {
                (group.recent * whole(days_to(deadline)) / whole(days).max(1)).min(group.behind)
            };
            let will_complete = self.groups.iter().map(in_time).sum();
            let will_miss = behind - will_complete;
            Verdict::AtThisPace { days, completed: recent, behind, days_left, will_complete, will_miss }
        }
    }
}

impl Verdict {
    fn in_words(&self, deadline: &str) -> String {
        match self {
            Self::Done => "everyone is done".to_owned(),
            Self::Over { missed } => format!("{missed} were not done by {deadline}"),
            Self::TooLittle { why } => format!("too little to tell whether all will be done by {deadline}: {why}"),
            Self::AtThisPace { days, completed: 0, behind, .. } => {
                format!("no one finished in the last {days} days; at this rate {behind} will miss {deadline}")
            }
            Self::AtThisPace { days, completed, behind, will_complete, will_miss, .. } => {
                let pace = per_day(*completed, *days);
                let pace = format!("at the pace of the last {days} days ({completed} found done, {pace} a day)");
                match will_miss {
                    0 => format!("{pace} the {behind} who are behind will be done by {deadline}"),
                    _ => {
                        format!("{pace} {will_complete} more will be done by {deadline}; {will_miss} will miss it")
                    }
                }
            }
        }
    }
}

/// With one decimal place, rounded.
fn per_day(completed: usize, days: i64) -> String {
    let days = usize::try_from(days).unwrap_or(1).max(1);
    let tenths = (completed * 10 + days / 2) / days;
    format!("{}.{}", tenths / 10, tenths % 10)
}
