//! Writes templates with a language model, or in plain words without one: one template for each phase and segment. A
//! model's output is always checked. A rejected answer goes back to the model; if the last one fails too, it is saved
//! beside the template in use, which stays.

mod changes;
mod desk;
mod model;
mod outcome;
mod text;

use crate::app::App;
use crate::app::failure::{Failure, Kind};
use crate::app::observer::Work;
use crate::campaign::hint::Action;
use crate::campaign::plural;
use crate::hint;

pub use outcome::{Became, ComposeOutcome, ComposeRequest, ComposedText, PlannedRequest, ProposedChange};

use desk::Desk;

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
        outcome.requests = jobs.iter().map(|job| Desk::planned(&job.name, &desk.asked(job), writer.as_ref())).collect();
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
