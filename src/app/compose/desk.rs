//! The inputs that all texts of a run share, and the selection of texts to compose.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::outcome::ComposeRequest;
use crate::app::failure::{Failure, Kind};
use crate::app::{App, selection};
use crate::campaign::compose::facts::{Job, SegmentFacts};
use crate::campaign::compose::request::{self, Request};
use crate::campaign::compose::{composed_for, identity, template_name};
use crate::campaign::definition::{Campaign, Phase, Segment};
use crate::store::folder::{Definition, Folder};

/// The maximum size of a guide page, in bytes.
const LARGEST_GUIDE: u64 = 200_000;

/// The inputs that all templates share.
pub(super) struct Desk<'a> {
    pub(super) app: &'a App<'a>,
    pub(super) folder: Folder,
    definition: Definition,
    /// The pages that the model may read.
    pub(super) guides: Vec<String>,
}

/// One template to compose.
pub(super) struct Mail<'a> {
    pub(super) phase: &'a Phase,
    pub(super) segment: &'a Segment,
    pub(super) job: Job,
    pub(super) facts: SegmentFacts,
    /// The SHA-256 of everything the text may state, and of how it should be written.
    pub(super) identity: String,
    /// The template's file, such as `announce.rest.md`.
    pub(super) name: String,
}

impl Mail<'_> {
    /// Whether a person named this template, with or without `.md`.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.called() == name.trim_end_matches(".md")
    }

    fn called(&self) -> &str {
        self.name.trim_end_matches(".md")
    }
}

impl<'a> Desk<'a> {
    /// Reads what is needed before a model is asked.
    ///
    /// # Errors
    /// No campaign, or a guide page that cannot be read.
    pub(super) fn of(app: &'a App<'a>, request: &ComposeRequest) -> Result<Self, Failure> {
        let folder = app.folder()?;
        let definition = folder.definition()?;
        let guides = request.guides.iter().map(|path| guide(app, path)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { app, folder, definition, guides })
    }

    pub(super) fn campaign(&self) -> &Campaign {
        &self.definition.campaign
    }

    /// The requested templates.
    ///
    /// # Errors
    /// There is no such phase, segment or template.
    pub(super) fn jobs(&self, request: &ComposeRequest) -> Result<Vec<Mail<'_>>, Failure> {
        let campaign = self.campaign();
        let wanted = selection::segments(campaign, &request.segments)?;
        selection::phases(campaign, &request.phases)?;
        let composed = |phase: &Phase| request.all || request.phases.is_empty() || request.phases.contains(&phase.name);
        let pairs = composed_for(campaign).into_iter();
        let pairs = pairs.filter(|(phase, segment)| composed(phase) && wanted.contain(&segment.name));
        let mut jobs: Vec<Mail<'_>> = pairs.map(|(phase, segment)| self.job(phase, segment)).collect();
        for name in &request.again {
            if !jobs.iter().any(|job| job.is_called(name)) {
                let names: Vec<&str> = jobs.iter().map(Mail::called).collect();
                return Err(selection::unknown("template to compose", name, names.into_iter()));
            }
        }
        if request.phases.is_empty() && !request.all {
            jobs.retain(|job| request.again.iter().any(|name| job.is_called(name)));
        }
        Ok(jobs)
    }

    fn job<'m>(&'m self, phase: &'m Phase, segment: &'m Segment) -> Mail<'m> {
        let job = Job::of(self.campaign(), phase);
        let facts = SegmentFacts::of(self.campaign(), segment);
        let identity = identity(self.campaign(), phase, &facts);
        Mail { phase, segment, job, facts, identity, name: template_name(phase, segment) }
    }

    /// What a model is asked for a template.
    pub(super) fn asked(&self, job: &Mail<'_>) -> Request {
        let section = &self.campaign().compose;
        request::request(job.job, &job.facts, &section.style, &section.glossary, &self.guides)
    }
}

/// Reads a guide page.
fn guide(app: &App<'_>, path: &Path) -> Result<String, Failure> {
    let failed = |why: String| {
        Failure::new(Kind::Usage, format!("cannot use the guide {}: {why}", path.display()), "name a page of text")
    };
    let path = app.path(path);
    // A pipe or a device might never end.
    if !path.metadata().map_err(|error| failed(error.to_string()))?.is_file() {
        return Err(failed("it is not a file".to_owned()));
    }
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let mut text = String::new();
    file.take(LARGEST_GUIDE + 1).read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
    if text.len() as u64 > LARGEST_GUIDE {
        return Err(failed(format!("it is larger than {} kB", LARGEST_GUIDE / 1000)));
    }
    Ok(text)
}
