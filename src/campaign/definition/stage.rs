//! How far a customer has come.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumCount, EnumIter, EnumString, IntoStaticStr};

/// The stages of a migration, in order.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    JsonSchema,
    Deserialize,
    Display,
    EnumCount,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Stage {
    /// Nothing has reached the customer yet.
    Pending,
    /// A mail of this campaign was delivered (or accepted, if the server does not report delivery).
    Notified,
    /// The customer replied, or was marked as informed.
    Acknowledged,
    /// The customer has started the migration.
    Started,
    /// The customer is done and gets only the confirmation.
    Completed,
}
