//! When a customer came how far.

use crate::campaign::Time;
use crate::campaign::definition::stage::Stage;
use crate::campaign::mail::Mail;
use crate::campaign::people::recipient::Recipient;

impl Recipient {
    /// Each change of the customer's stage, oldest first: from when on, and which. Before the first it was pending.
    pub fn steps(&self) -> Vec<(Time, Stage)> {
        let arrived = self.mails.iter().filter_map(Mail::reached_at);
        self.steps_at(self.marks.iter().map(|mark| mark.at).chain(arrived).collect())
    }

    /// Since when the customer is done; `None` for one who is not.
    pub fn completed_at(&self) -> Option<Time> {
        // A mail that arrives completes nobody.
        let steps = self.steps_at(self.marks.iter().map(|mark| mark.at).collect());
        steps.last().filter(|(_, stage)| *stage == Stage::Completed).map(|(at, _)| *at)
    }

    fn steps_at(&self, mut moments: Vec<Time>) -> Vec<(Time, Stage)> {
        moments.sort_unstable();
        moments.dedup();
        let mut steps: Vec<(Time, Stage)> = moments.into_iter().map(|moment| (moment, self.stage_at(moment))).collect();
        let mut before = Stage::Pending;
        steps.retain(|(_, stage)| std::mem::replace(&mut before, *stage) != *stage);
        steps
    }
}
