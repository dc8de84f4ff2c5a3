//! How far a customer is.

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
    /// A mail of this campaign was delivered (or accepted, where the server reports no more).
    Notified,
    /// The customer answered, or was marked as knowing.
    Acknowledged,
    /// The customer is at work on the migration.
    Started,
    /// The customer is done; nothing but the confirmation goes there.
    Completed,
}
