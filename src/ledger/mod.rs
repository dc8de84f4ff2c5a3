//! The files that hold a campaign's state, and the only code that writes them.
//!
//! `state` is a snapshot of all recipients, a line each, in plain TOML. `journal` holds what happened since, a line
//! each, every one durable before the program acts on it. `lock` keeps a second run out. A run begins by folding the
//! journal an interrupted run left into the snapshot, and ends by folding its own.

mod error;
mod inline;
mod journal;
mod lock;
mod recipient_line;
mod state;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::campaign::Time;
use crate::campaign::records::Records;

pub use error::LedgerError;
pub use journal::Journal;
use journal::Line;
use lock::Lock;

/// The snapshot's file name.
pub const STATE: &str = "state.toml";
/// The journal's file name.
pub const JOURNAL: &str = "state.journal";
/// The lock's file name.
pub const LOCK: &str = "state.lock";

/// Who opens a ledger: what a second run is told.
#[derive(Debug, Clone)]
pub struct Holder {
    /// The command, such as `submit`.
    pub command: String,
    /// When it began.
    pub at: Time,
}

/// A campaign's ledger, ours until it is dropped.
#[derive(Debug)]
pub struct Ledger {
    dir: PathBuf,
    records: Records,
    /// The last journal line the records have taken in.
    sequence: u64,
    journal: Option<Journal>,
    // Dropped last: nobody else may write before our journal is closed.
    _lock: Lock,
}

/// Reads a ledger without locking it: what was durable at some moment during the call. `None` where there is none yet.
pub fn read(dir: &Path) -> Result<Option<Records>, LedgerError> {
    Ok(load(dir)?.map(|(records, _)| records))
}

/// Who holds the ledger, or held it and left its lock unreleased; `None` where it is free.
pub fn held(dir: &Path) -> Result<Option<LedgerError>, LedgerError> {
    lock::held(&dir.join(LOCK))
}

impl Ledger {
    /// Locks the ledger, reads it, and folds what an interrupted run left in the journal.
    ///
    /// # Errors
    /// Another run holds it; a file is damaged, then nothing is written; the folder cannot be written.
    pub fn open(dir: &Path, holder: &Holder, break_lock: bool) -> Result<Self, LedgerError> {
        let lock = Lock::take(&dir.join(LOCK), holder, break_lock)?;
        let loaded = load(dir)?;
        let (records, sequence) = loaded.unwrap_or_default();
        let mut ledger = Self { dir: dir.to_owned(), records, sequence, journal: None, _lock: lock };
        if fs::metadata(dir.join(JOURNAL)).is_ok_and(|journal| journal.len() > 0) {
            ledger.save()?;
        }
        Ok(ledger)
    }

    /// What is known.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// The same, to be changed; lost unless it is saved, or was written to the journal as well.
    pub fn records_mut(&mut self) -> &mut Records {
        &mut self.records
    }

    /// Replaces the snapshot, then empties the journal. A crash between the two does no harm: the snapshot says which
    /// lines it contains.
    pub fn save(&mut self) -> Result<(), LedgerError> {
        if let Some(journal) = self.journal.take() {
            self.sequence = journal.close();
        }
        state::write(&self.dir.join(STATE), &self.records, self.sequence)?;
        journal::empty(&self.dir.join(JOURNAL))
    }

    /// Opens the journal for a run's entries. To be used for one run of sends, which [`Ledger::save`] ends.
    pub fn journal(&mut self) -> Result<Journal, LedgerError> {
        if let Some(journal) = &self.journal {
            return Ok(journal.clone());
        }
        let journal = Journal::open(&self.dir.join(JOURNAL), self.sequence)?;
        self.journal = Some(journal.clone());
        Ok(journal)
    }
}

/// Snapshot and journal together, with the last line taken in.
///
/// The journal is read first: a run that folds between our two reads then leaves us lines that the newer snapshot has
/// already, which their numbers tell. Read in the other order, lines would be missing.
fn load(dir: &Path) -> Result<Option<(Records, u64)>, LedgerError> {
    let path = dir.join(JOURNAL);
    let lines = journal::read(&path)?;
    let snapshot = state::read(&dir.join(STATE))?;
    let Some((mut records, mut sequence)) = snapshot else {
        return match lines.first() {
            None => Ok(None),
            Some(first) => {
                Err(LedgerError::damaged(&path, Some(first.offset), "it continues a state.toml that is gone"))
            }
        };
    };
    for Line { seq, at, who, entry, offset } in lines {
        if seq <= sequence {
            continue;
        }
        if seq != sequence + 1 {
            return Err(LedgerError::damaged(&path, Some(offset), format!("line {seq} follows line {sequence}")));
        }
        if !records.apply(&who, at, entry) {
            return Err(LedgerError::damaged(
                &path,
                Some(offset),
                "it is about a recipient that state.toml does not know",
            ));
        }
        sequence = seq;
    }
    Ok(Some((records, sequence)))
}

/// Reads a file; `None` where there is none.
fn contents(path: &Path) -> Result<Option<Vec<u8>>, LedgerError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LedgerError::io(path, "read", error)),
    }
}

impl Drop for Ledger {
    /// Nothing of ours may be written once the lock is free, so the journal's writer ends first.
    fn drop(&mut self) {
        let _ = self.journal.take().map(|journal| journal.close());
    }
}
