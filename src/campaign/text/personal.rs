//! The personal values in a mail: those that belong to its recipient.

use strum::{Display, EnumIter, EnumString, IntoEnumIterator};

use crate::campaign::calls::{Calls, QuotedUsage};
use crate::campaign::characters::{CLOSE, OPEN, presentable};
use crate::campaign::people::names::flaw;

/// A recipient's personal values. They may be filled in, but never control the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumIter, EnumString)]
pub enum Personal {
    /// The contact's name, or the address if the name is missing or unusable.
    #[strum(serialize = "contact.name")]
    Name,
    /// The contact's address.
    #[strum(serialize = "contact.email")]
    Email,
    /// The contact's id.
    #[strum(serialize = "contact.id")]
    Id,
    /// Days from sending the mail to the deadline.
    #[strum(serialize = "days_left")]
    DaysLeft,
    /// The day the mail is sent, such as 2027-01-30.
    #[strum(serialize = "send_date")]
    SendDate,
    /// How often the customer called the old version, according to the last usage file with a
    /// count.
    #[strum(serialize = "usage.old_calls")]
    OldCalls,
    /// How often it called the new version.
    #[strum(serialize = "usage.new_calls")]
    NewCalls,
    /// The day it last called the old version, such as 2027-01-30.
    #[strum(serialize = "usage.last_seen")]
    LastSeen,
    /// The endpoints of the old version that the customer called, as a list, according to the last usage file.
    #[strum(serialize = "usage.endpoints")]
    Endpoints,
    /// What is known about the customer's calls of the old version, as a sentence; empty if that is nothing, and then
    /// its line is omitted.
    #[strum(serialize = "usage.summary")]
    UsageSummary,
}

impl Personal {
    /// The placeholder for the value.
    pub fn placeholder(self) -> String {
        format!("{OPEN}{self}{CLOSE}")
    }

    /// Whether it is about the customer's usage, which may be unknown.
    pub fn is_of_usage(self) -> bool {
        matches!(self, Self::OldCalls | Self::NewCalls | Self::LastSeen | Self::UsageSummary) || self.names_endpoints()
    }

    /// Whether endpoints that the customer called are in it.
    pub fn names_endpoints(self) -> bool {
        matches!(self, Self::Endpoints | Self::UsageSummary)
    }

    /// The personal value with this variable path, if it is one.
    pub fn of_path(path: &[String]) -> Option<Self> {
        Self::iter().find(|personal| path.join(".") == personal.to_string())
    }
}

/// One recipient's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    name: String,
    email: String,
    id: String,
    days_left: i64,
    send_date: chrono::NaiveDate,
    calls: Option<(u64, u64)>,
    last_seen: Option<chrono::NaiveDate>,
    /// Each as code.
    endpoints: Vec<String>,
}

/// The maximum number of endpoints in a summary.
const SUMMARIZED: usize = 8;

impl Values {
    /// The values of a recipient for a mail sent on `send_date`. Name and id are made presentable: one line, no
    /// control or direction characters, at most [`LONGEST`](super::LONGEST) characters.
    pub fn new(name: &str, email: &str, id: &str, days_left: i64, send_date: chrono::NaiveDate) -> Self {
        let email = presentable(email);
        let name = presentable(name);
        // An address is right in every language, unlike "there" or "customer".
        let name = if name.is_empty() || flaw(&name).is_some() { email.clone() } else { name };
        let (calls, last_seen, endpoints) = (None, None, Vec::new());
        Self { name, email, id: presentable(id), days_left, send_date, calls, last_seen, endpoints }
    }

    /// The same with what is known of the recipient's usage, days read in `zone`.
    #[must_use]
    pub fn with_usage(self, usage: Option<&QuotedUsage>, zone: chrono_tz::Tz) -> Self {
        let Some(QuotedUsage { calls: Calls { old_calls, new_calls, last_seen }, endpoints }) = usage else {
            return self;
        };
        let last_seen = last_seen.map(|seen| seen.with_timezone(&zone).date_naive());
        // A back-tick of its own would end the code that it is printed as.
        let endpoints = endpoints.iter().map(|endpoint| format!("`{}`", endpoint.replace('`', "'"))).collect();
        Self { calls: Some((*old_calls, *new_calls)), last_seen, endpoints, ..self }
    }

    /// The value as text; `None` if unknown.
    pub fn value(&self, personal: Personal) -> Option<String> {
        match personal {
            Personal::Name => Some(self.name.clone()),
            Personal::Email => Some(self.email.clone()),
            Personal::Id => Some(self.id.clone()),
            Personal::DaysLeft => Some(self.days_left.to_string()),
            Personal::SendDate => Some(self.send_date.to_string()),
            Personal::OldCalls => self.calls.map(|(old, _)| old.to_string()),
            Personal::NewCalls => self.calls.map(|(_, new)| new.to_string()),
            Personal::LastSeen => self.last_seen.map(|day| day.to_string()),
            Personal::Endpoints => listed(&self.endpoints),
            Personal::UsageSummary => Some(self.usage_summary().unwrap_or_default()),
        }
    }

    /// "Our records show 40 calls of yours to what ends, the last of them on 12 January 2027. Among them are calls to
    /// `GET /v1/orders`."
    fn usage_summary(&self) -> Option<String> {
        let (old, _) = self.calls.filter(|(old, _)| *old > 0)?;
        let calls = if old == 1 { "1 call".to_owned() } else { format!("{old} calls") };
        let last = self.last_seen.map(|day| day.format(", the last of them on %-d %B %Y").to_string());
        let endpoints = match self.endpoints.len().checked_sub(SUMMARIZED) {
            Some(more @ 1..) => Some(format!("{} and {more} more endpoints", self.endpoints[..SUMMARIZED].join(", "))),
            _ => listed(&self.endpoints),
        };
        let among = endpoints.map(|endpoints| match (old, self.endpoints.len()) {
            (1, 1) => format!(" It went to {endpoints}."),
            // One call that fits several operations: which of them was meant is not known.
            (1, _) => String::new(),
            _ => format!(" Among them are calls to {endpoints}."),
        });
        let (last, among) = (last.unwrap_or_default(), among.unwrap_or_default());
        Some(format!("Our records show {calls} of yours to what ends{last}.{among}"))
    }
}

/// As a list: `a`, `a and b`, `a, b and c`; `None` if it is empty.
fn listed(names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(one.clone()),
        [first @ .., last] => Some(format!("{} and {last}", first.join(", "))),
    }
}
