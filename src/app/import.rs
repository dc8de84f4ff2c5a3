//! Importing what `oasdiff changelog` found between two versions of an API, as changes for people to edit.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::{Failure, Kind};
use crate::app::{App, Outcome};
use crate::campaign::definition::Change;
use crate::campaign::definition::oasdiff::{Comparison, Finding, Level, compare, read};
use crate::store::folder::DEFINITION;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The JSON of `oasdiff changelog -f json`.
    pub changelog: Changelog,
    /// The lowest severity to import.
    pub level: Level,
    /// Write nothing.
    pub dry_run: bool,
}

/// Where the changelog is.
#[derive(Debug, Clone)]
pub enum Changelog {
    /// In a file.
    File(PathBuf),
    /// At hand, under a name that failures call it by.
    Given {
        /// The name.
        name: String,
        /// All of it.
        bytes: Vec<u8>,
    },
}

/// What is new, and what became of the rest.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ImportOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// The changes that were added, or would be on a dry run.
    pub new: Vec<NewChange>,
    /// How many findings the campaign has a change for already.
    pub known: usize,
    /// Imported changes that oasdiff no longer finds; they are left as they are.
    pub gone: Vec<GoneChange>,
    /// How many findings `[oasdiff] ignore` names.
    pub ignored: usize,
    /// How many findings are less severe than what was asked for.
    pub below_level: usize,
    /// The lowest severity that was imported.
    #[serde(skip)]
    pub level: Level,
    /// The campaign file.
    #[serde(skip)]
    pub definition: PathBuf,
    /// The changelog's name, where it contains nothing.
    #[serde(skip)]
    pub empty: Option<String>,
}

impl Outcome for ImportOutcome {}

/// A change made of a finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewChange {
    /// The change's id in the campaign.
    pub id: String,
    /// What identifies the finding from run to run.
    pub fingerprint: String,
    /// How severe oasdiff finds it.
    pub level: Level,
    /// The change's title.
    pub title: String,
    /// What changed, in oasdiff's words.
    pub text: String,
    /// The operations it is about, such as `GET /v1/orders`.
    pub operations: Vec<String>,
}

/// An imported change that is found no more.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GoneChange {
    /// The change's id in the campaign.
    pub id: String,
    /// What identified its finding.
    pub fingerprint: String,
}

/// Adds a change to the campaign file for each finding that has none yet.
///
/// # Errors
/// No campaign, the changelog cannot be read, or the campaign file cannot be changed in its place; nothing is written then.
pub fn import(app: &App<'_>, request: ImportRequest) -> Result<ImportOutcome, Failure> {
    let ImportRequest { changelog, level, dry_run } = request;
    let folder = app.folder()?;
    let definition = folder.definition()?;
    let (name, bytes) = contents(app, changelog)?;
    let findings = findings(&name, &bytes)?;
    let found = compare(&definition.campaign, &findings, level);
    let added: Vec<Change> = found.new.iter().map(|finding| finding.to_change()).collect();
    if !added.is_empty() {
        let mut after = definition.campaign.clone();
        after.changes.extend(added.iter().cloned());
        // On a dry run too: it finds out what cannot be written.
        let change = folder.change(&definition, &after)?;
        if !dry_run {
            change.write()?;
        }
    }
    Ok(ImportOutcome {
        campaign: definition.campaign.name.clone(),
        dry_run,
        new: found.new.iter().zip(&added).map(|(finding, change)| NewChange::of(finding, change)).collect(),
        known: found.known,
        gone: gone(&found),
        ignored: found.ignored,
        below_level: found.below,
        level,
        definition: folder.file(DEFINITION),
        empty: findings.is_empty().then_some(name),
    })
}

/// The most that is read, in bytes: more than any list of changes has.
pub const LARGEST: u64 = 1 << 26;

const HOW_TO_WRITE: &str = "write it with `oasdiff changelog OLD NEW -f json > FILE`";

/// The changelog's name, and what it contains.
fn contents(app: &App<'_>, changelog: Changelog) -> Result<(String, Vec<u8>), Failure> {
    match changelog {
        Changelog::Given { name, bytes } => Ok((name, bytes)),
        Changelog::File(path) => {
            let name = path.display().to_string();
            let opened = File::open(app.path(&path)).and_then(up_to_largest);
            let failed = |error| Failure::new(Kind::Usage, format!("cannot read {name}: {error}"), HOW_TO_WRITE);
            opened.map_err(failed).map(|bytes| (name.clone(), bytes))
        }
    }
}

/// All there is to read, but not much more than [`LARGEST`].
///
/// # Errors
/// It cannot be read.
pub fn up_to_largest(input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn findings(name: &str, bytes: &[u8]) -> Result<Vec<Finding>, Failure> {
    let refused = |what: String, hint: &'static str| Failure::new(Kind::Usage, format!("{name} {what}"), hint);
    if bytes.len() as u64 > LARGEST {
        return Err(refused("is larger than any list of changes".to_owned(), HOW_TO_WRITE));
    }
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let text = text.map_err(|_| refused("is not UTF-8".to_owned(), "save it as UTF-8 and run this again"))?;
    read(text).map_err(|what| refused(what, HOW_TO_WRITE))
}

impl NewChange {
    fn of(finding: &Finding, change: &Change) -> Self {
        Self {
            id: change.id.clone(),
            fingerprint: finding.fingerprint(),
            level: finding.level(),
            title: change.title.clone(),
            text: change.text.clone(),
            operations: change.operations.iter().map(ToString::to_string).collect(),
        }
    }
}

fn gone(found: &Comparison<'_>) -> Vec<GoneChange> {
    let gone = found.gone.iter();
    gone.map(|(change, own)| GoneChange { id: change.id.clone(), fingerprint: (*own).to_owned() }).collect()
}
