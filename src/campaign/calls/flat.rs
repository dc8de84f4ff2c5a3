//! A customer's usage as the ledger's snapshot has it: all fields side by side in one table.

use std::borrow::Cow;

use compact_str::CompactString;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Calls, Operations, Usage};
use crate::campaign::{Time, moment};

/// The fields, in the order they are written in.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Flat<'a> {
    #[serde(with = "moment")]
    at: Time,
    old_calls: u64,
    new_calls: u64,
    #[serde(default, with = "moment::optional")]
    last_seen: Option<Time>,
    #[serde(with = "moment")]
    quiet_since: Time,
    #[serde(default)]
    operations: Cow<'a, [CompactString]>,
    #[serde(default)]
    among: Option<CompactString>,
    #[serde(default, skip_serializing_if = "is_false")]
    unread: bool,
}

// serde hands over a reference.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Serialize for Usage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { at, calls: Calls { old_calls, new_calls, last_seen }, quiet_since, ref operations, unread } = *self;
        let called = operations.as_ref().map_or(&[][..], |operations| &operations.called);
        let among = operations.as_ref().map(|operations| operations.among.clone());
        let operations = Cow::Borrowed(called);
        Flat { at, old_calls, new_calls, last_seen, quiet_since, operations, among, unread }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Usage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Flat { at, old_calls, new_calls, last_seen, quiet_since, operations, among, unread } =
            Flat::deserialize(deserializer)?;
        if among.is_none() && !operations.is_empty() {
            return Err(D::Error::missing_field("among"));
        }
        let operations = among.map(|among| Operations { called: operations.into_owned(), among });
        Ok(Self { at, calls: Calls { old_calls, new_calls, last_seen }, quiet_since, operations, unread })
    }
}
