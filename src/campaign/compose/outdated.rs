//! Whether a composed template is still based on today's facts.

use std::collections::BTreeSet;

use super::facts::{PhaseFacts, SegmentFacts};
use crate::campaign::definition::problem::Problem;
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{Campaign, Phase, Segment};
use crate::campaign::digest::sha256;
use crate::campaign::text::template::{Composed, Templates};

/// The name of the template composed for a phase and segment. Phases that share a template share this one too.
pub fn template_name(phase: &Phase, segment: &Segment) -> String {
    format!("{}.{}.md", phase.template(), segment.name)
}

/// The phases and segments that templates are composed for, each template once.
pub fn composed_for(campaign: &Campaign) -> Vec<(&Phase, &Segment)> {
    let mut names = BTreeSet::new();
    let pairs = campaign.phases.iter().flat_map(|phase| campaign.segments.iter().map(move |segment| (phase, segment)));
    let wanted = pairs.filter(|(phase, segment)| phase.is_for(&segment.name));
    wanted.filter(|(phase, segment)| names.insert(template_name(phase, segment))).collect()
}

/// The SHA-256 of what a text for a phase and segment may state, and of how it should be written.
pub fn identity(campaign: &Campaign, phase: &Phase, facts: &SegmentFacts) -> String {
    let parts = serde_json::json!({
        "phase": PhaseFacts::of(campaign, phase),
        "facts": facts,
        "style": campaign.compose.style,
        "glossary": campaign.compose.glossary,
    });
    sha256(&parts.to_string())
}

/// The templates that were composed from facts that have changed since.
pub fn outdated(campaign: &Campaign, templates: &Templates) -> Vec<Problem> {
    let problems = composed_for(campaign).into_iter().filter_map(|(phase, segment)| {
        let name = template_name(phase, segment);
        let source = templates.source(&name)?;
        let head = Composed::of(&source.text)?;
        if head.facts == identity(campaign, phase, &SegmentFacts::of(campaign, segment)) {
            return None;
        }
        let at = source.text.find("[composed]").unwrap_or(0);
        let edited = if head.is_unedited(&source.text) { "" } else { ", and edited by hand since" };
        let what = format!("it was composed from other facts than today's{edited}");
        let fix = format!("read it again; `mmig compose --again {}` writes it again", name.trim_end_matches(".md"));
        let span = at..at + "[composed]".len();
        Some(Problem::warning(source, span, what, fix).of(Rule::Composed).about("[composed]", "[composed]"))
    });
    problems.collect()
}
