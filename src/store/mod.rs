//! Everything on disk: the ledger, the campaign folder, and the usage files that users pass in.

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

/// A store for a campaign's ledger. An implementation guarantees what each method says, whatever crashes or
/// breaks; [`Ledger`] does everything else.
///
/// A ledger is a *snapshot* of all records and a *journal* of the lines that followed it. Lines are numbered
/// consecutively, and the snapshot says which is the last one it includes. The caller assigns the numbers.
///
/// `append` is called from async code, and never blocks it. The other methods block: a run calls them at its start and
/// its end. A store that needs a network has its own thread for both.
pub trait LedgerStore: Debug {
    /// One run's right to write, which ends when it is dropped: every line whose future has not resolved is then
    /// either durable or will never be. It also ends when the process dies, however it dies.
    type Lease: Debug;

    /// The snapshot with the journal's lines, as they were durable at some moment during the call; `None` if there is
    /// no ledger yet. Needs no lease and does not disturb its holder.
    ///
    /// A last line cut by a crash is ignored, since no one acted on it.
    ///
    /// # Errors
    /// Any other difference from what was written: damage is reported, never skipped. So are another campaign's ledger
    /// and a newer format.
    fn read(&self) -> Result<Option<Contents>, LedgerError>;

    /// Exclusive access for one run: while a lease exists, no other run on any machine gets one. The ledger itself
    /// does not change.
    ///
    /// `break_lock` takes it from a run on another machine that never released it, but never from one that is known to
    /// be alive.
    ///
    /// # Errors
    /// [`LedgerError::Held`] or [`LedgerError::Foreign`] with its holder.
    fn lease(&self, holder: &Holder, break_lock: bool) -> Result<Self::Lease, LedgerError>;

    /// Appends a line to the journal. The future resolves once the line is durable: from then on it survives any crash,
    /// and the caller may act on it while its permission is valid. Calls that wait at the same time share the cost.
    ///
    /// Lines are written in the order of the calls, even if a future is dropped unresolved. After the first error
    /// nothing is written and every later call fails, until `replace` succeeds: a line never follows a missing one.
    ///
    /// # Errors
    /// The line is not durable; it may have been written anyway.
    fn append(
        &self,
        lease: &Self::Lease,
        line: Vec<u8>,
    ) -> impl Future<Output = Result<Leave, LedgerError>> + Send + use<Self>;

    /// Permission to act on what is already durable, as of now.
    ///
    /// # Errors
    /// Another run has taken over.
    fn leave(&self, lease: &Self::Lease) -> impl Future<Output = Result<Leave, LedgerError>> + Send + use<Self>;

    /// Whether making a line durable takes about as long as a request to the server.
    fn is_far(&self) -> bool {
        false
    }

    /// Replaces the snapshot by one that includes the lines up to number `sequence`, then empties the journal. When it
    /// returns, the snapshot is durable. After a crash in between, the old or the new snapshot exists, and no harm is
    /// done: lines that the snapshot includes are recognised by their numbers.
    ///
    /// # Errors
    /// The old or the new snapshot exists, and every line is in it or in the journal.
    fn replace(&self, lease: &Self::Lease, records: &Records, sequence: u64) -> Result<(), LedgerError>;
}

/// The contents of a ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// The snapshot's records, updated from the journal.
    pub records: Records,
    /// The number of the last line included.
    pub sequence: u64,
    /// Whether the journal contains anything, even half a line: an interrupted run left it, and the next one replaces
    /// the snapshot before it appends.
    pub interrupted: bool,
}

/// Who opens a ledger, for other runs to see.
#[derive(Debug, Clone)]
pub struct Holder {
    /// The command, such as `submit`.
    pub command: String,
    /// When it began.
    pub at: Time,
}
