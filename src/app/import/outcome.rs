//! The result of an import.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::document::Outcome;
use crate::campaign::definition::Change;
use crate::campaign::definition::oasdiff::{Comparison, Group, Level};

/// What is new, and what happened to the other findings.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ImportOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// Whether this was a dry run.
    pub dry_run: bool,
    /// How many findings there are, each counted once.
    pub findings: usize,
    /// The changes that were added, or would be on a dry run, most severe first.
    pub new: Vec<NewChange>,
    /// How many findings the campaign already has a change for.
    pub known: usize,
    /// How many of these were recognised only by kind and operation: oasdiff words them differently
    /// now.
    pub known_by_operation: usize,
    /// Titles of findings that may be known already: several changes have their kind and operation, none their
    /// wording.
    pub in_doubt: Vec<String>,
    /// Imported changes that oasdiff no longer finds, or not completely; they are left as they are.
    pub gone: Vec<GoneChange>,
    /// How many findings `[oasdiff] ignore` skips.
    pub ignored: usize,
    /// How many findings are less severe than requested.
    pub below_level: usize,
    /// How many findings are at paths that were not requested.
    pub other_paths: usize,
    /// The base paths that were added to `[usage]`.
    pub base_paths: Vec<String>,
    /// The lowest severity that was imported.
    #[serde(skip)]
    pub level: Level,
    /// The campaign file.
    #[serde(skip)]
    pub definition: PathBuf,
    /// The changelog's name, if it is empty.
    #[serde(skip)]
    pub empty: Option<String>,
}

impl Outcome for ImportOutcome {}

/// A change made from the findings of one cause.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewChange {
    /// The change's id in the campaign.
    pub id: String,
    /// Oasdiff's name for this kind of change.
    pub kind: String,
    /// What identifies each finding for this version of oasdiff.
    pub fingerprints: Vec<String>,
    /// Its severity, according to oasdiff.
    pub level: Level,
    /// The change's title.
    pub title: String,
    /// What changed, in oasdiff's words.
    pub text: String,
    /// The operations it is about, such as `GET /v1/orders`.
    pub operations: Vec<String>,
}

/// An imported change that oasdiff no longer finds, or not completely.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GoneChange {
    /// The change's id in the campaign.
    pub id: String,
    /// The findings, as the change keeps them in `oasdiff`.
    pub findings: Vec<String>,
    /// Whether none of its findings is left.
    pub whole: bool,
}

impl NewChange {
    pub(super) fn of(group: &Group<'_>, change: &Change) -> Self {
        Self {
            id: change.id.clone(),
            kind: group.kind().to_owned(),
            fingerprints: group.fingerprints(),
            level: group.level(),
            title: change.title.clone(),
            text: change.text.clone(),
            operations: change.operations.iter().map(ToString::to_string).collect(),
        }
    }
}

pub(super) fn gone(found: &Comparison<'_>) -> Vec<GoneChange> {
    let mut gone: Vec<(&Change, GoneChange)> = Vec::new();
    for (change, own) in &found.gone {
        let at = gone.iter().position(|(known, _)| known.id == change.id).unwrap_or_else(|| {
            gone.push((change, GoneChange { id: change.id.clone(), findings: Vec::new(), whole: false }));
            gone.len() - 1
        });
        gone[at].1.findings.push((*own).to_owned());
    }
    let judged = gone
        .into_iter()
        .map(|(change, gone)| GoneChange { whole: gone.findings.len() == change.oasdiff.len(), ..gone });
    judged.collect()
}
