//! Replaces a file in one step: a reader sees the old text or the new one, never a mixture.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

/// Writes a file that others may read; an existing one keeps its permissions.
///
/// # Errors
/// The folder does not exist or cannot be written, or `path` exists and is not a regular file: a link, a device and
/// a folder are left alone.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let old = permissions(path)?;
    if old.is_some() && fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    let mut builder = Builder::new();
    // The default for new files; the system subtracts the umask.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(folder(path)).map_err(without_path)?;
    if let Some(old) = old {
        file.as_file().set_permissions(old)?;
    }
    put(file, path, text)
}

/// The same for a file with personal data: only its owner may read it.
///
/// # Errors
/// As [`replace`].
pub fn replace_private(path: &Path, text: &str) -> io::Result<()> {
    permissions(path)?;
    put(NamedTempFile::new_in(folder(path)).map_err(without_path)?, path, text)
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The permissions of the file to replace; `None` if it does not exist yet.
fn permissions(path: &Path) -> io::Result<Option<fs::Permissions>> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => Ok(Some(found.permissions())),
        Ok(_) => Err(io::Error::new(ErrorKind::InvalidInput, "it is not a regular file; it was not changed")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The system's message only: that of `tempfile` names a file that no one asked for.
fn without_path(error: io::Error) -> io::Error {
    if error.kind() == ErrorKind::Other { error } else { error.kind().into() }
}

fn put(mut file: NamedTempFile, path: &Path, text: &str) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_one_that_is_new_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for write in [replace, replace_private] {
            for text in ["old", "new", "new"] {
                write(&path, text).unwrap();
                assert_eq!(fs::read_to_string(&path).unwrap(), text);
            }
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        for write in [replace, replace_private] {
            let refused = write(&folder.path().join("nowhere/file"), "text").unwrap_err();
            assert_eq!(
                (refused.kind(), refused.to_string().contains("nowhere")),
                (ErrorKind::NotFound, false),
                "{refused}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_kept_and_personal_data_is_its_owners() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        replace(&path, "one").unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        replace(&path, "two").unwrap();
        assert_eq!(mode(), 0o640);
        replace_private(&path, "three").unwrap();
        assert_eq!(mode(), 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn anything_but_a_regular_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "text").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        for write in [replace, replace_private] {
            for path in [&*link, folder.path(), Path::new("/dev/null")] {
                assert_eq!(write(path, "other").unwrap_err().kind(), ErrorKind::InvalidInput, "{}", path.display());
            }
        }
        assert!(link.is_symlink() && fs::read_to_string(&file).unwrap() == "text");
    }
}
