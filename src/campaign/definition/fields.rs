//! Reads a TOML table field by field, so that all its errors are found at once.
//!
//! serde stops at the first error; someone with five typos wants five findings.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};
use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use crate::campaign::definition::problem::{Problem, Source, nearest};
use crate::campaign::moment::LocalMoment;

/// A table that `campaign.toml` may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// How it is written, such as `[api]` or `[[phase]]`; the file's name for the top level.
    pub name: &'static str,
    /// The keys it may have.
    pub keys: Vec<Key>,
}

/// A key that a table may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What to write, in words; for a table, its heading.
    pub wanted: &'static str,
    /// Whether it is required.
    pub required: bool,
}

/// The findings so far, and the keys that were looked up.
pub(super) struct Findings {
    pub source: Arc<Source>,
    problems: RefCell<Vec<Problem>>,
    tables: RefCell<Vec<Table>>,
}

impl Findings {
    pub fn new(source: Arc<Source>) -> Self {
        Self { source, problems: RefCell::default(), tables: RefCell::default() }
    }

    pub fn error(&self, span: Range<usize>, what: impl Into<String>, fix: impl Into<String>) {
        self.problems.borrow_mut().push(Problem::error(&self.source, span, what, fix));
    }

    /// The tables that were read, each with the keys that were looked up.
    pub fn into_tables(self) -> Vec<Table> {
        self.tables.into_inner()
    }

    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.span.start);
        problems
    }
}

/// A value and its position.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    pub value: T,
    pub span: Range<usize>,
}

impl<T> At<T> {
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> At<U> {
        At { value: change(self.value), span: self.span }
    }
}

/// A kind of value a field can have.
pub(super) trait Kind: Sized {
    /// An example of what to write.
    const WANTED: &'static str;
    fn read(value: &DeValue<'_>) -> Option<Self>;
}

impl Kind for String {
    const WANTED: &'static str = "a quoted string";
    fn read(value: &DeValue<'_>) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl Kind for bool {
    const WANTED: &'static str = "true or false";
    fn read(value: &DeValue<'_>) -> Option<Self> {
        value.as_bool()
    }
}

impl Kind for u32 {
    const WANTED: &'static str = "a whole number, 0 or more";
    fn read(value: &DeValue<'_>) -> Option<Self> {
        let number = value.as_integer()?;
        Self::from_str_radix(number.as_str(), number.radix()).ok()
    }
}

impl Kind for f64 {
    const WANTED: &'static str = "a number, 0 or more, such as 10.0";
    fn read(value: &DeValue<'_>) -> Option<Self> {
        let text = value.as_float().map(|float| float.as_str().to_owned());
        let number: Self = text.or_else(|| u32::read(value).map(|whole| whole.to_string()))?.parse().ok()?;
        (number.is_finite() && number >= 0.0).then_some(number)
    }
}

impl Kind for LocalMoment {
    const WANTED: &'static str = "a date or a local time without quotes, such as 2027-04-30 or 2027-04-30T14:00:00 (without a zone: the campaign's applies)";
    fn read(value: &DeValue<'_>) -> Option<Self> {
        let Datetime { date: Some(date), time, offset: None } = value.as_datetime()? else { return None };
        let time = match time {
            None => None,
            Some(time) => {
                let (hour, minute, second) = (time.hour, time.minute, time.second.unwrap_or(0));
                Some(NaiveTime::from_hms_opt(hour.into(), minute.into(), second.into())?)
            }
        };
        Some(Self { date: NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())?, time })
    }
}

impl Kind for NaiveTime {
    const WANTED: &'static str = "a local time without quotes, such as 14:00:00";
    fn read(value: &DeValue<'_>) -> Option<Self> {
        let Datetime { date: None, time: Some(time), offset: None } = value.as_datetime()? else { return None };
        Self::from_hms_opt(time.hour.into(), time.minute.into(), time.second.unwrap_or(0).into())
    }
}

impl Kind for Vec<String> {
    const WANTED: &'static str = "a list of strings, such as [\"rest\", \"webhooks\"]";
    fn read(value: &DeValue<'_>) -> Option<Self> {
        value.as_array()?.iter().map(|item| String::read(item.get_ref())).collect()
    }
}

/// One text, or several alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Texts(pub Vec<String>);

impl Kind for Texts {
    const WANTED: &'static str = "a quoted string, or a list of strings";
    fn read(value: &DeValue<'_>) -> Option<Self> {
        String::read(value).map(|text| vec![text]).or_else(|| Vec::read(value)).map(Self)
    }
}

impl Kind for Map<String, Value> {
    const WANTED: &'static str = "a table of values";
    fn read(value: &DeValue<'_>) -> Option<Self> {
        Some(value.as_table()?.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect())
    }
}

/// A TOML value, as templates see it.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => text.to_string().into(),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or_else(|_| number.as_str().into(), Into::into)
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or_else(|_| number.as_str().into(), Into::into),
        DeValue::Boolean(flag) => (*flag).into(),
        DeValue::Datetime(datetime) => datetime.to_string().into(),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            Value::Object(table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect())
        }
    }
}

/// A table being read. Every field is looked up once; [`Fields::finish`] reports the unknown ones.
pub(super) struct Fields<'a, 'i> {
    findings: &'a Findings,
    table: &'a DeTable<'i>,
    /// The table as users know it: `[campaign]`, `[[phase]]`.
    name: &'static str,
    /// Where to point if something is missing.
    span: Range<usize>,
    asked: RefCell<Vec<Key>>,
}

