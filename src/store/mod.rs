//! What is kept: the ledger, the campaign folder, and the usage files people hand over.

mod any;
pub mod folder;
pub mod input;
mod leave;
mod ledger;
pub mod local;
#[cfg(feature = "remote")]
pub mod remote;
pub mod replace;
pub mod text;
pub mod usage_file;

use std::fmt::Debug;

use crate::campaign::Time;
use crate::campaign::people::records::Records;

pub use any::Store;
pub use leave::{Clocks, Leave, Moment, OfMachine};
pub use ledger::{Journal, Ledger, LedgerError, Place};

/// Where a campaign's ledger is kept. Whoever keeps it promises what each method says, whatever crashes or breaks;
/// [`Ledger`] is everything else.
///
/// A ledger is a *snapshot* of all records and a *journal* of the lines that followed it. Lines are numbered, each one
/// more than the one before, and the snapshot says which is the last that it contains. The caller gives the numbers.
///
/// `append` is called from async code, and never blocks it. The other methods block: a run calls them at its start and
/// its end. A store that needs a network has a thread of its own for both.
pub trait LedgerStore: Debug {
    /// One run's right to write, which dropping gives back: every line whose future has not resolved is then either
    /// durable or will never be. It is also given back when the process dies, however it dies.
    type Lease: Debug;

    /// The snapshot with the journal's lines, as they were durable at some moment during the call; `None` where there is
    /// no ledger yet. Needs no lease and hinders nobody who has it.
    ///
    /// A last line that a crash tore is left out, since nobody acted on it.
    ///
    /// # Errors
    /// Anything else that is not as it was written: damage is reported, never skipped. So are another campaign's ledger
    /// and a later format.
    fn read(&self) -> Result<Option<Contents>, LedgerError>;

    /// Exclusive access for one run: as long as a lease lives, no other run on any machine gets one. Nothing of the
    /// ledger is changed.
    ///
    /// `break_lock` takes it from a run on another machine that never gave it back; from one that is known to be alive,
    /// never.
    ///
    /// # Errors
    /// [`LedgerError::Held`] or [`LedgerError::Foreign`] say who has it.
    fn lease(&self, holder: &Holder, break_lock: bool) -> Result<Self::Lease, LedgerError>;

    /// Adds a line to the journal. The future resolves once the line is durable: it survives any crash from then on, and
    /// the caller may act on it, as long as its leave is good. Many that wait share what durability costs.
    ///
    /// Lines are written in the order of the calls, also if a future is dropped unresolved. After the first error nothing
    /// is written and every later call fails, until `replace` succeeds: a line never follows one that is missing.
    ///
    /// # Errors
    /// The line is not durable; it may be there all the same.
    fn append(
        &self,
        lease: &Self::Lease,
        line: Vec<u8>,
    ) -> impl Future<Output = Result<Leave, LedgerError>> + Send + use<Self>;

    /// The right to act on what is durable already, as of now.
    ///
    /// # Errors
    /// Another run has taken over.
    fn leave(&self, lease: &Self::Lease) -> impl Future<Output = Result<Leave, LedgerError>> + Send + use<Self>;

    /// Whether a line takes about as long to be durable as a request to the server takes.
    fn is_far(&self) -> bool {
        false
    }

    /// Replaces the snapshot by one that contains the lines up to number `sequence`, then empties the journal. Once it
    /// returns, the snapshot is durable. A crash meanwhile leaves the old snapshot or the new one, and in between no
    /// harm: lines that the snapshot contains are known by their numbers.
    ///
    /// # Errors
    /// The old snapshot is there, or the new one, and every line is in one of both and the journal.
    fn replace(&self, lease: &Self::Lease, records: &Records, sequence: u64) -> Result<(), LedgerError>;
}

/// What a ledger says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// The snapshot's records, with what the journal says happened since.
    pub records: Records,
    /// The number of the last line they contain.
    pub sequence: u64,
    /// Whether there is anything in the journal, be it half a line. A run that was interrupted left it, and the next one
    /// replaces the snapshot before it appends.
    pub interrupted: bool,
}

/// Who opens a ledger: what a second run is told.
#[derive(Debug, Clone)]
pub struct Holder {
    /// The command, such as `submit`.
    pub command: String,
    /// When it began.
    pub at: Time,
}
