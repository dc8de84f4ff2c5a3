//! The journal: a line for everything that happened since the snapshot, durable before we act on it.
//!
//! A line is a checksum, a space, JSON and a line break. One thread writes; what waits while it syncs is written
//! together and shares the next sync, so that durability costs little however many sends are in flight.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::{LedgerError, contents};
use crate::campaign::Time;
use crate::campaign::recipient::Entry;

/// A line, as read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub seq: u64,
    pub at: Time,
    pub who: String,
    pub entry: Entry,
    /// Where it begins, in bytes.
    pub offset: u64,
}

#[derive(Serialize)]
struct Written<'a> {
    seq: u64,
    at: Time,
    who: &'a str,
    what: &'a Entry,
}

#[derive(Deserialize)]
struct Read {
    seq: u64,
    at: Time,
    who: String,
    what: Entry,
}

/// The journal of a run, open for writing. Clones write to the same one.
#[derive(Debug, Clone)]
pub struct Journal(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    /// The next line's number, and the way to the writer: in one lock, so that lines are queued in their order.
    queue: Mutex<Queue>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Queue {
    sequence: u64,
    to_writer: Option<Sender<Job>>,
}

struct Job {
    line: Vec<u8>,
    durable: oneshot::Sender<io::Result<()>>,
}

impl Journal {
    /// Opens the journal behind line number `sequence`.
    pub(super) fn open(path: &Path, sequence: u64) -> Result<Self, LedgerError> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| LedgerError::io(path, "open", error))?;
        let (to_writer, jobs) = channel();
        let writer = std::thread::Builder::new().name("journal".into()).spawn(move || write_all(&file, &jobs));
        let writer = writer.map_err(|error| LedgerError::io(path, "write", error))?;
        let queue = Mutex::new(Queue { sequence, to_writer: Some(to_writer) });
        Ok(Self(Arc::new(Inner { path: path.to_owned(), queue, writer: Mutex::new(Some(writer)) })))
    }

    /// Writes an entry about a recipient; resolves once it is durable. After an error every later call fails too: a
    /// line must never follow one that was not written.
    pub async fn record(&self, at: Time, who: &str, entry: &Entry) -> Result<(), LedgerError> {
        let failed = |error| LedgerError::io(&self.0.path, "write", error);
        let durable = self.enqueue(at, who, entry).map_err(failed)?;
        let gone = |_| io::Error::other("the journal is closed");
        durable.await.map_err(gone).and_then(|written| written).map_err(failed)
    }

    fn enqueue(&self, at: Time, who: &str, entry: &Entry) -> io::Result<oneshot::Receiver<io::Result<()>>> {
        let poisoned = || io::Error::other("the journal is closed");
        let mut queue = self.0.queue.lock().map_err(|_| poisoned())?;
        let seq = queue.sequence + 1;
        let json = serde_json::to_vec(&Written { seq, at, who, what: entry }).map_err(io::Error::other)?;
        let mut line = format!("{:08x} ", crc32fast::hash(&json)).into_bytes();
        line.extend(json);
        line.push(b'\n');
        let (durable, waits) = oneshot::channel();
        let to_writer = queue.to_writer.as_ref().ok_or_else(poisoned)?;
        to_writer.send(Job { line, durable }).map_err(|_| poisoned())?;
        queue.sequence = seq;
        Ok(waits)
    }

    /// Writes what waits and ends the writer; returns the last line's number.
    pub(super) fn close(&self) -> u64 {
        let sequence = self.0.queue.lock().map_or(0, |mut queue| {
            queue.to_writer = None;
            queue.sequence
        });
        let writer = self.0.writer.lock().ok().and_then(|mut writer| writer.take());
        // A writer that died has failed every caller already.
        let _ = writer.map(JoinHandle::join);
        sequence
    }
}

fn write_all(file: &File, jobs: &Receiver<Job>) {
    let mut failed: Option<io::Error> = None;
    while let Ok(first) = jobs.recv() {
        let batch: Vec<Job> = std::iter::once(first).chain(jobs.try_iter()).collect();
        if failed.is_none() {
            let bytes: Vec<u8> = batch.iter().flat_map(|job| &job.line).copied().collect();
            failed = append(file, &bytes).err();
        }
        for job in batch {
            let outcome = failed.as_ref().map_or(Ok(()), |error| Err(io::Error::new(error.kind(), error.to_string())));
            // Who stopped waiting does not need the answer.
            let _ = job.durable.send(outcome);
        }
    }
}

/// Appends and syncs; what a failed write left behind is cut off again, as far as the disk lets us.
fn append(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    let before = file.metadata()?.len();
    let written = file.write_all(bytes).and_then(|()| file.sync_data());
    if written.is_err() {
        let _ = file.set_len(before).and_then(|()| file.sync_data());
    }
    written
}

/// Reads a journal. A last line that was torn by a crash was never acted on, and is left out; anything else that is not
/// as it was written is damage.
pub(super) fn read(path: &Path) -> Result<Vec<Line>, LedgerError> {
    let Some(bytes) = contents(path)? else { return Ok(Vec::new()) };
    let mut lines: Vec<Line> = Vec::new();
    let mut offset = 0;
    for raw in bytes.split_inclusive(|byte| *byte == b'\n') {
        let place = offset as u64;
        offset += raw.len();
        match parse(raw, place) {
            Ok(line) => {
                if let Some(previous) = lines.last().map(|line| line.seq).filter(|previous| line.seq != previous + 1) {
                    let what = format!("line {} follows line {previous}", line.seq);
                    return Err(LedgerError::damaged(path, Some(place), what));
                }
                lines.push(line);
            }
            Err(_) if offset == bytes.len() => break,
            Err(what) => return Err(LedgerError::damaged(path, Some(place), what)),
        }
    }
    Ok(lines)
}

fn parse(raw: &[u8], offset: u64) -> Result<Line, String> {
    let whole = raw.strip_suffix(b"\n").ok_or("the line does not end")?;
    let (sum, json) = whole.split_at_checked(9).ok_or("the line is too short")?;
    let sum = std::str::from_utf8(sum).ok().and_then(|sum| u32::from_str_radix(sum.strip_suffix(' ')?, 16).ok());
    if sum != Some(crc32fast::hash(json)) {
        return Err("a line does not fit its checksum".to_owned());
    }
    let Read { seq, at, who, what: entry } = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    Ok(Line { seq, at, who, entry, offset })
}

/// Empties the journal, once the snapshot has everything.
pub(super) fn empty(path: &Path) -> Result<(), LedgerError> {
    match OpenOptions::new().write(true).open(path) {
        Ok(file) => {
            let emptied = file.set_len(0).and_then(|()| file.sync_data());
            emptied.map_err(|error| LedgerError::io(path, "empty", error))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(LedgerError::io(path, "open", error)),
    }
}
