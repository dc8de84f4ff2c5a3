//! Changes of others: a text that names a change which does not concern its reader.

use super::parsed_text::{Finding, ParsedText};
use crate::campaign::definition::Change;
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;

/// A shorter title may be words of any sentence.
const TELLING: usize = 12;

/// The titles of changes that are not the reader's, where the body has them word for word.
pub fn others_changes(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let is_own = |change: &&Change| parsed.changes.contains(change.id.as_str());
    let others = parsed.campaign.changes.iter().filter(|change| !is_own(change));
    let found = others.filter_map(|change| {
        let title = change.title.trim();
        let mut own = parsed.campaign.changes.iter().filter(is_own);
        // A change of theirs may be called the same.
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
