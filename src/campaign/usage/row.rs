//! One row of a usage file: a customer's calls, to all endpoints or to one.

use std::borrow::Cow;

use chrono::SubsecRound;
use strum::EnumCount;

use super::Calls;
use super::endpoint::Endpoint;
use super::instant::instant;
use super::version::{Version, version_of};
use crate::campaign::Time;
use crate::campaign::characters::unseen;
use crate::campaign::definition::Campaign;
use crate::campaign::definition::usage::{Column, VersionCalls};

/// A row with the text in each column. A missing or empty value is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row<'a> {
    cells: [Option<Cow<'a, str>>; Column::COUNT],
    fault: Option<String>,
    torn: bool,
}

/// How databases and programs write a missing value.
const NONE: [&str; 11] = ["null", "\\n", "nan", "nat", "none", "(null)", "<null>", "-", "n/a", "nil", "undefined"];

/// Whether a cell says that there is no value.
fn is_none(text: &str) -> bool {
    match text.as_bytes() {
        [] => true,
        // Most cells begin with a digit or a slash.
        [b'0'..=b'9' | b'/', ..] => false,
        _ => text.len() < 10 && NONE.iter().any(|none| none.eq_ignore_ascii_case(text)),
    }
}

/// The contents of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageReport<'a> {
    /// The counts.
    pub calls: Calls,
    /// The endpoint; `None` if the row is about all endpoints.
    pub endpoint: Option<Endpoint<'a>>,
    /// Whether the server refused the call because of a missing permission or an unknown endpoint: it worked
    /// for no one.
    pub is_refused: bool,
}

/// The responses to a call without credentials, or to an unknown endpoint.
const REFUSALS: [&str; 5] = ["400", "401", "403", "404", "405"];

