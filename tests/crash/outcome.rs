//! What bad days came to.

use crate::books::Tally;

/// What bad days came to.
#[derive(Debug, Default, Clone, Copy)]
pub struct Outcome {
    pub kills: usize,
    /// Of the kills, the ones that struck while mails were on their way, while the journal was folded, and while another
    /// command than `submit` ran.
    pub while_sending: usize,
    pub while_folding: usize,
    pub elsewhere: usize,
    /// Runs that were held still for a while instead.
    pub freezes: usize,
    /// Of the freezes, those in which another machine took over meanwhile.
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
