//! One run at a time: a lock that the operating system holds for us and releases when we die,
//! however we die.
//!
//! The file says who holds it, for another run that finds it held. It is emptied, never deleted: another process may
//! have it open already.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::files::private;
use crate::store::{Holder, LedgerError};

/// How often, and after how long, a lock whose holder is not named is tried again.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(10);

/// The lock, held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    watch: Watch,
}

/// The lock file as it was when it was locked: if it is removed, a second run can start.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    path: PathBuf,
    /// Device and inode of the file; `None` if the system does not report them.
    file: Option<(u64, u64)>,
}

impl Watch {
    /// Fails if the file is no longer the one that was locked.
    pub fn check(&self) -> Result<(), LedgerError> {
        let Some(own) = self.file else { return Ok(()) };
        let now = fs::metadata(&self.path).ok().and_then(|found| identity(&found));
        if now == Some(own) { Ok(()) } else { Err(LedgerError::LockGone { file: self.path.clone() }) }
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems do not say")]
fn identity(file: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}

#[derive(Debug, Serialize, Deserialize)]
struct Owner {
    pid: u32,
    host: String,
    since: String,
    command: String,
}

impl Lock {
    pub fn take(path: &Path, holder: &Holder, break_lock: bool) -> Result<Self, LedgerError> {
        let opened = private().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = opened.map_err(|error| LedgerError::io(path, "open", error))?;
        acquire(&mut file, path)?;
        // The system gave it to us, so no process on this machine holds it. One on another machine may, if the file
        // system does not share locks between machines.
        if let Some(other) = owner(&mut file).filter(|owner| owner.host != host() && !break_lock) {
            let Owner { pid, host, since, command } = other;
            return Err(LedgerError::Foreign { pid, host, since, command });
        }
        let owner = Owner {
            pid: std::process::id(),
            host: host(),
            since: holder.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            command: holder.command.clone(),
        };
        let text = serde_json::to_string(&owner).unwrap_or_default();
        let written = rewind(&mut file).and_then(|()| file.write_all(text.as_bytes()));
        written.map_err(|error| LedgerError::io(path, "write", error))?;
        let known = file.metadata().map_err(|error| LedgerError::io(path, "read", error))?;
        let watch = Watch { path: path.to_owned(), file: identity(&known) };
        // If the file was removed between opening and locking, the lock protects nothing.
        watch.check()?;
        Ok(Self { file, watch })
    }

    /// For checking later that the file still exists.
    pub fn watch(&self) -> &Watch {
        &self.watch
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // If it cannot be emptied, the next run on this machine takes it anyway.
        let _ = rewind(&mut self.file);
        let _ = self.file.unlock();
    }
}

/// Who holds the lock; `None` if it is free.
pub(super) fn held(path: &Path) -> Result<Option<LedgerError>, LedgerError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(LedgerError::io(path, "open", error)),
    };
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Ok(Some(held_by(owner(&mut file)))),
        Err(TryLockError::Error(error)) => Err(LedgerError::io(path, "lock", error)),
        Ok(()) => Ok(owner(&mut file).filter(|owner| owner.host != host()).map(|owner| {
            let Owner { pid, host, since, command } = owner;
            LedgerError::Foreign { pid, host, since, command }
        })),
    }
}

/// Takes the lock, or returns who has it. A holder without a name is either about to write it or was only checking
/// the lock (see [`held`]), so it is worth a short wait.
fn acquire(file: &mut File, path: &Path) -> Result<(), LedgerError> {
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(LedgerError::io(path, "lock", error)),
            Err(TryLockError::WouldBlock) => {
                if let Some(owner) = owner(file) {
                    return Err(held_by(Some(owner)));
                }
            }
        }
        sleep(PAUSE);
    }
    Err(held_by(None))
}

fn rewind(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()
}

fn owner(file: &mut File) -> Option<Owner> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// A holder without a name has a full disk, or a system that does not allow reading a locked file.
fn held_by(owner: Option<Owner>) -> LedgerError {
    let nobody = Owner { pid: 0, host: "this machine".into(), since: "just now".into(), command: "mmig".into() };
    let Owner { pid, host, since, command } = owner.unwrap_or(nobody);
    LedgerError::Held { pid, host, since, command }
}

/// This machine's name.
#[cfg(unix)]
pub(in crate::store) fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// This machine's name.
#[cfg(not(unix))]
pub(in crate::store) fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "unnamed".to_owned())
}
