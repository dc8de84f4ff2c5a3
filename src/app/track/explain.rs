//! How usage files are interpreted, and what importing them would record. Nothing is written.

use schemars::JsonSchema;
use serde::Serialize;

use super::usage::{FileRead, UsageOutcome, outcome, read_report};
use crate::app::failure::Failure;
use crate::app::session::LedgerView;
use crate::app::{App, Outcome, ledger};
use crate::campaign::usage::PathCount;
use crate::store::input::Input;

/// The request.
#[derive(Debug, Clone)]
pub struct ExplainRequest {
    /// The files; together they are one report.
    pub files: Vec<Input>,
}

/// How the files are interpreted, and what importing them would record.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExplainOutcome {
    /// Each file: its rows, its format, and its columns.
    pub files: Vec<FileRead>,
    /// Rows with calls of the old version.
    pub old_rows: usize,
    /// Rows with calls of the new version only.
    pub new_rows: usize,
    /// Rows with calls of neither.
    pub neither_rows: usize,
    /// The most common paths of calls of neither.
    pub neither_paths: Vec<PathCount>,
    /// How many operations the changes name: the paths of old calls are compared with these.
    pub operations: usize,
    /// What importing the files would record.
    #[serde(flatten)]
    pub usage: UsageOutcome,
}

impl Outcome for ExplainOutcome {
    /// What importing the files would end with.
    fn failure(&self) -> Option<&Failure> {
        self.usage.failure()
    }
}

/// Reads usage files as [`ingest_usage`](super::usage::ingest_usage) does, and records nothing.
///
/// # Errors
/// No campaign, there are no customers yet, a file cannot be read, or a rule in `[usage]` cannot be evaluated.
pub fn explain_usage(app: &App<'_>, request: &ExplainRequest) -> Result<ExplainOutcome, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let mut ledger = LedgerView::Copy(ledger::read_newest(app, &folder, &campaign)?);
    let mut report = read_report(app, &folder, &campaign, &mut ledger, &request.files)?;
    let (files, seen) = (std::mem::take(&mut report.files), report.seen.clone());
    Ok(ExplainOutcome {
        files,
        old_rows: seen.old,
        new_rows: seen.new,
        neither_rows: seen.neither,
        neither_paths: seen.strange_paths(),
        operations: campaign.operations().len(),
        usage: outcome(campaign.name.clone(), report),
    })
}
