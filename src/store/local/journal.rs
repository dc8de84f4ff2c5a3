//! The journal's file: a line for every event since the snapshot, durable before we act on it.
//!
//! One thread, the `writer`, writes; lines that arrive during a sync are written together and share the next one, so
//! that durability costs little however many sends are in flight.

mod writer;

use std::io;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::files::{contents, private, sync_folder_of};
use crate::store::ledger::{Line, Unreadable, read_line};
use crate::store::{LedgerError, Place};
use writer::Job;

/// The journal's writer during a lease.
#[derive(Debug)]
pub(super) struct Writer {
    path: PathBuf,
    state: State,
}

#[derive(Debug)]
enum State {
    /// The file is empty, or does not exist.
    Empty,
    /// Lines are being written.
    Open { to_writer: Sender<Job>, thread: JoinHandle<()> },
    /// Nothing may be written: a line is missing, or the journal is about to be merged.
    Closed,
}

impl Writer {
    /// The writer of a file to which this lease has appended nothing.
    pub fn of(path: PathBuf) -> Self {
        Self { path, state: State::Empty }
    }

    /// Passes a line to the thread; the receiver resolves when the line is durable.
    pub fn append(&mut self, line: Vec<u8>) -> Result<oneshot::Receiver<io::Result<()>>, LedgerError> {
        if let State::Empty = self.state {
            // Whatever fails here, the line is missing: no other may follow.
            self.state = State::Closed;
            self.state = open(&self.path)?;
        }
        let (durable, waits) = oneshot::channel();
        let sent = match &self.state {
            State::Open { to_writer, .. } => to_writer.send(Job { line, durable }).map_err(|_| closed()),
            _ => Err(closed()),
        };
        sent.map(|()| waits).map_err(|error| LedgerError::io(&self.path, "write", error))
    }

    /// Writes what is queued and ends the thread; every later line is refused.
    pub fn close(&mut self) {
        if let State::Open { to_writer, thread } = mem::replace(&mut self.state, State::Closed) {
            drop(to_writer);
            // A writer that died has already failed every caller.
            let _ = thread.join();
        }
    }

    /// Empties the file, once the snapshot has everything; then lines are accepted again.
    pub fn empty(&mut self) -> Result<(), LedgerError> {
        match private().write(true).open(&self.path) {
            Ok(file) => {
                let emptied = file.set_len(0).and_then(|()| file.sync_data());
                emptied.map_err(|error| LedgerError::io(&self.path, "empty", error))?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(LedgerError::io(&self.path, "open", error)),
        }
        self.state = State::Empty;
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

/// Opens the file, which is empty or new, and starts the thread.
fn open(path: &Path) -> Result<State, LedgerError> {
    let file = private().append(true).create(true).open(path);
    let file = file.map_err(|error| LedgerError::io(path, "open", error))?;
    // A line is only as durable as the name of its file.
    sync_folder_of(path).map_err(|error| LedgerError::io(path, "write", error))?;
    let (to_writer, jobs) = channel();
    let thread = std::thread::Builder::new().name("journal".into()).spawn(move || writer::write_all(file, &jobs));
    let thread = thread.map_err(|error| LedgerError::io(path, "write", error))?;
    Ok(State::Open { to_writer, thread })
}

/// The journal accepts no lines, or the writer died before it replied.
pub(super) fn closed() -> io::Error {
    io::Error::other("the journal is closed")
}

/// The contents of a journal's file.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Its lines with their positions, without an incomplete last line.
    pub lines: Vec<(Place, Line)>,
    /// Whether the file contains anything, even half a line.
    pub any: bool,
}

/// Reads a journal; `None` if it does not exist. A last line cut by a crash was never acted on, and is ignored; any
/// other difference from what was written is damage.
pub(super) fn read(path: &Path) -> Result<Option<Lines>, LedgerError> {
    let Some(bytes) = contents(path)? else { return Ok(None) };
    let mut lines: Vec<(Place, Line)> = Vec::new();
    let mut end = 0;
    for (index, raw) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let place = Place { line: index + 1, offset: end as u64 };
        end += raw.len();
        let line = match read_line(raw) {
            Ok(line) => line,
            // A line with its end was written completely: if it does not match its checksum, it was
            // changed later.
            Err(Unreadable::Torn(_)) if end == bytes.len() && !raw.ends_with(b"\n") => break,
            Err(Unreadable::Torn(what)) => return Err(LedgerError::damaged(path, place, what)),
            Err(Unreadable::Strange(what)) => return Err(LedgerError::damaged(path, place, what)),
        };
        if let Some((_, previous)) = lines.last().filter(|(_, previous)| line.seq != previous.seq + 1) {
            return Err(out_of_order(path, place, line.seq, previous.seq));
        }
        lines.push((place, line));
    }
    Ok(Some(Lines { lines, any: !bytes.is_empty() }))
}

/// The error for lines that are missing, repeated or swapped.
pub(super) fn out_of_order(path: &Path, place: Place, seq: u64, previous: u64) -> LedgerError {
    LedgerError::damaged(path, place, format!("number {seq} follows number {previous}"))
}
