//! `sent/`: every text that has left, by its digest, with the facts it told, kept for good. Drafts are replaced; what customers
//! were told is not.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::drafts::{read_text, text_page};
use super::error::{Fault, FolderError};
use crate::campaign::definition::facts::{Fact, Facts};
use crate::campaign::people::told::{Dismissed, Told};
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

    /// Keeps a text, and the facts it tells. A text that is there already stays as it is; of its facts the latest count: who
    /// reads them again reads the same words.
    ///
    /// # Errors
    /// The folder cannot be written. Then nothing may leave: nobody could tell later what it was.
    pub fn keep(&self, text: &Text, facts: &Facts) -> Result<(), FolderError> {
        let digest = text.digest();
        if self.text(digest).is_none() {
            self.write(&self.file(digest), &text_page(HEAD, text))?;
        }
        let path = self.facts_file(digest);
        if read_facts(&path).as_ref() == Some(facts) { Ok(()) } else { self.write(&path, &facts_page(facts)) }
    }

    /// What the texts that left told, and which differences need no mail. A file that cannot be read tells nothing: what it
    /// told is not known then.
    pub fn told(&self) -> Arc<Told> {
        let files = fs::read_dir(&self.path).into_iter().flatten().flatten().map(|entry| entry.path());
        let facts = files.filter_map(|path| {
            let digest = path.file_name()?.to_str()?.strip_suffix(FACTS)?.parse().ok()?;
            Some((digest, read_facts(&path)?))
        });
        Arc::new(Told { texts: facts.collect(), dismissed: self.dismissals().dismissed })
    }

    /// Records differences that need no mail, after those that are recorded already.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn dismiss(&self, dismissed: impl IntoIterator<Item = Dismissed>) -> Result<(), FolderError> {
        let mut all = self.dismissals();
        all.dismissed.extend(dismissed);
        let page = toml::to_string_pretty(&all).unwrap_or_default();
        self.write(&self.path.join(DISMISSED), &format!("{DISMISSED_HEAD}{page}"))
    }

    fn dismissals(&self) -> Dismissals {
        let text = fs::read_to_string(self.path.join(DISMISSED)).ok();
        text.and_then(|text| toml::from_str(&text).ok()).unwrap_or_default()
    }

    fn write(&self, path: &Path, page: &str) -> Result<(), FolderError> {
        let written = fs::create_dir_all(&self.path).and_then(|()| replace(path, page));
        written.map_err(|error: io::Error| {
            let message = format!("cannot keep what customers are told in {}: {error}", path.display());
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

    fn facts_file(&self, digest: Digest) -> PathBuf {
        self.path.join(format!("{digest}{FACTS}"))
    }
}

/// What a file of facts ends with.
const FACTS: &str = ".facts.toml";
const FACTS_HEAD: &str = "# The facts that the text beside this file tells. Written by `mmig submit`; keep it: by it `mmig correct` finds who\n\
                          # was told what is wrong by now.\n\n";
/// The file of the differences that need no mail.
const DISMISSED: &str = "dismissed.toml";
const DISMISSED_HEAD: &str =
    "# What was told otherwise than it is now, and need not be corrected. Written by `mmig correct --dismiss`.\n\n";

/// A file of facts.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FactsFile {
    /// What no longer applied when the text left, and the text says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gone: Vec<Fact>,
    #[serde(default)]
    facts: BTreeMap<Fact, String>,
}

/// The file of the differences that need no mail.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Dismissals {
    #[serde(default)]
    dismissed: Vec<Dismissed>,
}

fn facts_page(facts: &Facts) -> String {
    let mut file = FactsFile::default();
    for (fact, value) in &facts.0 {
        match value {
            Some(value) => drop(file.facts.insert(fact.clone(), value.clone())),
            None => file.gone.push(fact.clone()),
        }
    }
    format!("{FACTS_HEAD}{}", toml::to_string_pretty(&file).unwrap_or_default())
}

fn read_facts(path: &Path) -> Option<Facts> {
    let file: FactsFile = toml::from_str(&fs::read_to_string(path).ok()?).ok()?;
    let facts = file.facts.into_iter().map(|(fact, value)| (fact, Some(value)));
    Some(Facts(facts.chain(file.gone.into_iter().map(|fact| (fact, None))).collect()))
}
