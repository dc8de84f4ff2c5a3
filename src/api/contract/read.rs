//! Parses rows whose format is not guaranteed. A field that is missing or has another type is left out; if it
//! is essential, the row is unreadable, but never the page.

use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, Datelike, NaiveDateTime};
use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::super::error::ApiError;
use crate::campaign::Time;
use crate::campaign::characters::clean;

/// Something parsed from one row of a list.
pub trait FromRow: Sized {
    /// Parses the row; an error says why not, without any address.
    fn from_row(row: &Value) -> Result<Self, String>;
}

/// One row of a list, parsed while the list streams in, so that a long list is never in memory
/// twice.
#[derive(Debug)]
pub struct Row<T>(pub Result<T, String>);

impl<'de, T: FromRow> Deserialize<'de> for Row<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let row = Value::deserialize(deserializer)?;
        Ok(Self(if row.is_object() { T::from_row(&row) } else { Err("it is not an object".to_owned()) }))
    }
}

/// An item of a list.
pub trait InList: FromRow {
    /// What the answer calls the list.
    const LIST: &'static str;
}

/// A list, and the server's other fields.
pub struct List<T> {
    /// The rows.
    pub rows: Vec<Row<T>>,
    /// The other fields.
    pub beside: Map<String, Value>,
    /// Whether there were more rows than are read.
    pub too_many: bool,
}

/// The maximum number of rows of a list: an address book is kept in memory, and half a kilobyte per contact adds
/// up.
const MOST_ROWS: usize = 800_000;

/// The rows that were read.
struct Rows<T> {
    rows: Vec<Row<T>>,
    too_many: bool,
}

impl<'de, T: FromRow> Deserialize<'de> for Rows<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);

        impl<'de, T: FromRow> Visitor<'de> for Reader<T> {
            type Value = Rows<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Rows<T>, A::Error> {
                let mut rows = Vec::new();
                while rows.len() < MOST_ROWS {
                    match items.next_element()? {
                        Some(row) => rows.push(row),
                        None => return Ok(Rows { rows, too_many: false }),
                    }
                }
                let mut too_many = false;
                while items.next_element::<IgnoredAny>()?.is_some() {
                    too_many = true;
                }
                Ok(Rows { rows, too_many })
            }
        }

        deserializer.deserialize_seq(Reader(PhantomData))
    }
}

/// Written by hand: serde's `flatten` would first keep the whole list in another form.
impl<'de, T: InList> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);

        impl<'de, T: InList> Visitor<'de> for Reader<T> {
            type Value = List<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an object with `{}`", T::LIST)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<List<T>, A::Error> {
                let (mut rows, mut beside) = (None, Map::new());
                while let Some(name) = map.next_key::<String>()? {
                    if name == T::LIST {
                        rows = Some(map.next_value::<Rows<T>>()?);
                    } else {
                        beside.insert(name, map.next_value()?);
                    }
                }
                let Rows { rows, too_many } = rows.ok_or_else(|| A::Error::missing_field(T::LIST))?;
                Ok(List { rows, beside, too_many })
            }
        }

        deserializer.deserialize_map(Reader(PhantomData))
    }
}

impl<T> List<T> {
    /// The same, if it is no longer than what is read.
    ///
    /// # Errors
    /// It is: who is not read would count as gone.
    pub fn read_whole(self) -> Result<Self, ApiError> {
        if !self.too_many {
            return Ok(self);
        }
        Err(ApiError::Garbage {
            what: format!("the list has more than {MOST_ROWS} rows, which is the most that is read"),
        })
    }
}

/// The readable rows, and a reason for each of the others. `kind` is what a row represents.
pub fn sort_out<T>(rows: Vec<Row<T>>, kind: &str) -> (Vec<T>, Vec<String>) {
    let mut unreadable = Vec::new();
    // Collected in place, so that a long list is never in memory twice.
    let readable = rows.into_iter().enumerate().filter_map(|(number, Row(row))| {
        row.map_err(|why| unreadable.push(format!("{kind} {} of the server's list: {why}", number + 1))).ok()
    });
    (readable.collect(), unreadable)
}

/// A text, or a number, which some servers use for ids; otherwise empty.
pub fn text(row: &Value, field: &str) -> String {
    match row.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// A text that is not empty.
pub fn some_text(row: &Value, field: &str) -> Option<String> {
    Some(text(row, field)).filter(|text| !text.is_empty())
}

/// A required text.
pub fn needed(row: &Value, field: &str) -> Result<String, String> {
    some_text(row, field).ok_or_else(|| format!("it lacks `{field}`{}", whose(row)))
}

/// The row's id, if it has one, so that people can find it.
pub fn whose(row: &Value) -> String {
    some_text(row, "id").map(|id| format!(" (id {})", clean(&id))).unwrap_or_default()
}

/// A list of texts; a single text is a list of one.
pub fn texts(row: &Value, field: &str) -> Vec<String> {
    match row.get(field) {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// A boolean; some servers write 1 and 0.
pub fn flag(row: &Value, field: &str) -> Option<bool> {
    match row.get(field)? {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => Some(number.as_f64() != Some(0.0)),
        _ => None,
    }
}

/// A moment: ISO 8601, in UTC if it names no zone, or milliseconds since 1970. A year of more than four digits,
/// which our dates cannot represent, is ignored.
pub fn time(row: &Value, field: &str) -> Option<Time> {
    let time = match row.get(field)? {
        Value::String(text) => {
            let zoned = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
            let bare = |format| NaiveDateTime::parse_from_str(text, format).map(|time| time.and_utc());
            zoned.or_else(|_| bare("%Y-%m-%dT%H:%M:%S%.f")).or_else(|_| bare("%Y-%m-%d %H:%M:%S%.f")).ok()
        }
        Value::Number(number) => DateTime::from_timestamp_millis(number.as_i64()?),
        _ => None,
    };
    time.filter(|time| (0..10_000).contains(&time.year()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_moment_is_read_however_it_is_written() {
        let expected = time(&json!({ "t": "2027-01-30T13:00:00Z" }), "t");
        assert!(expected.is_some());
        for written in [
            json!("2027-01-30T14:00:00+01:00"),
            json!("2027-01-30T13:00:00.000Z"),
            json!("2027-01-30T13:00:00"),
            json!("2027-01-30 13:00:00"),
            json!(1_801_314_000_000_i64),
        ] {
            assert_eq!(time(&json!({ "t": written }), "t"), expected, "{written}");
        }
        for nonsense in
            [json!("soon"), json!(null), json!(true), json!(1e300), json!(""), json!(1_000_000_000_000_000_i64)]
        {
            assert_eq!(time(&json!({ "t": nonsense }), "t"), None);
        }
    }

    #[test]
    fn values_of_another_kind_are_left_out() {
        let row = json!({ "id": 7, "name": null, "to": ["a", 1, null], "one": "a", "active": 1, "off": 0 });
        assert_eq!(text(&row, "id"), "7");
        assert_eq!(text(&row, "name"), "");
        assert_eq!(texts(&row, "to"), ["a"]);
        assert_eq!(texts(&row, "one"), ["a"]);
        assert_eq!((flag(&row, "active"), flag(&row, "off"), flag(&row, "to")), (Some(true), Some(false), None));
    }
}
