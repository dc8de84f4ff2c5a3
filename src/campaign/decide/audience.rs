//! Whether a recipient is in a phase's audience.

use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::people::recipient::Recipient;

pub use crate::campaign::definition::audience::{Audience, Verdict};

impl Campaign {
    /// Whether a recipient is in a phase's audience.
    pub fn verdict(&self, phase: &Phase, recipient: &Recipient) -> Verdict {
        let verdict = phase.audience.verdict(recipient.stage());
        if verdict != Verdict::In || !phase.corrects() {
            return verdict;
        }
        let deadline = self.reader(&recipient.segment).deadline();
        if self.correction().is_some_and(|last| last.name != phase.name) {
            // The deadline was moved once more: a later phase tells where to.
            Verdict::Past
        } else if recipient.is_to_read_another(deadline) {
            // The old date must not be the last word.
            Verdict::NotYet
        } else if recipient.told_before(&phase.name).is_some_and(|told| told != deadline) {
            Verdict::In
        } else {
            Verdict::Past
        }
    }
}
