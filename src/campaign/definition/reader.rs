//! The campaign from the view of one segment's customers: their own deadline, and every date that
//! depends on it.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::{OffsetName, Tz};
use schemars::JsonSchema;
use serde::Serialize;
use strum::Display;

use super::schedule::{Anchor, Distance, Length, NamedDate, Start};
use super::{Campaign, Phase, Segment, When};
use crate::campaign::Time;
use crate::campaign::moment::LocalMoment;

/// The timing of a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Timing {
    /// Its date is still to come.
    Early,
    /// Its date has come, or it needs none, and it may be submitted.
    Due,
    /// Its date is more than `max_late` days past, or its reader's deadline has passed.
    Late,
    /// It has no date: it is due for each customer who is done.
    OnCompletion,
}

/// A campaign from the view of one segment's customers; without a segment, of those without their own deadline.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    campaign: &'a Campaign,
    segment: Option<&'a Segment>,
}

/// A date of `[campaign.dates]`, for a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReaderDate<'a> {
    /// Its name.
    pub name: &'a str,
    /// When it begins.
    pub start: LocalMoment,
    /// When it ends, if it lasts for a while.
    pub end: Option<LocalMoment>,
    /// Whether it is history: a text may name it after it has passed.
    pub past: bool,
    /// Whether it moves with the deadline.
    pub moves: bool,
}

impl ReaderDate<'_> {
    /// Its last moment.
    pub fn last(&self) -> LocalMoment {
        self.end.unwrap_or(self.start)
    }
}

impl Campaign {
    /// The campaign from the view of a segment's customers.
    pub fn reader(&self, segment: &str) -> Reader<'_> {
        Reader::of(self, self.segment(segment))
    }

    /// The campaign from the view of customers without their own deadline.
    pub fn everybody(&self) -> Reader<'_> {
        Reader::of(self, None)
    }
}

impl<'a> Reader<'a> {
    /// The reader for a segment's customers.
    pub fn of(campaign: &'a Campaign, segment: Option<&'a Segment>) -> Self {
        Self { campaign, segment }
    }

    /// The campaign.
    pub fn campaign(&self) -> &'a Campaign {
        self.campaign
    }

    /// The segment's name; empty for everyone.
    pub fn segment(&self) -> &'a str {
        self.segment.map_or("", |segment| &segment.name)
    }

    /// Their deadline.
    pub fn deadline(&self) -> LocalMoment {
        self.segment.and_then(|segment| segment.deadline).unwrap_or(self.campaign.deadline)
    }

    /// The last moment at which the old version works for them. A date without a time ends with its
    /// last second.
    pub fn ends_at(&self) -> Time {
        self.moment(self.deadline().last())
    }

    /// The address of their guide.
    pub fn guide_url(&self) -> Option<&'a str> {
        let own = self.segment.and_then(|segment| segment.guide_url.as_deref());
        own.or(self.campaign.guide_url.as_deref())
    }

    /// How they get help.
    pub fn support(&self) -> Option<&'a str> {
        let own = self.segment.and_then(|segment| segment.support.as_deref());
        own.or(self.campaign.support.as_deref())
    }

    /// Whole days from a moment's date to their deadline; negative once it has passed.
    pub fn days_left(&self, moment: Time) -> i64 {
        (self.deadline().date - self.campaign.local_date(moment)).num_days()
    }

    /// The dates of the campaign, for them.
    pub fn dates(self) -> impl Iterator<Item = ReaderDate<'a>> {
        self.campaign.dates.iter().filter_map(move |date| self.named(date))
    }

    /// The date with this name.
    pub fn date(self, name: &str) -> Option<ReaderDate<'a>> {
        self.dates().find(|date| date.name == name)
    }

    /// A date of the campaign; `None` if it is out of range.
    pub(super) fn named(self, date: &'a NamedDate) -> Option<ReaderDate<'a>> {
        let (start, past, moves) = match date.start {
            Start::At(at) => (at, false, false),
            Start::Past(at) => (at, true, false),
            Start::FromDeadline(distance) => {
                let LocalMoment { date, time } = self.deadline();
                (LocalMoment { date: distance.from(date)?, time }, false, true)
            }
        };
        let end = match date.length {
            None => None,
            Some(Length::Until(end)) => Some(end),
            Some(Length::Lasts(lasting)) => {
                // Three hours are three hours, even if the clocks change in between.
                let end = self.moment(start.first()).checked_add_signed(lasting.0)?;
                let local = end.with_timezone(&self.campaign.zone).naive_local();
                Some(LocalMoment { date: local.date(), time: Some(local.time()) })
            }
        };
        Some(ReaderDate { name: &date.name, start, end, past, moves })
    }

    /// The local time at which a phase is due for them; `None` for one without a date.
    pub fn due_local(&self, phase: &Phase) -> Option<NaiveDateTime> {
        let When::Dated(due) = &phase.when else { return None };
        let date = match &due.of {
            Anchor::Deadline => due.distance.from(self.deadline().date)?,
            Anchor::Date(name) => {
                let date = self.date(name)?;
                let day = if matches!(due.distance, Distance::After(_)) { date.last() } else { date.start };
                due.distance.from(day.date)?
            }
        };
        Some(date.and_time(phase.send_time.unwrap_or(self.campaign.send_time)))
    }

    /// The moment a phase is due for them; `None` for one without a date.
    pub fn due(&self, phase: &Phase) -> Option<Time> {
        self.campaign.moment(self.due_local(phase)?)
    }

    /// The last moment at which a phase may be submitted to them; `None` for one without a date. A phase that counts
    /// days before a date is no longer true after their deadline, whatever `max_late` allows.
    pub fn latest(&self, phase: &Phase) -> Option<Time> {
        // Calendars do not support more than a hundred years.
        let late = TimeDelta::days(self.campaign.limits.max_late.min(36_525).into());
        let latest = self.due(phase)? + late;
        let ends = [self.announced_end(phase), (!phase.may_follow_deadline()).then(|| self.ends_at())];
        Some(ends.into_iter().flatten().fold(latest, Time::min))
    }

    /// The end of the date of `[campaign.dates]` that a phase counts its days before: it speaks of something to come.
    pub fn announced_end(&self, phase: &Phase) -> Option<Time> {
        let When::Dated(due) = &phase.when else { return None };
        match (&due.of, due.distance) {
            (Anchor::Date(name), Distance::Before(_)) => Some(self.moment(self.date(name)?.last().last())),
            _ => None,
        }
    }

    /// The timing of a phase for them at `now`.
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

    /// The phases that are due for them after this one, in order of time. Empty for a phase without a date.
    pub fn phases_after(&self, phase: &Phase) -> Vec<(&'a Phase, NaiveDateTime)> {
        let Some(own) = self.due_local(phase) else { return Vec::new() };
        let phases = self.campaign.phases.iter().filter(|next| next.is_for(self.segment()));
        let due = phases.filter_map(|next| Some((next, self.due_local(next)?)));
        let mut later: Vec<_> = due.filter(|(_, due)| *due > own).collect();
        later.sort_by_key(|(_, due)| *due);
        later
    }

    /// Whether a phase is another one once more: of the same template, due at the same time.
    pub fn repeats(&self, phase: &Phase, other: &Phase) -> bool {
        let same_mail = phase.name != other.name && phase.template() == other.template();
        same_mail && self.due_local(phase).is_some_and(|due| self.due_local(other) == Some(due))
    }

    /// The name of the time zone in force at a local time, such as CEST, and its offset from UTC.
    pub fn zone_at(&self, local: NaiveDateTime) -> ZoneInForce {
        let moment = self.moment(local).with_timezone(&self.campaign.zone);
        ZoneInForce::of(&moment)
    }

    /// The moment of a local time; one that is out of range counts as never.
    fn moment(&self, local: NaiveDateTime) -> Time {
        self.campaign.moment(local).unwrap_or_else(|| chrono::Utc.from_utc_datetime(&local))
    }
}

