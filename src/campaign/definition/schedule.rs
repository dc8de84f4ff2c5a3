//! The parts of a campaign's dates: days before or after something, hours, durations.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use chrono::{Days, NaiveDate, TimeDelta};
use thiserror::Error;

use crate::campaign::moment::LocalMoment;

/// A number of days before or after something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Distance {
    /// This many days before it.
    Before(u32),
    /// This many days after its end.
    After(u32),
}

impl Distance {
    /// The day at this distance from another; `None` if it is out of range.
    pub fn from(self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Before(days) => day.checked_sub_days(Days::new(days.into())),
            Self::After(days) => day.checked_add_days(Days::new(days.into())),
        }
    }

    /// The number of days after it; negative before it.
    pub fn days(self) -> i64 {
        match self {
            Self::Before(days) => -i64::from(days),
            Self::After(days) => days.into(),
        }
    }
}

impl Ord for Distance {
    fn cmp(&self, other: &Self) -> Ordering {
        let place = |own: &Self| (own.days(), matches!(own, Self::After(_)));
        place(self).cmp(&place(other))
    }
}

impl PartialOrd for Distance {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Distance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before(1) => f.write_str("1 day before"),
            Self::Before(days) => write!(f, "{days} days before"),
            Self::After(1) => f.write_str("1 day after"),
            Self::After(days) => write!(f, "{days} days after"),
        }
    }
}

/// The date from which a phase counts its days.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// The reader's deadline.
    Deadline,
    /// An entry of `[campaign.dates]`, by name.
    Date(String),
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadline => f.write_str("the deadline"),
            Self::Date(name) => name.fmt(f),
        }
    }
}

/// The day on which a phase is due.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DueDay {
    /// The date it counts from.
    pub of: Anchor,
    /// How far from it.
    pub distance: Distance,
}

/// An entry of `[campaign.dates]`: a date besides the deadline that texts may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedDate {
    /// Its name: templates write `dates.NAME`.
    pub name: String,
    /// When it starts.
    pub start: Start,
    /// When it ends, if it lasts for a while.
    pub length: Option<Length>,
}

/// When a date of the campaign starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At its own moment: it does not move with the deadline.
    At(LocalMoment),
    /// The same, in the past: texts may name it as history.
    Past(LocalMoment),
    /// Counted from the reader's deadline: it moves with it.
    FromDeadline(Distance),
}

/// How long something lasts that starts at a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// This long.
    Lasts(Lasting),
    /// Until this moment.
    Until(LocalMoment),
}

/// A duration as people write it: `3h`, `90m`, `2d`, `1h30m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lasting(pub TimeDelta);

/// A text that is not a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a length of time")]
pub struct NoLength;

impl FromStr for Lasting {
    type Err = NoLength;

    fn from_str(text: &str) -> Result<Self, NoLength> {
        let mut minutes: i64 = 0;
        let mut rest: &str = &text.split_whitespace().collect::<String>();
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or(NoLength)?;
            let number: u16 = rest[..digits].parse().map_err(|_| NoLength)?;
            let letters = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |end| digits + end);
            let minutes_each = match &rest[digits..letters] {
                "m" | "min" => 1,
                "h" => 60,
                "d" => 24 * 60,
                _ => return Err(NoLength),
            };
            minutes += i64::from(number) * minutes_each;
            rest = &rest[letters..];
        }
        if minutes == 0 { Err(NoLength) } else { Ok(Self(TimeDelta::minutes(minutes))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_read_in_its_usual_forms() {
        let minutes = |text: &str| text.parse::<Lasting>().map(|lasting| lasting.0.num_minutes());
        for (text, expected) in [("3h", 180), ("90m", 90), ("90 min", 90), ("2d", 2880), ("1h30m", 90), ("1h 30m", 90)]
        {
            assert_eq!(minutes(text), Ok(expected), "{text}");
        }
        for text in ["", "3", "h", "3 hours", "0h", "-3h", "3.5h", "3h?", "99999999999h"] {
            assert_eq!(minutes(text), Err(NoLength), "{text}");
        }
    }

    #[test]
    fn days_before_come_before_days_after() {
        let mut distances = [Distance::After(0), Distance::Before(7), Distance::After(3), Distance::Before(0)];
        distances.sort();
        assert_eq!(distances, [Distance::Before(7), Distance::Before(0), Distance::After(0), Distance::After(3)]);
    }
}
