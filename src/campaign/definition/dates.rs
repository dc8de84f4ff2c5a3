//! When phases are due, and how that depends on the deadline.

use chrono::{LocalResult, NaiveDate, NaiveDateTime, TimeDelta, TimeZone};

use crate::campaign::Time;
use crate::campaign::definition::reader::Reader;
use crate::campaign::definition::{Campaign, Phase, When};
use crate::campaign::moment::LocalMoment;

pub use crate::campaign::definition::reader::Timing;

impl Campaign {
    /// When a phase is due for the first of its readers; `None` for one without a date: it waits for each customer to
    /// finish, or is due at once. A segment with its own deadline has its own due date: see [`Reader::due`].
    pub fn due(&self, phase: &Phase) -> Option<Time> {
        self.readers(phase).filter_map(|reader| reader.due(phase)).min()
    }

    /// The moment of a local time in the campaign's zone.
    pub fn moment(&self, local: NaiveDateTime) -> Option<Time> {
        // A time that is skipped in spring counts as an hour later; one that is repeated in autumn, as the
        // first.
        let found = match self.zone.from_local_datetime(&local) {
            LocalResult::None => self.zone.from_local_datetime(&(local + TimeDelta::hours(1))).earliest(),
            found => found.earliest(),
        };
        found.map(|moment| moment.to_utc())
    }

    /// The last moment at which a phase may be submitted to the last of its readers; `None` for one without a date.
    pub(crate) fn latest(&self, phase: &Phase) -> Option<Time> {
        self.readers(phase).filter_map(|reader| reader.latest(phase)).max()
    }

    /// The last day, in the campaign's zone, on which a phase may be submitted; `None` for one without a date.
    pub fn last_day(&self, phase: &Phase) -> Option<NaiveDate> {
        self.latest(phase).map(|latest| self.local_date(latest))
    }

    /// The timing of a phase at `now`: due if it is for at least one of its readers.
    pub fn timing(&self, phase: &Phase, now: Time) -> Timing {
        let timings: Vec<Timing> = self.readers(phase).map(|reader| reader.timing(phase, now)).collect();
        let first = |wanted: Timing| timings.iter().copied().find(|timing| *timing == wanted);
        let without_date = if phase.when == When::DeadlineMoved { Timing::Due } else { Timing::OnCompletion };
        let found = first(Timing::Due).or_else(|| first(Timing::Early)).or_else(|| first(Timing::Late));
        found.unwrap_or(without_date)
    }

    /// The date in the campaign's zone.
    pub(crate) fn local_date(&self, moment: Time) -> NaiveDate {
        moment.with_timezone(&self.zone).date_naive()
    }

    /// The local time in the campaign's zone, as people read it.
    pub(crate) fn local_time(&self, moment: Time) -> LocalMoment {
        let local = moment.with_timezone(&self.zone).naive_local();
        LocalMoment { date: local.date(), time: Some(local.time()) }
    }

    /// Whole days from that date to the campaign's deadline, which applies to segments without their own; negative once
    /// it has passed.
    pub fn days_left(&self, moment: Time) -> i64 {
        self.everybody().days_left(moment)
    }

    /// One reader for each segment a phase is for.
    pub fn readers<'a>(&'a self, phase: &'a Phase) -> impl Iterator<Item = Reader<'a>> {
        let segments = self.segments.iter().filter(|segment| phase.is_for(&segment.name));
        segments.map(|segment| Reader::of(self, Some(segment)))
    }

    /// The latest deadline that any customer has.
    pub fn last_deadline(&self) -> LocalMoment {
        let own = self.segments.iter().map(|segment| segment.deadline.unwrap_or(self.deadline));
        own.max().unwrap_or(self.deadline)
    }
}
