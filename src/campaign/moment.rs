//! How times and dates are stored: as strings in JSON, as native dates (without quotes) in the ledger's
//! TOML.
//!
//! For `#[serde(with = "moment")]`, or `moment::optional` for an optional one.

use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Time;

/// The name of the newtype that tells a serde format that this text needs no quotes.
pub(crate) const BARE: &str = "mmig::moment";

/// A time or a date.
pub(crate) trait Moment: Serialize + Sized {
    /// Parses RFC 3339; `None` for any other text.
    fn read(text: &str) -> Option<Self>;
}

impl Moment for Time {
    fn read(text: &str) -> Option<Self> {
        // Nearly all are written `2027-01-30T13:00:00Z`, and parsing times takes much of the time to read a
        // large ledger.
        let whole_seconds = || {
            let (date, time) = text.as_bytes().split_at_checked(10)?;
            let &[b'T', h, hh, b':', m, mm, b':', s, ss, b'Z'] = time else { return None };
            Some(read_date(date)?.and_hms_opt(number([h, hh])?, number([m, mm])?, number([s, ss])?)?.and_utc())
        };
        whole_seconds().or_else(|| Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc()))
    }
}

impl Moment for NaiveDate {
    fn read(text: &str) -> Option<Self> {
        read_date(text.as_bytes())
    }
}

impl Moment for LocalMoment {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// A day, or a time on a day, in the campaign's zone. As an end, a day without a time means its
/// last second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LocalMoment {
    /// The day.
    pub date: NaiveDate,
    /// The time; `None` means the whole day.
    pub time: Option<NaiveTime>,
}

impl LocalMoment {
    /// Its start: midnight for a whole day.
    pub fn first(self) -> NaiveDateTime {
        self.date.and_time(self.time.unwrap_or(NaiveTime::MIN))
    }

    /// Its end: the last second of a whole day.
    pub fn last(self) -> NaiveDateTime {
        let last_second = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or(NaiveTime::MIN);
        self.date.and_time(self.time.unwrap_or(last_second))
    }

    /// `Friday, 30 April 2027`, with the time if it has one.
    pub fn in_words(self) -> String {
        let time = self.time.map(|time| time.format(", %H:%M").to_string()).unwrap_or_default();
        format!("{}{time}", self.date.format("%A, %-d %B %Y"))
    }

    /// As in TOML and JSON: `2027-04-30`, `2027-04-30T14:00:00`.
    pub fn iso(self) -> String {
        Written(self).to_string()
    }

    fn write(self, f: &mut fmt::Formatter<'_>, between: char) -> fmt::Result {
        fmt::Display::fmt(&self.date, f)?;
        match self.time {
            None => Ok(()),
            Some(time) if between == ' ' && time.second() == 0 => write!(f, " {}", time.format("%H:%M")),
            Some(time) => write!(f, "{between}{}", time.format("%H:%M:%S")),
        }
    }
}

impl From<NaiveDate> for LocalMoment {
    fn from(date: NaiveDate) -> Self {
        Self { date, time: None }
    }
}

impl Default for LocalMoment {
    fn default() -> Self {
        NaiveDate::default().into()
    }
}

impl Ord for LocalMoment {
    fn cmp(&self, other: &Self) -> Ordering {
        let place = |own: &Self| (own.last(), own.time.is_none());
        place(self).cmp(&place(other))
    }
}

impl PartialOrd for LocalMoment {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As people read it: `2027-04-30`, `2027-04-30 14:00`.
impl fmt::Display for LocalMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, ' ')
    }
}

/// A text that is neither a date nor a local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write a date, or a date with a time: 2027-04-30 or 2027-04-30T14:00")]
pub struct NoMoment;

impl FromStr for LocalMoment {
    type Err = NoMoment;

    fn from_str(text: &str) -> Result<Self, NoMoment> {
        let (date, time) = text.split_once(['T', ' ']).map_or((text, None), |(date, time)| (date, Some(time)));
        let date = read_date(date.as_bytes()).ok_or(NoMoment)?;
        let read = |time: &str| {
            let whole = |form| NaiveTime::parse_from_str(time, form).ok();
            whole("%H:%M:%S").or_else(|| whole("%H:%M")).ok_or(NoMoment)
        };
        Ok(Self { date, time: time.map(read).transpose()? })
    }
}

