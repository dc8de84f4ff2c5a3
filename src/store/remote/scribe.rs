//! Writes segments and snapshots, one by one. Waiting lines are written together.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::bucket::{LATEST, Put, snapshot_name};
use super::fence::Whose;
use super::landing::land;
use super::lease::Hold;
use super::read;
use super::segment::{Segment, What};
use crate::store::LedgerError;
use crate::store::leave::Leave;

/// How many lines a segment has at most, unless more are already waiting.
const MOST: usize = 64;
/// How long the first line waits for others.
const GATHER: Duration = Duration::from_millis(2);

/// A waiting caller.
type Reply<T> = oneshot::Sender<Result<T, LedgerError>>;

/// A scribe's tasks.
#[derive(Debug)]
pub enum Task {
    /// Write a line.
    Line(Vec<u8>, Reply<Leave>),
    /// Replace the snapshot with these bytes.
    Snapshot(Vec<u8>, Reply<()>),
    /// Record that the ledger is kept elsewhere now.
    Moved(String, Reply<()>),
    /// Get permission to start a request about what was written before.
    Leave(Reply<Leave>),
}

/// The only writer of a run.
#[derive(Debug)]
pub struct Scribe {
    hold: Arc<Hold>,
    /// The number of the next segment.
    next: u64,
    /// A line may be missing: no other may follow before a snapshot has them all.
    broken: bool,
    /// The number of the segment that confirms the newest snapshot, with the snapshot's length and checksum.
    newest: Option<(u64, u64, u32)>,
}

impl Scribe {
    /// The writer of a run that has fenced the journal.
    pub fn new(hold: Arc<Hold>, next: u64) -> Self {
        Self { hold, next, broken: false, newest: None }
    }

    /// Carries out tasks until no one can send any more.
    pub async fn work(mut self, mut tasks: mpsc::UnboundedReceiver<Task>) {
        let mut waiting = None;
        loop {
            let task = match waiting.take() {
                Some(task) => task,
                None => match tasks.recv().await {
                    Some(task) => task,
                    None => return,
                },
            };
            // A caller that stopped waiting does not need the answer.
            match task {
                Task::Line(line, reply) => {
                    let (lines, replies, other) = gather(line, reply, &mut tasks).await;
                    waiting = other;
                    let written = self.lines(lines).await;
                    for reply in replies {
                        let _ = reply.send(written.as_ref().map(Leave::clone).map_err(LedgerError::again));
                    }
                }
                Task::Snapshot(bytes, reply) => drop(reply.send(self.snapshot(bytes).await)),
                Task::Moved(to, reply) => drop(reply.send(self.moved(to).await)),
                Task::Leave(reply) => drop(reply.send(self.leave().await)),
            }
        }
    }

    /// Writes lines; they are durable when it returns.
    async fn lines(&mut self, lines: Vec<u8>) -> Result<Leave, LedgerError> {
        if self.broken {
            return Err(self.hold.lost().unwrap_or_else(closed));
        }
        let begun = self.hold.clocks.now();
        let written = self.write(What::Lines, lines).await;
        self.broken = written.is_err();
        written?;
        self.hold.proved(begun);
        Ok(self.hold.leave(begun))
    }

    /// Writes the next segment.
    async fn write(&mut self, what: What, lines: Vec<u8>) -> Result<u64, LedgerError> {
        let segment = Segment { author: self.hold.author(), what, lines };
        let bytes = segment.to_bytes().map_err(|error| LedgerError::Journal(error.into()))?;
        loop {
            if let Some(lost) = self.hold.lost() {
                return Err(lost);
            }
            let patience = self.hold.times.leave();
            match land(&self.hold.bucket, self.next, &segment.author, &bytes, patience).await? {
                Whose::ThisOne => {
                    self.next += 1;
                    return Ok(self.next - 1);
                }
                // An earlier write of ours was stored late.
                Whose::OneOfOurs | Whose::Nobodys => self.next += 1,
                Whose::Anothers => {
                    let by = read::segment(&self.hold.bucket, self.next).await.ok().flatten();
                    let by = by.and_then(|by| if let What::Begun { by } = by.what { Some(by) } else { None });
                    self.hold.lose(by);
                }
            }
        }
    }

    /// Writes a snapshot, then the segment that confirms it.
    async fn snapshot(&mut self, bytes: Vec<u8>) -> Result<(), LedgerError> {
        let (length, sum) = (bytes.len() as u64, crc32fast::hash(&bytes));
        if self.newest == Some((self.next - 1, length, sum)) && !self.broken {
            return Ok(());
        }
        loop {
            if let Some(lost) = self.hold.lost() {
                return Err(lost);
            }
            let number = self.next;
            self.keep(&snapshot_name(number), &bytes).await?;
            // If an earlier write of ours is stored late, the snapshot needs another name.
            if self.write(What::Snapshot { length, sum }, Vec::new()).await? == number {
                break;
            }
        }
        (self.broken, self.newest) = (false, Some((self.next - 1, length, sum)));
        self.point_to(self.next - 1).await;
        Ok(())
    }

    /// Writes a snapshot under a name that no segment confirms yet.
    async fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), LedgerError> {
        let bucket = &self.hold.bucket;
        if matches!(bucket.create(name, bytes.to_vec()).await, Put::Done(_)) {
            return Ok(());
        }
        match bucket.get(name).await? {
            Some(found) if found.bytes == bytes => Ok(()),
            _ => bucket.overwrite(name, bytes.to_vec()).await,
        }
    }

    /// Records which snapshot is the newest. If that fails, readers find it through its segment.
    async fn point_to(&self, number: u64) {
        let bucket = &self.hold.bucket;
        let bytes = format!("{number}\n").into_bytes();
        match bucket.get(LATEST).await {
            Ok(None) => drop(bucket.create(LATEST, bytes).await),
            Ok(Some(old)) => {
                let known: u64 =
                    std::str::from_utf8(&old.bytes).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0);
                if known < number {
                    drop(bucket.update(LATEST, bytes, &old.version).await);
                }
            }
            Err(_) => {}
        }
    }

    /// Records that the ledger is kept elsewhere.
    async fn moved(&mut self, to: String) -> Result<(), LedgerError> {
        self.write(What::Moved { to }, Vec::new()).await.map(drop)
    }

    /// Permission to start a request; renews the lease first if the last renewal is too old.
    async fn leave(&self) -> Result<Leave, LedgerError> {
        let leave = self.hold.leave_by_proof();
        if leave.is_good() {
            return Ok(leave);
        }
        self.hold.beat().await;
        self.hold.lost().map_or_else(|| Ok(self.hold.leave_by_proof()), Err)
    }
}

/// The lines that arrive shortly after the first with their callers, and the task that ended the gathering.
async fn gather(
    first: Vec<u8>,
    reply: Reply<Leave>,
    tasks: &mut mpsc::UnboundedReceiver<Task>,
) -> (Vec<u8>, Vec<Reply<Leave>>, Option<Task>) {
    let (mut lines, mut replies) = (first, vec![reply]);
    let until = tokio::time::Instant::now() + GATHER;
    while replies.len() < MOST {
        match tokio::time::timeout_at(until, tasks.recv()).await {
            Ok(Some(Task::Line(line, reply))) => {
                lines.extend(line);
                replies.push(reply);
            }
            Ok(other) => return (lines, replies, other),
            Err(_) => break,
        }
    }
    (lines, replies, None)
}

/// The error that no line is accepted.
pub fn closed() -> LedgerError {
    LedgerError::Journal(std::io::Error::other("it is closed"))
}
