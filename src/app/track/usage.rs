//! Imports API usage files into the ledger: who still calls the old version, who has started, who is done.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::{Failure, Kind};
use crate::app::session::LedgerView;
use crate::app::{App, Outcome, ledger};
use crate::campaign::definition::Campaign;
use crate::campaign::hint::Action;
use crate::campaign::people::records::Records;
use crate::campaign::plural;
use crate::campaign::usage::{Findings, Fit, Layout, Listed, PathCount, Row, Rules, Seen, Tallies, ingest};
use crate::hint;
use crate::store::folder::Folder;
use crate::store::input::Input;
use crate::store::usage_file::{self, Shape};

/// How many different reasons are counted.
const REASONS: usize = 1000;

/// The request.
#[derive(Debug, Clone)]
pub struct UsageRequest {
    /// The files; together they are one report.
    pub files: Vec<Input>,
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
}

/// What the files show.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UsageOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// Rows of the files.
    pub rows: usize,
    /// Customers with rows.
    pub customers: usize,
    /// Columns that are not used.
    pub ignored_columns: Vec<String>,
    /// How many have started.
    pub started: usize,
    /// How many have completed.
    pub completed: usize,
    /// How many were done and then called the old version again.
    pub relapsed: usize,
    /// How many will have completed once the old version has been quiet for long enough.
    pub quiet: usize,
    /// Rows that match no customer.
    pub unmatched: usize,
    /// Rows without a customer and without a successful old call: no customer's progress depends on
    /// them.
    pub anonymous: usize,
    /// Rows that could not be read.
    pub unreadable: usize,
    /// How many customers have no row: their stage is unchanged.
    pub without_row: usize,
    /// Unreadable rows that could be anyone's: this report marks no one as done.
    pub unattributed: usize,
    /// How many customers have a row that could not be read: they get every change, and are not marked as done.
    pub incomplete: usize,
    /// How many customers call only paths that fit no operation of a change: they get every change, and are not marked
    /// as done.
    pub fits_no_operation: usize,
    /// The most common of those paths.
    pub unfit_paths: Vec<PathCount>,
    /// The customers concerned.
    pub contacts: UsageContacts,
    /// The first of the rows that match no customer.
    pub unmatched_rows: Vec<UnmatchedRow>,
    /// The first of the rows that could not be read.
    pub unreadable_rows: Vec<UnreadableRow>,
    /// Why the files are incomplete, if they are.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for UsageOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// The first customers of each kind, by address.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UsageContacts {
    /// They have started.
    pub started: Vec<String>,
    /// They have completed.
    pub completed: Vec<String>,
    /// They were done and then called the old version again.
    pub relapsed: Vec<String>,
    /// They will have completed once the old version has been quiet for long enough.
    pub quiet: Vec<String>,
    /// They have no row.
    pub without_row: Vec<String>,
    /// Customers with an unreadable row.
    pub incomplete: Vec<String>,
    /// Customers who call only paths that match no operation of a change.
    pub fits_no_operation: Vec<String>,
}

/// A row that matches no customer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UnmatchedRow {
    /// The file; omitted if there is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its line in the file, from 1.
    pub line: u64,
    /// The customer, as the row names them.
    pub contact: String,
}

/// A row that could not be read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UnreadableRow {
    /// The file; omitted if there is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its line in the file, from 1.
    pub line: u64,
    /// Why it could not be read.
    pub why: String,
}

/// The rows of the files, counted.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub all: usize,
    pub unmatched: Listed<UnmatchedRow>,
    pub unreadable: Listed<UnreadableRow>,
    /// How often each reason occurred, without the values in it.
    reasons: HashMap<String, usize>,
    unattributed: usize,
}

/// Everything the files contain.
pub(super) struct Report {
    pub rows: Rows,
    /// Each file's rows, and how it was interpreted.
    pub files: Vec<FileRead>,
    pub seen: Seen,
    pub findings: Findings,
}

/// A file that was read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FileRead {
    /// Its path.
    pub file: String,
    /// Its rows.
    pub rows: usize,
    /// How it was interpreted.
    #[serde(flatten)]
    pub shape: Shape,
}