/// As in TOML and JSON: `2027-04-30`, `2027-04-30T14:00:00`.
struct Written(LocalMoment);

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, 'T')
    }
}

impl Serialize for LocalMoment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Written(*self))
    }
}

impl<'de> Deserialize<'de> for LocalMoment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

impl JsonSchema for LocalMoment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LocalMoment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A date (2027-04-30), or a date with a time (2027-04-30T14:00:00), in the campaign's time zone.",
        })
    }
}

fn read_date(text: &[u8]) -> Option<NaiveDate> {
    let &[y, yy, yyy, yyyy, b'-', m, mm, b'-', d, dd] = text else { return None };
    let year = number([y, yy])? * 100 + number([yyy, yyyy])?;
    NaiveDate::from_ymd_opt(year.try_into().ok()?, number([m, mm])?, number([d, dd])?)
}

fn number([tens, ones]: [u8; 2]) -> Option<u32> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    Some(digit(tens)? * 10 + digit(ones)?)
}

pub(crate) fn serialize<S: Serializer>(moment: &impl Moment, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_newtype_struct(BARE, moment)
}

pub(crate) fn deserialize<'de, M: Moment, D: Deserializer<'de>>(deserializer: D) -> Result<M, D::Error> {
    deserializer.deserialize_newtype_struct(BARE, Reader(PhantomData))
}

/// A moment that may be absent; the field needs a `default`.
pub(crate) mod optional {
    use super::{Deserializer, Moment, Serializer};

    #[expect(clippy::ref_option, reason = "serde passes the field")]
    pub(crate) fn serialize<S: Serializer>(moment: &Option<impl Moment>, serializer: S) -> Result<S::Ok, S::Error> {
        match moment {
            Some(moment) => super::serialize(moment, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, M: Moment, D: Deserializer<'de>>(deserializer: D) -> Result<Option<M>, D::Error> {
        super::deserialize(deserializer).map(Some)
    }
}

struct Reader<M>(PhantomData<M>);

impl<'de, M: Moment> Visitor<'de> for Reader<M> {
    type Value = M;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time or date (RFC 3339)")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<M, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<M, E> {
        M::read(text).ok_or_else(|| E::custom(format_args!("`{text}` is not a time or date as expected here")))
    }

    /// The `toml` crate's representation of a time: a table with one field, its text.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<M, A::Error> {
        let field = map.next_entry::<IgnoredAny, String>()?;
        self.visit_str(&field.map(|(_, text)| text).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_or_a_time_on_it_is_read_as_it_is_written() {
        for (text, shown, json) in [
            ("2027-04-30", "2027-04-30", "\"2027-04-30\""),
            ("2027-04-30T14:00:00", "2027-04-30 14:00", "\"2027-04-30T14:00:00\""),
            ("2027-04-30 14:00", "2027-04-30 14:00", "\"2027-04-30T14:00:00\""),
            ("2027-04-30T14:00:05", "2027-04-30 14:00:05", "\"2027-04-30T14:00:05\""),
        ] {
            let moment: LocalMoment = text.parse().unwrap();
            assert_eq!((moment.to_string().as_str(), serde_json::to_string(&moment).unwrap().as_str()), (shown, json));
            assert_eq!(serde_json::from_str::<LocalMoment>(json).unwrap(), moment);
        }
        for text in ["", "30 April", "2027-02-30", "2027-04-30T25:00", "2027-04-30T14:00Z", "2027-04-30T"] {
            assert!(text.parse::<LocalMoment>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_whole_day_ends_after_every_time_on_it() {
        let moment = |text: &str| text.parse::<LocalMoment>().unwrap();
        assert!(moment("2027-04-30T23:59:59") < moment("2027-04-30"));
        assert!(moment("2027-04-30") < moment("2027-05-01T00:00"));
    }
}
