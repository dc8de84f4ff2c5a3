//! Finds changes for other customers: a text that mentions a change which does not concern its
//! reader.

use super::parsed_text::{Finding, ParsedText};
use crate::campaign::definition::Change;
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;

/// A shorter title could be part of any sentence.
const TELLING: usize = 12;

/// Finds the titles of changes that do not concern the reader, word for word in the body.
pub fn others_changes(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let is_own = |change: &&Change| parsed.changes.contains(change.id.as_str());
    let others = parsed.campaign.changes.iter().filter(|change| !is_own(change));
    let found = others.filter_map(|change| {
        let title = change.title.trim();
        let mut own = parsed.campaign.changes.iter().filter(is_own);
        // One of the reader's changes may have the same title.
        if title.chars().count() < TELLING || own.any(|own| own.title.contains(title)) {
            return None;
        }
        let at = parsed.prose.find(title)?;
        let what = format!("change `{}` does not concern these readers, but the text names it", change.id);
        let fix = "write {% for change in changes %}, or set in the change who it concerns";
        Some(Finding::error(Rule::OthersChange, Part::Body, at..at + title.len(), what, fix).into_warning())
    });
    found.collect()
}
