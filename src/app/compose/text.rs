//! Composes one template: asks for it, checks it, and puts it into use, or beside the template in
//! use if it was rejected.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::SecondsFormat;

use super::desk::{Desk, Mail};
use super::outcome::{Became, ComposeRequest, ComposedText};
use crate::api::Writer;
use crate::app::failure::Failure;
use crate::app::ledger;
use crate::campaign::compose::reply::{Reply, read};
use crate::campaign::compose::{Objection, objections, offline, template};
use crate::campaign::definition::problem::{Problem, Severity};
use crate::campaign::digest::sha256;
use crate::campaign::lint::Checked;
use crate::campaign::plural;
use crate::campaign::text::template::{Composed, Templates, entry_names};
use crate::store::folder::{Layer, TemplateFile, remove_file, source, write_file};

type Files = BTreeMap<String, TemplateFile>;

impl Desk<'_> {
    /// Composes one template, unless a person wrote it or its facts have not changed.
    pub(super) async fn text(
        &self,
        job: &Mail<'_>,
        writer: Option<&Writer>,
        wanted: &ComposeRequest,
    ) -> Result<ComposedText, Failure> {
        let files = self.folder.template_files()?;
        let again = wanted.again.iter().any(|name| job.is_called(name));
        if let Some(became) = known(job, &files, again) {
            return Ok(stated(job, became, 0, Vec::new()));
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
            let judged = self.judged(job, &offline(job.job, &job.facts), head(0), &files)?;
            return match judged {
                Ok(text) => self.accepted(job, &text, 0),
                Err(wrong) => self.refused(job, "", wrong, 0),
            };
        };
        let judge = |answer: &str, tries: usize| match read(answer) {
            Ok(reply) => self.judged(job, &reply, head(tries), &files),
            Err(why) => Ok(Err(vec![Objection::new("text", "", why)])),
        };
        let tried = self.until_accepted(writer, &asked, judge).await?;
        match tried.accepted {
            Some(text) => self.accepted(job, &text, tried.tries),
            None => self.refused(job, &tried.answer, tried.wrong, tried.tries),
        }
    }

    /// The template of an answer, or everything that is wrong with it: by itself, and in the texts that come of it.
    fn judged(
        &self,
        job: &Mail<'_>,
        reply: &Reply,
        head: Composed,
        files: &Files,
    ) -> Result<Result<String, Vec<Objection>>, Failure> {
        let mut wrong = objections(reply, job.job, &job.facts, &self.campaign().compose.glossary);
        let text = template(reply, &job.facts, head);
        if wrong.is_empty() {
            wrong = self.linted(job, &text, files)?;
        }
        Ok(if wrong.is_empty() { Ok(text) } else { Err(wrong) })
    }

    /// What `check` finds wrong with the template and the texts made from it.
    fn linted(&self, job: &Mail<'_>, text: &str, files: &Files) -> Result<Vec<Objection>, Failure> {
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
        let objection = |one: &Problem| {
            let words = one.about.as_ref().map(|about| about.words.clone()).unwrap_or_default();
            Objection::new(format!("line {}", one.place().0), words, one.what.clone())
        };
        Ok(own.map(objection).collect())
    }

    fn path(&self, job: &Mail<'_>) -> PathBuf {
        self.folder.file("templates").join(&job.name)
    }

    /// Puts an accepted text into use.
    fn accepted(&self, job: &Mail<'_>, text: &str, tries: usize) -> Result<ComposedText, Failure> {
        let path = self.path(job);
        write_file(&path, text).map_err(|error| Failure::not_written(&path, &error))?;
        // The rejected text is no longer needed; if it cannot be removed, it does no harm.
        remove_file(&self.beside(job));
        Ok(stated(job, Became::Written, tries, Vec::new()))
    }

    /// Saves the rejected text beside the template in use, which stays.
    fn refused(
        &self,
        job: &Mail<'_>,
        answer: &str,
        wrong: Vec<Objection>,
        tries: usize,
    ) -> Result<ComposedText, Failure> {
        let lines: String =
            wrong.iter().map(|one| format!("{}: {} ({})\n", one.place, one.message, one.words)).collect();
        let page = format!(
            "Rejected by mmig after {}. What was wrong with the last answer:\n\n{lines}\n{answer}\n",
            plural(tries, "answer"),
        );
        let beside = self.beside(job);
        write_file(&beside, &page).map_err(|error| Failure::not_written(&beside, &error))?;
        Ok(stated(job, Became::Rejected, tries, wrong))
    }

    fn beside(&self, job: &Mail<'_>) -> PathBuf {
        self.folder.file("templates").join(format!("{}.rejected", job.name))
    }
}

fn stated(job: &Mail<'_>, outcome: Became, tries: usize, findings: Vec<Objection>) -> ComposedText {
    ComposedText {
        phase: job.phase.name.clone(),
        segment: job.segment.name.clone(),
        template: job.name.clone(),
        outcome,
        tries,
        findings,
    }
}

/// The outcome for a template that need not, or must not, be composed.
fn known(job: &Mail<'_>, files: &Files, again: bool) -> Option<Became> {
    let by_hand = |name: &String| files.get(name).filter(|file| file.layer != Layer::BuiltIn);
    let own = by_hand(&job.name);
    // A general template that a person wrote is in use here as well.
    let file = entry_names(job.phase, job.segment).iter().find_map(by_hand)?;
    let head = Composed::of(&file.source.text).filter(|head| head.is_unedited(&file.source.text));
    match head {
        None => Some(Became::Kept),
        Some(head) if own.is_some() && head.facts == job.identity && !again => Some(Became::Unchanged),
        Some(_) => None,
    }
}
