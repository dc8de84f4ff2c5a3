//! What `compose` is asked for, and its outcome.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::app::Outcome;
use crate::app::failure::Failure;
use crate::campaign::compose::Objection;

/// The arguments of [`compose`](super::compose).
#[derive(Debug, Clone, Default)]
pub struct ComposeRequest {
    /// The phases; all where `all` is set.
    pub phases: Vec<String>,
    /// Every phase that can be composed.
    pub all: bool,
    /// Only these segments; empty means all.
    pub segments: Vec<String>,
    /// Text files that the model may read.
    pub guides: Vec<PathBuf>,
    /// Names of templates to compose again although their facts have not changed.
    pub again: Vec<String>,
    /// Show what would be requested, and request nothing.
    pub dry_run: bool,
    /// Use fixed wording, without a model.
    pub offline: bool,
    /// Word the changes that `import` made, instead of templates.
    pub changes: bool,
    /// The API's `OpenAPI` documents, the old one first, to word changes from.
    pub specs: Vec<PathBuf>,
}

/// The outcome for a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Became {
    /// The new template is in force.
    Written,
    /// The checker rejected every answer; the template in force stays.
    Rejected,
    /// It was already composed from the same facts.
    Unchanged,
    /// A person wrote or edited it.
    Kept,
}

/// The templates, and the outcome of each.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ComposeOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// The templates, in the campaign's order.
    pub texts: Vec<ComposedText>,
    /// The wording proposed for imported changes; omitted unless requested.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ProposedChange>,
    /// The file with the proposals, for a person to edit and copy; omitted if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposals: Option<String>,
    /// What would be requested; omitted unless it was a dry run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<PlannedRequest>,
    /// Why some templates were not composed.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for ComposeOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// A template and its outcome.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ComposedText {
    /// The phase.
    pub phase: String,
    /// The segment.
    pub segment: String,
    /// The template's name.
    pub template: String,
    /// The outcome.
    pub outcome: Became,
    /// How many answers it took.
    pub tries: usize,
    /// What was wrong with the last answer, where it was rejected.
    pub findings: Vec<Objection>,
}

/// The wording proposed for an imported change.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProposedChange {
    /// The change's id.
    pub id: String,
    /// Whether wording is proposed, or every answer was rejected.
    pub outcome: Became,
    /// The proposed heading.
    pub title: Option<String>,
    /// The line for checklists that is proposed.
    pub task: Option<String>,
    /// The proposed text.
    pub text: Option<String>,
    /// How many answers it took.
    pub tries: usize,
    /// What was wrong with the last answer, where it was rejected.
    pub findings: Vec<Objection>,
}

/// A request that would be sent.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlannedRequest {
    /// The template it is for.
    pub template: String,
    /// The host; `null` where no model is configured.
    pub host: Option<String>,
    /// The request body; without a configured model, the one that any model would get.
    pub body: Value,
}
