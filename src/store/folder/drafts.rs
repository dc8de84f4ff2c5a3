//! `drafts/<phase>/`: one Markdown file per variant for people to read, and the lock.

mod page;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Folder;
use super::error::{Fault, FolderError};
use crate::campaign::definition::Campaign;
use crate::campaign::hint::Action;
use crate::campaign::text::Text;
use crate::campaign::text::draft::Edition;
use crate::campaign::text::lock::{Lock, Locked};
use crate::hint;
use crate::store::replace::replace;

pub(super) use page::{read_text, text_page};

/// The drafts of one phase.
#[derive(Debug, Clone)]
pub struct Drafts {
    campaign: String,
    phase: String,
    path: PathBuf,
}

impl Drafts {
    pub(super) fn new(folder: &Folder, phase: &str) -> Self {
        let path = folder.file("drafts").join(phase);
        Self { campaign: folder.name.clone(), phase: phase.to_owned(), path }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the phase was drafted for the campaign's current deadlines.
    pub fn are_for(&self, campaign: &Campaign) -> bool {
        self.lock().ok().flatten().is_some_and(|lock| lock.is_for(campaign))
    }

    /// The lock; `None` if nothing was drafted.
    pub fn lock(&self) -> Result<Option<Lock>, FolderError> {
        let path = self.path.join("lock.toml");
        let again = hint![Action::new("draft").phase(&*self.phase), " writes it again"];
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(FolderError::new(
                    Fault::Changed,
                    format!("cannot read {}: {error}", path.display()),
                    again,
                ));
            }
        };
        Lock::parse(&text, &self.campaign, &self.phase).map(Some).map_err(|error| {
            FolderError::new(Fault::Changed, format!("{} cannot be used: {error}", path.display()), again)
        })
    }

    /// A draft's text as the reviewer read it; `None` if the file is gone or was edited.
    pub fn text(&self, locked: &Locked) -> Option<Text> {
        read_text(&self.path.join(format!("{}.md", locked.name)), locked.digest)
    }

    /// The reviewed texts whose file no longer has the locked contents.
    pub fn edited(&self, lock: &Lock) -> Vec<PathBuf> {
        let edited = lock.variants.iter().filter(|locked| self.text(locked).is_none());
        edited.map(|locked| self.path.join(format!("{}.md", locked.name))).collect()
    }

    /// Replaces the drafts. The lock is written last: a run that dies in between leaves drafts that do not match the
    /// lock, which `submit` refuses.
    pub fn write(&self, edition: &Edition) -> Result<(), FolderError> {
        let failed = |path: &Path, error: &dyn std::fmt::Display| {
            let message = format!("cannot write {}: {error}", path.display());
            FolderError::new(Fault::Invalid, message, "check that the folder can be written and the disk has room")
        };
        let toml = edition.lock.to_toml().map_err(|error| failed(&self.path, &error))?;
        fs::create_dir_all(&self.path).map_err(|error| failed(&self.path, &error))?;
        for draft in &edition.drafts {
            let path = self.path.join(format!("{}.md", draft.name));
            let page = page::draft_page(&edition.lock, draft);
            if !fs::read_to_string(&path).is_ok_and(|old| page::says_the_same(&old, &page)) {
                replace(&path, &page).map_err(|error| failed(&path, &error))?;
            }
        }
        let path = self.path.join("lock.toml");
        replace(&path, &toml).map_err(|error| failed(&path, &error))?;
        self.remove_others(&edition.lock);
        Ok(())
    }

    /// Removes obsolete drafts, and nothing that `draft` did not write; if that fails, it does no harm.
    fn remove_others(&self, lock: &Lock) {
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let name = entry.file_name().into_string().unwrap_or_default();
            let Some(name) = name.strip_suffix(".md") else { continue };
            let is_ours = || fs::read_to_string(entry.path()).is_ok_and(|text| page::is_draft(&text, lock));
            if !lock.variants.iter().any(|locked| locked.name == name) && is_ours() {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}
