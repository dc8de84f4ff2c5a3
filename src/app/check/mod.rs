//! Finds everything that can be wrong offline; on request, also tries links and code examples.

mod confined;
mod examples;
mod isolated;
mod links;
pub mod strays;
mod tried;

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{Datelike, Weekday};
use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::{Failure, Finding, Kind};
use crate::app::{App, Outcome, ledger};
use crate::campaign::Time;
use crate::campaign::compose::outdated;
use crate::campaign::definition::problem::{Problem, Severity};
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{Campaign, Places};
use crate::campaign::hint::Action;
use crate::campaign::lint::{Checked, NamedText};
use crate::campaign::people::records::Records;
use crate::campaign::plural;
use crate::campaign::text::template::Templates;
use crate::hint;
use crate::store::folder::{Definition, Folder, write_file};

/// The arguments of [`check`].
#[derive(Debug, Clone, Default)]
pub struct CheckRequest {
    /// Also ask every link whether it responds.
    pub links: bool,
    /// Also run the campaign's own checks of code examples.
    pub run: bool,
    /// Also write each text that a customer can get into this folder.
    pub texts: Option<PathBuf>,
}

/// What was found.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// Whether there are no errors.
    pub ok: bool,
    /// How many errors there are.
    pub errors: usize,
    /// How many warnings there are.
    pub warnings: usize,
    /// How many distinct texts were checked.
    pub texts: usize,
    /// How many code examples were run: 0 without `--run`.
    pub examples_run: usize,
    /// The folder that the texts were written into, if one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub texts_in: Option<String>,
    /// The findings, in file order.
    pub problems: Vec<Finding>,
    /// The same findings, with the files they are in.
    #[serde(skip)]
    pub found: Vec<Problem>,
    /// How much else was checked.
    #[serde(skip)]
    pub scope: Scope,
    /// Set if there are errors.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for CheckOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// How much of a campaign was checked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope {
    /// The number of segments.
    pub segments: usize,
    /// The number of phases.
    pub phases: usize,
    /// The number of changes.
    pub changes: usize,
}

/// Checks the campaign file, the templates, and every text made from them.
///
/// # Errors
/// There is no campaign, files or a ledger cannot be read, texts cannot be written, or Ctrl-C interrupted the
/// checks.
pub async fn check(app: &App<'_>, request: CheckRequest) -> Result<CheckOutcome, Failure> {
    let folder = app.folder()?;
    let texts_in = request.texts.as_deref().map(|path| app.output_folder(path)).transpose()?;
    let (definition, templates) = match files(&folder) {
        Ok(files) => files,
        Err(failure) if failure.problems.is_empty() => return Err(failure),
        Err(failure) => return Ok(outcome(folder.name, failure.problems, Scope::default(), 0)),
    };
    let records = records(app, &folder, &definition.campaign).await?;
    let (campaign, now) = (&definition.campaign, app.clock.now());
    let checked = Checked::new(campaign, &templates, &records, now).collecting(request.links, request.run);
    let mut problems = definition.warnings.clone();
    problems.extend(deadline_passed(&definition, now));
    problems.extend(shared_tags(&definition, &folder.siblings()));
    weekends(campaign, now).for_each(|note| app.observer.note(note));
    problems.extend(nothing_to_do(&definition));
    let (texts, linted) = checked.all(&folder.file("templates").display().to_string());
    problems.extend(linted.problems);
    problems.extend(outdated(campaign, &templates));
    if let Some(folder) = &texts_in {
        write_texts(folder, &checked.named_texts())?;
    }
    if request.links {
        problems.extend(links::dead(app, &linted.links).await?);
    }
    let mut examples_run = 0;
    if request.run && !campaign.checks.is_empty() {
        let examples = examples::refused(app, &campaign.checks, &checked.examples(linted.examples)).await?;
        examples_run = examples.run;
        // The findings still count; only reviewers would not see the runs.
        if let Err(why) = folder.keep_code_runs(&examples.accepted) {
            app.observer.warn(why);
        }
        problems.extend(examples.refused.into_iter().chain(checked.changes_without_language()));
    }
    let asked = |rule| match rule {
        Rule::DeadLink => request.links,
        Rule::CodeCheck => request.run,
        _ => true,
    };
    let left = checked.left(problems, asked);
    let texts_in = texts_in.map(|folder| folder.display().to_string());
    Ok(CheckOutcome { examples_run, texts_in, ..outcome(campaign.name.clone(), left, Scope::of(campaign), texts) })
}

