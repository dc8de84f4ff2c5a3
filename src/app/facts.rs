//! The facts that texts may state, for people and programs that write templates.

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::Failure;
use crate::app::{App, Outcome, selection};
use crate::campaign::compose::facts::{PhaseFacts, SegmentFacts};

/// The arguments of [`facts`].
#[derive(Debug, Clone, Default)]
pub struct FactsRequest {
    /// Only these segments; empty means all.
    pub segments: Vec<String>,
}

/// Everything that texts may state.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FactsOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// What each phase is for, in the campaign's order.
    pub phases: Vec<PhaseFacts>,
    /// What the texts for each segment may state.
    pub segments: Vec<SegmentFacts>,
}

impl Outcome for FactsOutcome {}

/// Lists the facts of a campaign. They come only from `campaign.toml` and include no customer data.
///
/// # Errors
/// No campaign, or no such segment.
pub fn facts(app: &App<'_>, request: &FactsRequest) -> Result<FactsOutcome, Failure> {
    let campaign = app.folder()?.definition()?.campaign;
    let wanted = selection::segments(&campaign, &request.segments)?;
    let segments = campaign.segments.iter().filter(|segment| wanted.contain(&segment.name));
    Ok(FactsOutcome {
        segments: segments.map(|segment| SegmentFacts::of(&campaign, segment)).collect(),
        phases: campaign.phases.iter().map(|phase| PhaseFacts::of(&campaign, phase)).collect(),
        campaign: campaign.name,
    })
}
