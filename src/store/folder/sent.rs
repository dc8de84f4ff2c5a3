//! `sent/`: every text that has left, by its digest, kept for good. Drafts are replaced; what customers were told is not.

use std::fs;
use std::path::PathBuf;

use super::drafts::{read_text, text_page};
use super::error::{Fault, FolderError};
use crate::campaign::text::Text;
use crate::campaign::text::digest::Digest;
use crate::store::replace::replace;

/// The texts of a campaign that have left, with placeholders where personal values stood.
#[derive(Debug, Clone)]
pub struct Sent {
    path: PathBuf,
}

const HEAD: &str =
    "<!--\nA text that was sent. Written by `mmig submit`; keep it: it shows what customers were told.\n";

impl Sent {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Keeps a text. One that is there already stays as it is.
    ///
    /// # Errors
    /// The folder cannot be written. Then nothing may leave: nobody could tell later what it was.
    pub fn keep(&self, text: &Text) -> Result<(), FolderError> {
        let digest = text.digest();
        if self.text(digest).is_some() {
            return Ok(());
        }
        let path = self.file(digest);
        let written = fs::create_dir_all(&self.path).and_then(|()| replace(&path, &text_page(HEAD, text)));
        written.map_err(|error| {
            let message = format!("cannot keep the text about to be sent in {}: {error}", path.display());
            let hint = "check the folder's permissions and the disk, then run the same command again";
            FolderError::new(Fault::Ledger, message, hint)
        })
    }

    /// The text of this digest; `None` where it was not kept, or was changed by hand.
    pub fn text(&self, digest: Digest) -> Option<Text> {
        read_text(&self.file(digest), digest)
    }

    /// Whether any text was kept.
    pub fn has_any(&self) -> bool {
        fs::read_dir(&self.path).is_ok_and(|mut kept| kept.next().is_some())
    }

    fn file(&self, digest: Digest) -> PathBuf {
        self.path.join(format!("{digest}.md"))
    }
}
