//! A customer's usage in the ledger's snapshot: all fields in one flat table.

use compact_str::CompactString;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Calls, Operations, Usage};
use crate::campaign::{Time, moment};

/// The fields, in the order in which they are written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Flat {
    #[serde(with = "moment")]
    at: Time,
    old_calls: u64,
    new_calls: u64,
    #[serde(default, with = "moment::optional")]
    last_seen: Option<Time>,
    #[serde(with = "moment")]
    quiet_since: Time,
    #[serde(default)]
    operations: Vec<CompactString>,
    among: Option<CompactString>,
    #[serde(default)]
    unread: bool,
}

impl Serialize for Usage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { at, calls: Calls { old_calls, new_calls, last_seen }, quiet_since, operations, unread } =
            self.clone();
        let (operations, among) = operations.map(|known| (known.called, known.among)).unzip();
        let operations = operations.unwrap_or_default();
        Flat { at, old_calls, new_calls, last_seen, quiet_since, operations, among, unread }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Usage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Flat { at, old_calls, new_calls, last_seen, quiet_since, operations: called, among, unread } =
            Flat::deserialize(deserializer)?;
        if among.is_none() && !called.is_empty() {
            return Err(D::Error::missing_field("among"));
        }
        let operations = among.map(|among| Operations { called, among });
        Ok(Self { at, calls: Calls { old_calls, new_calls, last_seen }, quiet_since, operations, unread })
    }
}
