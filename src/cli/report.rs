//! Shows `report`: in a file or on stdout, as HTML, CSV, Markdown or the JSON document.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::Outcome;
use crate::app::document;
use crate::app::failure::{Failure, Kind};
use crate::app::report::{ReportOutcome, report};
use crate::campaign::hint::Action;
use crate::campaign::plural;
use crate::cli::args::{Format, ReportArgs};
use crate::cli::{Face, pages, screen};
use crate::hint;
use crate::store::replace::replace_private;

/// The document printed if the report was written to a file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WrittenReport {
    /// The campaign's name.
    pub campaign: String,
    /// The file.
    pub written: String,
    /// The format.
    pub format: Format,
    /// How many customers are in it.
    #[serde(skip)]
    pub customers: usize,
}

impl Outcome for WrittenReport {}

/// Runs `report` and shows its result; returns the exit code.
pub fn run(face: Face<'_>, args: &ReportArgs) -> u8 {
    let terminal = face.terminal;
    if let Some(out) = &args.out {
        let saved = args.format().and_then(|format| save(face, out, format.unwrap_or(Format::Html)));
        return terminal.show("report", &saved, |saved, _| {
            format!("{}: {} in it\n", saved.written, plural(saved.customers, "customer"))
        });
    }
    let (ended, text) = match to_stdout(face, args) {
        Ok((outcome, text)) => (Ok(outcome), text),
        Err(failure) => (Err(failure), String::new()),
    };
    let code = terminal.paged().verbatim().show("report", &ended, |_, _| text);
    // The process is about to end, and the system frees a large ledger's memory faster than we can.
    std::mem::forget(ended);
    code
}

/// The report, and its text for stdout, unless that is the document anyway.
fn to_stdout(face: Face<'_>, args: &ReportArgs) -> Result<(ReportOutcome, String), Failure> {
    let format = stdout_format(face, args.format()?)?;
    let outcome = report(face.app)?;
    let text = if face.terminal.json { String::new() } else { rendered(&outcome, format)? };
    Ok((outcome, text))
}

/// The format for stdout, if it allows one.
fn stdout_format(face: Face<'_>, asked: Option<Format>) -> Result<Format, Failure> {
    let json = face.terminal.json;
    match asked.unwrap_or(if json { Format::Json } else { Format::Html }) {
        Format::Html if !json && face.terminal.stdout_is_a_terminal() => {
            let hint = hint![Action::new("report").option("out", "report.html"), ", then open it in a browser"];
            Err(Failure::new(Kind::Usage, "refusing to print HTML to a terminal", hint))
        }
        format if json && format != Format::Json => {
            let message = format!("with --json there is one document on stdout, which cannot be {format}");
            Err(Failure::new(Kind::Usage, message, format!("add --out report.{format}, or leave out --format")))
        }
        format => Ok(format),
    }
}

fn save(face: Face<'_>, out: &Path, format: Format) -> Result<WrittenReport, Failure> {
    let outcome = report(face.app)?;
    let text = rendered(&outcome, format)?;
    // It contains personal data.
    replace_private(&face.app.output(out)?, &text).map_err(|error| Failure::not_written(out, &error))?;
    let customers = outcome.customers.iter().len();
    Ok(WrittenReport { campaign: outcome.head.campaign, written: out.display().to_string(), format, customers })
}

fn rendered(outcome: &ReportOutcome, format: Format) -> Result<String, Failure> {
    let broken = |error: String| {
        let hint = hint![Action::new("report").option("format", "md"), " says the same"];
        Failure::new(Kind::Invalid, error, hint)
    };
    match format {
        Format::Html => pages::report::page(outcome).map_err(|error| broken(error.to_string())),
        Format::Csv => screen::report_csv(outcome).map_err(|error| broken(format!("cannot write CSV: {error}"))),
        Format::Md => Ok(screen::report_markdown(outcome)),
        Format::Json => Ok(document::document("report", Ok(outcome))),
    }
}
