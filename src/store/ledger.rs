//! A run's view of a ledger, wherever it is kept: the records, the number of the last line, and whether anything
//! is unsaved.

mod error;
mod line;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Contents, Holder, Leave, LedgerStore, Store};
use crate::campaign::Time;
use crate::campaign::people::recipient::Entry;
use crate::campaign::people::records::Records;

pub use error::{LedgerError, Place};
pub(super) use line::{Line, Unreadable, read as read_line};

/// A campaign's ledger, held by this run until it is dropped.
#[derive(Debug)]
pub struct Ledger<S: LedgerStore = Store> {
    records: Records,
    /// The last journal line applied to the records.
    sequence: u64,
    /// Whether the records may contain what neither the snapshot nor the journal has.
    unsaved: bool,
    journal: Option<Journal<S>>,
    leased: Arc<Leased<S>>,
}

/// A store with the lease to write to it.
#[derive(Debug)]
struct Leased<S: LedgerStore> {
    store: S,
    lease: S::Lease,
}

impl<S: LedgerStore> Ledger<S> {
    /// Takes the store's lease, reads the ledger, and merges what an interrupted run left in the
    /// journal.
    ///
    /// # Errors
    /// Another run holds it; it is damaged, then nothing is written; it cannot be written.
    pub fn take(store: S, holder: &Holder, break_lock: bool) -> Result<Self, LedgerError> {
        let lease = store.lease(holder, break_lock)?;
        let contents = store.read()?;
        let (unsaved, contents) = (contents.is_none(), contents.unwrap_or_default());
        let interrupted = contents.interrupted;
        let mut ledger = Self::over(store, lease, contents, unsaved);
        if interrupted {
            ledger.save()?;
        }
        Ok(ledger)
    }

    /// A ledger that was already leased and read.
    pub(super) fn over(store: S, lease: S::Lease, contents: Contents, unsaved: bool) -> Self {
        let Contents { records, sequence, .. } = contents;
        Self { records, sequence, unsaved, journal: None, leased: Arc::new(Leased { store, lease }) }
    }

    /// The store.
    pub(super) fn store(&self) -> &S {
        &self.leased.store
    }

    /// The number of the last line applied to the records.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The records.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// The records, to be changed; changes are lost unless they are saved or also written to the
    /// journal.
    pub fn records_mut(&mut self) -> &mut Records {
        self.unsaved = true;
        &mut self.records
    }

    /// Replaces the snapshot and empties the journal. Closes the journal if it was open.
    ///
    /// # Errors
    /// The disk is full, or the store cannot be written. Nothing is lost: the old snapshot and the journal still
    /// exist; but the journal accepts no more lines until a save succeeds.
    pub fn save(&mut self) -> Result<(), LedgerError> {
        self.sequence = self.journal.as_ref().map_or(self.sequence, Journal::close);
        let Leased { store, lease } = &*self.leased;
        store.replace(lease, &self.records, self.sequence)?;
        self.journal = None;
        self.unsaved = false;
        Ok(())
    }

    /// Checks that no other run has taken it over in the meantime, as from a machine that slept.
    ///
    /// # Errors
    /// Another run has, or the store cannot be reached.
    pub async fn still_held(&self) -> Result<(), LedgerError> {
        let Leased { store, lease } = &*self.leased;
        store.leave(lease).await.map(drop)
    }

    /// Whether making a line durable takes about as long as a request to the server.
    pub fn is_far(&self) -> bool {
        self.leased.store.is_far()
    }

    /// Opens the journal for a run's entries, which [`Ledger::save`] ends. Earlier changes are saved first, since a
    /// line about a recipient that is not in the snapshot could not be read again.
    ///
    /// As [`Ledger::save`].
    /// Those of [`Ledger::save`].
    pub fn journal(&mut self) -> Result<Journal<S>, LedgerError> {
        if let Some(journal) = &self.journal {
            return Ok(journal.clone());
        }
        if self.unsaved {
            self.save()?;
        }
        let queue = Queue { sequence: self.sequence, leased: Some(Arc::clone(&self.leased)) };
        let journal = Journal(Arc::new(Mutex::new(queue)));
        self.journal = Some(journal.clone());
        Ok(journal)
    }
}

impl Ledger {
    /// Leaves a note that it is kept elsewhere now; after that no run can use it here.
    ///
    /// # Errors
    /// It cannot be written; then the ledger is still here.
    pub fn leave_for(&self, to: &str) -> Result<(), LedgerError> {
        let Leased { store, lease } = &*self.leased;
        store.leave_for(lease, to)
    }
}

impl<S: LedgerStore> Drop for Ledger<S> {
    /// The lease ends with the ledger, even if other code still holds the journal.
    fn drop(&mut self) {
        self.journal.take().map(|journal| journal.close());
    }
}

/// The journal of a run, open for writing. Clones write to the same one.
#[derive(Debug)]
pub struct Journal<S: LedgerStore = Store>(Arc<Mutex<Queue<S>>>);

/// The last line's number, and the access to the store: under one lock, so that lines are queued in order.
#[derive(Debug)]
struct Queue<S: LedgerStore> {
    sequence: u64,
    leased: Option<Arc<Leased<S>>>,
}

impl<S: LedgerStore> Journal<S> {
    /// Writes an entry about a recipient; resolves once it is durable, with permission to act on
    /// it.
    ///
    /// # Errors
    /// It could not be written. Every later call fails too: a line must never follow one that was not written.
    pub async fn record(&self, at: Time, who: &str, entry: &Entry) -> Result<Leave, LedgerError> {
        let durable = {
            let closed = || LedgerError::Journal(io::Error::other("it is closed"));
            let mut queue = self.0.lock().map_err(|_| closed())?;
            let Leased { store, lease } = &**queue.leased.as_ref().ok_or_else(closed)?;
            let line =
                line::write(queue.sequence + 1, at, who, entry).map_err(|error| LedgerError::Journal(error.into()))?;
            let durable = store.append(lease, line);
            queue.sequence += 1;
            durable
        };
        durable.await
    }

    /// Permission to act on what was written before, as of now.
    ///
    /// # Errors
    /// Another run has taken over.
    pub async fn leave(&self) -> Result<Leave, LedgerError> {
        let closed = || LedgerError::Journal(io::Error::other("it is closed"));
        let leave = {
            let queue = self.0.lock().map_err(|_| closed())?;
            let Leased { store, lease } = &**queue.leased.as_ref().ok_or_else(closed)?;
            store.leave(lease)
        };
        leave.await
    }

    /// Closes it; every later [`Journal::record`] fails. Returns the last line's number, even if it could not be
    /// written: no other line may ever have it.
    fn close(&self) -> u64 {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queue.leased = None;
        queue.sequence
    }
}

impl<S: LedgerStore> Clone for Journal<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