/// Records what usage files show; needs no key and no network. The tags follow with the next
/// [`follow`](super::follow()).
///
/// # Errors
/// No campaign, another run holds the ledger, there are no customers yet, a file cannot be read, or a rule in `[usage]` cannot
/// be evaluated; nothing is then recorded.
pub fn ingest_usage(app: &App<'_>, request: &UsageRequest) -> Result<UsageOutcome, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let mut ledger =
        LedgerView::Open(ledger::open_blocking(app, &folder, &campaign, "track --usage", request.break_lock)?);
    let report = read_report(app, &folder, &campaign, &mut ledger, &request.files)?;
    if report.findings.customers + report.findings.incomplete.count + report.rows.unattributed > 0 {
        ledger.save()?;
    }
    let outcome = outcome(campaign.name, report);
    if !outcome.ignored_columns.is_empty() {
        let columns = if outcome.ignored_columns.len() == 1 { "column" } else { "columns" };
        app.observer.note(format!("not used: the {columns} {}", outcome.ignored_columns.join(", ")));
    }
    Ok(outcome)
}

/// Reads the files into the records; nothing is saved.
///
/// # Errors
/// There are no customers yet, a file cannot be read, or a rule in `[usage]` cannot be evaluated.
pub(super) fn read_report(
    app: &App<'_>,
    folder: &Folder,
    campaign: &Campaign,
    ledger: &mut LedgerView,
    inputs: &[Input],
) -> Result<Report, Failure> {
    if ledger.records().recipients().is_empty() {
        let message = format!("campaign `{}` has no customers yet, so usage fits none", campaign.name);
        return Err(Failure::new(Kind::NotFound, message, hint![Action::new("segment"), " finds them"]));
    }
    let rules = Rules::compile(&campaign.usage).map_err(|fault| bad_rule(fault.what))?;
    let accounts = campaign.usage.accounts.as_ref().map(|file| folder.path.join(file));
    let keys = accounts.map(|path| usage_file::read_keys(&path)).transpose()?;
    refuse_twice(app, inputs)?;
    let layout = Layout::of(&campaign.usage);
    let mut tallies = Tallies::new(campaign, ledger.records(), app.clock.now()).with_keys(keys);
    let (mut rows, mut files) = (Rows::default(), Vec::new());
    for input in inputs {
        let (before, file) = (rows.all, (inputs.len() > 1).then(|| input.to_string()));
        let count = &mut |line, row: Row<'_>| rows.count(file.as_deref(), line, &row, &mut tallies, ledger.records());
        let shape = usage_file::read(&input.below(&app.root), &layout, count)?;
        files.push(FileRead { file: input.to_string(), rows: rows.all - before, shape });
    }
    rows.unattributed = tallies.unattributed();
    let seen = tallies.seen().clone();
    let findings = ingest(campaign, &rules, tallies, ledger.records_mut(), app.clock.now());
    let findings = findings.map_err(|why| bad_rule(format!("a rule in [usage] cannot be evaluated: {why}")))?;
    Ok(Report { rows, files, seen, findings })
}

/// Refuses a file that is given twice, even under another name: its calls would count twice.
fn refuse_twice(app: &App<'_>, inputs: &[Input]) -> Result<(), Failure> {
    for (place, input) in inputs.iter().enumerate() {
        let mut earlier = inputs[..place].iter();
        let same = |other: &&Input| input.below(&app.root).is_same_as(&other.below(&app.root));
        if let Some(other) = earlier.find(same) {
            let message = if input == other {
                format!("{input} is named twice: its calls would count twice")
            } else {
                format!("{input} and {other} are the same, byte for byte: their calls would count twice")
            };
            return Err(Failure::new(Kind::Usage, message, "name each file once"));
        }
    }
    Ok(())
}

