//! Writes templates with a language model, or in plain words without one: one template for each phase and segment. A
//! model's output is always checked. A rejected answer goes back to the model; if the last one fails too, it is saved
//! beside the template in use, which stays.

mod changes;
mod desk;
mod model;
mod text;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::app::failure::{Failure, Kind};
use crate::app::observer::Work;
use crate::app::{App, Outcome};
use crate::campaign::compose::Objection;
use crate::campaign::hint::Action;
use crate::campaign::plural;
use crate::hint;

use desk::Desk;

/// The arguments of [`compose`].
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
    /// The new template is in use.
    Written,
    /// The checker rejected every answer; the template in use stays.
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

/// Composes templates.
///
/// # Errors
/// No campaign, no such phase or segment, no model configured, or the model cannot be reached; templates written before
/// the failure are in use. Answers that the checker rejected are in the outcome.
pub async fn compose(app: &App<'_>, request: ComposeRequest) -> Result<ComposeOutcome, Failure> {
    let desk = Desk::of(app, &request)?;
    let jobs = if request.changes { Vec::new() } else { desk.jobs(&request)? };
    let writer = if request.offline { None } else { desk.writer(request.dry_run)? };
    let mut outcome = ComposeOutcome {
        campaign: desk.folder.name.clone(),
        texts: Vec::new(),
        changes: Vec::new(),
        proposals: None,
        requests: Vec::new(),
        failure: None,
    };
    if request.changes {
        return desk.word_changes(&request, writer.as_ref(), outcome).await;
    }
    if request.dry_run {
        outcome.requests = jobs.iter().map(|job| desk.planned(&job.name, &desk.asked(job), writer.as_ref())).collect();
        return Ok(outcome);
    }
    let progress = app.observer.progress(Work::Composing, jobs.len());
    desk.within_bounds(async {
        for job in &jobs {
            outcome.texts.push(desk.text(job, writer.as_ref(), &request).await?);
            progress.step();
        }
        Ok(())
    })
    .await?;
    outcome.failure = rejected(&outcome.texts);
    Ok(outcome)
}

/// The failure if answers were rejected.
fn rejected(texts: &[ComposedText]) -> Option<Failure> {
    let rejected: Vec<&ComposedText> = texts.iter().filter(|text| text.outcome == Became::Rejected).collect();
    let first = rejected.first()?;
    let number = plural(rejected.len(), "template");
    let message = format!("the checker rejected every answer for {number}; the templates in use stay");
    let hint = hint![
        format!("read {}.rejected; then ", first.template),
        Action::new("compose").phase(&*first.phase).option("segment", &*first.segment),
        " tries again, or write the template yourself"
    ];
    let line = |text: &&ComposedText| {
        let why = text.findings.first().map(|finding| format!("{}: {}", finding.place, finding.message));
        format!("{}: {}", text.template, why.unwrap_or_default())
    };
    Some(Failure::new(Kind::Refused, message, hint).with_details(rejected.iter().map(line).collect::<Vec<_>>()))
}
