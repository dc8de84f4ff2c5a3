//! The journal's writer: queued lines are written together and share one sync; each waiting caller gets the
//! result.

use std::fs::File;
use std::io::{self, Write};
use std::sync::mpsc::Receiver;

use tokio::sync::oneshot;

/// A line to write, and its waiting caller.
pub(super) struct Job {
    pub line: Vec<u8>,
    pub durable: oneshot::Sender<io::Result<()>>,
}

/// Where lines are written: a file, or in tests a disk that fills up.
pub(super) trait Disk {
    /// The current length, in bytes.
    fn length(&self) -> io::Result<u64>;
    /// Appends; after an error a part may have been written.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Returns once everything appended survives a crash.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts off everything after a length.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

impl Disk for File {
    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }
}

/// Writes until no one can send jobs any more. After the first error nothing more is written and every job fails: a
/// line must never follow an incomplete one.
pub(super) fn write_all(mut disk: impl Disk, jobs: &Receiver<Job>) {
    let mut failed: Option<io::Error> = None;
    let mut bytes = Vec::new();
    while let Ok(first) = jobs.recv() {
        let batch: Vec<Job> = std::iter::once(first).chain(jobs.try_iter()).collect();
        if failed.is_none() {
            bytes.clear();
            for job in &batch {
                bytes.extend_from_slice(&job.line);
            }
            failed = append(&mut disk, &bytes).err();
        }
        for job in batch {
            let outcome = failed.as_ref().map_or(Ok(()), |error| Err(again(error)));
            // A caller that stopped waiting does not need the result.
            let _ = job.durable.send(outcome);
        }
    }
}

/// Appends and syncs; cuts off what a failed write left, if the disk allows.
fn append(disk: &mut impl Disk, bytes: &[u8]) -> io::Result<()> {
    let before = disk.length()?;
    let written = disk.append(bytes).and_then(|()| disk.sync());
    if written.is_err() {
        let _ = disk.cut(before).and_then(|()| disk.sync());
    }
    written
}

/// A copy of the error: one cause, several waiting callers.
fn again(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| io::Error::new(error.kind(), error.to_string()), io::Error::from_raw_os_error)
}

#[cfg(test)]
mod tests;
