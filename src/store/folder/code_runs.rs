//! `drafts/code-run.toml`: the examples that `check --run` ran and their commands accepted. It holds only digests: an
//! edited line matches nothing, so an entry can be lost by accident, but never claims a run that did not happen.

use std::fs;
use std::path::PathBuf;

use super::Folder;
use crate::campaign::lint::CodeRuns;
use crate::store::replace::replace;

const FILE: &str = "code-run.toml";
const HEAD: &str = "# The code examples that `mmig check --run` ran and their commands accepted, by language. Written by it, for git: reviewers\n\
                    # see it. Each line is the digest of one example and its command; if either is edited, it no longer counts.\n\n";

impl Folder {
    /// The examples that were run and accepted. A file that cannot be read claims nothing.
    pub fn code_runs(&self) -> CodeRuns {
        let text = fs::read_to_string(self.code_runs_file()).ok();
        text.and_then(|text| toml::from_str(&text).ok()).unwrap_or_default()
    }

    /// Saves the examples that were run and accepted, replacing the earlier ones. If nothing changed, the file stays the same, byte for byte.
    ///
    /// # Errors
    /// The file, and why it cannot be written.
    pub fn keep_code_runs(&self, runs: &CodeRuns) -> Result<(), String> {
        let path = self.code_runs_file();
        let failed = |why: &dyn std::fmt::Display| format!("cannot write {}: {why}", path.display());
        if runs.is_empty() && !path.exists() {
            return Ok(());
        }
        let page = toml::to_string_pretty(runs).map_err(|error| failed(&error))?;
        let written = fs::create_dir_all(self.file("drafts")).and_then(|()| replace(&path, &format!("{HEAD}{page}")));
        written.map_err(|error| failed(&error))
    }

    fn code_runs_file(&self) -> PathBuf {
        self.file("drafts").join(FILE)
    }
}
