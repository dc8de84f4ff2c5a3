//! Changes `campaign.toml`, which people write: completely or not at all, and only if it still has the contents
//! that were read.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{Fault, FolderError};
use super::{DEFINITION, Definition, Folder, source};
use crate::campaign::definition;
use crate::campaign::definition::Campaign;
use crate::store::replace::replace;

/// A prepared change of `campaign.toml`.
#[derive(Debug)]
pub struct Change {
    /// The file itself, with links resolved.
    path: PathBuf,
    old: String,
    new: String,
}

impl Change {
    /// Prepares the change.
    ///
    /// # Errors
    /// The file differs from what was read, or the part to change cannot be found in it.
    pub(super) fn new(folder: &Folder, before: &Definition, after: &Campaign) -> Result<Self, FolderError> {
        let shown = folder.file(DEFINITION);
        let path = fs::canonicalize(&shown).unwrap_or_else(|_| shown.clone());
        let old = read(&path)?;
        if source(&shown, &old).text != before.source.text {
            return Err(changed_meanwhile(&shown));
        }
        let known = &before.campaign.phases;
        let added = after.phases.get(known.len()..).unwrap_or_default();
        let changes = after.changes.get(before.campaign.changes.len()..).unwrap_or_default();
        let new = definition::edited(&old, after.deadline, known, added);
        let new = new.and_then(|text| definition::with_changes(&text, changes));
        let paths = after.usage.base_paths.get(before.campaign.usage.base_paths.len()..).unwrap_or_default();
        let new =
            new.and_then(|text| if paths.is_empty() { Some(text) } else { definition::with_base_paths(&text, paths) });
        let moved = before.campaign.ledger != after.ledger;
        let with_ledger = |text: String| {
            if moved { definition::with_ledger(&text, after.ledger.url.as_deref()) } else { Some(text) }
        };
        let new = new.and_then(with_ledger);
        let says = |text: &String| {
            definition::read(&folder.name, &source(&shown, text)).is_ok_and(|(now, _)| now.says_the_same(after))
        };
        let new = new.filter(says).ok_or_else(|| {
            let hint = if moved {
                after.ledger.url.as_ref().map_or_else(
                    || "take `url` out of [ledger] yourself".to_owned(),
                    |url| format!("write `url = \"{url}\"` under [ledger] yourself"),
                )
            } else if changes.is_empty() {
                format!("write `deadline = {}` under [campaign] yourself", after.deadline.iso())
            } else {
                "add the changes to it yourself, each as a [[change]] with id, title and text".to_owned()
            };
            FolderError::new(Fault::Invalid, format!("cannot change {} in its place", shown.display()), hint)
        })?;
        Ok(Self { path, old, new })
    }

    /// Carries it out.
    pub fn write(&self) -> Result<(), FolderError> {
        if read(&self.path)? != self.old {
            return Err(changed_meanwhile(&self.path));
        }
        replace(&self.path, &self.new).map_err(|error| {
            let hint = "check that the folder can be written and the disk has room, then run the same command again";
            FolderError::new(Fault::Invalid, format!("cannot write {}: {error}", self.path.display()), hint)
        })
    }
}

fn read(path: &Path) -> Result<String, FolderError> {
    fs::read_to_string(path).map_err(|error| {
        let hint = "check the file and its permissions";
        FolderError::new(Fault::Invalid, format!("cannot read {}: {error}", path.display()), hint)
    })
}

fn changed_meanwhile(path: &Path) -> FolderError {
    let message = format!("{} changed while this command ran, so it was not written", path.display());
    FolderError::new(Fault::Invalid, message, "run the same command again")
}