impl Rows {
    fn count(&mut self, file: Option<&str>, line: u64, row: &Row<'_>, tallies: &mut Tallies<'_>, records: &Records) {
        self.all += 1;
        let file = || file.map(str::to_owned);
        match tallies.add(row, records) {
            Fit::Added | Fit::Anonymous => {}
            Fit::Unmatched => {
                self.unmatched.push(|| UnmatchedRow { file: file(), line, contact: row.label().to_owned() });
            }
            Fit::Unreadable(why) => {
                let reason = without_values(&why);
                if self.reasons.len() < REASONS || self.reasons.contains_key(&reason) {
                    *self.reasons.entry(reason).or_default() += 1;
                }
                self.unreadable.push(|| UnreadableRow { file: file(), line, why });
            }
        }
    }

    /// Why the files are incomplete, if they are.
    fn failure(&self, findings: &Findings) -> Option<Failure> {
        let nobody = findings.customers + findings.incomplete.count == 0;
        if self.unreadable.count == 0 && !nobody {
            return None;
        }
        let (message, hint) = match (self.all, self.unreadable.count) {
            (0, _) => ("the file has no rows".to_owned(), hint!["check the export"]),
            (all, 0) => {
                let rows = plural(all, "row");
                let first = self.unmatched.first.first().map(|row| row.contact.as_str());
                let named = first.map_or("they name no one".to_owned(), |name| format!("the first names `{name}`"));
                let message = format!("none of {rows} is about a customer of this campaign: {named}");
                (
                    message,
                    hint![
                        "name customers by the address or id of their contact, or list the owner of each key in [usage] accounts; ",
                        Action::new("status"),
                        " shows them"
                    ],
                )
            }
            (all, count) => {
                let message = format!("{count} of {} could not be read{}", plural(all, "row"), self.commonest_reason());
                (
                    message,
                    hint![
                        "fix these rows and import the file again: until then, customers they may be about are not marked as done"
                    ],
                )
            }
        };
        Some(Failure::new(Kind::Partial, message, hint))
    }

    fn commonest_reason(&self) -> String {
        let commonest = self.reasons.iter().max_by_key(|(reason, count)| (**count, std::cmp::Reverse(*reason)));
        let Some((reason, count)) = commonest else { return String::new() };
        if *count == self.unreadable.count { format!(": {reason}") } else { format!("; {count} of them: {reason}") }
    }
}

/// The reason without the values it quotes, so that equal reasons are counted together.
fn without_values(why: &str) -> String {
    let parts = why.split('`').enumerate().map(|(place, part)| if place % 2 == 0 { part } else { "…" });
    parts.collect::<Vec<_>>().join("`")
}

fn bad_rule(why: String) -> Failure {
    Failure::new(Kind::Invalid, why, "fix [usage] in campaign.toml; nothing was recorded")
}

/// What the files show, as published.
pub(super) fn outcome(campaign: String, report: Report) -> UsageOutcome {
    let Report { rows, files, seen, findings } = report;
    let failure = rows.failure(&findings);
    let Findings { customers, without_row, incomplete, fits_none, started, completed, relapsed, quiet } = findings;
    let mut ignored_columns: Vec<String> = Vec::new();
    for column in files.into_iter().flat_map(|file| file.shape.ignored) {
        if !ignored_columns.contains(&column) {
            ignored_columns.push(column);
        }
    }
    UsageOutcome {
        campaign,
        rows: rows.all,
        customers,
        ignored_columns,
        started: started.count,
        completed: completed.count,
        relapsed: relapsed.count,
        quiet: quiet.count,
        unmatched: rows.unmatched.count,
        anonymous: seen.anonymous,
        unreadable: rows.unreadable.count,
        without_row: without_row.count,
        unattributed: rows.unattributed,
        incomplete: incomplete.count,
        fits_no_operation: fits_none.count,
        unfit_paths: seen.unfit_paths(),
        contacts: UsageContacts {
            started: started.first,
            completed: completed.first,
            relapsed: relapsed.first,
            quiet: quiet.first,
            without_row: without_row.first,
            incomplete: incomplete.first,
            fits_no_operation: fits_none.first,
        },
        unmatched_rows: rows.unmatched.first,
        unreadable_rows: rows.unreadable.first,
        failure,
    }
}
