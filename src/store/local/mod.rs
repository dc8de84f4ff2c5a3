//! A ledger in files in the campaign's folder, and the only code that writes them.
//!
//! `state` is a snapshot of all recipients, one per line, in plain TOML. `journal` has the events since then, one
//! per line, each durable before the program acts on it. `lock` keeps other runs out. A run starts by merging the
//! journal of an interrupted run into the snapshot, and ends by merging its own.

mod files;
mod inline;
mod journal;
mod lock;
mod salvage;
pub(in crate::store) mod state;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::leave::Leave;
use super::{Contents, LedgerStore, Store};
use crate::campaign::people::records::Records;
use journal::Writer;
use lock::Lock;
use state::Snapshot;

pub(in crate::store) use lock::host;

pub use super::{Holder, Journal, Ledger, LedgerError, Place};
pub use salvage::Remains;
#[cfg(feature = "remote")]
pub(in crate::store) use salvage::salvaged;

/// The snapshot's file name.
pub const STATE: &str = "state.toml";
/// The journal's file name.
pub const JOURNAL: &str = "state.journal";
/// The lock's file name.
pub const LOCK: &str = "state.lock";

/// The ledger in a campaign's folder.
#[derive(Debug)]
pub struct Local {
    dir: PathBuf,
}

/// The lock of one run, and its journal writer.
#[derive(Debug)]
pub struct Lease {
    journal: Mutex<Writer>,
    // Dropped last: no other run may write before our journal is closed.
    lock: Lock,
}

/// Reads a ledger without locking it: what was durable at some moment during the call. `None` if there is none yet.
///
/// # Errors
/// As [`LedgerStore::read`].
pub fn read(dir: &Path) -> Result<Option<Records>, LedgerError> {
    Ok(Local::in_folder(dir).read()?.map(|contents| contents.records))
}

/// Who holds the ledger, or held it and did not release its lock; `None` if it is free.
///
/// # Errors
/// The lock cannot be read.
pub fn held(dir: &Path) -> Result<Option<LedgerError>, LedgerError> {
    lock::held(&dir.join(LOCK))
}

impl Ledger {
    /// Locks the ledger in a folder, reads it, and merges what an interrupted run left in the
    /// journal.
    ///
    /// # Errors
    /// Another run holds it; a file is damaged, then nothing is written; the folder cannot be written.
    pub fn open(dir: &Path, holder: &Holder, break_lock: bool) -> Result<Self, LedgerError> {
        Self::take(Store::Local(Local::in_folder(dir)), holder, break_lock)
    }
}

