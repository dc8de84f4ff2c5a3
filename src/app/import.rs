//! Imports what `oasdiff changelog` found between two versions of an API, as changes for people to edit.

mod oasdiff;
mod outcome;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use regex_lite::Regex;
use strum::{Display, EnumString};

use crate::app::App;
use crate::app::failure::{Failure, Kind};
use crate::app::observer::{Answer, Question};
use crate::campaign::definition::oasdiff::{Comparison, Finding, Group, Level, Wanted, compare, read};
use crate::campaign::definition::openapi::base_paths;
use crate::campaign::definition::{Campaign, Change};
use crate::campaign::plural;
use crate::store::folder::{DEFINITION, Definition, Folder};
use crate::store::text::decoded;

use oasdiff::LARGEST;

pub use outcome::{GoneChange, ImportOutcome, NewChange};

/// The arguments of [`import`].
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The JSON of `oasdiff changelog -f json`.
    pub changelog: Changelog,
    /// The `OpenAPI` document whose `servers` give the base paths of operations.
    pub spec: Option<PathBuf>,
    /// The lowest severity to import.
    pub level: Level,
    /// A pattern that the path of an operation must match.
    pub match_path: Option<Regex>,
    /// What to do with findings that may be known already; `None` asks.
    pub in_doubt: Option<InDoubt>,
    /// Write nothing.
    pub dry_run: bool,
}

/// What to do with findings whose kind and operation already have changes, but with different wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum InDoubt {
    /// Import them.
    New,
    /// Skip them.
    Known,
}

/// Where the changelog comes from.
#[derive(Debug, Clone)]
pub enum Changelog {
    /// A file.
    File(PathBuf),
    /// In memory, under a name for error messages.
    Given {
        /// The name.
        name: String,
        /// The contents.
        bytes: Vec<u8>,
    },
    /// Two `OpenAPI` documents, for an installed oasdiff to compare.
    OpenApi {
        /// The old version.
        old: String,
        /// The new one.
        new: String,
    },
}

/// Adds a change to the campaign file for each cause of findings that has none yet.
///
/// # Errors
/// No campaign, the changelog cannot be read, it is unclear which findings are new, or the campaign file cannot be
/// edited; nothing is then written.
pub async fn import(app: &App<'_>, request: ImportRequest) -> Result<ImportOutcome, Failure> {
    let folder = app.folder()?;
    let definition = folder.definition()?;
    let (name, bytes) = contents(app, &request.changelog).await?;
    let findings = findings(&name, &bytes)?;
    let wanted = Wanted { level: request.level, path: request.match_path.clone() };
    let mut found = compare(&definition.campaign, &findings, &wanted);
    let in_doubt = found.doubtful.iter().map(Group::to_change).map(|change| change.title).collect();
    decide(app, &mut found, &request).await?;
    let added = changes(&definition.campaign, &found.new);
    let paths = request.spec.as_ref().map_or(Ok(Vec::new()), |path| spec_paths(app, path, &definition.campaign))?;
    write(&folder, &definition, &added, &paths, request.dry_run)?;
    Ok(ImportOutcome {
        campaign: definition.campaign.name.clone(),
        dry_run: request.dry_run,
        findings: findings.len(),
        new: found.new.iter().zip(&added).map(|(group, change)| NewChange::of(group, change)).collect(),
        known: found.known,
        known_by_operation: found.known_by_operation,
        in_doubt,
        gone: outcome::gone(&found),
        ignored: found.ignored,
        below_level: found.below,
        other_paths: found.elsewhere,
        base_paths: paths,
        level: request.level,
        definition: folder.file(DEFINITION),
        empty: findings.is_empty().then_some(name),
    })
}

/// Decides about findings that may be known already. A dry run leaves them undecided.
async fn decide(app: &App<'_>, found: &mut Comparison<'_>, request: &ImportRequest) -> Result<(), Failure> {
    if found.doubtful.is_empty() || request.dry_run {
        return Ok(());
    }
    let causes = plural(found.doubtful.len(), "change");
    let words = format!(
        "{causes} found are of a kind and operation that you have several changes for, in other words. Import them as new? (No \
         leaves them out.)"
    );
    let in_doubt = match request.in_doubt {
        Some(decided) => decided,
        None => match app.observer.ask(&Question::Words(words)).await {
            Answer::Yes => InDoubt::New,
            Answer::No => InDoubt::Known,
            Answer::NobodyThere => {
                let message = format!("{causes} found may already be known in other words; nothing was written");
                let hint = "see them with --dry-run; then add --in-doubt new to import them, or --in-doubt known to leave them out";
                return Err(Failure::new(Kind::Usage, message, hint));
            }
        },
    };
    let doubtful = std::mem::take(&mut found.doubtful);
    match in_doubt {
        InDoubt::New => found.new.extend(doubtful),
        InDoubt::Known => found.known += doubtful.iter().map(|group| group.fingerprints().len()).sum::<usize>(),
    }
    Ok(())
}