impl<'a, 'i> Fields<'a, 'i> {
    pub fn new(findings: &'a Findings, table: &'a DeTable<'i>, name: &'static str, span: Range<usize>) -> Self {
        Self { findings, table, name, span, asked: RefCell::default() }
    }

    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Whether the field is present, whatever its value.
    pub fn has(&self, key: &str) -> bool {
        self.table.keys().any(|name| name.get_ref() == key)
    }

    /// The field's value, if it is present and of this kind.
    pub fn optional<T: Kind>(&self, key: &'static str) -> Option<At<T>> {
        let value = self.value(key, T::WANTED)?;
        let read = T::read(value.get_ref());
        if read.is_none() {
            let found = value.get_ref().type_str();
            self.findings.error(
                value.span(),
                format!("`{key}` in {} is not what it should be ({found})", self.name),
                format!("write {}", T::WANTED),
            );
        }
        read.map(|read| At { value: read, span: value.span() })
    }

    /// The field's value; reports an error if it is absent.
    pub fn required<T: Kind>(&self, key: &'static str) -> Option<At<T>> {
        let value = self.value(key, T::WANTED);
        self.asked.borrow_mut().iter_mut().filter(|asked| asked.name == key).for_each(|asked| asked.required = true);
        if value.is_none() {
            self.findings.error(
                self.span(),
                format!("{} has no `{key}`", self.name),
                format!("add `{key}`: {}", T::WANTED),
            );
        }
        self.optional(key)
    }

    /// The one table `[key]`, if present.
    pub fn table(&self, key: &'static str, name: &'static str) -> Option<Fields<'a, 'i>> {
        let value = self.value(key, name)?;
        let Some(table) = value.get_ref().as_table() else {
            self.findings.error(value.span(), format!("`{key}` is not a table"), format!("write it as {name}"));
            return None;
        };
        Some(Fields::new(self.findings, table, name, value.span()))
    }

    /// The tables under `key` with names that the file's authors chose. `name` shows how one is written.
    pub fn named_tables(&self, key: &'static str, name: &'static str) -> Vec<(At<String>, Fields<'a, 'i>)> {
        let Some(value) = self.value(key, name) else { return Vec::new() };
        let Some(entries) = value.get_ref().as_table() else {
            self.findings.error(value.span(), format!("`{key}` is not a table"), format!("write it as {name}"));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for (own, value) in entries {
            if let Some(table) = value.get_ref().as_table() {
                let own = At { value: own.get_ref().to_string(), span: own.span() };
                tables.push((own.clone(), Fields::new(self.findings, table, name, own.span)));
            } else {
                let what = format!("`{}` in `{key}` is not a table", own.get_ref());
                self.findings.error(value.span(), what, "write it as in { on = 2027-04-30 }");
            }
        }
        // The parser sorts them; the author's order says which comes first.
        tables.sort_by_key(|(own, _)| own.span.start);
        tables
    }

    /// All tables `[[key]]`.
    pub fn tables(&self, key: &'static str, name: &'static str) -> Vec<Fields<'a, 'i>> {
        let Some(value) = self.value(key, name) else { return Vec::new() };
        let items = value.get_ref().as_array().map(|array| array.iter().collect::<Vec<_>>());
        let tables = items.and_then(|items| {
            items.into_iter().map(|item| Some((item.get_ref().as_table()?, item.span()))).collect::<Option<Vec<_>>>()
        });
        let Some(tables) = tables else {
            self.findings.error(
                value.span(),
                format!("`{key}` is not a list of tables"),
                format!("write each one as {name}"),
            );
            return Vec::new();
        };
        tables.into_iter().map(|(table, span)| Fields::new(self.findings, table, name, span)).collect()
    }

    /// The names of the tables under `key`, whatever else is wrong with them.
    pub fn names(&self, key: &str, field: &str) -> Vec<At<String>> {
        let tables = self.table.get(key).and_then(|value| value.get_ref().as_array());
        let named = |table: &Spanned<DeValue<'_>>| {
            let name = table.get_ref().as_table()?.get(field)?;
            Some(At { value: String::read(name.get_ref())?, span: name.span() })
        };
        tables.into_iter().flat_map(|tables| tables.iter()).filter_map(named).collect()
    }

    /// The keys of the table under `key`, in the order of the file, whatever else is wrong with it.
    pub fn keys_of(&self, key: &str) -> Vec<At<String>> {
        let table = self.table.get(key).and_then(|value| value.get_ref().as_table());
        let mut keys: Vec<_> = table
            .into_iter()
            .flat_map(|table| table.keys().map(|key| At { value: key.get_ref().to_string(), span: key.span() }))
            .collect();
        keys.sort_by_key(|key| key.span.start);
        keys
    }

    /// Reports unknown keys.
    pub fn finish(self) {
        let keys = self.asked.into_inner();
        let asked: Vec<&str> = keys.iter().map(|key| key.name).collect();
        for key in self.table.keys().filter(|key| !asked.contains(&key.get_ref().as_ref())) {
            let fix = match nearest(key.get_ref(), asked.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None if self.name == TOP => format!("it may have {}", asked.join(", ")),
                None => {
                    format!("{} may have {}; what templates need besides goes into `vars`", self.name, asked.join(", "))
                }
            };
            self.findings.error(key.span(), format!("unknown key `{}` in {}", key.get_ref(), self.name), fix);
        }
        self.findings.tables.borrow_mut().push(Table { name: self.name, keys });
    }

    fn value(&self, key: &'static str, wanted: &'static str) -> Option<&'a Spanned<DeValue<'i>>> {
        if self.asked.borrow().iter().all(|asked| asked.name != key) {
            self.asked.borrow_mut().push(Key { name: key, wanted, required: false });
        }
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }
}

/// The file's top level, by name.
pub(super) const TOP: &str = "campaign.toml";
