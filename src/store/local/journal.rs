//! The journal: a line for everything that happened since the snapshot, durable before we act on it.
//!
//! A `line` is a checksum, a space, JSON and a line break. One thread, the `writer`, writes; what waits while it
//! syncs is written together and shares the next sync, so that durability costs little however many sends are in
//! flight.

mod line;
mod writer;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::LedgerError;
use super::error::Place;
use super::files::{contents, private, sync_folder_of};
use crate::campaign::Time;
use crate::campaign::people::recipient::Entry;

pub(super) use line::Line;
use line::Unreadable;
use writer::Job;

/// The journal of a run, open for writing. Clones write to the same one.
#[derive(Debug, Clone)]
pub struct Journal(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    /// The last line's number, and the way to the writer: in one lock, so that lines are queued in their order.
    queue: Mutex<Queue>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Queue {
    sequence: u64,
    to_writer: Option<Sender<Job>>,
}

impl Journal {
    /// Opens the journal behind line number `sequence`. The file must be empty or new.
    pub(super) fn open(path: &Path, sequence: u64) -> Result<Self, LedgerError> {
        let file = private().append(true).create(true).open(path);
        let file = file.map_err(|error| LedgerError::io(path, "open", error))?;
        // A line is only as durable as the name of the file it stands in.
        sync_folder_of(path).map_err(|error| LedgerError::io(path, "write", error))?;
        let (to_writer, jobs) = channel();
        let writer = std::thread::Builder::new().name("journal".into()).spawn(move || writer::write_all(file, &jobs));
        let writer = writer.map_err(|error| LedgerError::io(path, "write", error))?;
        let queue = Mutex::new(Queue { sequence, to_writer: Some(to_writer) });
        Ok(Self(Arc::new(Inner { path: path.to_owned(), queue, writer: Mutex::new(Some(writer)) })))
    }

    /// Writes an entry about a recipient; resolves once it is durable. After an error every later call fails too: a
    /// line must never follow one that was not written.
    pub async fn record(&self, at: Time, who: &str, entry: &Entry) -> Result<(), LedgerError> {
        let failed = |error| LedgerError::io(&self.0.path, "write", error);
        let durable = self.enqueue(at, who, entry).map_err(failed)?;
        durable.await.map_err(|_| closed()).and_then(|written| written).map_err(failed)
    }

    fn enqueue(&self, at: Time, who: &str, entry: &Entry) -> io::Result<oneshot::Receiver<io::Result<()>>> {
        let mut queue = self.0.queue.lock().map_err(|_| closed())?;
        let seq = queue.sequence + 1;
        let line = line::write(seq, at, who, entry).map_err(io::Error::other)?;
        let (durable, waits) = oneshot::channel();
        let to_writer = queue.to_writer.as_ref().ok_or_else(closed)?;
        to_writer.send(Job { line, durable }).map_err(|_| closed())?;
        queue.sequence = seq;
        Ok(waits)
    }

    /// Writes what waits and ends the writer; every later [`Journal::record`] fails. Returns the last line's number,
    /// whether it could be written or not: no other line may ever have it.
    pub(super) fn close(&self) -> u64 {
        let mut queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.to_writer = None;
        let writer = self.0.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A writer that died has failed every caller already.
        let _ = writer.map(JoinHandle::join);
        queue.sequence
    }
}

fn closed() -> io::Error {
    io::Error::other("the journal is closed")
}

/// Reads a journal, each line with its place; `None` where there is none. A last line that was torn by a crash was
/// never acted on, and is left out; anything else that is not as it was written is damage.
pub(super) fn read(path: &Path) -> Result<Option<Vec<(Place, Line)>>, LedgerError> {
    let Some(bytes) = contents(path)? else { return Ok(None) };
    let mut lines: Vec<(Place, Line)> = Vec::new();
    let mut end = 0;
    for (index, raw) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let place = Place { line: index + 1, offset: end as u64 };
        end += raw.len();
        let line = match line::read(raw) {
            Ok(line) => line,
            Err(Unreadable::Torn(_)) if end == bytes.len() => break,
            Err(Unreadable::Torn(what)) => return Err(LedgerError::damaged(path, place, what)),
            Err(Unreadable::Strange(what)) => return Err(LedgerError::damaged(path, place, what)),
        };
        if let Some((_, previous)) = lines.last().filter(|(_, previous)| line.seq != previous.seq + 1) {
            return Err(out_of_order(path, place, line.seq, previous.seq));
        }
        lines.push((place, line));
    }
    Ok(Some(lines))
}

/// Reads one line by itself, with its end; `None` if it is not what was written.
pub(super) fn read_line(raw: &[u8]) -> Option<Line> {
    line::read(raw).ok()
}

/// Lines are missing, doubled or swapped.
pub(super) fn out_of_order(path: &Path, place: Place, seq: u64, previous: u64) -> LedgerError {
    LedgerError::damaged(path, place, format!("number {seq} follows number {previous}"))
}

/// Empties the journal, once the snapshot has everything.
pub(super) fn empty(path: &Path) -> Result<(), LedgerError> {
    match private().write(true).open(path) {
        Ok(file) => {
            let emptied = file.set_len(0).and_then(|()| file.sync_data());
            emptied.map_err(|error| LedgerError::io(path, "empty", error))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(LedgerError::io(path, "open", error)),
    }
}
