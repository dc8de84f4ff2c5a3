//! Why a mail that has not been sent yet no longer should be.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

/// Why a mail is obsolete. A mail cancelled for one of these reasons may be sent again if the reason disappears; one
/// that a person cancelled is sent again only if a person says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, Deserialize, Display, EnumIter, EnumString)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Withdrawal {
    /// The customer completed the migration.
    Completed,
    /// The customer is further along than the phase is for.
    FurtherAlong,
    /// The customer is not done, or no longer: the confirmation would be wrong.
    NotCompleted,
    /// The customer left the campaign.
    Left,
    /// The address is on the server's suppression list.
    Suppressed,
    /// The customer's reply waits for an answer, and the mail is a reminder.
    Unanswered,
    /// The mail states a deadline that has moved since.
    DeadlineMoved,
    /// The customer is in a segment that the phase is not for.
    OtherSegment,
    /// The campaign is paused, or has ended.
    Paused,
    /// The mail's text is no longer the draft.
    TextReplaced,
}

impl Withdrawal {
    /// Whether a person should know about a mail that could not be cancelled. Not for a moved deadline: its readers get
    /// the correction.
    pub(crate) fn is_worth_a_look(self) -> bool {
        self != Self::DeadlineMoved
    }

    /// The reason as shown after "the customer" or "cancelled:".
    pub fn describe(self) -> &'static str {
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
