//! The screen of `remind`.

use super::cancel::{cancelled, to_cancel};
use super::submit::phase;
use crate::app::remind::RemindOutcome;
use crate::campaign::definition::CampaignState;

/// What was cancelled and sent, phase by phase.
pub fn remind(outcome: &RemindOutcome, _width: usize) -> String {
    let mut text = to_cancel(&outcome.to_cancel);
    text.extend(outcome.cancelled.as_ref().map(cancelled));
    if outcome.state != CampaignState::Active {
        return text;
    }
    text.push_str(match (outcome.sent.phases.as_slice(), outcome.schedule) {
        ([], true) => "No automatic phase is due or still to come.\n",
        ([], false) => "No automatic phase is due.\n",
        _ => "",
    });
    text.extend(outcome.sent.phases.iter().map(phase));
    text
}
