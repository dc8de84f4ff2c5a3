//! A campaign with its templates and records, prepared for checking.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::campaign::Time;
use crate::campaign::definition::problem::{Problem, Severity};
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{Campaign, Places};
use crate::campaign::people::records::Records;
use crate::campaign::text::template::{Templates, Tracer};

/// What is checked.
#[derive(Debug)]
pub struct Checked<'a> {
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Its templates.
    pub templates: &'a Templates,
    /// The known customers.
    pub records: &'a Records,
    /// The time.
    pub now: Time,
    /// Former deadlines that customers were told.
    pub(super) former_deadlines: BTreeSet<NaiveDate>,
    /// Whether the links of the texts are collected, to be tried.
    pub(super) tries_links: bool,
    /// Whether the code of the texts is collected, to be run.
    pub(super) tries_code: bool,
    pub(super) places: Places,
    pub(super) tracer: Tracer<'a>,
}

impl<'a> Checked<'a> {
    /// Prepares a check: locates the file's values, and marks the templates.
    pub fn new(campaign: &'a Campaign, templates: &'a Templates, records: &'a Records, now: Time) -> Self {
        let (places, tracer) = (Places::of(&campaign.source.text), Tracer::new(templates));
        let former_deadlines = former_deadlines(campaign, records);
        let (tries_links, tries_code) = (false, false);
        Self { campaign, templates, records, now, former_deadlines, tries_links, tries_code, places, tracer }
    }

    /// The same, that also collects what can be tried: where each link, each code comes from takes long to find out.
    #[must_use]
    pub fn collecting(self, links: bool, code: bool) -> Self {
        Self { tries_links: links, tries_code: code, ..self }
    }

    pub(super) fn error(
        &self,
        rule: Rule,
        place: &str,
        about: &str,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) -> Problem {
        let span = self.places.get(place).map_or(0..0, |place| place.span.clone());
        Problem::error(&self.campaign.source, span, what, fix).of(rule).about(about, about)
    }

    pub(super) fn warning(
        &self,
        rule: Rule,
        place: &str,
        about: &str,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) -> Problem {
        Problem { severity: Severity::Warning, ..self.error(rule, place, about, what, fix) }
    }
}

fn former_deadlines(campaign: &Campaign, records: &Records) -> BTreeSet<NaiveDate> {
    let told = records.recipients().iter().flat_map(|recipient| &recipient.mails).map(|mail| mail.deadline.date);
    let mut former: BTreeSet<NaiveDate> = told.collect();
    let segments = campaign.segments.iter().map(|segment| campaign.reader(&segment.name).deadline());
    for today in segments.chain([campaign.deadline]) {
        former.remove(&today.date);
    }
    former
}
