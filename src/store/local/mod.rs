//! The files that hold a campaign's state, and the only code that writes them.
//!
//! `state` is a snapshot of all recipients, a line each, in plain TOML. `journal` holds what happened since, a line
//! each, every one durable before the program acts on it. `lock` keeps a second run out. A run begins by folding the
//! journal an interrupted run left into the snapshot, and ends by folding its own.

mod error;
mod files;
mod inline;
mod journal;
mod lock;
mod recipient_line;
mod salvage;
mod state;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use crate::campaign::Time;
use crate::campaign::people::recipient::Entry;
use crate::campaign::people::records::Records;

pub use error::{LedgerError, Place};
pub use journal::Journal;
use lock::Lock;
use salvage::Salvage;
use state::Snapshot;

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

/// What is left of a damaged ledger besides the recipients that could be read.
#[derive(Debug, Default)]
pub struct Remains {
    /// Whether it was damaged at all.
    pub damaged: bool,
    /// What the journal tells of recipients whose own record is lost, in order: when, of whom, what.
    pub entries: Vec<(Time, String, Entry)>,
    /// Lines that could not be read.
    pub unreadable: usize,
}

/// A campaign's ledger, ours until it is dropped.
#[derive(Debug)]
pub struct Ledger {
    dir: PathBuf,
    records: Records,
    /// The last journal line the records have taken in.
    sequence: u64,
    /// Whether the records may hold what neither the snapshot nor the journal does.
    unsaved: bool,
    journal: Option<Journal>,
    // Dropped last: nobody else may write before our journal is closed.
    _lock: Lock,
}

/// Reads a ledger without locking it: what was durable at some moment during the call. `None` where there is none yet.
pub fn read(dir: &Path) -> Result<Option<Records>, LedgerError> {
    // A run that folds and goes on while we read can leave us the journal's old beginning and its new end. What looks
    // damaged twice is.
    let loaded =
        load(dir).or_else(|error| if matches!(error, LedgerError::Damaged { .. }) { load(dir) } else { Err(error) });
    Ok(loaded?.map(|snapshot| snapshot.records))
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
        refuse_links(dir)?;
        let lock = Lock::take(&dir.join(LOCK), holder, break_lock)?;
        let (unsaved, known) = match load(dir)? {
            Some(snapshot) => (false, snapshot),
            None => (true, Snapshot::default()),
        };
        let Snapshot { sequence, records, .. } = known;
        let mut ledger = Self { dir: dir.to_owned(), records, sequence, unsaved, journal: None, _lock: lock };
        if fs::metadata(dir.join(JOURNAL)).is_ok_and(|journal| journal.len() > 0) {
            ledger.save()?;
        }
        Ok(ledger)
    }

    /// Locks the ledger and reads what can be read of it, damaged or not. Nothing is written before it is saved.
    ///
    /// # Errors
    /// Another run holds it; it is of another campaign or of a later format; a file cannot be read at all.
    pub fn salvage(dir: &Path, holder: &Holder, break_lock: bool) -> Result<(Self, Remains), LedgerError> {
        refuse_links(dir)?;
        let lock = Lock::take(&dir.join(LOCK), holder, break_lock)?;
        let (sequence, records, remains) = match load(dir) {
            Ok(snapshot) => {
                let Snapshot { sequence, records, .. } = snapshot.unwrap_or_default();
                (sequence, records, Remains::default())
            }
            Err(LedgerError::Damaged { .. }) => {
                let Salvage { records, sequence, entries, unreadable } = salvage::read(dir)?;
                (sequence, records, Remains { damaged: true, entries, unreadable })
            }
            Err(error) => return Err(error),
        };
        let ledger = Self { dir: dir.to_owned(), records, sequence, unsaved: true, journal: None, _lock: lock };
        Ok((ledger, remains))
    }

    /// Keeps copies of the files as they are on disk, for whoever wants to look at them; returns where.
    pub fn set_aside(&self, at: Time) -> Result<Vec<PathBuf>, LedgerError> {
        let stamp = at.format("%Y%m%dT%H%M%SZ").to_string();
        let aside = [STATE, JOURNAL].map(|name| files::set_aside(&self.dir.join(name), &stamp));
        aside.into_iter().filter_map(Result::transpose).collect()
    }

    /// What is known.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// The same, to be changed; lost unless it is saved, or was written to the journal as well.
    pub fn records_mut(&mut self) -> &mut Records {
        self.unsaved = true;
        &mut self.records
    }

    /// Replaces the snapshot, then empties the journal. A crash between the two does no harm: the snapshot says which
    /// lines it contains. A journal that was open is closed.
    ///
    /// # Errors
    /// The disk is full, or the folder cannot be written. Nothing is lost then: the old snapshot and the journal are
    /// there; but the journal takes no more lines until a save succeeds.
    pub fn save(&mut self) -> Result<(), LedgerError> {
        let sequence = self.journal.as_ref().map_or(self.sequence, Journal::close);
        state::write(&self.dir.join(STATE), &campaign(&self.dir), &self.records, sequence)?;
        self.sequence = sequence;
        journal::empty(&self.dir.join(JOURNAL))?;
        // Only now: a new one behind what a failed one left could put a line behind half a line.
        self.journal = None;
        self.unsaved = false;
        Ok(())
    }

    /// Opens the journal for a run's entries, which [`Ledger::save`] ends. Changes made before are saved first, since a
    /// line about a recipient that the snapshot does not know could not be read again.
    pub fn journal(&mut self) -> Result<Journal, LedgerError> {
        if let Some(journal) = &self.journal {
            return Ok(journal.clone());
        }
        if self.unsaved {
            self.save()?;
        }
        let journal = Journal::open(&self.dir.join(JOURNAL), self.sequence)?;
        self.journal = Some(journal.clone());
        Ok(journal)
    }
}

