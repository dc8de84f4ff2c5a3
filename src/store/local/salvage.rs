//! What can still be read of damaged files, line by line: each recipient, and each line of the journal, stands for
//! itself. It is only for whoever asks the server as well (see `track --rebuild`): lines in between may be missing.

use std::path::Path;

use super::files::contents;
use super::journal::{self, Line};
use super::{JOURNAL, LedgerError, STATE, recipient_line, state};
use crate::campaign::Time;
use crate::campaign::people::recipient::{Entry, Recipient};
use crate::campaign::people::records::Records;

/// What could be read.
#[derive(Debug, Default)]
pub(super) struct Salvage {
    pub records: Records,
    /// The last line's number that was seen anywhere.
    pub sequence: u64,
    /// What the journal tells of recipients whose own record is lost.
    pub entries: Vec<(Time, String, Entry)>,
    /// Lines that could not be read.
    pub unreadable: usize,
}

/// Reads both files, whatever is wrong with them. A file of a later format is not guessed at.
pub(super) fn read(dir: &Path) -> Result<Salvage, LedgerError> {
    let mut salvage = Salvage::default();
    if let Some(bytes) = contents(&dir.join(STATE))? {
        state::refuse_newer(&dir.join(STATE), &String::from_utf8_lossy(&bytes))?;
        salvage.take_in_snapshot(&bytes);
    }
    if let Some(bytes) = contents(&dir.join(JOURNAL))? {
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        lines.for_each(|raw| salvage.take_in_line(raw));
    }
    Ok(salvage)
}

impl Salvage {
    fn take_in_snapshot(&mut self, bytes: &[u8]) {
        let mut head = String::new();
        for line in bytes.split(|byte| *byte == b'\n') {
            let text = std::str::from_utf8(line);
            let Some(row) = text.ok().map_or(Some(""), |text| text.strip_prefix("  ")) else {
                head.push_str(text.unwrap_or_default());
                head.push('\n');
                continue;
            };
            let read = recipient_line::read(row).filter(|(_, rest)| *rest == ",");
            let known = read.is_some_and(|(recipient, _)| self.records.insert_new(recipient).is_ok());
            self.unreadable += usize::from(!known);
        }
        self.sequence = state::sequence(&head);
    }

    fn take_in_line(&mut self, raw: &[u8]) {
        let Some(Line { seq, at, who, entry }) = journal::read_line(raw) else {
            self.unreadable += 1;
            return;
        };
        if seq <= self.sequence {
            return;
        }
        self.sequence = seq;
        match self.records.get(&who) {
            Some(recipient) if tells_nothing_new(recipient, at, &entry) => {}
            Some(_) => drop(self.records.apply(&who, at, entry)),
            None => self.entries.push((at, who, entry)),
        }
    }
}

/// Whether the snapshot has the line already, whose number could not be read.
fn tells_nothing_new(recipient: &Recipient, at: Time, entry: &Entry) -> bool {
    match entry {
        Entry::Sending { phase, .. } => recipient.mails.iter().any(|mail| mail.phase == *phase && mail.sending == at),
        Entry::Mark(mark) => recipient.marks.contains(mark),
        Entry::NotSent { .. } | Entry::Fate { .. } | Entry::Tagged { .. } => false,
    }
}
