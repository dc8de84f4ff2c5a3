//! What `sent/` has besides the texts: the facts that each of them states, and the differences that were
//! dismissed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Sent;
use super::error::FolderError;
use crate::campaign::definition::facts::{Fact, Facts};
use crate::campaign::people::sent_facts::{Dismissed, SentFacts};
use crate::campaign::text::digest::Digest;

/// The suffix of a file of facts.
const FACTS: &str = ".facts.toml";
const FACTS_HEAD: &str = "# The facts that the text beside this file states. Written by `mmig submit`. Keep it: with it `mmig correct` finds\n\
                          # customers who received facts that have changed since.\n\n";
/// The file of dismissed differences.
const DISMISSED: &str = "dismissed.toml";
const DISMISSED_HEAD: &str =
    "# Facts that have changed since they were sent, and need no correction. Written by `mmig correct --dismiss`.\n\n";

/// A file of facts.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FactsFile {
    /// Facts that no longer applied when the text was sent, as the text says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gone: Vec<Fact>,
    #[serde(default)]
    facts: BTreeMap<Fact, String>,
}

/// The file of dismissed differences.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Dismissals {
    #[serde(default)]
    dismissed: Vec<Dismissed>,
}

impl Sent {
    /// Keeps the facts that a text states. The latest facts count: those who get it again read the
    /// same words.
    pub(super) fn keep_facts(&self, text: Digest, facts: &Facts) -> Result<(), FolderError> {
        let path = self.beside(&format!("{text}{FACTS}"));
        if read(&path).as_ref() == Some(facts) { Ok(()) } else { self.write(&path, &page(facts)) }
    }

    /// The facts stated by the texts that were sent, and the dismissed differences. For a text without a readable file
    /// of facts, these are unknown.
    pub fn facts(&self) -> Arc<SentFacts> {
        let files = fs::read_dir(self.beside("")).into_iter().flatten().flatten().map(|entry| entry.path());
        let facts = files.filter_map(|path| {
            let digest = path.file_name()?.to_str()?.strip_suffix(FACTS)?.parse().ok()?;
            Some((digest, read(&path)?))
        });
        Arc::new(SentFacts { texts: facts.collect(), dismissed: self.dismissals().dismissed })
    }

    /// Records differences that need no correction, in addition to those already recorded.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn dismiss(&self, dismissed: impl IntoIterator<Item = Dismissed>) -> Result<(), FolderError> {
        let mut all = self.dismissals();
        all.dismissed.extend(dismissed);
        let page = toml::to_string_pretty(&all).unwrap_or_default();
        self.write(&self.beside(DISMISSED), &format!("{DISMISSED_HEAD}{page}"))
    }

    fn dismissals(&self) -> Dismissals {
        let text = fs::read_to_string(self.beside(DISMISSED)).ok();
        text.and_then(|text| toml::from_str(&text).ok()).unwrap_or_default()
    }
}

fn page(facts: &Facts) -> String {
    let mut file = FactsFile::default();
    for (fact, value) in &facts.0 {
        match value {
            Some(value) => drop(file.facts.insert(fact.clone(), value.clone())),
            None => file.gone.push(fact.clone()),
        }
    }
    format!("{FACTS_HEAD}{}", toml::to_string_pretty(&file).unwrap_or_default())
}

fn read(path: &Path) -> Option<Facts> {
    let file: FactsFile = toml::from_str(&fs::read_to_string(path).ok()?).ok()?;
    let facts = file.facts.into_iter().map(|(fact, value)| (fact, Some(value)));
    Some(Facts(facts.chain(file.gone.into_iter().map(|fact| (fact, None))).collect()))
}
