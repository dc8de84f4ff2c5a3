//! Whether a template that was composed still rests on the facts of today.

use super::facts::{Job, PhaseFacts, SegmentFacts};
use crate::campaign::definition::problem::Problem;
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::digest::sha256;
use crate::campaign::text::template::{Composed, Templates};

/// The SHA-256 of what a text for a phase and segment may state, and of how it is to be written.
pub fn identity(campaign: &Campaign, phase: &Phase, facts: &SegmentFacts) -> String {
    let parts = serde_json::json!({
        "phase": PhaseFacts::of(campaign, phase),
        "facts": facts,
        "style": campaign.compose.style,
        "glossary": campaign.compose.glossary,
    });
    sha256(&parts.to_string())
}

/// The templates that were composed from other facts than today's.
pub fn outdated(campaign: &Campaign, templates: &Templates) -> Vec<Problem> {
    let phases = campaign.phases.iter().filter(|phase| Job::of(campaign, phase) != Job::Correct);
    let pairs = phases.flat_map(|phase| campaign.segments.iter().map(move |segment| (phase, segment)));
    let problems = pairs.filter_map(|(phase, segment)| {
        let name = format!("{}.{}.md", phase.name, segment.name);
        let source = templates.source(&name)?;
        let head = Composed::of(&source.text)?;
        if head.facts == identity(campaign, phase, &SegmentFacts::of(campaign, segment)) {
            return None;
        }
        let at = source.text.find("[composed]").unwrap_or(0);
        let edited = if head.is_unedited(&source.text) { "" } else { ", and edited by hand since" };
        let what = format!("it was composed from other facts than today's{edited}");
        let fix = format!("read it again; `mmig compose --again {}.{}` writes it anew", phase.name, segment.name);
        let span = at..at + "[composed]".len();
        Some(Problem::warning(source, span, what, fix).of(Rule::Composed).about("[composed]", "[composed]"))
    });
    problems.collect()
}
