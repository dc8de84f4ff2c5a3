//! `mmig report`: how the campaign goes and who was told what, on one page, or as a table, prose or data.

mod prose;
mod sheet;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Ending;
use crate::app::failure::{Failure, Kind};
use crate::campaign::view::summary::Summary;
use crate::cli::Face;
use crate::cli::pages;
use crate::cli::ui::{Report, plural};
use crate::store::local as ledger;

/// The arguments of `report`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write it to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// html: one page for a browser; csv: a line a customer; md: for a wiki or an issue; json: all of it. By default
    /// the ending of FILE says which, else html
    #[arg(long, value_name = "FORMAT", hide_possible_values = true)]
    format: Option<Format>,
}

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, strum::Display)]
#[strum(serialize_all = "lowercase")]
enum Format {
    Html,
    Csv,
    Md,
    Json,
}

/// Runs `report`.
pub fn run(face: Face<'_>, args: &Args) -> Ending {
    let format = format(face, args)?;
    let folder = face.app.folder()?;
    let campaign = folder.definition()?.campaign;
    let records = ledger::read(&folder.path)?.unwrap_or_default();
    let sent = folder.sent();
    let summary = Summary::of(&campaign, &records, face.app.clock.now(), |digest| sent.text(digest));
    let Some(out) = &args.out else { return printed(&summary, format) };
    write(out, &written(&summary, format)?)?;
    let data = json!({ "campaign": campaign.name, "written": out.display().to_string(), "format": format.to_string() });
    let screen = format!("{}: {} in it\n", out.display(), plural(records.recipients().len(), "customer"));
    Ok(Report { data: data.as_object().cloned().unwrap_or_default(), screen, ..Report::default() })
}

/// What was asked for, where it can be had.
fn format(face: Face<'_>, args: &Args) -> Result<Format, Failure> {
    let ending = args.out.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
    let by_ending = || match ending {
        Some("csv") => Some(Format::Csv),
        Some("md") => Some(Format::Md),
        Some("json") => Some(Format::Json),
        _ => None,
    };
    let asked = args.format.or_else(by_ending);
    let (alone, json) = (args.out.is_none(), face.terminal.json);
    match asked.unwrap_or(if alone && json { Format::Json } else { Format::Html }) {
        Format::Html if alone && !json && std::io::stdout().is_terminal() => {
            let hint = "mmig report --out report.html, then open it in a browser";
            Err(Failure::new(Kind::Usage, "a page for a browser is not for a terminal", hint))
        }
        format if alone && json && format != Format::Json => {
            let message = format!("with --json there is one document on stdout, which cannot be {format}");
            Err(Failure::new(Kind::Usage, message, format!("add --out report.{format}, or leave out --format")))
        }
        format => Ok(format),
    }
}

/// The report on stdout.
fn printed(summary: &Summary<'_>, format: Format) -> Ending {
    let data = data(summary);
    let data = data.as_object().cloned().unwrap_or_default();
    let screen = match format {
        Format::Json => document(summary),
        Format::Html | Format::Csv | Format::Md => written(summary, format)?,
    };
    Ok(Report { data, screen, ..Report::default() })
}

fn written(summary: &Summary<'_>, format: Format) -> Result<String, Failure> {
    match format {
        Format::Html => pages::report::page(summary)
            .map_err(|error| Failure::new(Kind::Invalid, error.to_string(), "mmig report --format md tells the same")),
        Format::Csv => sheet::of(summary),
        Format::Md => Ok(prose::of(summary)),
        Format::Json => Ok(document(summary)),
    }
}

fn document(summary: &Summary<'_>) -> String {
    let mut document = json!({ "schema": crate::cli::json::SCHEMA, "command": "report" });
    if let (Some(document), Value::Object(data)) = (document.as_object_mut(), data(summary)) {
        document.extend(data);
    }
    format!("{document}\n")
}

/// All of it, as data.
fn data(summary: &Summary<'_>) -> Value {
    let Summary { campaign, records, now, overview, .. } = summary;
    let mut forecast = json!(overview.forecast);
    forecast["in_words"] = overview.forecast.in_words(campaign).into();
    let days = summary.timeline.days.iter().map(|day| json!({ "date": day.date, "stages": day.by_stage() }));
    let texts = summary.texts.iter().map(|sent| {
        json!({
            "phase": sent.phase, "variant": sent.variant, "segments": sent.segments, "mails": sent.mails,
            "delivered": sent.arrived, "first": sent.first, "last": sent.last,
            "subject": sent.text.as_ref().map(|text| &text.subject), "body": sent.text.as_ref().map(|text| &text.body),
        })
    });
    json!({
        "as_of": now, "campaign": super::status::head_json(campaign, *now), "segments": overview.segments,
        "phases": overview.phases, "attention": overview.attention, "forecast": forecast,
        "timeline": days.collect::<Vec<_>>(), "behind": super::status::stragglers_json(&summary.behind),
        "texts": texts.collect::<Vec<_>>(),
        "customers": records.recipients().iter().map(|one| sheet::json(summary, one)).collect::<Vec<_>>(),
    })
}

/// Replaces the file as a whole. It holds personal data and stays its owner's alone, as the ledger does.
fn write(out: &Path, text: &str) -> Result<(), Failure> {
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let replaced = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        std::io::Write::write_all(&mut file, text.as_bytes())?;
        file.persist(out).map(drop).map_err(std::io::Error::from)
    });
    replaced.map_err(|error| {
        let hint = "name a file in a folder that is there and can be written";
        Failure::new(Kind::Usage, format!("cannot write {}: {error}", out.display()), hint)
    })
}
