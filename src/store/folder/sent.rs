//! `sent/`: every text that was sent, by digest, with the facts it stated, kept permanently. Drafts are replaced; what
//! customers received is not.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::drafts::{read_text, text_page};
use super::error::{Fault, FolderError};
use crate::campaign::definition::facts::Facts;
use crate::campaign::text::Text;
use crate::campaign::text::digest::Digest;
use crate::campaign::{Time, moment};
use crate::store::local::host;
use crate::store::replace::replace;

/// The texts of a campaign that were sent, with placeholders for personal values.
#[derive(Debug, Clone)]
pub struct Sent {
    path: PathBuf,
}

const HEAD: &str = "<!--\nA text that was sent. Written by `mmig submit`; keep it: it shows what customers received.\n";

/// The last run that set out to send, wherever its ledger is. It is kept with the texts, so that a copy of the
/// repository shows that its ledger is elsewhere, or older.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LastRun {
    /// The campaign's name.
    pub campaign: String,
    /// Its number: how many runs of the campaign have set out to send, including this one.
    pub run: u64,
    /// When it began.
    #[serde(with = "moment")]
    pub at: Time,
    /// The machine it ran on.
    #[serde(default)]
    pub host: String,
}

const LAST_RUN: &str = "last-run.toml";
const LAST_RUN_HEAD: &str = "# The last run that sent these texts. Written by `mmig submit`; keep it with them: where the ledger is missing or older, it shows.\n";

impl Sent {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Keeps a text and the facts it states. An existing text stays as it is; of its facts the latest count: those who
    /// get it again read the same words.
    ///
    /// # Errors
    /// The folder cannot be written. Then nothing may be sent: no one could find out later what it
    /// was.
    pub fn keep(&self, text: &Text, facts: &Facts) -> Result<(), FolderError> {
        let digest = text.digest();
        if self.text(digest).is_none() {
            self.write(&self.file(digest), &text_page(HEAD, text))?;
        }
        self.keep_facts(digest, facts)
    }

    /// The text with this digest; `None` if it was not kept, or was edited.
    pub fn text(&self, digest: Digest) -> Option<Text> {
        read_text(&self.file(digest), digest)
    }

    /// All texts that were kept and can be read.
    pub fn texts(&self) -> impl Iterator<Item = Text> {
        self.digests().filter_map(|digest| self.text(digest))
    }

    /// Whether any text was kept.
    pub fn has_any(&self) -> bool {
        self.digests().next().is_some()
    }

    fn digests(&self) -> impl Iterator<Item = Digest> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".md")?.parse().ok())
    }

    /// The last recorded run; `None` if there is none.
    ///
    /// # Errors
    /// It cannot be read: then it is unknown whether the ledger is the newest.
    pub fn last_run(&self) -> Result<Option<LastRun>, FolderError> {
        let path = self.path.join(LAST_RUN);
        let failed = |why: String| {
            let message = format!("cannot read {}: {why}", path.display());
            let hint = "put it back from git; it says which run sent last, and without it an old ledger could pass for the newest";
            FolderError::new(Fault::Ledger, message, hint)
        };
        match fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map(Some).map_err(|error| failed(error.message().to_owned())),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(failed(error.to_string())),
        }
    }

    /// Records that run number `run` of the campaign is about to send, on this machine. The ledger already has that
    /// number.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn note_run(&self, campaign: &str, run: u64, at: Time) -> Result<(), FolderError> {
        let path = self.path.join(LAST_RUN);
        // The `toml` crate would put quotes around the time.
        let lines = [
            format!("campaign = {}", toml::Value::from(campaign)),
            format!("run = {run}"),
            format!("at = {}", at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
            format!("host = {}", toml::Value::from(host())),
        ];
        let text = format!("{LAST_RUN_HEAD}{}\n", lines.join("\n"));
        self.write(&path, &text)
    }

    /// A file beside the texts.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file of the folder in one step.
    pub(super) fn write(&self, path: &Path, text: &str) -> Result<(), FolderError> {
        let written = fs::create_dir_all(&self.path).and_then(|()| replace(path, text));
        written.map_err(|error| not_kept(path, &error))
    }

    fn file(&self, digest: Digest) -> PathBuf {
        self.path.join(format!("{digest}.md"))
    }
}

fn not_kept(path: &Path, error: &std::io::Error) -> FolderError {
    let message = format!("cannot keep what is about to be sent in {}: {error}", path.display());
    let hint = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room on the disk, then run the same command again",
        _ => "check the folder's permissions and the disk, then run the same command again",
    };
    FolderError::new(Fault::Ledger, message, hint)
}
