//! A table of the snapshot, read field by field: from a line as we write it (see `inline`), or from whatever TOML says
//! the same.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate};
use compact_str::CompactString;

use crate::campaign::Time;

/// A table being read. Fields are asked for once, in the order they are written in; none may be left in the end.
pub(super) trait Table<'a>: Sized {
    /// What the table stands for, as an error names it.
    fn what(&self) -> &'static str;

    /// Takes out a text.
    fn text(&mut self, key: &str) -> Result<Option<Cow<'a, str>>, String>;

    /// Takes out what is written without quotes: a time, a date, a number, a yes or no.
    fn bare(&mut self, key: &str) -> Result<Option<Cow<'a, str>>, String>;

    /// Takes out a list of texts.
    fn texts(&mut self, key: &str) -> Result<Vec<CompactString>, String>;

    /// Takes out a table that stands for `what`.
    fn table<T>(
        &mut self,
        key: &str,
        what: &'static str,
        read: impl Fn(&mut Self) -> Result<T, String>,
    ) -> Result<Option<T>, String>;

    /// Takes out a list of tables, each standing for `what`.
    fn tables<T>(
        &mut self,
        key: &str,
        what: &'static str,
        read: impl Fn(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String>;

    fn missing(&self, key: &str) -> String {
        format!("{} has no `{key}`", self.what())
    }

    fn is_no(&self, key: &str, kind: &str) -> String {
        format!("`{key}` of {} is no {kind}", self.what())
    }

    fn needed_text(&mut self, key: &str) -> Result<Cow<'a, str>, String> {
        self.text(key)?.ok_or_else(|| self.missing(key))
    }

    /// A text that is empty where it is not there.
    fn words<T: From<Cow<'a, str>> + Default>(&mut self, key: &str) -> Result<T, String> {
        Ok(self.text(key)?.map(T::from).unwrap_or_default())
    }

    fn chosen<T: FromStr<Err: Display>>(&mut self, key: &str) -> Result<Option<T>, String> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        text.parse().map(Some).map_err(|error| format!("`{key}` of {} is `{text}`: {error}", self.what()))
    }

    fn needed<T: FromStr<Err: Display>>(&mut self, key: &str) -> Result<T, String> {
        self.chosen(key)?.ok_or_else(|| self.missing(key))
    }

    fn time(&mut self, key: &str) -> Result<Option<Time>, String> {
        let Some(text) = self.bare(key)? else { return Ok(None) };
        let any = || DateTime::parse_from_rfc3339(&text).ok().map(|time| time.to_utc());
        our_time(&text).or_else(any).map(Some).ok_or_else(|| self.is_no(key, "time"))
    }

    fn needed_time(&mut self, key: &str) -> Result<Time, String> {
        self.time(key)?.ok_or_else(|| self.missing(key))
    }

    fn needed_date(&mut self, key: &str) -> Result<NaiveDate, String> {
        let text = self.bare(key)?.ok_or_else(|| self.missing(key))?;
        our_date(text.as_bytes()).ok_or_else(|| self.is_no(key, "date"))
    }

    fn number(&mut self, key: &str) -> Result<Option<u64>, String> {
        let Some(text) = self.bare(key)? else { return Ok(None) };
        // A number with a leading zero is none in TOML.
        let number = text.parse().ok().filter(|number: &u64| number.to_string() == *text);
        number.map(Some).ok_or_else(|| self.is_no(key, "whole number from 0 up"))
    }

    fn flag(&mut self, key: &str) -> Result<bool, String> {
        match self.bare(key)?.as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(self.is_no(key, "yes or no")),
        }
    }
}

/// How long a time is as we write it, in bytes.
pub(super) const OUR_TIME: usize = 20;

/// A time as we write it, `2027-01-30T13:00:00Z`: much of reading a large ledger is reading times.
pub(super) fn our_time(text: &str) -> Option<Time> {
    let (date, time) = text.as_bytes().split_at_checked(10)?;
    let &[b'T', h, hh, b':', m, mm, b':', s, ss, b'Z'] = time else { return None };
    Some(our_date(date)?.and_hms_opt(number([h, hh])?, number([m, mm])?, number([s, ss])?)?.and_utc())
}

fn our_date(text: &[u8]) -> Option<NaiveDate> {
    let &[y, yy, yyy, yyyy, b'-', m, mm, b'-', d, dd] = text else { return None };
    let year = number([y, yy])? * 100 + number([yyy, yyyy])?;
    NaiveDate::from_ymd_opt(year.try_into().ok()?, number([m, mm])?, number([d, dd])?)
}

fn number([tens, ones]: [u8; 2]) -> Option<u32> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    Some(digit(tens)? * 10 + digit(ones)?)
}

/// A table that a TOML reader has read.
pub(super) struct Parsed {
    what: &'static str,
    fields: toml::Table,
}

impl Parsed {
    /// Reads a table that stands for `what`.
    pub(super) fn read<T>(
        value: toml::Value,
        what: &'static str,
        read: impl Fn(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        let toml::Value::Table(fields) = value else { return Err(format!("{what} is no table")) };
        let mut table = Self { what, fields };
        let read = read(&mut table)?;
        // A field we do not know was written by somebody who means something by it: it must not be lost.
        match table.fields.keys().next() {
            None => Ok(read),
            Some(key) => Err(format!("{what} has `{key}`, which there is not")),
        }
    }

    fn list(&mut self, key: &str) -> Result<Vec<toml::Value>, String> {
        match self.fields.remove(key) {
            None => Ok(Vec::new()),
            Some(toml::Value::Array(items)) => Ok(items),
            Some(_) => Err(self.is_no(key, "list")),
        }
    }
}

impl<'a> Table<'a> for Parsed {
    fn what(&self) -> &'static str {
        self.what
    }

    fn text(&mut self, key: &str) -> Result<Option<Cow<'a, str>>, String> {
        match self.fields.remove(key) {
            None => Ok(None),
            Some(toml::Value::String(text)) => Ok(Some(text.into())),
            Some(_) => Err(self.is_no(key, "text")),
        }
    }

    fn bare(&mut self, key: &str) -> Result<Option<Cow<'a, str>>, String> {
        match self.fields.remove(key) {
            None => Ok(None),
            Some(toml::Value::Datetime(time)) => Ok(Some(time.to_string().into())),
            Some(toml::Value::Integer(number)) => Ok(Some(number.to_string().into())),
            Some(toml::Value::Boolean(flag)) => Ok(Some(flag.to_string().into())),
            Some(_) => Err(self.is_no(key, "time, number, yes or no")),
        }
    }

    fn texts(&mut self, key: &str) -> Result<Vec<CompactString>, String> {
        let text = |item| match item {
            toml::Value::String(text) => Ok(text.into()),
            _ => Err(format!("one of the `{key}` is no text")),
        };
        self.list(key)?.into_iter().map(text).collect()
    }

    fn table<T>(
        &mut self,
        key: &str,
        what: &'static str,
        read: impl Fn(&mut Self) -> Result<T, String>,
    ) -> Result<Option<T>, String> {
        self.fields.remove(key).map(|value| Self::read(value, what, read)).transpose()
    }

    fn tables<T>(
        &mut self,
        key: &str,
        what: &'static str,
        read: impl Fn(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        self.list(key)?.into_iter().map(|item| Self::read(item, what, &read)).collect()
    }
}
