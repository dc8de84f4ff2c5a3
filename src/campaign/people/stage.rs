//! What shows how far a customer is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

use crate::campaign::{Time, moment};

pub use crate::campaign::definition::stage::Stage;

/// One piece of evidence for a stage, kept for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The stage it shows.
    pub stage: Stage,
    /// When we learned of it.
    #[serde(with = "moment")]
    #[schemars(with = "Time")]
    pub at: Time,
    /// What showed it.
    pub by: Evidence,
    /// More about it: the person who marked it, the subject of the reply. May be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What a mark rests on. A person's word and a relapse set the stage, also backwards; everything else only moves it
/// forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema, Deserialize, Display, EnumString)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Evidence {
    /// The contact carries the stage's tag.
    Tag,
    /// The contact no longer carries the stage's tag, which had been seen.
    TagGone,
    /// The customer replied to one of our mails.
    Reply,
    /// Somebody said so, with `track --mark`.
    Hand,
    /// The customer's API traffic fits one of the campaign's rules.
    Usage,
    /// The customer was done, and called the old version again.
    Relapse,
    /// Somebody answered the customer, or saw to it with `track --clear`. Says nothing about the stage.
    Answered,
}
