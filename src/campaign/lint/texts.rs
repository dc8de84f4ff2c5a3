//! Every text that customers can get, under names that stay the same from one version of a campaign to the next.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::checked::Checked;
use super::run::readers;
use crate::campaign::definition::Phase;
use crate::campaign::text::Text;
use crate::campaign::text::template::Inputs;
use crate::campaign::text::variant::Texts;

/// A text and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedText {
    /// The phase.
    pub phase: String,
    /// The segment. Where it has several texts, the one with the most changes and tags is called so, and the others are
    /// `SEGMENT-2` and so on.
    pub name: String,
    /// The text, with placeholders for personal values.
    pub text: Text,
}

impl Checked<'_> {
    /// Every text that can be rendered, in the order of the phases and segments.
    pub fn named_texts(&self) -> Vec<NamedText> {
        self.campaign.phases.iter().flat_map(|phase| self.named_texts_of(phase)).collect()
    }

    fn named_texts_of(&self, phase: &Phase) -> Vec<NamedText> {
        let mut texts = Texts::new(self.campaign, self.templates, phase).knowing(&self.records.sent_facts);
        let mut readers: Vec<Inputs> = readers(self, &texts).into_iter().collect();
        let place = |name: &str| self.campaign.segments.iter().position(|segment| segment.name == name);
        readers.sort_by_key(|inputs| {
            let tags = inputs.tags.as_ref().map_or(0, Vec::len);
            (place(&inputs.segment), Reverse(inputs.changes.len()), Reverse(tags))
        });
        let (mut known, mut named) = (BTreeSet::new(), Vec::<NamedText>::new());
        for inputs in readers {
            // What cannot be rendered is a finding.
            let Ok(rendered) = texts.render(&inputs) else { continue };
            if !known.insert((inputs.segment.clone(), rendered.digest)) {
                continue;
            }
            let name = match known.iter().filter(|(segment, _)| *segment == inputs.segment).count() {
                1 => inputs.segment.clone(),
                number => format!("{}-{number}", inputs.segment),
            };
            named.push(NamedText { phase: phase.name.clone(), name, text: rendered.text.clone() });
        }
        named
    }
}
