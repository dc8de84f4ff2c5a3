//! Writes templates with a language model, or in plain words without one: one template for each phase and segment. A
//! model's output is always checked. A rejected answer goes back to the model; if the last one fails too, it is saved
//! beside the template in force, which stays.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::SecondsFormat;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::api::{Answer, Prompt, Turn, Writer, WriterError, WriterSettings};
use crate::app::failure::{Failure, Kind};
use crate::app::observer::Work;
use crate::app::settings::{MODEL, MODEL_KEY, MODEL_URL};
use crate::app::{App, Outcome, ledger, selection};
use crate::campaign::compose::changes::ChangeSheet;
use crate::campaign::compose::facts::{Job, SegmentFacts};
use crate::campaign::compose::reply::{Reply, read};
use crate::campaign::compose::request::{self, Request};
use crate::campaign::compose::{Objection, composed_for, identity, objections, offline, template, template_name};
use crate::campaign::definition::problem::Severity;
use crate::campaign::definition::{Campaign, Phase, Segment};
use crate::campaign::digest::sha256;
use crate::campaign::hint::Action;
use crate::campaign::lint::Checked;
use crate::campaign::plural;
use crate::campaign::text::template::{Composed, Templates};
use crate::hint;
use crate::store::folder::{Definition, Folder, Layer, TemplateFile, remove_file, source, write_file};

/// No complete answer within this time counts as unreachable.
const ATTEMPT: Duration = Duration::from_mins(1);
/// The time limit for the whole command.
const WHOLE: Duration = Duration::from_mins(30);
/// How many answers a model may give for one template.
const TRIES: usize = 3;
/// The token limit of the first answer.
const ROOM: u32 = 4_000;
/// The maximum size of a guide page, in bytes.
const LARGEST_GUIDE: u64 = 200_000;

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
}

/// The outcome for a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Became {
    /// The new template is in force.
    Written,
    /// The checker rejected every answer; the template in force stays.
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

/// One template to compose.
struct Mail<'a> {
    phase: &'a Phase,
    segment: &'a Segment,
    job: Job,
    facts: SegmentFacts,
    /// The SHA-256 of everything the text may state, and of how it should be written.
    identity: String,
    name: String,
}

/// What all templates have in common.
struct Desk<'a> {
    app: &'a App<'a>,
    folder: Folder,
    definition: Definition,
    guides: Vec<String>,
}

/// Composes templates.
///
/// # Errors
/// No campaign, no such phase or segment, no model configured, or the model cannot be reached; templates written before
/// the failure are in force. Answers that the checker rejected are in the outcome.
pub async fn compose(app: &App<'_>, request: ComposeRequest) -> Result<ComposeOutcome, Failure> {
    let folder = app.folder()?;
    let definition = folder.definition()?;
    let guides = request.guides.iter().map(|path| guide(app, path)).collect::<Result<Vec<_>, _>>()?;
    let desk = Desk { app, folder, definition, guides };
    let jobs = desk.jobs(&request)?;
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
        return desk.word_changes(writer.as_ref(), request.dry_run, outcome).await;
    }
    if request.dry_run {
        let planned = jobs.iter().map(|job| desk.planned(job, writer.as_ref()));
        outcome.requests = planned.collect();
        return Ok(outcome);
    }
    let progress = app.observer.progress(Work::Composing, jobs.len());
    let work = async {
        for job in &jobs {
            let text = desk.text(job, writer.as_ref(), &request).await?;
            outcome.texts.push(text);
            progress.step();
        }
        Ok::<_, Failure>(())
    };
    tokio::select! {
        biased;
        () = app.stop.once() => return Err(Failure::new(Kind::Interrupted, "interrupted; the templates written so far are in use", "")),
        done = tokio::time::timeout(WHOLE, work) => match done {
            Ok(done) => done?,
            Err(_) => return Err(too_long()),
        }
    }
    outcome.failure = rejected(&outcome.texts);
    Ok(outcome)
}

