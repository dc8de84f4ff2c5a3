//! How often a customer called which version of the API, as a file of usage told.

mod flat;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Time;

/// How often a customer called each version in the time a file of usage covers; at most `i64::MAX`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Calls {
    /// Calls of the version that goes away.
    pub old_calls: u64,
    /// Calls of the version that comes.
    pub new_calls: u64,
    /// When the old version was last called, if that was reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Time>,
}

impl Calls {
    /// No more calls are counted: what TOML can hold.
    pub(crate) const MOST: u64 = i64::MAX as u64;
}

/// What a mail quotes of its reader's usage: kept with it, since both change.
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

/// What is known of a recipient's usage, from the last file that had a row of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// When it was reported.
    pub at: Time,
    /// The numbers, all endpoints together.
    pub calls: Calls,
    /// No call of the old version is known after this moment.
    pub quiet_since: Time,
    /// The operations called; `None` where the file has no calls by endpoint.
    pub operations: Option<Operations>,
    /// Whether a later file had rows that may be this customer's and could not be read: how long the old version has been
    /// quiet is not known then, and begins with the next file.
    pub unread: bool,
}

impl Usage {
    /// What a mail may quote of it.
    pub fn quoted(&self) -> QuotedUsage {
        let endpoints = self.operations.as_ref().map(|operations| operations.called.clone());
        QuotedUsage { calls: self.calls, endpoints: endpoints.unwrap_or_default() }
    }

    /// The operations called, if the file has calls by endpoint, and these are the operations it was asked about.
    pub fn called(&self, among: &str) -> Option<&[CompactString]> {
        self.operations.as_ref().filter(|operations| operations.among == among).map(|operations| &*operations.called)
    }
}

/// Which of the operations that changes named then a customer called in their old version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operations {
    /// Those called, as the campaign writes them, in its order.
    pub called: Vec<CompactString>,
    /// Stands for all that were asked about: of others this tells nothing.
    pub among: CompactString,
}
