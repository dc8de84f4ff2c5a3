//! Whether a recipient is in a phase's audience.

use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::sent_facts::Comparison;

pub use crate::campaign::definition::audience::{Audience, Verdict};

impl Campaign {
    /// Whether a recipient is in a phase's audience. `comparison` knows which facts they received are outdated.
    pub fn verdict(&self, phase: &Phase, recipient: &Recipient, comparison: &Comparison<'_>) -> Verdict {
        let verdict = phase.audience.verdict(recipient.stage());
        if verdict != Verdict::In || !phase.corrects() {
            return verdict;
        }
        if self.correction().is_some_and(|last| last.name != phase.name) {
            // The facts changed once more: a later phase corrects that.
            Verdict::Past
        } else if comparison.will_read_outdated(recipient) {
            // The outdated mail must not arrive after the correction.
            Verdict::NotYet
        } else if comparison.outdated(recipient, Some(&phase.name)).is_some() {
            Verdict::In
        } else {
            Verdict::Past
        }
    }
}
