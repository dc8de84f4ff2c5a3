//! Oasdiff's output: a list of findings.

use std::collections::HashSet;
use std::fmt::Write;

use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::campaign::characters::presentable;
use crate::campaign::definition::level::Level;
use crate::campaign::definition::operation::Operation;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Finding {
    /// Oasdiff's name for this kind of change.
    pub(super) id: String,
    /// What changed, in a sentence.
    pub(super) text: String,
    #[serde(default)]
    pub(super) comment: String,
    #[serde(default)]
    pub(super) level: Level,
    /// The method.
    #[serde(default)]
    operation: String,
    #[serde(default)]
    path: String,
    /// Missing in older versions.
    #[serde(default)]
    fingerprint: String,
}

/// Parses the findings, each once; an error says what is wrong with the file.
pub fn read(text: &str) -> Result<Vec<Finding>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?;
    let rows = match value {
        Value::Array(rows) => rows,
        Value::Object(mut fields) => match fields.remove("changes") {
            Some(Value::Array(rows)) => rows,
            _ => return Err("has no list of changes".to_owned()),
        },
        _ => return Err("is not a list of changes".to_owned()),
    };
    let mut findings: Vec<Finding> = Vec::new();
    let mut seen = HashSet::new();
    for (number, row) in rows.into_iter().enumerate() {
        let finding = Finding::deserialize(row).map_err(|error| error.to_string()).and_then(Finding::with_words);
        let finding = finding.map_err(|why| format!("has an entry {} that is not a finding: {why}", number + 1))?;
        // A change to several media types is reported once for each.
        if seen.insert(finding.fingerprint()) {
            findings.push(finding);
        }
    }
    Ok(findings)
}

/// How much of a sentence is read, in characters: the longest real ones have a few hundred.
const LONGEST_SENTENCE: usize = 10_000;
/// The maximum length of a fingerprint: in 0.1 it was part of a change's id.
const LONGEST_FINGERPRINT: usize = 40;

impl Finding {
    fn with_words(mut self) -> Result<Self, String> {
        if let Some((cut, _)) = self.text.char_indices().nth(LONGEST_SENTENCE) {
            self.text.truncate(cut);
        }
        let has_words = !presentable(&self.text).trim_matches(['.', ' ']).is_empty();
        if has_words { Ok(self) } else { Err("its text is empty".to_owned()) }
    }

    /// Its severity.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Oasdiff's name for this kind of change.
    pub fn kind(&self) -> &str {
        &self.id
    }

    /// The path of its operation; empty if it has none.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its identity across runs of one version of oasdiff.
    pub fn fingerprint(&self) -> String {
        self.own_fingerprint().map_or_else(|| self.digest(), str::to_owned)
    }

    /// Oasdiff's own fingerprint.
    fn own_fingerprint(&self) -> Option<&str> {
        let is_usable = (1..=LONGEST_FINGERPRINT).contains(&self.fingerprint.len())
            && self.fingerprint.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_usable.then_some(self.fingerprint.as_str())
    }

    /// A substitute if oasdiff gives none.
    pub(super) fn digest(&self) -> String {
        let Self { id, operation, path, text, .. } = self;
        hex(&format!("{id}:{operation}:{path}:{text}"), 6)
    }

    /// All its possible names in a campaign of mmig 0.1, without and with oasdiff's own.
    pub(super) fn fingerprints(&self) -> impl Iterator<Item = String> {
        self.own_fingerprint().map(str::to_owned).into_iter().chain([self.digest()])
    }

    /// The method in capitals.
    pub(super) fn method(&self) -> String {
        self.operation.to_uppercase()
    }

    /// The operation it is about, if any. Some documents distinguish operations on one path by a query or a
    /// fragment.
    pub(super) fn operation(&self) -> Option<Operation> {
        let path = self.path.split(['?', '#']).next().unwrap_or_default();
        Operation::parse(&format!("{} {path}", self.method())).ok()
    }
}

/// The first bytes of a text's digest, as hexadecimal digits.
pub(super) fn hex(text: &str, bytes: usize) -> String {
    Sha256::digest(text).iter().take(bytes).fold(String::new(), |mut digits, byte| {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}
