//! How times and dates are stored: as text in JSON, in TOML's own notation (without quotes) in the ledger.
//!
//! For `#[serde(with = "moment")]`, or `moment::optional` where there may be none.

use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, NaiveDate};
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserializer, Serialize, Serializer};

use super::Time;

/// The name of the newtype that says to a serde format: this text needs no quotes.
pub(crate) const BARE: &str = "mmig::moment";

/// A time or a date.
pub(crate) trait Moment: Serialize + Sized {
    /// Reads RFC 3339; `None` where the text is something else.
    fn read(text: &str) -> Option<Self>;
}

impl Moment for Time {
    fn read(text: &str) -> Option<Self> {
        // Nearly all are written `2027-01-30T13:00:00Z`, and much of reading a large ledger is reading times.
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

    /// What the `toml` crate gives in place of a time: a table with one field, its text.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<M, A::Error> {
        let field = map.next_entry::<IgnoredAny, String>()?;
        self.visit_str(&field.map(|(_, text)| text).unwrap_or_default())
    }
}
