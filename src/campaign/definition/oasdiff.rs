//! What `oasdiff changelog -f json` found between two versions of an API, as changes for a person to edit.

mod wording;

use std::collections::HashSet;
use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use strum::{Display, EnumString};

use crate::campaign::characters::{one_line, presentable};
use crate::campaign::definition::operation::Operation;
use crate::campaign::definition::{Campaign, Change, Concerns, LONGEST_NAME, RunCode};
use wording::{as_code, as_heading, as_markdown};

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Finding {
    /// Oasdiff's name for this kind of change.
    id: String,
    /// What changed, in a sentence.
    text: String,
    #[serde(default)]
    comment: String,
    #[serde(default)]
    level: Level,
    /// The method.
    #[serde(default)]
    operation: String,
    #[serde(default)]
    path: String,
    /// Older versions give none.
    #[serde(default)]
    fingerprint: String,
}

/// How bad a finding is, in oasdiff's words.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema, Deserialize, Display, EnumString,
)]
#[serde(rename_all = "lowercase", try_from = "i64")]
#[strum(serialize_all = "lowercase")]
pub enum Level {
    /// Breaks nothing.
    Info,
    /// May break clients.
    Warn,
    /// Breaks clients. What names no level is of `oasdiff breaking`.
    #[default]
    Err,
}

impl TryFrom<i64> for Level {
    type Error = String;

    fn try_from(number: i64) -> Result<Self, String> {
        match number {
            1 => Ok(Self::Info),
            2 => Ok(Self::Warn),
            3 => Ok(Self::Err),
            _ => Err(format!("its level is {number}, and oasdiff has 1 to 3")),
        }
    }
}

/// Reads the findings, each once; an error says what is wrong with the file.
pub fn read(text: &str) -> Result<Vec<Finding>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))?;
    let rows = match value {
        Value::Array(rows) => rows,
        Value::Object(mut fields) => match fields.remove("changes") {
            Some(Value::Array(rows)) => rows,
            _ => return Err("has no list of changes".to_owned()),
        },
        _ => return Err("is no list of changes".to_owned()),
    };
    let mut findings: Vec<Finding> = Vec::new();
    let mut seen = HashSet::new();
    for (number, row) in rows.into_iter().enumerate() {
        let finding = Finding::deserialize(row).map_err(|error| error.to_string()).and_then(Finding::telling);
        let finding = finding.map_err(|why| format!("has an entry {} that is no finding: {why}", number + 1))?;
        // A change of several media types is found once for each.
        if seen.insert(finding.fingerprint()) {
            findings.push(finding);
        }
    }
    Ok(findings)
}

/// The longest fingerprint that is taken over: it becomes part of a name.
const LONGEST_FINGERPRINT: usize = 40;

/// More than this of a text is for nobody to read in a mail.
const LONGEST_TEXT: usize = 2000;

impl Finding {
    fn telling(self) -> Result<Self, String> {
        let tells = !presentable(&self.text).trim_matches(['.', ' ']).is_empty();
        if tells { Ok(self) } else { Err("its text is empty".to_owned()) }
    }

    /// What stands for it in every run.
    pub fn fingerprint(&self) -> String {
        self.own_fingerprint().map_or_else(|| self.digest(), str::to_owned)
    }

    /// Oasdiff's own.
    fn own_fingerprint(&self) -> Option<&str> {
        let is_usable = (1..=LONGEST_FINGERPRINT).contains(&self.fingerprint.len())
            && self.fingerprint.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_usable.then_some(self.fingerprint.as_str())
    }

    /// What stands for it where oasdiff gives nothing.
    fn digest(&self) -> String {
        let Self { id, operation, path, text, .. } = self;
        let hash = Sha256::digest(format!("{id}:{operation}:{path}:{text}"));
        hash.iter().take(6).fold(String::new(), |mut digits, byte| {
            // Writing to a text cannot fail.
            let _ = write!(digits, "{byte:02x}");
            digits
        })
    }

    /// All it may be known by: an older oasdiff, without fingerprints, may have found it first.
    fn fingerprints(&self) -> impl Iterator<Item = String> {
        self.own_fingerprint().map(str::to_owned).into_iter().chain([self.digest()])
    }

    /// How bad it is.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The operation it is about, if one.
    fn operation(&self) -> Option<Operation> {
        Operation::parse(&format!("{} {}", self.operation.to_uppercase(), self.path)).ok()
    }

    /// The change as it is first written: true, but in oasdiff's words, and for everybody who calls its operation.
    pub fn to_change(&self) -> Change {
        let (operation, comment) = (self.operation(), as_markdown(&one_line(&self.comment, LONGEST_TEXT)));
        let mut text =
            operation.iter().map(|own| as_code(&one_line(own.as_str(), LONGEST_TEXT)) + ": ").collect::<String>();
        text.push_str(as_markdown(&one_line(&self.text, LONGEST_TEXT)).trim_end_matches('.'));
        text.push('.');
        if !comment.is_empty() {
            text.extend([" ", &comment]);
        }
        Change {
            id: self.change_id(),
            title: as_heading(&as_markdown(&presentable(&self.text))),
            task: None,
            language: None,
            text,
            before: None,
            after: None,
            run: RunCode::default(),
            url: None,
            concerns: Concerns::Everybody,
            operations: operation.into_iter().collect(),
            oasdiff: vec![self.fingerprint()],
        }
    }

    /// The same in every run, and another for another finding: oasdiff's name for the kind, and the fingerprint.
    fn change_id(&self) -> String {
        let fingerprint = self.fingerprint();
        let kept = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
        let kind: String = self.id.chars().map(kept).take(LONGEST_NAME - 1 - fingerprint.len()).collect();
        match kind.trim_matches('-') {
            "" => fingerprint,
            kind => format!("{kind}-{fingerprint}"),
        }
    }
}

/// The findings of a file against what the campaign tells.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// Nothing tells of them yet.
    pub new: Vec<&'a Finding>,
    /// How many are told of.
    pub known: usize,
    /// Fingerprints that are no longer found, and the changes that tell of them.
    pub gone: Vec<(&'a Change, &'a str)>,
    /// How many the campaign leaves out.
    pub ignored: usize,
    /// How many are below the level asked for.
    pub below: usize,
}

/// Compares findings from `level` on with the campaign. What people wrote of a finding does not matter: it is known by
/// its fingerprint, or by the id it was given first.
pub fn compare<'a>(campaign: &'a Campaign, findings: &'a [Finding], level: Level) -> Comparison<'a> {
    let ids: HashSet<&str> = campaign.changes.iter().map(|change| change.id.as_str()).collect();
    let told =
        || campaign.changes.iter().flat_map(|change| change.oasdiff.iter().map(move |own| (change, own.as_str())));
    let told_of: HashSet<&str> = told().map(|(_, own)| own).collect();
    let ignored: HashSet<&str> = campaign.ignored_findings.iter().map(String::as_str).collect();
    let mut compared = Comparison { new: Vec::new(), known: 0, gone: Vec::new(), ignored: 0, below: 0 };
    let mut found = HashSet::new();
    for finding in findings {
        let is_in = |known: &HashSet<&str>| finding.fingerprints().any(|own| known.contains(own.as_str()));
        if is_in(&told_of) || ids.contains(finding.change_id().as_str()) {
            compared.known += 1;
        } else if is_in(&ignored) {
            compared.ignored += 1;
        } else if finding.level() < level {
            compared.below += 1;
        } else {
            compared.new.push(finding);
        }
        found.extend(finding.fingerprints());
    }
    compared.gone = told().filter(|(_, own)| !found.contains(*own)).collect();
    compared
}
