//! Checks templates before rendering: what they use must exist, and personal values may not control the text.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::context::variables;
use super::inputs::TagsRead;
use super::load::Templates;
use super::schema;
use crate::campaign::definition::expression::Use;
use crate::campaign::definition::problem::{Problem, Source};
use crate::campaign::definition::reader::Reader;
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{Campaign, Phase, Segment};

impl Templates {
    /// Everything wrong with the templates of these phases, including phases without one.
    pub fn vet(&self, campaign: &Campaign, definition: &Arc<Source>) -> Vec<Problem> {
        let mut problems: Vec<Problem> = Vec::new();
        for phase in &campaign.phases {
            for segment in campaign.segments.iter().filter(|segment| phase.is_for(&segment.name)) {
                let found = match self.entry(phase, segment) {
                    Some(entry) => self.vet_entry(entry, campaign, phase, segment),
                    None => vec![no_template(definition, phase, segment)],
                };
                for problem in found {
                    if !problems.contains(&problem) {
                        problems.push(problem);
                    }
                }
            }
        }
        problems.sort_by(|a, b| (&a.source.path, a.span.start).cmp(&(&b.source.path, b.span.start)));
        problems
    }

    /// Whether a phase has a template for a segment, and everything it uses is valid.
    pub fn is_sound(&self, campaign: &Campaign, phase: &Phase, segment: &Segment) -> bool {
        let found = self.entry(phase, segment).map(|entry| self.vet_entry(entry, campaign, phase, segment));
        found.is_some_and(|found| found.is_empty())
    }

    /// Which of a contact's tags determine a text directly, not only through the changes they
    /// select.
    pub fn tags_read(&self, entry: &str) -> TagsRead {
        let of_tags = |found: &Use| found.path.len() >= 2 && found.path[..2] == ["contact", "tags"];
        let mut asked = self.scans(entry).flat_map(|(_, scan)| &scan.uses).filter(|found| of_tags(found)).peekable();
        if asked.peek().is_none() {
            return TagsRead::None;
        }
        asked.map(|found| found.sought.clone()).collect::<Option<_>>().map_or(TagsRead::All, TagsRead::These)
    }

    /// The files that no phase uses.
    pub fn unused(&self, campaign: &Campaign) -> Vec<&Arc<Source>> {
        let entries = campaign.phases.iter().flat_map(|phase| {
            let segments = campaign.segments.iter().filter(|segment| phase.is_for(&segment.name));
            segments.filter_map(|segment| self.entry(phase, segment))
        });
        let used: BTreeSet<&str> =
            entries.flat_map(|entry| self.scans(entry).map(|(file, _)| file.source.path.as_str())).collect();
        let unused = self.files.values().filter(|file| !used.contains(file.source.path.as_str()));
        unused.map(|file| &file.source).collect()
    }

    /// The variables that the templates of a segment use.
    pub fn vars_used(&self, campaign: &Campaign, segment: &Segment) -> BTreeSet<String> {
        let phases = campaign.phases.iter().filter(|phase| phase.is_for(&segment.name));
        let entries = phases.filter_map(|phase| self.entry(phase, segment));
        let scans = entries.flat_map(|entry| self.scans(entry));
        let uses = scans.flat_map(|(_, scan)| &scan.uses);
        uses.filter(|found| found.path[0] == "vars").filter_map(|found| found.path.get(1).cloned()).collect()
    }

    fn vet_entry(&self, entry: &str, campaign: &Campaign, phase: &Phase, segment: &Segment) -> Vec<Problem> {
        let (own, reader) = (variables(campaign, segment), Reader::of(campaign, Some(segment)));
        let any = campaign.segments.iter().flat_map(|segment| variables(campaign, segment)).collect();
        let mut problems = Vec::new();
        if let Some(file) = self.files.get(entry)
            && file.subject.is_none()
        {
            let fix = "begin the file with +++, subject = \"…\", +++, each on a line of its own";
            problems.push(Problem::error(&file.source, 0..0, "the mail has no subject", fix).of(Rule::Template));
        }
        for (file, scan) in self.scans(entry) {
            for (span, (what, fix)) in &scan.refused {
                let refused = Problem::error(&file.source, span.clone(), what.clone(), fix.clone());
                problems.push(refused.of(Rule::Template));
            }
            for found in &scan.uses {
                if let Err((what, fix)) = schema::judge(found, reader, &own, &any, phase) {
                    let refused = Problem::error(&file.source, found.span.clone(), what, fix);
                    problems.push(refused.of(schema::rule(found)));
                }
            }
        }
        problems
    }
}

fn no_template(definition: &Arc<Source>, phase: &Phase, segment: &Segment) -> Problem {
    let at = definition.text.find(&format!("\"{}\"", phase.name)).unwrap_or(0);
    let what = format!("phase `{}` has no template for segment `{}`", phase.name, segment.name);
    let name = phase.template.as_ref().unwrap_or(&phase.name);
    let fix = format!("write templates/{name}.md, or templates/{name}.{}.md for this segment only", segment.name);
    Problem::error(definition, at..at + phase.name.len() + 2, what, fix).of(Rule::Template)
}
