//! The severity of an oasdiff finding.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

/// The severity of a finding, in oasdiff's words.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    JsonSchema,
    Deserialize,
    Display,
    EnumString,
)]
#[serde(rename_all = "lowercase", try_from = "i64")]
#[strum(serialize_all = "lowercase")]
pub enum Level {
    /// Breaks nothing.
    Info,
    /// May break clients.
    Warn,
    /// Breaks clients. Findings without a level come from `oasdiff breaking`.
    #[default]
    Err,
}

impl TryFrom<i64> for Level {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        match number {
            1 => Ok(Self::Info),
            2 => Ok(Self::Warn),
            3 => Ok(Self::Err),
            _ => Err(format!("its level is {number}, and oasdiff has 1 to 3")),
        }
    }
}