/// The changes to add. A cause that appears in further operations becomes a second change beside the
/// first.
fn changes(campaign: &Campaign, groups: &[Group<'_>]) -> Vec<Change> {
    let mut taken: Vec<String> = campaign.changes.iter().map(|change| change.id.to_lowercase()).collect();
    let mut changes = Vec::new();
    for group in groups {
        let change = group.to_change();
        let numbered = (2..).map(|number| format!("{}-{number}", change.id));
        let free = std::iter::once(change.id.clone()).chain(numbered).find(|id| !taken.contains(&id.to_lowercase()));
        let id = free.unwrap_or_default();
        taken.push(id.to_lowercase());
        changes.push(Change { id, ..change });
    }
    changes
}

/// Writes the changes; a dry run only finds out whether they can be written.
fn write(
    folder: &Folder,
    definition: &Definition,
    added: &[Change],
    paths: &[String],
    dry_run: bool,
) -> Result<(), Failure> {
    if added.is_empty() && paths.is_empty() {
        return Ok(());
    }
    let mut after = definition.campaign.clone();
    after.changes.extend_from_slice(added);
    after.usage.base_paths.extend_from_slice(paths);
    let change = folder.change(definition, &after)?;
    if !dry_run {
        change.write()?;
    }
    Ok(())
}

const HOW_TO_WRITE: &str = "write it with `oasdiff changelog OLD NEW -f json > FILE`";

/// The changelog's name and contents.
async fn contents(app: &App<'_>, changelog: &Changelog) -> Result<(String, Vec<u8>), Failure> {
    match changelog {
        Changelog::Given { name, bytes } => Ok((name.clone(), bytes.clone())),
        Changelog::File(path) => Ok((path.display().to_string(), file(app, path, HOW_TO_WRITE)?)),
        Changelog::OpenApi { old, new } => {
            let bytes = oasdiff::changelog(app, old, new).await?;
            Ok((format!("what oasdiff found between {old} and {new}"), bytes))
        }
    }
}

fn file(app: &App<'_>, path: &Path, hint: &'static str) -> Result<Vec<u8>, Failure> {
    let opened = File::open(app.path(path)).and_then(up_to_largest);
    opened.map_err(|error| Failure::new(Kind::Usage, format!("cannot read {}: {error}", path.display()), hint))
}

/// Reads everything, decompressing gzip, but not much more than `LARGEST`.
///
/// # Errors
/// It cannot be read.
pub fn up_to_largest(input: impl Read + 'static) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    decoded(Box::new(input))?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The full text of a file.
///
/// # Errors
/// It cannot be read, is larger than `LARGEST`, or is not UTF-8.
pub fn text_of(app: &App<'_>, path: &Path, hint: &'static str) -> Result<String, Failure> {
    Ok(text(&path.display().to_string(), &file(app, path, hint)?)?.to_owned())
}

fn findings(name: &str, bytes: &[u8]) -> Result<Vec<Finding>, Failure> {
    read(text(name, bytes)?).map_err(|what| Failure::new(Kind::Usage, format!("{name} {what}"), HOW_TO_WRITE))
}

fn text<'a>(name: &str, bytes: &'a [u8]) -> Result<&'a str, Failure> {
    let refused = |what: &str, hint: &'static str| Failure::new(Kind::Usage, format!("{name} {what}"), hint);
    if bytes.len() as u64 > LARGEST {
        return Err(refused("is larger than 64 MB", "check that it is the right file"));
    }
    std::str::from_utf8(bytes).map_err(|_| refused("is not UTF-8", "save it as UTF-8 and run this again"))
}

/// The base paths of a document that the campaign does not have yet.
fn spec_paths(app: &App<'_>, path: &Path, campaign: &Campaign) -> Result<Vec<String>, Failure> {
    const HINT: &str = "give the OpenAPI document that the operations are from, JSON or YAML";
    let found = base_paths(&text_of(app, path, HINT)?);
    let found = found.map_err(|what| Failure::new(Kind::Usage, format!("{} {what}", path.display()), HINT))?;
    Ok(found.into_iter().filter(|path| !campaign.usage.base_paths.contains(path)).collect())
}
