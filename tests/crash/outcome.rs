//! The result of the bad days.

use crate::books::Tally;

/// The result of the bad days.
#[derive(Debug, Default, Clone, Copy)]
pub struct Outcome {
    pub kills: usize,
    /// How many of the kills happened while mails were on their way, while the journal was merged, and while a command
    /// other than `submit` ran.
    pub while_sending: usize,
    pub while_folding: usize,
    pub elsewhere: usize,
    /// Runs that were frozen for a while instead.
    pub freezes: usize,
    /// How many of the freezes led to a takeover by another machine.
    pub overtaken: usize,
    /// All runs.
    pub runs: usize,
    pub tally: Tally,
}

impl Outcome {
    pub fn add(&mut self, other: &Self) {
        self.kills += other.kills;
        self.while_sending += other.while_sending;
        self.while_folding += other.while_folding;
        self.elsewhere += other.elsewhere;
        self.freezes += other.freezes;
        self.overtaken += other.overtaken;
        self.runs += other.runs;
        self.tally.add(other.tally);
    }
}