/// How long the ledger's store may take to answer: its contents are optional here.
const PATIENCE: Duration = Duration::from_secs(5);

/// The recorded customers, if the ledger can be read: a pull request has no credentials for a bucket, and `--run` has
/// dropped them.
async fn records(app: &App<'_>, folder: &Folder, campaign: &Campaign) -> Result<Records, Failure> {
    let place = ledger::place(app, Some(campaign)).value;
    if place == ledger::LOCAL {
        return Ok(ledger::read(app, folder, campaign)?.unwrap_or_default());
    }
    let read = ledger::read_within(app, folder, campaign, PATIENCE).await;
    Ok(read.map_or_else(
        |failure| {
            app.observer.note(format!(
                "the ledger at {place} cannot be read here ({}); the texts are those that campaign.toml allows",
                failure.message
            ));
            Records::default()
        },
        Option::unwrap_or_default,
    ))
}

/// Writes each text as `PHASE/NAME.md`, to compare it with that of another version of the campaign.
fn write_texts(folder: &Path, texts: &[NamedText]) -> Result<(), Failure> {
    texts.iter().try_for_each(|NamedText { phase, name, text }| {
        let path = folder.join(phase).join(format!("{name}.md"));
        write_file(&path, &format!("{}\n", text.page().trim_end())).map_err(|error| {
            let message = format!("cannot write {}: {error}", path.display());
            Failure::new(Kind::Invalid, message, "check that the folder can be written and the disk has room")
        })
    })
}

/// Reads the campaign and its templates; the findings in both are reported at once.
fn files(folder: &Folder) -> Result<(Definition, Templates), Failure> {
    match (folder.definition(), folder.templates()) {
        (Ok(definition), Ok(templates)) => Ok((definition, templates)),
        (Err(first), Err(second)) if !first.problems.is_empty() => {
            Err(Failure::invalid(&folder.name, [first.problems, second.problems].concat()))
        }
        (Err(error), _) | (_, Err(error)) => Err(error.into()),
    }
}

fn deadline_passed(definition: &Definition, now: Time) -> Option<Problem> {
    let days = definition.campaign.days_left(now);
    let places = Places::of(&definition.source.text);
    let at = places.get("campaign.deadline").map_or(0..0, |place| place.span.clone());
    (days < 0).then(|| {
        let what = format!("the deadline passed {} ago", plural(usize::try_from(-days).unwrap_or_default(), "day"));
        let fix = "status, track and the completion mail still work; no dated phase will be sent";
        Problem::warning(&definition.source, at, what, fix).of(Rule::DeadlinePassed)
    })
}

