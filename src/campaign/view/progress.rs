//! When a customer reached which stage.

use crate::campaign::Time;
use crate::campaign::definition::stage::Stage;
use crate::campaign::mail::Mail;
use crate::campaign::people::recipient::Recipient;

impl Recipient {
    /// The changes of the customer's stage, oldest first: when, and to which. Before the first it was pending.
    pub fn steps(&self) -> Vec<(Time, Stage)> {
        let arrived = self.mails.iter().filter_map(Mail::reached_at);
        self.steps_at(self.marks.iter().map(|mark| mark.at).chain(arrived).collect())
    }

    /// When the customer was done; `None` if they are not.
    pub fn completed_at(&self) -> Option<Time> {
        // A mail that arrives never completes anyone.
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
