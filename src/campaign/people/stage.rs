//! Evidence of a customer's stage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

use crate::campaign::{Time, moment};

pub use crate::campaign::definition::stage::Stage;

/// One piece of evidence for a stage, kept permanently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The stage it shows.
    pub stage: Stage,
    /// When we learned of it.
    #[serde(with = "moment")]
    #[schemars(with = "Time")]
    pub at: Time,
    /// The kind of evidence.
    pub by: Evidence,
    /// Details: the person who marked it, the subject of the reply. May be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// The kind of evidence behind a mark. A person's report and a relapse set the stage, even backwards; everything
/// else only moves it forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema, Deserialize, Display, EnumString)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Evidence {
    /// The contact has the stage's tag.
    Tag,
    /// The contact no longer has the stage's tag, which had been seen.
    TagGone,
    /// The customer replied to one of our mails.
    Reply,
    /// A person reported it with `track --mark`.
    Hand,
    /// The customer's API traffic meets one of the campaign's rules.
    Usage,
    /// The customer was done and then called the old version again.
    Relapse,
    /// A person answered the customer, or reported so with `track --clear`. It says nothing about the
    /// stage.
    Answered,
}