/// The time zone in force in a place on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneInForce {
    /// Its abbreviation, such as CEST; or `UTC+03:00` if it has none.
    pub name: String,
    /// Its offset from UTC.
    pub ahead: TimeDelta,
}

impl ZoneInForce {
    /// The zone in force at a moment.
    pub fn of(moment: &chrono::DateTime<Tz>) -> Self {
        use chrono::Offset;
        let ahead = TimeDelta::seconds(moment.offset().fix().local_minus_utc().into());
        let own = moment.offset().abbreviation().filter(|name| name.chars().all(|c| c.is_ascii_alphabetic()));
        let (sign, minutes) = (if ahead < TimeDelta::zero() { '-' } else { '+' }, ahead.num_minutes().abs());
        let name = own.map_or_else(|| format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60), str::to_owned);
        Self { name, ahead }
    }
}

/// What a date in a text may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOf<'a> {
    /// The reader's own deadline.
    Deadline,
    /// A date of `[campaign.dates]`: its start, its end or a day in between.
    Named(ReaderDate<'a>),
    /// The day a phase is due for the reader.
    Phase(&'a str),
}

/// The dates that a phase's text may name for a reader, and the days on which it may be sent.
#[derive(Debug, Clone)]
pub struct TellableDates<'a> {
    /// The reader.
    pub reader: Reader<'a>,
    /// The first and the last day on which the text may be sent; `None` if the phase has no date.
    pub leaves: Option<(NaiveDate, NaiveDate)>,
    dates: Vec<(DateOf<'a>, NaiveDate, NaiveDate)>,
}

impl<'a> Reader<'a> {
    /// The dates that a phase's text may name for them.
    pub fn tellable(&self, phase: &Phase) -> TellableDates<'a> {
        let campaign = self.campaign;
        let day = |at: Time| campaign.local_date(at);
        let deadline = self.deadline().date;
        let mut dates = vec![(DateOf::Deadline, deadline, deadline)];
        dates.extend(self.dates().map(|date| (DateOf::Named(date), date.start.date, date.last().date)));
        let phases = campaign.phases.iter().filter(|own| own.is_for(self.segment()));
        let due = phases.filter_map(|own| Some((DateOf::Phase(&own.name), self.due_local(own)?.date())));
        dates.extend(due.map(|(what, day)| (what, day, day)));
        let leaves = self.due(phase).zip(self.latest(phase)).map(|(due, latest)| (day(due), day(latest)));
        TellableDates { reader: *self, leaves, dates }
    }
}

impl<'a> TellableDates<'a> {
    /// What a day means among these dates; empty if the text must not name it.
    pub fn on(&self, day: NaiveDate) -> impl Iterator<Item = DateOf<'a>> {
        self.all().filter(move |(_, first, last)| (*first..=*last).contains(&day)).map(|(what, ..)| what)
    }

    /// All of them, each with its first and its last day.
    pub fn all(&self) -> impl Iterator<Item = (DateOf<'a>, NaiveDate, NaiveDate)> {
        self.dates.iter().copied()
    }

    /// The dates that have passed on the first day on which the text may be sent, although they are not marked
    /// as history.
    pub fn passed(&self) -> impl Iterator<Item = ReaderDate<'a>> {
        let leaves = self.leaves.map(|(first, _)| first);
        self.all().filter_map(move |(what, _, last)| match what {
            DateOf::Named(date) if !date.past && leaves.is_some_and(|first| last < first) => Some(date),
            _ => None,
        })
    }
}
