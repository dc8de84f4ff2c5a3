//! When phases are due: counted back from the deadline in the campaign's own zone, then turned into UTC.

use chrono::{Days, LocalResult, NaiveDate, NaiveDateTime, TimeDelta, TimeZone};
use schemars::JsonSchema;
use serde::Serialize;
use strum::Display;

use crate::campaign::Time;
use crate::campaign::definition::{Campaign, Phase, When};

/// Where a phase stands against the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Timing {
    /// Its date is still to come.
    Early,
    /// Its date has come, or it needs none, and it may be submitted.
    Due,
    /// Its date is more than `max_late` days past.
    Late,
    /// It has no date: it is due for each customer who is done.
    OnCompletion,
}

impl Campaign {
    /// The moment a phase is due; `None` for one without a date: it waits for each customer's completion, or is due at
    /// once.
    pub fn due(&self, phase: &Phase) -> Option<Time> {
        let When::Before(days) = phase.when else { return None };
        let date = self.deadline.checked_sub_days(Days::new(days.into()))?;
        self.moment(date.and_time(self.send_time))
    }

    /// The moment of a local time in the campaign's zone.
    pub fn moment(&self, local: NaiveDateTime) -> Option<Time> {
        // A time the clocks skip in spring is taken an hour later; one they repeat in autumn, the first time.
        let found = match self.zone.from_local_datetime(&local) {
            LocalResult::None => self.zone.from_local_datetime(&(local + TimeDelta::hours(1))).earliest(),
            found => found.earliest(),
        };
        found.map(|moment| moment.to_utc())
    }

    /// The last moment at which a phase may be submitted; `None` for one without a date.
    pub(crate) fn latest(&self, phase: &Phase) -> Option<Time> {
        // More than a hundred years is more than calendars carry.
        self.due(phase).map(|due| due + TimeDelta::days(self.limits.max_late.min(36_525).into()))
    }

    /// The last day, in the campaign's zone, on which a phase may be submitted; `None` for one without a date.
    pub fn last_day(&self, phase: &Phase) -> Option<NaiveDate> {
        self.latest(phase).map(|latest| self.local_date(latest))
    }

    /// Where a phase stands at `now`.
    pub fn timing(&self, phase: &Phase, now: Time) -> Timing {
        if phase.when == When::DeadlineMoved {
            return Timing::Due;
        }
        let (Some(due), Some(latest)) = (self.due(phase), self.latest(phase)) else { return Timing::OnCompletion };
        if now < due {
            Timing::Early
        } else if now <= latest {
            Timing::Due
        } else {
            Timing::Late
        }
    }

    /// The date in the campaign's zone.
    pub(crate) fn local_date(&self, moment: Time) -> NaiveDate {
        moment.with_timezone(&self.zone).date_naive()
    }

    /// Whole days from that date to the deadline; negative once it has passed.
    pub fn days_left(&self, moment: Time) -> i64 {
        (self.deadline - self.local_date(moment)).num_days()
    }
}
