//! Reads what can still be read of damaged files, line by line: each recipient, and each line of the journal,
//! independently. Use it only together with the server (see `track --rebuild`): lines in between may be missing.

use std::path::{Path, PathBuf};

use super::files::{self, contents};
use super::{Contents, Holder, JOURNAL, Ledger, LedgerError, LedgerStore, Local, STATE, Store, inline, state};
use crate::campaign::Time;
use crate::campaign::people::recipient::{Entry, Recipient};
use crate::campaign::people::records::Records;
use crate::store::ledger::{Line, read_line};

/// What is left of a damaged ledger besides the readable recipients.
#[derive(Debug, Default)]
pub struct Remains {
    /// Whether it was damaged at all.
    pub damaged: bool,
    /// The journal's entries about recipients whose own record is lost, in order: time, recipient,
    /// entry.
    pub entries: Vec<(Time, String, Entry)>,
    /// How many lines could not be read.
    pub unreadable: usize,
}

impl Ledger {
    /// Locks the ledger in a folder and reads what can be read of it, damaged or not. Nothing is written before it is
    /// saved.
    ///
    /// # Errors
    /// Another run holds it; it belongs to another campaign or has a newer format; a file cannot be read
    /// at all.
    pub fn salvage(dir: &Path, holder: &Holder, break_lock: bool) -> Result<(Self, Remains), LedgerError> {
        Self::salvage_from(Store::Local(Local::in_folder(dir)), holder, break_lock)
    }

    /// The same for a ledger in any store.
    ///
    /// # Errors
    /// As [`Ledger::salvage`].
    pub fn salvage_from(store: Store, holder: &Holder, break_lock: bool) -> Result<(Self, Remains), LedgerError> {
        let lease = store.lease(holder, break_lock)?;
        let (contents, remains) = match store.read() {
            Ok(contents) => (contents.unwrap_or_default(), Remains::default()),
            Err(LedgerError::Damaged { .. }) => match &store {
                Store::Local(local) => local.salvage()?,
                #[cfg(feature = "remote")]
                Store::Remote(remote) => remote.salvage()?,
            },
            Err(error) => return Err(error),
        };
        Ok((Self::over(store, lease, contents, true), remains))
    }

    /// Copies the files as they are on disk, for people to look at; returns the paths.
    ///
    /// # Errors
    /// A file cannot be read, or there is no space for its copy.
    pub fn set_aside(&self, at: Time) -> Result<Vec<PathBuf>, LedgerError> {
        let stamp = at.format("%Y%m%dT%H%M%SZ").to_string();
        let dir = match self.store() {
            Store::Local(Local { dir }) => dir,
            // Objects are replaced by new ones, and are kept for a month.
            #[cfg(feature = "remote")]
            Store::Remote(_) => return Ok(Vec::new()),
        };
        let aside = [STATE, JOURNAL].map(|name| files::set_aside(&dir.join(name), &stamp));
        aside.into_iter().filter_map(Result::transpose).collect()
    }
}

impl Local {
    /// Reads both files, whatever is wrong with them. A newer format is not guessed at.
    fn salvage(&self) -> Result<(Contents, Remains), LedgerError> {
        let mut salvage = Salvage::default();
        if let Some(bytes) = contents(&self.state())? {
            state::refuse_newer(&self.state(), &String::from_utf8_lossy(&bytes))?;
            salvage.take_in_snapshot(&bytes);
        }
        if let Some(bytes) = contents(&self.journal())? {
            let lines = bytes.split_inclusive(|byte| *byte == b'\n');
            lines.for_each(|raw| salvage.take_in_line(raw));
        }
        Ok(salvage.ended())
    }
}

/// What can be read of a snapshot and of the lines after it.
#[cfg(feature = "remote")]
pub(in crate::store) fn salvaged<'a>(snapshot: &[u8], lines: impl Iterator<Item = &'a [u8]>) -> (Contents, Remains) {
    let mut salvage = Salvage::default();
    salvage.take_in_snapshot(snapshot);
    lines.for_each(|raw| salvage.take_in_line(raw));
    salvage.ended()
}

/// What was readable so far.
#[derive(Debug, Default)]
struct Salvage {
    records: Records,
    /// The highest line number seen anywhere.
    sequence: u64,
    entries: Vec<(Time, String, Entry)>,
    unreadable: usize,
}

impl Salvage {
    fn ended(self) -> (Contents, Remains) {
        let Self { records, sequence, entries, unreadable } = self;
        let contents = Contents { records, sequence, interrupted: true };
        (contents, Remains { damaged: true, entries, unreadable })
    }

    fn take_in_snapshot(&mut self, bytes: &[u8]) {
        let mut head = String::new();
        for line in bytes.split(|byte| *byte == b'\n') {
            let text = std::str::from_utf8(line);
            let Some(row) = text.ok().map_or(Some(""), |text| text.strip_prefix("  ")) else {
                head.push_str(text.unwrap_or_default());
                head.push('\n');
                continue;
            };
            let read = inline::read(row).ok().filter(|(_, rest)| *rest == ",");
            let known = read.is_some_and(|(recipient, _)| self.records.insert_new(recipient).is_ok());
            self.unreadable += usize::from(!known);
        }
        self.sequence = state::sequence(&head);
    }

    fn take_in_line(&mut self, raw: &[u8]) {
        let Ok(Line { seq, at, who, entry }) = read_line(raw) else {
            self.unreadable += 1;
            return;
        };
        if seq <= self.sequence {
            return;
        }
        self.sequence = seq;
        match self.records.get(&who) {
            Some(recipient) if is_already_known(recipient, at, &entry) => {}
            Some(_) => drop(self.records.apply(&who, at, entry)),
            None => self.entries.push((at, who, entry)),
        }
    }
}

/// Whether the snapshot already has the line, if its number could not be read.
fn is_already_known(recipient: &Recipient, at: Time, entry: &Entry) -> bool {
    match entry {
        Entry::Sending { phase, .. } => recipient.mails.iter().any(|mail| mail.phase == *phase && mail.sending == at),
        Entry::Mark(mark) => recipient.marks.contains(mark),
        Entry::Skipped { phase, .. } => recipient.skips.iter().any(|skip| skip.phase == *phase && skip.at == at),
        Entry::NotSent { .. } | Entry::Fate { .. } | Entry::Tagged { .. } => false,
    }
}
