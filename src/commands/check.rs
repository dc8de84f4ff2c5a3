//! `mmig check`: everything that can be wrong offline; with flags, also what must be tried.

mod examples;
mod links;

use serde_json::json;

use super::{Ending, block_on};
use crate::app::failure::{Failure, Finding, Kind};
use crate::campaign::definition::Places;
use crate::campaign::definition::problem::{Problem, Severity};
use crate::campaign::definition::rule::Rule;
use crate::campaign::lint::Checked;
use crate::campaign::text::template::Templates;
use crate::cli::Face;
use crate::cli::ui::{Report, plural};
use crate::store::folder::{Definition, Folder};
use crate::store::local as ledger;

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Also ask every link whether it answers (the only part that uses the network)
    #[arg(long)]
    links: bool,
    /// Also run the campaign's own checks of code examples: the commands that campaign.toml names
    #[arg(long)]
    run: bool,
}

/// Runs `check`.
pub fn run(face: Face<'_>, args: &Args) -> Ending {
    let folder = face.app.folder()?;
    let (definition, templates) = match files(&folder) {
        Ok(files) => files,
        Err(failure) if failure.problems.is_empty() => return Err(failure),
        Err(failure) => return Ok(report(face, &folder.name, failure.problems, "", 0)),
    };
    let records = ledger::read(&folder.path)?.unwrap_or_default();
    let (campaign, now) = (&definition.campaign, face.app.clock.now());
    let checked = Checked::new(campaign, &templates, &records, now);
    let mut problems = definition.warnings.clone();
    problems.extend(deadline_passed(&definition, face));
    let (texts, linted) = checked.all(&folder.file("templates").display().to_string());
    problems.extend(linted.problems);
    if args.links {
        problems.extend(block_on(face, async || Ok(links::silent(face, &linted.links).await))?);
    }
    if args.run {
        problems
            .extend(block_on(face, async || Ok(examples::refused(face, &campaign.checks, &linted.examples).await))?);
    }
    let asked = |rule| match rule {
        Rule::DeadLink => args.links,
        Rule::CodeCheck => args.run,
        _ => true,
    };
    let summary = format!(
        "{}, {}, {}, {}",
        plural(campaign.segments.len(), "segment"),
        plural(campaign.phases.len(), "phase"),
        plural(campaign.changes.len(), "change"),
        plural(texts, "distinct text")
    );
    Ok(report(face, &campaign.name, checked.left(problems, asked), &summary, texts))
}

/// Reads the campaign and its templates; what is wrong with either is told at once.
fn files(folder: &Folder) -> Result<(Definition, Templates), Failure> {
    match (folder.definition(), folder.templates()) {
        (Ok(definition), Ok(templates)) => Ok((definition, templates)),
        (Err(first), Err(second)) if !first.problems.is_empty() => {
            Err(Failure::invalid(&folder.name, [first.problems, second.problems].concat()))
        }
        (Err(error), _) | (_, Err(error)) => Err(error.into()),
    }
}

fn report(face: Face<'_>, name: &str, problems: Vec<Problem>, summary: &str, texts: usize) -> Report {
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let warnings = problems.len() - errors;
    let data = json!({
        "campaign": name, "ok": errors == 0, "errors": errors, "warnings": warnings, "texts": texts,
        "problems": problems.iter().map(Finding::from).collect::<Vec<_>>(),
    });
    let data = data.as_object().cloned().unwrap_or_default();
    if errors == 0 {
        let found = if problems.is_empty() { String::new() } else { face.terminal.problems(&problems) + "\n\n" };
        let screen = format!("{found}campaign `{name}` is in order: {summary}\n");
        return Report { data, screen, ..Report::default() };
    }
    let mut failure = found(name, &problems, errors, warnings);
    // In the document they stand already.
    failure.problems = if face.terminal.json { Vec::new() } else { problems };
    Report { data, failure: Some(failure), ..Report::default() }
}

/// The failure that findings amount to: what is invalid cannot be used; everything else is held by a gate.
fn found(name: &str, problems: &[Problem], errors: usize, warnings: usize) -> Failure {
    let warned = if warnings == 0 { String::new() } else { format!(" and {}", plural(warnings, "warning")) };
    let message = format!("campaign `{name}` has {}{warned}", plural(errors, "error"));
    let invalid = problems.iter().any(|problem| problem.severity == Severity::Error && problem.rule.invalidates());
    let (kind, hint) = if invalid {
        (Kind::Invalid, "mend the lines above, then run `mmig check` again")
    } else {
        let hint = "mend the lines above, or allow with a reason what is right as it is: [[allow]] in campaign.toml";
        (Kind::Refused, hint)
    };
    Failure::new(kind, message, hint)
}

fn deadline_passed(definition: &Definition, face: Face<'_>) -> Option<Problem> {
    let now = face.app.clock.now();
    let days = definition.campaign.days_left(now);
    let places = Places::of(&definition.source.text);
    let at = places.get("campaign.deadline").map_or(0..0, |place| place.span.clone());
    (days < 0).then(|| {
        let what = format!("the deadline passed {} ago", plural(usize::try_from(-days).unwrap_or_default(), "day"));
        let fix = "status, track and the completion mail go on; no dated phase is sent any more";
        Problem::warning(&definition.source, at, what, fix).of(Rule::DeadlinePassed)
    })
}