/// Finds stage tags that another campaign uses too: a customer who is done with one campaign would count as done with
/// the other, and so would one who was notified.
fn shared_tags(definition: &Definition, others: &[Folder]) -> Vec<Problem> {
    let (own, source) = (&definition.campaign.tags, &definition.source);
    let places = Places::of(&source.text);
    let mut problems = Vec::new();
    for other in others {
        // A campaign that cannot be read is reported by its own check.
        let Ok(theirs) = other.definition() else { continue };
        let theirs = theirs.campaign.tags;
        for (stage, tag) in own.each().into_iter().filter(|(_, tag)| theirs.each().iter().any(|(_, same)| same == tag))
        {
            let written = places.get(&format!("tags.{stage}"));
            let place = written.or_else(|| places.get("campaign.title"));
            let at = place.map_or(0..0, |place| place.span.clone());
            let what = format!("the tag `{tag}` is also a stage tag of campaign `{}`", other.name);
            let fix = format!(
                "give this campaign tags of its own: [tags] {stage} = \"{}-{stage}\"",
                definition.campaign.name
            );
            let line = source.text.get(at.clone()).unwrap_or_default();
            let found = Problem::error(source, at.clone(), what, fix).of(Rule::SharedTag).about(tag, line);
            // Campaigns from before 0.2 have no tags of their own, and may have run one after the other.
            let severity = if written.is_some() { Severity::Error } else { Severity::Warning };
            problems.push(Problem { severity, ..found });
        }
    }
    problems
}

/// Future phases that are due on a day when few people work: neither the jobs that send them nor their readers. This is
/// allowed, so it is a note, not a finding.
fn weekends(campaign: &Campaign, now: Time) -> impl Iterator<Item = String> {
    campaign.phases.iter().filter_map(move |phase| {
        let day = campaign.readers(phase).find_map(|reader| {
            let due = reader.due(phase).filter(|due| *due > now).and(reader.due_local(phase))?.date();
            matches!(due.weekday(), Weekday::Sat | Weekday::Sun).then_some(due)
        })?;
        let day = day.format("%A, %-d %B %Y");
        Some(format!("phase `{}` is due on a {day}: a job that runs from Monday to Friday misses that day", phase.name))
    })
}

/// Finds a campaign that asks customers to act and does not say how: it has no changes and no
/// guide.
fn nothing_to_do(definition: &Definition) -> Option<Problem> {
    let campaign = &definition.campaign;
    let guided = campaign.guide_url.is_some() || campaign.segments.iter().all(|segment| segment.guide_url.is_some());
    (campaign.changes.is_empty() && !guided).then(|| {
        let what = "the campaign has neither changes nor a guide: its mails ask customers to act without saying how";
        let fix =
            "add a [[change]] with id, title and text (`mmig init` writes a sample, as a comment), or `guide_url`";
        Problem::warning(&definition.source, 0..0, what, fix).of(Rule::NothingToDo)
    })
}

impl Scope {
    fn of(campaign: &Campaign) -> Self {
        Self { segments: campaign.segments.len(), phases: campaign.phases.len(), changes: campaign.changes.len() }
    }
}

fn outcome(campaign: String, found: Vec<Problem>, scope: Scope, texts: usize) -> CheckOutcome {
    let errors = found.iter().filter(|problem| problem.severity == Severity::Error).count();
    CheckOutcome {
        ok: errors == 0,
        errors,
        warnings: found.len() - errors,
        texts,
        examples_run: 0,
        texts_in: None,
        problems: found.iter().map(Finding::from).collect(),
        scope,
        failure: failure(&campaign, &found, errors),
        found,
        campaign,
    }
}

/// The failure for these findings. An invalid file is an error of its own kind; everything else counts as
/// refused.
fn failure(campaign: &str, found: &[Problem], errors: usize) -> Option<Failure> {
    let warned = match found.len() - errors {
        0 => String::new(),
        warnings => format!(" and {}", plural(warnings, "warning")),
    };
    let message = format!("campaign `{campaign}` has {}{warned}", plural(errors, "error"));
    let invalid = found.iter().any(|problem| problem.severity == Severity::Error && problem.rule.invalidates());
    let (kind, hint) = if invalid {
        (Kind::Invalid, hint!["fix the lines above, then run ", Action::new("check"), " again"])
    } else {
        let hint = "fix the lines above, or allow intended ones with a reason: [[allow]] in campaign.toml";
        (Kind::Refused, hint.into())
    };
    (errors > 0).then(|| Failure::new(kind, message, hint))
}
