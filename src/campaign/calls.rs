//! How often a customer called each version of the API, according to a usage file.

mod flat;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Time;

/// How often a customer called each version in the time a usage file covers; at most `i64::MAX`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Calls {
    /// Calls of the old version.
    pub old_calls: u64,
    /// Calls of the new version.
    pub new_calls: u64,
    /// When the old version was last called, if reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Time>,
}

impl Calls {
    /// The highest count: the largest integer TOML can hold.
    pub(crate) const MOST: u64 = i64::MAX as u64;
}

/// The usage that a mail quotes: kept with the mail, since it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuotedUsage {
    /// The numbers.
    #[serde(flatten)]
    pub calls: Calls,
    /// The endpoints called, as the campaign writes them; empty where the mail names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub endpoints: Vec<CompactString>,
}

/// What is known about a recipient's usage, from the last file with a row of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// When it was reported.
    pub at: Time,
    /// The counts of all endpoints together.
    pub calls: Calls,
    /// No call of the old version after this moment is known.
    pub quiet_since: Time,
    /// The operations called; `None` if the file does not count calls by endpoint.
    pub operations: Option<Operations>,
    /// Whether a later file had unreadable rows that may be this customer's: then it is unknown how long the old
    /// version has been quiet, and counting starts over with the next file.
    pub unread: bool,
}

impl Usage {
    /// What a mail may quote of it.
    pub fn quoted(&self) -> QuotedUsage {
        let endpoints = self.operations.as_ref().map(|operations| operations.called.clone());
        QuotedUsage { calls: self.calls, endpoints: endpoints.unwrap_or_default() }
    }

    /// The operations called, if the file counts calls by endpoint and was compared with this same set of
    /// operations.
    pub fn called(&self, among: &str) -> Option<&[CompactString]> {
        self.operations.as_ref().filter(|operations| operations.among == among).map(|operations| &*operations.called)
    }
}

/// Which of the operations named by the changes at that time the customer called in the old
/// version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operations {
    /// Those called, as the campaign writes them, in its order.
    pub called: Vec<CompactString>,
    /// Identifies the set of operations that was asked about: nothing is known about others.
    pub among: CompactString,
}
