//! Whether a recipient is in a phase's audience.

use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::told::Comparison;

pub use crate::campaign::definition::audience::{Audience, Verdict};

impl Campaign {
    /// Whether a recipient is in a phase's audience. `comparison` says what of that which they were told no longer holds.
    pub fn verdict(&self, phase: &Phase, recipient: &Recipient, comparison: &Comparison<'_>) -> Verdict {
        let verdict = phase.audience.verdict(recipient.stage());
        if verdict != Verdict::In || !phase.corrects() {
            return verdict;
        }
        if self.correction().is_some_and(|last| last.name != phase.name) {
            // Something changed once more: a later phase tells of it.
            Verdict::Past
        } else if comparison.is_to_read_wrong(recipient) {
            // What is wrong must not be the last word.
            Verdict::NotYet
        } else if comparison.outdated(recipient, Some(&phase.name)).is_some() {
            Verdict::In
        } else {
            Verdict::Past
        }
    }
}
