//! Taking a file of API usage into the ledger: who still calls the old version, who has started, who is done.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::{Failure, Kind};
use crate::app::session::LedgerView;
use crate::app::{App, Outcome, ledger};
use crate::campaign::hint::Action;
use crate::campaign::people::records::Records;
use crate::campaign::plural;
use crate::campaign::usage::{Findings, Fit, Listed, Row, Rules, Tallies, ingest};
use crate::hint;
use crate::store::input::Input;
use crate::store::usage_file;

/// How many different reasons are counted.
const REASONS: usize = 1000;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct UsageRequest {
    /// The file: CSV, a JSON array or JSON lines.
    pub file: Input,
    /// Take over the lock of a run on another host that is known to be dead.
    pub break_lock: bool,
}

/// What the file shows.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UsageOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// Rows of the file.
    pub rows: usize,
    /// Customers with rows.
    pub customers: usize,
    /// Columns that are not used.
    pub ignored_columns: Vec<String>,
    /// How many have started.
    pub started: usize,
    /// How many have completed.
    pub completed: usize,
    /// How many were done, and called the old version again.
    pub relapsed: usize,
    /// How many will have completed once the old version has been quiet for long enough.
    pub quiet: usize,
    /// Rows that fit no customer.
    pub unmatched: usize,
    /// Rows that could not be read.
    pub unreadable: usize,
    /// How many customers have no row: what is known of them stays as it was.
    pub without_row: usize,
    /// Of the rows that could not be read, those that may be anybody's: nobody is called done by this file.
    pub unattributed: usize,
    /// How many customers have a row that could not be read: they get every change, and are not called done.
    pub incomplete: usize,
    /// Who they are.
    pub contacts: UsageContacts,
    /// The first of the rows that fit no customer.
    pub unmatched_rows: Vec<UnmatchedRow>,
    /// The first of the rows that could not be read.
    pub unreadable_rows: Vec<UnreadableRow>,
    /// Why the file does not say all it should, if so.
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
    /// They were done, and called the old version again.
    pub relapsed: Vec<String>,
    /// They will have completed once the old version has been quiet for long enough.
    pub quiet: Vec<String>,
    /// They have no row.
    pub without_row: Vec<String>,
    /// They have a row that could not be read.
    pub incomplete: Vec<String>,
}

/// A row that fits no customer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UnmatchedRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// What it calls the customer.
    pub contact: String,
}

/// A row that could not be read.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UnreadableRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Why.
    pub why: String,
}

/// The rows of a file, counted.
#[derive(Debug, Default)]
struct Rows {
    all: usize,
    unmatched: Listed<UnmatchedRow>,
    unreadable: Listed<UnreadableRow>,
    /// How often each reason was given, without the values in it.
    reasons: HashMap<String, usize>,
    unattributed: usize,
}

/// Records what a file of usage shows; needs no key and no network. The tags follow with the next [`follow`](super::follow()).
///
/// # Errors
/// No campaign, another run holds the ledger, there are no customers yet, the file cannot be read, or a rule in `[usage]` cannot
/// be evaluated; nothing is recorded then.
pub fn ingest_usage(app: &App<'_>, request: &UsageRequest) -> Result<UsageOutcome, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let mut ledger =
        LedgerView::Open(ledger::open_blocking(app, &folder, &campaign, "track --usage", request.break_lock)?);
    if ledger.records().recipients().is_empty() {
        let message = format!("campaign `{}` has no customers yet, so usage fits none", campaign.name);
        return Err(Failure::new(Kind::NotFound, message, hint![Action::new("segment"), " finds them"]));
    }
    let rules = Rules::compile(&campaign.usage).map_err(|fault| bad_rule(fault.what))?;
    let mut tallies = Tallies::new(&campaign, ledger.records());
    let mut rows = Rows::default();
    let count = &mut |line, row: Row<'_>| rows.count(line, &row, &mut tallies, ledger.records());
    let ignored = usage_file::read(&request.file.below(&app.root), count)?;
    rows.unattributed = tallies.unattributed();
    let findings = ingest(&campaign, &rules, tallies, ledger.records_mut(), app.clock.now());
    let findings = findings.map_err(|why| bad_rule(format!("a rule in [usage] cannot be evaluated: {why}")))?;
    if findings.customers + findings.incomplete.count + rows.unattributed > 0 {
        ledger.save()?;
    }
    if !ignored.is_empty() {
        let columns = if ignored.len() == 1 { "column" } else { "columns" };
        app.observer.note(format!("not used: the {columns} {}", ignored.join(", ")));
    }
    Ok(outcome(campaign.name, rows, findings, ignored))
}

impl Rows {
    fn count(&mut self, line: u64, row: &Row<'_>, tallies: &mut Tallies<'_>, records: &Records) {
        self.all += 1;
        match tallies.add(row, records) {
            Fit::Added => {}
            Fit::Unmatched => self.unmatched.push(|| UnmatchedRow { line, contact: row.label().to_owned() }),
            Fit::Unreadable(why) => {
                let reason = without_values(&why);
                if self.reasons.len() < REASONS || self.reasons.contains_key(&reason) {
                    *self.reasons.entry(reason).or_default() += 1;
                }
                self.unreadable.push(|| UnreadableRow { line, why });
            }
        }
    }

    /// Why the file does not say all it should, if so.
    fn failure(&self, findings: &Findings) -> Option<Failure> {
        let nobody = findings.customers + findings.incomplete.count == 0;
        if self.unreadable.count == 0 && !nobody {
            return None;
        }
        let (message, hint) = match (self.all, self.unreadable.count) {
            (0, _) => ("the file has no rows, so it says nothing of anybody".to_owned(), hint!["check the export"]),
            (all, 0) => {
                let rows = plural(all, "row");
                let first = self.unmatched.first.first().map_or("", |row| row.contact.as_str());
                let message = format!("none of {rows} is about a customer of this campaign: the first names `{first}`");
                (
                    message,
                    hint![
                        "name customers by the address or id of their contact; ",
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
                        "fix these rows and import the file again: until then nobody they may be about is called done"
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

fn outcome(campaign: String, rows: Rows, findings: Findings, ignored_columns: Vec<String>) -> UsageOutcome {
    let failure = rows.failure(&findings);
    let Findings { customers, without_row, incomplete, started, completed, relapsed, quiet } = findings;
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
        unreadable: rows.unreadable.count,
        without_row: without_row.count,
        unattributed: rows.unattributed,
        incomplete: incomplete.count,
        contacts: UsageContacts {
            started: started.first,
            completed: completed.first,
            relapsed: relapsed.first,
            quiet: quiet.first,
            without_row: without_row.first,
            incomplete: incomplete.first,
        },
        unmatched_rows: rows.unmatched.first,
        unreadable_rows: rows.unreadable.first,
        failure,
    }
}
