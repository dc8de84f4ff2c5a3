//! What may determine a recipient's text.

use std::collections::BTreeSet;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::campaign::definition::facts::Fact;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::moment::LocalMoment;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::sent_facts::{Comparison, Wrong};

/// What may determine a recipient's text. Recipients with the same inputs get the same text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// The segment.
    pub segment: String,
    /// The changes that concern the recipient, by id, in the campaign's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// The contact's tags, as far as the template uses them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// The later phases that the recipient has had already, as after a postponement: no further mail of these is to come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub had: Vec<String>,
    /// The last deadline the recipient received, in a phase that corrects it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_deadline: Option<LocalMoment>,
    /// The other outdated facts the recipient received, in a correcting phase.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Wrong>,
    /// In such a phase: whether all other facts the recipient received are known and still hold.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rest_holds: bool,
}

/// Which of a contact's tags a template uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagsRead {
    /// None.
    None,
    /// Whether the contact has these: `"gold" in contact.tags`.
    These(BTreeSet<String>),
    /// All: it prints, counts or iterates over them.
    All,
}

impl Inputs {
    /// A recipient's inputs for a phase. `read` comes from [`Templates::tags_read`](super::Templates::tags_read),
    /// `among` from [`Campaign::operations_asked_about`].
    pub fn of(comparison: &Comparison<'_>, phase: &Phase, recipient: &Recipient, read: &TagsRead, among: &str) -> Self {
        let campaign = comparison.campaign();
        let called = recipient.usage.as_ref().and_then(|usage| usage.called(among));
        let changes = campaign.changes_for(&recipient.segment, &recipient.tags, called);
        let tags = match read {
            TagsRead::None => None,
            TagsRead::These(asked) => {
                Some(own_tags(campaign, &recipient.tags).filter(|tag| asked.contains(tag)).collect())
            }
            TagsRead::All => Some(own_tags(campaign, &recipient.tags).collect()),
        };
        let inputs = Self {
            segment: recipient.segment.to_string(),
            changes: changes.into_iter().map(|change| change.id.clone()).collect(),
            tags,
            had: Vec::new(),
            told_deadline: None,
            corrections: Vec::new(),
            rest_holds: false,
        };
        if !phase.corrects() {
            return inputs;
        }
        let outdated = comparison.outdated(recipient, Some(&phase.name)).unwrap_or_default();
        let told_deadline = recipient.stated_deadline_before(&phase.name);
        // A changed day gets its own wording; a changed hour of the same day is listed with the
        // other facts.
        let today = campaign.reader(&recipient.segment).deadline();
        let same_day = told_deadline.is_some_and(|told| told.date == today.date);
        let corrections = outdated.wrong.into_iter().filter(|wrong| wrong.fact != Fact::Deadline || same_day);
        Self { told_deadline, corrections: corrections.collect(), rest_holds: outdated.rest_holds, ..inputs }
    }
}

/// The contact's tags without the stage tags: our own tags must not turn a text into an unreviewed one.
fn own_tags(campaign: &Campaign, tags: &[CompactString]) -> impl Iterator<Item = String> {
    let stages = campaign.tags.each();
    tags.iter().filter(move |tag| stages.iter().all(|(_, stage)| stage != tag)).map(ToString::to_string)
}
