//! The rules for who gets which text, apart from the contacts' own tags and usage: the segments' queries and the
//! changes' targets.
//!
//! Reviewers approve a text for certain customers. The lock keeps the rules of that time: if a contact's text changes
//! under the same rules, the contact has changed; under different rules, the campaign has.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use similar::{ChangeTag, TextDiff};

use super::template::TagsRead;
use crate::campaign::definition::operation::Operation;
use crate::campaign::definition::query::TagQuery;
use crate::campaign::definition::{Campaign, Change, Concerns};

/// The rules for sorting recipients, in words, one per line: people read the lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(transparent)]
pub struct Sorting(Vec<String>);

impl Sorting {
    /// The rules of a campaign for a phase; `read` returns which tags the phase's template for a segment uses.
    pub fn of<'a>(campaign: &'a Campaign, read: impl Fn(&'a str) -> &'a TagsRead) -> Self {
        let segments = campaign.segments.iter().map(|segment| {
            let asks = match read(&segment.name) {
                TagsRead::None => String::new(),
                TagsRead::These(tags) => format!("; its template asks for {}", Vec::from_iter(tags.clone()).join(", ")),
                TagsRead::All => "; its template reads all tags".to_owned(),
            };
            format!("segment {}: tags {}{asks}", segment.name, written(&segment.tags))
        });
        let changes = campaign.changes.iter().map(|change| format!("change {}: {}", change.id, concerns(change)));
        Self(segments.chain(changes).collect())
    }

    /// The rules that differ, as a diff: `-` for this one's, `+` for the other's.
    pub fn against(&self, other: &Self) -> Vec<String> {
        let (old, new): (Vec<&str>, Vec<&str>) =
            (self.0.iter().map(String::as_str).collect(), other.0.iter().map(String::as_str).collect());
        let diff = TextDiff::from_slices(&old, &new);
        let changed = diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal);
        changed.map(|change| format!("{}{}", change.tag(), change.value())).collect()
    }
}

/// The customers a change concerns, in words.
pub fn concerns(change: &Change) -> String {
    let who = match &change.concerns {
        Concerns::Everybody => "for everyone".to_owned(),
        Concerns::Segments(names) => {
            let mut names = names.clone();
            names.sort_unstable();
            format!("for segments {}", names.join(", "))
        }
        Concerns::Tags(query) => format!("for tags {}", written(query)),
    };
    let mut operations: Vec<&str> = change.operations.iter().map(Operation::as_str).collect();
    operations.sort_unstable();
    if operations.is_empty() { who } else { format!("{who} who call {}", operations.join(", ")) }
}

/// A query with its terms sorted, however it was written.
fn written(query: &TagQuery) -> String {
    let mut terms: Vec<String> = query.to_string().split(',').map(str::to_owned).collect();
    terms.sort_unstable_by_key(|term| (term.starts_with('-'), term.clone()));
    terms.join(",")
}
