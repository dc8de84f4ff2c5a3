//! One row of a file of usage: a customer's calls, of all endpoints or of one.

use std::borrow::Cow;

use chrono::SubsecRound;
use strum::{Display, EnumCount, EnumIter, EnumString};

use super::Calls;
use super::instant::instant;
use crate::campaign::Time;
use crate::campaign::definition::Campaign;

/// The columns a file may have, by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumIter, EnumCount, EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Column {
    /// The customer, by address or id.
    Contact,
    /// The customer's address.
    Email,
    /// The contact's id.
    Id,
    /// The same.
    ContactId,
    /// Calls of the version that goes away.
    OldCalls,
    /// Calls of the version that comes.
    NewCalls,
    /// When the old version was last called.
    LastSeen,
    /// The endpoint's method.
    Method,
    /// The endpoint's path.
    Path,
}

impl Column {
    /// The columns that say who the customer is; a file has at least one of them.
    pub const WHO: [Self; 4] = [Self::Contact, Self::Email, Self::Id, Self::ContactId];
}

/// A row as the file has it: the text in each column. What is not there, or says nothing, is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row<'a> {
    cells: [Option<Cow<'a, str>>; Column::COUNT],
    fault: Option<String>,
    torn: bool,
}

/// How databases and programs write that there is no value.
const NONE: [&str; 11] = ["null", "\\n", "nan", "nat", "none", "(null)", "<null>", "-", "n/a", "nil", "undefined"];

/// Whether a cell says that there is no value.
fn is_none(text: &str) -> bool {
    text.is_empty() || text.len() < 10 && NONE.iter().any(|none| none.eq_ignore_ascii_case(text))
}

/// What a row reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageReport<'a> {
    /// The numbers.
    pub calls: Calls,
    /// Method and path of the endpoint; the method may be empty. `None` where the row is of all endpoints.
    pub endpoint: Option<(&'a str, &'a str)>,
}

/// What a row calls a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name<'a> {
    Id(&'a str),
    Address(&'a str),
    Either(&'a str),
}

impl<'a> Row<'a> {
    /// Puts a text into a column.
    pub fn set(&mut self, column: Column, text: impl Into<Cow<'a, str>>) {
        let text = text.into();
        self.cells[column as usize] = Some(text).filter(|text| !is_none(text.trim()));
    }

    /// A cell cannot be read; the others are where they belong. The first reason is kept.
    pub fn fail(&mut self, why: impl Into<String>) {
        self.fault.get_or_insert_with(|| why.into());
    }

    /// The row is damaged so that its cells may not be where they belong: its customer is certain only if it names one of
    /// the campaign.
    pub fn tear(&mut self, why: impl Into<String>) {
        self.fail(why);
        self.torn = true;
    }

    /// Why it cannot be read, as far as the file's format shows it.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// Whether it is certain whom the row is about, also where that is nobody in the campaign.
    pub(super) fn names_somebody(&self) -> bool {
        !self.torn && !self.label().is_empty() && !self.has_damaged_name()
    }

    /// Names hold no characters that only damage puts there.
    fn has_damaged_name(&self) -> bool {
        let is_damage = |c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER;
        Column::WHO.into_iter().filter_map(|column| self.cell(column)).any(|name| name.contains(is_damage))
    }

    fn cell(&self, column: Column) -> Option<&str> {
        self.cells[column as usize].as_deref().map(str::trim)
    }

    /// What the row calls the customer.
    pub(super) fn names(&self) -> impl Iterator<Item = Name<'_>> {
        let name = |column| match (column, self.cell(column)?) {
            (Column::Contact, text) => Some(Name::Either(text)),
            (Column::Email, address) => Some(Name::Address(address)),
            (_, id) => Some(Name::Id(id)),
        };
        Column::WHO.into_iter().filter_map(name)
    }

    /// The customer as the row names them; empty where it does not.
    pub fn label(&self) -> &str {
        Column::WHO.into_iter().find_map(|column| self.cell(column)).unwrap_or_default()
    }

    /// What the row reports; an error says what of it cannot be read. Times without an offset are the campaign's.
    pub fn report(&self, campaign: &Campaign) -> Result<UsageReport<'_>, String> {
        if let Some(why) = &self.fault {
            return Err(why.clone());
        }
        if self.label().is_empty() {
            return Err("it names no customer".to_owned());
        }
        if self.has_damaged_name() {
            return Err(format!("its customer is `{}`, which has damaged characters", self.label()));
        }
        let calls = Calls {
            old_calls: self.count(Column::OldCalls)?,
            new_calls: self.count(Column::NewCalls)?,
            last_seen: self.time(Column::LastSeen, campaign)?,
        };
        let endpoint = match (self.cell(Column::Method), self.cell(Column::Path)) {
            (method, Some(path)) => Some((method.unwrap_or_default(), path)),
            (Some(_), None) => return Err("it has a method, but no path".to_owned()),
            (None, None) => None,
        };
        Ok(UsageReport { calls, endpoint })
    }

    fn count(&self, column: Column) -> Result<u64, String> {
        let text = self.cell(column).ok_or_else(|| format!("it has no {column}"))?;
        // Programs that know only floats write 12.0.
        let whole = match text.split_once('.') {
            Some((whole, rest)) if rest.bytes().all(|byte| byte == b'0') => whole,
            _ => text,
        };
        let count = Some(whole).filter(|whole| !whole.starts_with('+')).and_then(|whole| whole.parse::<u64>().ok());
        count
            .map(|count| count.min(Calls::MOST))
            .ok_or_else(|| format!("{column} is `{text}`, which is no whole number from 0 up"))
    }

    fn time(&self, column: Column, campaign: &Campaign) -> Result<Option<Time>, String> {
        let Some(text) = self.cell(column) else { return Ok(None) };
        let time = instant(text, campaign).ok_or_else(|| {
            format!("{column} is `{text}`, which is no time such as 2027-03-30 or 2027-03-30T08:15:00Z")
        });
        time.map(|time| Some(time.trunc_subsecs(0)))
    }
}
