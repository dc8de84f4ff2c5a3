//! The audience of a phase, by the customer's stage.

use schemars::JsonSchema;
use serde::Serialize;
use strum::{Display, EnumIter, EnumString};

use super::stage::Stage;

/// Which customers a phase is for. A customer who is done gets only the confirmation, whatever the
/// audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema, Display, EnumIter, EnumString)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Audience {
    /// Everyone who is not done.
    All,
    /// Customers whom no mail has reached yet.
    NotNotified,
    /// Customers who have not replied.
    NotAcknowledged,
    /// Customers who have not started.
    NotStarted,
    /// Customers who are not done.
    NotCompleted,
    /// Customers who are done.
    Completed,
    /// Customers whose last mail gave a deadline other than the campaign's.
    ToldOtherDate,
}

/// Whether a customer is in an audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// In the audience.
    In,
    /// Not in it yet, but may come into it.
    NotYet,
    /// Past it: further along than the phase is for.
    Past,
}

impl Audience {
    /// Whether a customer at this stage is in the audience, as far as the stage decides that.
    pub fn verdict(self, stage: Stage) -> Verdict {
        let first_stage_past = match self {
            Self::Completed if stage == Stage::Completed => return Verdict::In,
            Self::Completed => return Verdict::NotYet,
            Self::All | Self::NotCompleted | Self::ToldOtherDate => Stage::Completed,
            Self::NotNotified => Stage::Notified,
            Self::NotAcknowledged => Stage::Acknowledged,
            Self::NotStarted => Stage::Started,
        };
        if stage < first_stage_past { Verdict::In } else { Verdict::Past }
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn customers_who_are_done_are_only_in_the_audience_of_the_confirmation() {
        for audience in Audience::iter() {
            let expected = if audience == Audience::Completed { Verdict::In } else { Verdict::Past };
            assert_eq!(audience.verdict(Stage::Completed), expected, "{audience}");
        }
    }

    #[test]
    fn not_started_leaves_out_those_who_started() {
        assert_eq!(Audience::NotStarted.verdict(Stage::Acknowledged), Verdict::In);
        assert_eq!(Audience::NotStarted.verdict(Stage::Started), Verdict::Past);
    }
}