fn too_long() -> Failure {
    let hint = "run it again: finished templates stay, and it continues with the rest";
    Failure::new(Kind::Api, "the model took more than 30 minutes for all of it", hint)
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

/// Reads a guide page.
fn guide(app: &App<'_>, path: &Path) -> Result<String, Failure> {
    let failed = |why: String| {
        Failure::new(Kind::Usage, format!("cannot use the guide {}: {why}", path.display()), "name a page of text")
    };
    let file = File::open(app.path(path)).map_err(|error| failed(error.to_string()))?;
    let mut text = String::new();
    file.take(LARGEST_GUIDE + 1).read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
    if text.len() as u64 > LARGEST_GUIDE {
        return Err(failed(format!("it is larger than {} kB", LARGEST_GUIDE / 1000)));
    }
    Ok(text)
}

impl Desk<'_> {
    fn campaign(&self) -> &Campaign {
        &self.definition.campaign
    }

    /// The requested templates.
    fn jobs<'a>(&'a self, request: &ComposeRequest) -> Result<Vec<Mail<'a>>, Failure> {
        let campaign = self.campaign();
        let wanted = selection::segments(campaign, &request.segments)?;
        let composed =
            |phase: &&Phase| request.all || request.phases.is_empty() || request.phases.contains(&phase.name);
        selection::phases(campaign, &request.phases)?;
        for phase in campaign.phases.iter().filter(|phase| request.phases.contains(&phase.name)) {
            if Job::of(campaign, phase) == Job::Correct {
                let message = format!("phase `{}` is a correction, and mmig writes its text", phase.name);
                return Err(Failure::new(Kind::Usage, message, "leave it out"));
            }
        }
        let pairs = composed_for(campaign).into_iter();
        let pairs = pairs.filter(|(phase, segment)| composed(phase) && wanted.contain(&segment.name));
        let mut jobs: Vec<Mail<'_>> = pairs.map(|(phase, segment)| self.job(phase, segment)).collect();
        let again = request.again.iter().map(|name| name.trim_end_matches(".md"));
        for name in again {
            if !jobs.iter().any(|job| job.name.trim_end_matches(".md") == name) {
                let names = jobs.iter().map(|job| job.name.trim_end_matches(".md"));
                return Err(selection::unknown("template to compose", name, names.collect::<Vec<_>>().into_iter()));
            }
        }
        if request.phases.is_empty() && !request.all {
            jobs.retain(|job| {
                request.again.iter().any(|name| job.name.trim_end_matches(".md") == name.trim_end_matches(".md"))
            });
        }
        Ok(jobs)
    }

    fn job<'a>(&'a self, phase: &'a Phase, segment: &'a Segment) -> Mail<'a> {
        let job = Job::of(self.campaign(), phase);
        let facts = SegmentFacts::of(self.campaign(), segment);
        let identity = identity(self.campaign(), phase, &facts);
        Mail { phase, segment, job, facts, identity, name: template_name(phase, segment) }
    }

    /// The model; `None` for a dry run without one.
    fn writer(&self, dry_run: bool) -> Result<Option<Writer>, Failure> {
        let (said, section) = (&self.app.model, &self.campaign().compose);
        let url = said.url.clone().or_else(|| section.url.clone());
        let model = said.name.clone().or_else(|| section.model.clone());
        let (Some(url), Some(model)) = (url, model) else {
            return if dry_run { Ok(None) } else { Err(not_configured(self.app)) };
        };
        let settings = WriterSettings { url, model, key: said.key.clone(), timeout: ATTEMPT };
        Ok(Some(Writer::new(settings).map_err(|error| failure(&error))?))
    }

    fn model_name(&self) -> String {
        self.app.model.name.clone().or_else(|| self.campaign().compose.model.clone()).unwrap_or_default()
    }

    fn asked(&self, job: &Mail<'_>) -> Request {
        let section = &self.campaign().compose;
        request::request(job.job, &job.facts, &section.style, &section.glossary, &self.guides)
    }

    fn planned(&self, job: &Mail<'_>, writer: Option<&Writer>) -> PlannedRequest {
        let asked = self.asked(job);
        let turns = [Turn::Ours(asked.user.clone())];
        let prompt = Prompt { system: &asked.system, turns: &turns, schema: &asked.schema, room: ROOM };
        let body = match writer {
            Some(writer) => writer.body(&prompt),
            None => serde_json::to_value(&asked).unwrap_or_default(),
        };
        PlannedRequest { template: job.name.clone(), host: writer.map(Writer::host), body }
    }

    /// Words the changes that `import` made, in a file beside the campaign's, for a person to edit.
    async fn word_changes(
        &self,
        writer: Option<&Writer>,
        dry_run: bool,
        mut outcome: ComposeOutcome,
    ) -> Result<ComposeOutcome, Failure> {
        let imported = self.campaign().changes.iter().filter(|change| !change.oasdiff.is_empty());
        let sheets: Vec<ChangeSheet> = imported.map(ChangeSheet::of).collect();
        let Some(writer) = writer.filter(|_| !dry_run) else {
            outcome.requests = sheets.iter().map(|sheet| self.planned_change(sheet, writer)).collect();
            return Ok(outcome);
        };
        let progress = self.app.observer.progress(Work::Composing, sheets.len());
        let work = async {
            for sheet in &sheets {
                outcome.changes.push(self.word_change(sheet, writer).await?);
                progress.step();
            }
            Ok::<_, Failure>(())
        };
        tokio::time::timeout(WHOLE, work).await.map_err(|_| too_long())??;
        let mut file =
            "# Proposed by a model for a person to edit; copy what is right into campaign.toml.\n".to_owned();
        for change in outcome.changes.iter().filter(|change| change.outcome == Became::Written) {
            let line = |name: &str, value: &str| format!("{name} = {}\n", toml::Value::from(value));
            let words = [("id", Some(&change.id)), ("title", change.title.as_ref()), ("text", change.text.as_ref())];
            let lines: String = words.iter().filter_map(|(name, value)| Some(line(name, value.as_ref()?))).collect();
            file.push_str(&format!("\n[[change]]\n{lines}"));
        }
        if !outcome.changes.is_empty() {
            let path = self.folder.file("changes.proposed.toml");
            write_file(&path, &file).map_err(|error| Failure::not_written(&path, &error))?;
            outcome.proposals = Some(path.display().to_string());
        }
        let rejected = outcome.changes.iter().filter(|change| change.outcome == Became::Rejected).count();
        outcome.failure = (rejected > 0).then(|| {
            let message = format!("the checker refused every answer for {}", plural(rejected, "change"));
            Failure::new(Kind::Refused, message, "word them yourself in campaign.toml")
        });
        Ok(outcome)
    }

    fn planned_change(&self, sheet: &ChangeSheet, writer: Option<&Writer>) -> PlannedRequest {
        let section = &self.campaign().compose;
        let asked = sheet.request(&section.style, &section.glossary, &self.guides);
        let turns = [Turn::Ours(asked.user.clone())];
        let prompt = Prompt { system: &asked.system, turns: &turns, schema: &asked.schema, room: ROOM };
        let body =
            writer.map_or_else(|| serde_json::to_value(&asked).unwrap_or_default(), |writer| writer.body(&prompt));
        PlannedRequest { template: sheet.id.clone(), host: writer.map(Writer::host), body }
    }

    async fn word_change(&self, sheet: &ChangeSheet, writer: &Writer) -> Result<ProposedChange, Failure> {
        let section = &self.campaign().compose;
        let asked = sheet.request(&section.style, &section.glossary, &self.guides);
        let mut turns = vec![Turn::Ours(asked.user.clone())];
        let mut wrong = Vec::new();
        for tries in 1..=TRIES {
            let prompt = Prompt { system: &asked.system, turns: &turns, schema: &asked.schema, room: ROOM };
            let said = match writer.ask(&prompt).await.map_err(|error| failure(&error))? {
                Answer::Words { text, .. } => text,
                Answer::None(why) => {
                    wrong = vec![Objection::new("text", "", why)];
                    continue;
                }
            };
            match sheet.wording(&said, &section.glossary) {
                Ok(wording) => {
                    let (title, text) = (Some(wording.title), Some(wording.text));
                    return Ok(ProposedChange {
                        id: sheet.id.clone(),
                        outcome: Became::Written,
                        title,
                        text,
                        tries,
                        findings: Vec::new(),
                    });
                }
                Err(found) => wrong = found,
            }
            turns.truncate(1);
            turns.extend([Turn::Theirs(said.chars().take(20_000).collect()), Turn::Ours(request::again(&wrong))]);
        }
        let (title, text) = (None, None);
        Ok(ProposedChange {
            id: sheet.id.clone(),
            outcome: Became::Rejected,
            title,
            text,
            tries: TRIES,
            findings: wrong,
        })
    }

    /// Composes one template, unless a person wrote it or its facts have not changed.
    async fn text(
        &self,
        job: &Mail<'_>,
        writer: Option<&Writer>,
        wanted: &ComposeRequest,
    ) -> Result<ComposedText, Failure> {
        let files = self.folder.template_files()?;
        let stated = |outcome, tries, findings| ComposedText {
            phase: job.phase.name.clone(),
            segment: job.segment.name.clone(),
            template: job.name.clone(),
            outcome,
            tries,
            findings,
        };
        let again = wanted.again.iter().any(|name| job.name.trim_end_matches(".md") == name.trim_end_matches(".md"));
        if let Some(became) = known(job, &files, again) {
            return Ok(stated(became, 0, Vec::new()));
        }
        let asked = self.asked(job);
        let head = |tries: usize| Composed {
            model: writer.map_or_else(|| "offline".to_owned(), |_| self.model_name()),
            host: writer.map(Writer::host).unwrap_or_default(),
            facts: job.identity.clone(),
            prompt: sha256(&format!("{}\n{}", asked.system, asked.user)),
            text: String::new(),
            at: self.app.clock.now().to_rfc3339_opts(SecondsFormat::Secs, true),
            tries: i64::try_from(tries).unwrap_or(i64::MAX),
        };
        let Some(writer) = writer else {
            let reply = offline(job.job, &job.facts);
            let (text, wrong) = self.judged(job, &reply, head(0), &files)?;
            return self.ended(job, &text, "", wrong, stated, 0);
        };
        let mut turns = vec![Turn::Ours(asked.user.clone())];
        let mut room = ROOM;
        let (mut last, mut wrong) = (String::new(), Vec::new());
        for tries in 1..=TRIES {
            let prompt = Prompt { system: &asked.system, turns: &turns, schema: &asked.schema, room };
            let answer = writer.ask(&prompt).await.map_err(|error| failure(&error))?;
            let read = match &answer {
                Answer::Words { cut: true, .. } => {
                    room *= 2;
                    Err("the answer was cut off before its end".to_owned())
                }
                Answer::Words { text, .. } => read(text),
                Answer::None(why) => Err((*why).to_owned()),
            };
            last = if let Answer::Words { text, .. } = answer { text } else { String::new() };
            match read {
                Ok(reply) => {
                    let (text, found) = self.judged(job, &reply, head(tries), &files)?;
                    if found.is_empty() {
                        return self.ended(job, &text, "", found, stated, tries);
                    }
                    wrong = found;
                }
                Err(why) => wrong = vec![Objection::new("text", "", why)],
            }
            turns.truncate(1);
            if !last.trim().is_empty() {
                turns.push(Turn::Theirs(last.chars().take(20_000).collect()));
                turns.push(Turn::Ours(request::again(&wrong)));
            }
        }
        self.ended(job, "", &last, wrong, stated, TRIES)
    }

    /// The template made from an answer, and everything wrong with it: in itself, and in the texts made from it.
    fn judged(
        &self,
        job: &Mail<'_>,
        reply: &Reply,
        head: Composed,
        files: &BTreeMap<String, TemplateFile>,
    ) -> Result<(String, Vec<Objection>), Failure> {
        let mut wrong = objections(reply, job.job, &job.facts, &self.campaign().compose.glossary);
        let text = template(reply, &job.facts, head);
        if wrong.is_empty() {
            wrong = self.linted(job, &text, files)?;
        }
        Ok((text, wrong))
    }

    /// What `check` finds wrong with the template and the texts made from it.
    fn linted(
        &self,
        job: &Mail<'_>,
        text: &str,
        files: &BTreeMap<String, TemplateFile>,
    ) -> Result<Vec<Objection>, Failure> {
        let file = source(&self.path(job), text);
        let mut sources: BTreeMap<_, _> =
            files.iter().map(|(name, file)| (name.clone(), file.source.clone())).collect();
        sources.insert(job.name.clone(), file.clone());
        let problems = match Templates::load(sources) {
            Err(problems) => problems,
            Ok(templates) => {
                let records = ledger::read(self.app, &self.folder, self.campaign())?.unwrap_or_default();
                let checked = Checked::new(self.campaign(), &templates, &records, self.app.clock.now());
                let (_, linted) = checked.all(&self.folder.file("templates").display().to_string());
                checked.left(linted.problems, |_| false)
            }
        };
        let own = problems.iter().filter(|one| one.source.path == file.path && one.severity == Severity::Error);
        let objection = |one: &crate::campaign::definition::problem::Problem| {
            let words = one.about.as_ref().map(|about| about.words.clone()).unwrap_or_default();
            Objection::new(format!("line {}", one.place().0), words, one.what.clone())
        };
        Ok(own.map(objection).collect())
    }

    fn path(&self, job: &Mail<'_>) -> PathBuf {
        self.folder.file("templates").join(&job.name)
    }

    /// Puts an accepted text in force, or saves a rejected one beside it.
    fn ended(
        &self,
        job: &Mail<'_>,
        text: &str,
        answer: &str,
        wrong: Vec<Objection>,
        stated: impl Fn(Became, usize, Vec<Objection>) -> ComposedText,
        tries: usize,
    ) -> Result<ComposedText, Failure> {
        let path = self.path(job);
        let beside = self.folder.file("templates").join(format!("{}.rejected", job.name));
        if wrong.is_empty() {
            write_file(&path, text).map_err(|error| Failure::not_written(&path, &error))?;
            // The rejected text is no longer needed; if it cannot be removed, it does no harm.
            remove_file(&beside);
            return Ok(stated(Became::Written, tries, wrong));
        }
        let lines: String =
            wrong.iter().map(|one| format!("{}: {} ({})\n", one.place, one.message, one.words)).collect();
        let page = format!(
            "Rejected by mmig after {}. What was wrong with the last answer:\n\n{lines}\n{}\n",
            plural(tries, "try"),
            answer
        );
        write_file(&beside, &page).map_err(|error| Failure::not_written(&beside, &error))?;
        Ok(stated(Became::Rejected, tries, wrong))
    }
}

