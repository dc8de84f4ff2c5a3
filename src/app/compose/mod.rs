//! Writing templates through a language model, or in plain words without one: a template for each phase and segment. A model's words are
//! never believed; what is refused goes back to it, and what still fails is put beside the template in force, which stays.

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

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct ComposeRequest {
    /// The phases; all where `all` is set.
    pub phases: Vec<String>,
    /// Every phase that can be composed.
    pub all: bool,
    /// Only these segments; all where none is named.
    pub segments: Vec<String>,
    /// Pages of text that the model may read.
    pub guides: Vec<PathBuf>,
    /// Templates that are composed although their facts have not changed, by name.
    pub again: Vec<String>,
    /// Show what would be asked, and ask nothing.
    pub dry_run: bool,
    /// Without a model: plain words.
    pub offline: bool,
    /// Word the changes that `import` made, instead of templates.
    pub changes: bool,
    /// The API's `OpenAPI` documents, the old one first, to word changes from.
    pub specs: Vec<PathBuf>,
}

/// What became of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Became {
    /// It is in force now.
    Written,
    /// The checker refused every answer; the template in force stays.
    Rejected,
    /// It was composed from the same facts already.
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
    /// The words proposed for imported changes; left out unless they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ProposedChange>,
    /// The file with the proposals, for a person to edit and take over; left out where there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposals: Option<String>,
    /// What would be asked; left out unless it was a dry run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<PlannedRequest>,
    /// Why not all of them are in force.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for ComposeOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// A template, and what became of it.
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

/// The words proposed for an imported change.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProposedChange {
    /// The change's id.
    pub id: String,
    /// Whether words are proposed, or every answer was rejected.
    pub outcome: Became,
    /// The heading that is proposed.
    pub title: Option<String>,
    /// The line for checklists that is proposed.
    pub task: Option<String>,
    /// The text that is proposed.
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
    /// The body, as it would be sent; without a model, what any would be asked.
    pub body: Value,
}

/// Composes templates.
///
/// # Errors
/// No campaign, no such phase or segment, no model configured, or it cannot be reached; what was written until then is in force. What
/// the checker refused is in the outcome.
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

/// The failure where answers were rejected.
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