/// The folder may be a link; the files in it may not.
fn refuse_links(dir: &Path) -> Result<(), LedgerError> {
    let link = [STATE, JOURNAL, LOCK].map(|name| dir.join(name)).into_iter().find(|file| files::is_link(file));
    link.map_or(Ok(()), |file| Err(LedgerError::Link { file }))
}

/// Snapshot and journal together, with the last line taken in.
///
/// The journal is read first: a run that folds between our two reads then leaves us lines that the newer snapshot has
/// already, which their numbers tell. Read in the other order, lines would be missing.
fn load(dir: &Path) -> Result<Option<Snapshot>, LedgerError> {
    let path = dir.join(JOURNAL);
    // A later version writes other lines, too: that it is later says more than that they cannot be read.
    let lines = journal::read(&path).map_err(|error| match state::read(&dir.join(STATE)) {
        Err(newer @ LedgerError::Newer { .. }) => newer,
        _ => error,
    })?;
    let Some(mut snapshot) = state::read(&dir.join(STATE))? else {
        return match lines {
            None => Ok(None),
            // The snapshot is always written first. Without it we would take everybody for not mailed yet.
            Some(_) => Err(LedgerError::damaged(&path, None, "it continues a state.toml that is gone")),
        };
    };
    check_campaign(dir, &snapshot)?;
    for (place, line) in lines.unwrap_or_default() {
        if line.seq <= snapshot.sequence {
            continue;
        }
        if line.seq != snapshot.sequence + 1 {
            return Err(journal::out_of_order(&path, place, line.seq, snapshot.sequence));
        }
        if !snapshot.records.apply(&line.who, line.at, line.entry) {
            let what = format!("it is about `{}`, whom state.toml does not know", line.who);
            return Err(LedgerError::damaged(&path, place, what));
        }
        snapshot.sequence = line.seq;
    }
    Ok(Some(snapshot))
}

/// A copied or renamed folder must not go on with a ledger whose mails were sent under another name.
fn check_campaign(dir: &Path, snapshot: &Snapshot) -> Result<(), LedgerError> {
    let folder = campaign(dir);
    if snapshot.campaign.is_empty() || snapshot.campaign == folder {
        return Ok(());
    }
    Err(LedgerError::OtherCampaign { file: dir.join(STATE), campaign: snapshot.campaign.clone(), folder })
}

/// The campaign's name: its folder's.
fn campaign(dir: &Path) -> String {
    let whole = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

impl Drop for Ledger {
    /// Nothing of ours may be written once the lock is free, so the journal's writer ends first.
    fn drop(&mut self) {
        let _ = self.journal.take().map(|journal| journal.close());
    }
}
