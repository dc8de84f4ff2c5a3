//! The journal's writer: what waits is written together and shares one sync; who waits learns how it ended.

use std::fs::File;
use std::io::{self, Write};
use std::sync::mpsc::Receiver;

use tokio::sync::oneshot;

/// A line to be written, and who waits for it.
pub(super) struct Job {
    pub line: Vec<u8>,
    pub durable: oneshot::Sender<io::Result<()>>,
}

/// Where lines go: a file, or in tests a disk that fills up.
pub(super) trait Disk {
    /// How much is there, in bytes.
    fn length(&self) -> io::Result<u64>;
    /// Writes at the end; after an error a part of it may be there.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Returns once everything appended survives a crash.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts off all behind a length.
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

/// Writes until nobody can send a job any more. After the first error nothing is written again and every job fails:
/// a line must never follow one that is not whole.
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
            // Who stopped waiting does not need the answer.
            let _ = job.durable.send(outcome);
        }
    }
}

/// Appends and syncs; what a failed write left behind is cut off again, as far as the disk lets us.
fn append(disk: &mut impl Disk, bytes: &[u8]) -> io::Result<()> {
    let before = disk.length()?;
    let written = disk.append(bytes).and_then(|()| disk.sync());
    if written.is_err() {
        let _ = disk.cut(before).and_then(|()| disk.sync());
    }
    written
}

/// The same error once more: one cause, many who wait.
fn again(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| io::Error::new(error.kind(), error.to_string()), io::Error::from_raw_os_error)
}

#[cfg(test)]
mod tests;
