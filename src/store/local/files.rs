//! File operations with guarantees: private, in one step, durable.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::store::LedgerError;

/// How much of a file is read or written at a time.
const BUFFER: usize = 256 * 1024;

/// Whether it is a link. Replacing a file would replace only the link, and two folders with links to one file would
/// share the file without sharing its lock.
pub(super) fn is_link(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
}

/// Opens a file for reading; `None` if it does not exist.
pub(super) fn open(path: &Path) -> Result<Option<BufReader<File>>, LedgerError> {
    match File::open(path) {
        Ok(file) => Ok(Some(BufReader::with_capacity(BUFFER, file))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LedgerError::io(path, "read", error)),
    }
}

/// Reads a file; `None` if it does not exist.
pub(super) fn contents(path: &Path) -> Result<Option<Vec<u8>>, LedgerError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LedgerError::io(path, "read", error)),
    }
}

/// How to open a file with personal data: only its owner can read a new one.
pub(super) fn private() -> OpenOptions {
    #[cfg_attr(not(unix), allow(unused_mut))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Replaces a file in one step: after a crash the old or the new one exists, never a part.
///
/// The new file always has the same temporary name, `….new`, so that a run killed here leaves a single file,
/// which the next run replaces. Only the holder of the lock may call this.
pub(super) fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let fresh = path.with_added_extension("new");
    // Removed first, since an old file would keep its old permissions.
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = write_durably(&fresh, write).and_then(|()| fs::rename(&fresh, path));
    if written.is_err() {
        // A full disk needs the space, and the data is personal.
        let _ = fs::remove_file(&fresh);
    }
    written?;
    sync_folder_of(path)
}

/// Copies a file to an unused name beside it; `None` if there is no file, or it is empty.
pub(super) fn set_aside(path: &Path, stamp: &str) -> Result<Option<PathBuf>, LedgerError> {
    let Some(bytes) = contents(path)?.filter(|bytes| !bytes.is_empty()) else { return Ok(None) };
    for number in 1_u32.. {
        let again = if number == 1 { String::new() } else { format!("-{number}") };
        let aside = path.with_added_extension(format!("aside-{stamp}{again}"));
        match write_durably(&aside, |out| out.write_all(&bytes)) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            written => {
                let written = written.and_then(|()| sync_folder_of(&aside));
                return written.map(|()| Some(aside.clone())).map_err(|error| LedgerError::io(&aside, "write", error));
            }
        }
    }
    Ok(None)
}

fn write_durably(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(BUFFER, private().write(true).create_new(true).open(path)?);
    write(&mut file)?;
    file.into_inner()?.sync_all()
}

/// Makes a new file name durable; only some systems allow opening a folder for that.
pub(super) fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
