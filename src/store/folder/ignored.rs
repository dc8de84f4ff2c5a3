//! What git must ignore in a campaign: the ledger, which contains personal data, and the HTML page, which can be
//! made again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::store::replace::replace;

const IGNORED: [&str; 6] =
    ["state.toml", "state.toml.new", "state.journal", "state.lock", "state.*.aside-*", "drafts/index.html"];
const HEAD: &str =
    "# The ledger holds personal data: back it up, do not commit it. `mmig draft --html` makes the page again.\n";

/// Adds missing entries to the `.gitignore` in a campaign's folder; returns its path.
///
/// # Errors
/// The file, and why it cannot be written.
pub fn ignore(folder: &Path) -> Result<PathBuf, (PathBuf, io::Error)> {
    let path = folder.join(".gitignore");
    let known = fs::read_to_string(&path).unwrap_or_default();
    let missing: Vec<_> = IGNORED.iter().filter(|name| known.lines().all(|line| line != **name)).collect();
    if missing.is_empty() {
        return Ok(path);
    }
    let start = if known.is_empty() { HEAD.to_owned() } else { known.trim_end().to_owned() + "\n" };
    let lines = missing.into_iter().fold(start, |text, name| format!("{text}{name}\n"));
    match replace(&path, &lines) {
        Ok(()) => Ok(path),
        Err(error) => Err((path, error)),
    }
}