/// A row's name for a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name<'a> {
    Id(&'a str),
    Address(&'a str),
    Either(&'a str),
}

impl<'a> Name<'a> {
    pub fn text(self) -> &'a str {
        match self {
            Self::Id(text) | Self::Address(text) | Self::Either(text) => text,
        }
    }
}

impl<'a> Row<'a> {
    /// Sets a column's text.
    pub fn set(&mut self, column: Column, text: impl Into<Cow<'a, str>>) {
        let text = text.into();
        self.cells[column as usize] = Some(text).filter(|text| !is_none(text.trim()));
    }

    /// Notes that a cell cannot be read, while the others are where they belong. The first reason
    /// is kept.
    pub fn fail(&mut self, why: impl Into<String>) {
        self.fault.get_or_insert_with(|| why.into());
    }

    /// Notes damage that may have shifted cells: the customer is then certain only if the name is one of the
    /// campaign's.
    pub fn tear(&mut self, why: impl Into<String>) {
        self.fail(why);
        self.torn = true;
    }

    /// Why it cannot be read, as far as the file's format shows it.
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// Whether it is certain whom the row is about, even if that is no one in the campaign: an address is certain even
    /// if other cells are damaged; any other text may be a shifted cell.
    pub(super) fn names_somebody(&self) -> bool {
        !self.torn && self.label().contains('@') && !self.has_damaged_name()
    }

    /// Whether a name has characters that only come from damage, or are invisible.
    fn has_damaged_name(&self) -> bool {
        let is_damage = |c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER || unseen(c).is_some();
        let is_plain = |name: &str| name.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let mut names = Column::WHO.into_iter().filter_map(|column| self.cell(column));
        names.any(|name| !is_plain(name) && name.contains(is_damage))
    }

    fn cell(&self, column: Column) -> Option<&str> {
        self.cells[column as usize].as_deref().map(str::trim)
    }

    /// The row's names for the customer.
    pub(super) fn names(&self) -> impl Iterator<Item = Name<'_>> {
        let name = |column| match (column, self.cell(column)?) {
            (Column::Contact, text) => Some(Name::Either(text)),
            (Column::Email, address) => Some(Name::Address(address)),
            (_, id) => Some(Name::Id(id)),
        };
        Column::WHO.into_iter().filter_map(name)
    }

    /// The customer as named in the row; empty if it does not.
    pub fn label(&self) -> &str {
        Column::WHO.into_iter().find_map(|column| self.cell(column)).unwrap_or_default()
    }

    /// The contents of the row; an error says what cannot be read. Times without an offset are in the campaign's
    /// zone.
    pub fn report(&self, campaign: &Campaign) -> Result<UsageReport<'_>, String> {
        if let Some(why) = &self.fault {
            return Err(why.clone());
        }
        if self.has_damaged_name() {
            return Err(format!("its customer is `{}`, which has damaged characters", self.label()));
        }
        let cell = |column| self.cell(column).unwrap_or_default();
        let path = self.cell(Column::Path);
        let endpoint = Endpoint::read(cell(Column::Method), path.unwrap_or_default(), cell(Column::Host));
        let calls = match &campaign.usage.old {
            Some(old) => self.calls_by_version(campaign, old, &endpoint)?,
            None => self.calls_as_counted(campaign)?,
        };
        if path.is_none() && self.cell(Column::Method).is_some() && campaign.usage.old.is_none() {
            return Err("it has a method, but no path".to_owned());
        }
        let is_refused = self.cell(Column::Status).is_some_and(|status| REFUSALS.contains(&status));
        Ok(UsageReport { calls, endpoint: path.map(|_| endpoint), is_refused })
    }

    /// The counts, if the file has them by version.
    fn calls_as_counted(&self, campaign: &Campaign) -> Result<Calls, String> {
        let (old_calls, new_calls) = (self.count(Column::OldCalls)?, self.count(Column::NewCalls)?);
        let time = self.time(Column::Time, campaign)?.filter(|_| old_calls > 0);
        Ok(Calls { old_calls, new_calls, last_seen: self.time(Column::LastSeen, campaign)?.max(time) })
    }

    /// The counts of a row about one version: how many calls it represents, and of which version.
    fn calls_by_version(
        &self,
        campaign: &Campaign,
        old: &VersionCalls,
        endpoint: &Endpoint<'_>,
    ) -> Result<Calls, String> {
        let number = if self.cell(Column::Calls).is_some() { self.count(Column::Calls)? } else { 1 };
        let last_seen = self.time(Column::LastSeen, campaign)?.max(self.time(Column::Time, campaign)?);
        if number == 0 {
            return Ok(Calls::default());
        }
        let has_endpoint = self.cell(Column::Path).or(self.cell(Column::Host)).is_some();
        let endpoint = Some(endpoint).filter(|_| has_endpoint);
        Ok(match version_of(&campaign.usage, old, endpoint, self.cell(Column::Version))? {
            Version::Old => Calls { old_calls: number, new_calls: 0, last_seen },
            Version::New => Calls { old_calls: 0, new_calls: number, last_seen: None },
            Version::Neither => Calls::default(),
        })
    }

    fn count(&self, column: Column) -> Result<u64, String> {
        let text = self.cell(column).ok_or_else(|| format!("it has no {column}"))?;
        // Programs with only floats write 12.0.
        let whole = match text.split_once('.') {
            Some((whole, "000")) if whole != "0" => {
                return Err(format!(
                    "{column} is `{text}`, which may be {whole} or {whole}000: write it without the dot"
                ));
            }
            Some((whole, rest)) if rest.bytes().all(|byte| byte == b'0') => whole,
            _ => text,
        };
        let count = Some(whole).filter(|whole| !whole.starts_with('+')).and_then(|whole| whole.parse::<u64>().ok());
        count
            .map(|count| count.min(Calls::MOST))
            .ok_or_else(|| format!("{column} is `{text}`, which is not a whole number, 0 or more"))
    }

    fn time(&self, column: Column, campaign: &Campaign) -> Result<Option<Time>, String> {
        let Some(text) = self.cell(column) else { return Ok(None) };
        let time = instant(text, campaign).ok_or_else(|| {
            format!("{column} is `{text}`, which is not a time such as 2027-03-30 or 2027-03-30T08:15:00Z")
        });
        time.map(|time| Some(time.trunc_subsecs(0)))
    }
}