/// The outcome of a template that need not, or must not, be composed.
fn known(job: &Mail<'_>, files: &BTreeMap<String, TemplateFile>, again: bool) -> Option<Became> {
    let general = format!("{}.md", job.phase.template.as_deref().unwrap_or(&job.phase.name));
    let by_hand = |file: &&TemplateFile| file.layer != Layer::BuiltIn;
    let own = files.get(&job.name).filter(by_hand);
    // A general template that a person wrote is in force here as well.
    let file = own.or_else(|| files.get(&general).filter(by_hand))?;
    let head = Composed::of(&file.source.text).filter(|head| head.is_unedited(&file.source.text));
    match head {
        None => Some(Became::Kept),
        Some(head) if own.is_some() && head.facts == job.identity && !again => Some(Became::Unchanged),
        Some(_) => None,
    }
}

fn not_configured(app: &App<'_>) -> Failure {
    let offered = |name: &&str| match *name {
        "ANTHROPIC_API_KEY" => {
            format!("{name} is set: {MODEL_URL}=https://api.anthropic.com/v1/messages {MODEL_KEY}=${name} {MODEL}=…")
        }
        "OPENAI_API_KEY" => {
            format!("{name} is set: {MODEL_URL}=https://api.openai.com/v1 {MODEL_KEY}=${name} {MODEL}=…")
        }
        "OPENROUTER_API_KEY" => {
            format!("{name} is set: {MODEL_URL}=https://openrouter.ai/api/v1 {MODEL_KEY}=${name} {MODEL}=…")
        }
        name => format!("{name} is set: {MODEL_URL}=http://HOST:PORT/v1 {MODEL}=…"),
    };
    let hint = hint![
        format!("set {MODEL_URL} and {MODEL}, or url and model in [compose]; or "),
        Action::new("compose").flag("all").flag("offline"),
        " writes plain texts without a model"
    ];
    let message = "no language model is configured";
    Failure::new(Kind::Usage, message, hint).with_details(app.model.offers.iter().map(offered).collect::<Vec<_>>())
}

fn failure(error: &WriterError) -> Failure {
    let (kind, hint) = match error {
        WriterError::Address(_) => (Kind::Usage, format!("set {MODEL_URL}, or url in [compose]")),
        WriterError::Unreachable { .. } => (Kind::Api, "check that it runs; or compose --offline".to_owned()),
        WriterError::Key { .. } => (Kind::Auth, format!("set {MODEL_KEY}")),
        WriterError::Limited { .. } => (Kind::Limited, "run it again later: what is written stays".to_owned()),
        WriterError::Refused { .. } => (Kind::Api, format!("check {MODEL} and {MODEL_URL}")),
    };
    Failure::new(kind, error.to_string(), hint)
}
