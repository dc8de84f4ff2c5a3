//! Why a mail that is not out yet must not leave any more: something overtook it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

/// What made a mail one that must not leave. A mail withdrawn for one of these may be sent again, should it be right
/// again; one that a person withdrew is sent again only if a person says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, Deserialize, Display, EnumIter, EnumString)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Withdrawal {
    /// The customer completed the migration.
    Completed,
    /// The customer is further along than the phase is for.
    FurtherAlong,
    /// The customer is not, or no longer, done: the confirmation would be wrong.
    NotCompleted,
    /// The customer left the campaign.
    Left,
    /// The address is on the server's suppression list.
    Suppressed,
    /// The customer's reply waits for an answer, and the mail is a reminder.
    Unanswered,
    /// The mail tells a deadline that has been moved since.
    DeadlineMoved,
    /// The customer is in a segment that the phase is not for.
    OtherSegment,
    /// The campaign is paused, or has ended.
    Paused,
    /// The mail's text is no longer the draft.
    TextReplaced,
}

impl Withdrawal {
    /// Whether a person has to know of a mail that could not be withdrawn: who reads a moved deadline is told the new one.
    pub(crate) fn is_worth_a_look(self) -> bool {
        self != Self::DeadlineMoved
    }

    /// What a person reads after "the customer" or "withdrawn:".
    pub fn told(self) -> &'static str {
        match self {
            Self::Completed => "is done",
            Self::FurtherAlong => "is further along than the phase is for",
            Self::NotCompleted => "is not done any more",
            Self::Left => "left the campaign",
            Self::Suppressed => "is on the suppression list",
            Self::Unanswered => "waits for an answer",
            Self::DeadlineMoved => "would read a deadline that was moved",
            Self::OtherSegment => "is in a segment that the phase is not for",
            Self::Paused => "is in a campaign that is paused or has ended",
            Self::TextReplaced => "would read a text that was replaced",
        }
    }
}