impl Local {
    /// The ledger in this folder, which may not exist yet.
    pub fn in_folder(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    fn state(&self) -> PathBuf {
        self.dir.join(STATE)
    }

    fn journal(&self) -> PathBuf {
        self.dir.join(JOURNAL)
    }

    /// The folder may be a link; the files in it may not.
    fn refuse_links(&self) -> Result<(), LedgerError> {
        let files = [STATE, JOURNAL, LOCK].map(|name| self.dir.join(name));
        let link = files.into_iter().find(|file| files::is_link(file));
        link.map_or(Ok(()), |file| Err(LedgerError::Link { file }))
    }

    /// The campaign's name, which is its folder's.
    fn campaign(&self) -> String {
        let whole = fs::canonicalize(&self.dir).unwrap_or_else(|_| self.dir.clone());
        whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Reads snapshot and journal.
    ///
    /// The journal is read first: if a run merges it between our two reads, we get lines that the newer snapshot
    /// already has, as their numbers show. In the other order, lines would be missing.
    fn load(&self) -> Result<Option<Contents>, LedgerError> {
        let path = self.journal();
        // A newer version also writes other lines: "newer" is a better message than "unreadable".
        let journal = journal::read(&path).map_err(|error| match state::read(&self.state()) {
            Err(newer @ (LedgerError::Newer { .. } | LedgerError::Moved { .. })) => newer,
            _ => error,
        })?;
        let Some(snapshot) = state::read(&self.state())? else {
            return match journal {
                None => Ok(None),
                // The snapshot is always written first. Without it everyone would look not yet mailed.
                Some(_) => Err(LedgerError::damaged(&path, None, "it continues a state.toml that is gone")),
            };
        };
        self.check_campaign(&snapshot)?;
        let Snapshot { mut records, mut sequence, .. } = snapshot;
        let journal = journal.unwrap_or_default();
        for (place, line) in journal.lines {
            if line.seq <= sequence {
                continue;
            }
            if line.seq != sequence + 1 {
                return Err(journal::out_of_order(&path, place, line.seq, sequence));
            }
            if !records.apply(&line.who, line.at, line.entry) {
                let what = format!("it is about `{}`, which is not in state.toml", line.who);
                return Err(LedgerError::damaged(&path, place, what));
            }
            sequence = line.seq;
        }
        Ok(Some(Contents { records, sequence, interrupted: journal.any }))
    }

    /// A copied or renamed folder must not continue with a ledger whose mails were sent under another
    /// name.
    fn check_campaign(&self, snapshot: &Snapshot) -> Result<(), LedgerError> {
        let folder = self.campaign();
        if snapshot.campaign.is_empty() || snapshot.campaign == folder {
            return Ok(());
        }
        Err(LedgerError::OtherCampaign { file: self.state(), campaign: snapshot.campaign.clone(), folder })
    }
}

impl Local {
    /// Leaves a note instead of the snapshot, saying where the ledger is kept now. A version that does not know such
    /// notes takes it for a newer format, and refuses too.
    pub(super) fn leave_for(&self, lease: &Lease, to: &str) -> Result<(), LedgerError> {
        let mut journal = lease.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.close();
        state::leave_note(&self.state(), to)?;
        journal.empty()
    }
}

/// Where the ledger of a folder was moved; `None` if it is here, or there never was one.
///
/// # Errors
/// The file cannot be read.
pub fn moved_to(dir: &Path) -> Result<Option<String>, LedgerError> {
    let note = files::contents(&dir.join(STATE))?.filter(|bytes| bytes.len() < state::LONGEST_NOTE);
    Ok(note.and_then(|bytes| state::moved_to(std::str::from_utf8(&bytes).ok()?)))
}

impl LedgerStore for Local {
    type Lease = Lease;

    fn read(&self) -> Result<Option<Contents>, LedgerError> {
        // A run that merges and continues while we read can show us the journal's old start and its new end. Damage
        // that is seen twice is real.
        self.load().or_else(|error| if matches!(error, LedgerError::Damaged { .. }) { self.load() } else { Err(error) })
    }

    fn lease(&self, holder: &Holder, break_lock: bool) -> Result<Lease, LedgerError> {
        self.refuse_links()?;
        let lock = Lock::take(&self.dir.join(LOCK), holder, break_lock)?;
        Ok(Lease { journal: Mutex::new(Writer::of(self.journal())), lock })
    }

    fn append(&self, lease: &Lease, line: Vec<u8>) -> impl Future<Output = Result<Leave, LedgerError>> + Send + use<> {
        let queued = lease.journal.lock().unwrap_or_else(PoisonError::into_inner).append(line);
        let (path, watch) = (self.journal(), lease.lock.watch().clone());
        async move {
            let written = queued?.await.unwrap_or_else(|_| Err(journal::closed()));
            written.map_err(|error| LedgerError::io(&path, "write", error))?;
            // Checked only now: a run that takes the campaign from here on reads the line.
            watch.check().map(|()| Leave::unbounded())
        }
    }

    fn leave(&self, lease: &Lease) -> impl Future<Output = Result<Leave, LedgerError>> + Send + use<> {
        std::future::ready(lease.lock.watch().check().map(|()| Leave::unbounded()))
    }

    fn replace(&self, lease: &Lease, records: &Records, sequence: u64) -> Result<(), LedgerError> {
        let mut journal = lease.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.close();
        lease.lock.watch().check()?;
        state::save(&self.state(), &self.campaign(), records, sequence)?;
        // Emptied only now: a line after a failed write could follow half a line.
        journal.empty()
    }
}
