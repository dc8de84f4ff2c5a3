//! The campaign's folder: finds it, reads the files people write in it, writes the drafts.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::campaign::definition;
use crate::campaign::definition::Campaign;
use crate::campaign::definition::problem::{Problem, Severity, Source, nearest};
use crate::campaign::hint::{Action, Hint};
use crate::campaign::text::template::{BUILT_IN, Templates};
use crate::hint;
use crate::store::replace::replace;

mod change;
mod code_runs;
mod drafts;
mod error;
mod facts;
mod ignored;
mod sent;

pub use change::Change;
pub use drafts::Drafts;
pub use error::{Fault, FolderError};
pub use ignored::ignore;
pub use sent::{LastRun, Sent};

/// The campaign file's name.
pub const DEFINITION: &str = "campaign.toml";
/// The folder in which campaigns are found by name.
pub const CAMPAIGNS: &str = "campaigns";
/// The maximum size of a definition or template, in bytes; a larger file is something else.
const LARGEST: u64 = 4 << 20;
/// The maximum number of templates: a folder with more is something else, such as a checkout of everything.
const MOST_TEMPLATES: usize = 2000;

/// A campaign's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The campaign's name, which is the folder's.
    pub name: String,
    /// Its path.
    pub path: PathBuf,
}

/// A campaign as read from its folder.
#[derive(Debug)]
pub struct Definition {
    /// The file.
    pub source: Arc<Source>,
    /// The campaign in it.
    pub campaign: Campaign,
    /// Warnings about it.
    pub warnings: Vec<Problem>,
}

/// A template in use.
#[derive(Debug, Clone)]
pub struct TemplateFile {
    /// Where it comes from.
    pub layer: Layer,
    /// The file.
    pub source: Arc<Source>,
}

/// Where a template comes from. A later layer wins over those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::Display, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Layer {
    /// Built into mmig.
    BuiltIn,
    /// From `templates/` beside `campaigns/`, for all campaigns there.
    Shared,
    /// From the campaign's own `templates/`.
    Campaign,
}

/// The templates in the binary, by name.
pub fn built_in_templates() -> BTreeMap<String, TemplateFile> {
    let file =
        |name, text| TemplateFile { layer: Layer::BuiltIn, source: Source::new(format!("built-in {name}"), text) };
    BUILT_IN.into_iter().map(|(name, text)| (name.to_owned(), file(name, text))).collect()
}

impl Folder {
    /// The names of the campaigns under `campaigns/`, relative to `root`.
    pub fn names(root: &Path) -> Vec<String> {
        all(&root.join(CAMPAIGNS))
    }

    /// The other campaigns beside this one, under the same `campaigns/`.
    pub fn siblings(&self) -> Vec<Self> {
        let whole = fs::canonicalize(&self.path).ok();
        let campaigns = whole.as_deref().and_then(Path::parent).filter(|parent| parent.ends_with(CAMPAIGNS));
        let names = campaigns.map(all).unwrap_or_default().into_iter().filter(|name| *name != self.name);
        names.filter_map(|name| Self::at(&campaigns?.join(name)).ok()).collect()
    }

    /// Finds the campaign a user means: a folder, a name under `campaigns/`, or the only one there is; all relative to
    /// `root`, which may be empty for the working directory.
    pub fn find(root: &Path, wanted: Option<&str>) -> Result<Self, FolderError> {
        let campaigns = root.join(CAMPAIGNS);
        if let Some(wanted) = wanted {
            let candidates = [root.join(wanted), campaigns.join(wanted)];
            let found = candidates.iter().find(|path| path.join(DEFINITION).is_file());
            return found.map_or_else(|| Err(no_such(&campaigns, wanted)), |path| Self::at(path));
        }
        if root.join(DEFINITION).is_file() {
            return Self::at(if root.as_os_str().is_empty() { Path::new(".") } else { root });
        }
        match all(&campaigns).as_slice() {
            [only] => Self::at(&campaigns.join(only)),
            [] => Err(FolderError::new(
                Fault::NotFound,
                "there is no campaign here (no campaigns/*/campaign.toml)",
                hint![Action::new("init").value("NAME"), " writes one; ", Action::new("demo"), " shows one at work"],
            )),
            several => Err(FolderError::new(
                Fault::Ambiguous,
                format!("there are several campaigns: {}", several.join(", ")),
                format!("name one with --campaign, such as --campaign {}", several[0]),
            )),
        }
    }

    /// The campaign in this folder.
    pub fn at(path: &Path) -> Result<Self, FolderError> {
        let name = fs::canonicalize(path).ok().and_then(|whole| Some(whole.file_name()?.to_str()?.to_owned()));
        match name {
            Some(name) if definition::is_name(&name) => Ok(Self { name, path: path.to_owned() }),
            _ => Err(FolderError::new(
                Fault::Invalid,
                format!("the folder name {} is not a valid campaign name", path.display()),
                "rename it: letters, digits, `-` and `_`, up to 64 of them, not beginning with `-`",
            )),
        }
    }

    /// The path of a file of the campaign, as a user would type it.
    pub fn file(&self, name: &str) -> PathBuf {
        if self.path == Path::new(".") { PathBuf::from(name) } else { self.path.join(name) }
    }

    /// Reads `campaign.toml`.
    pub fn definition(&self) -> Result<Definition, FolderError> {
        let source = read_source(&self.file(DEFINITION))?;
        let (campaign, warnings) =
            definition::read(&self.name, &source).map_err(|problems| FolderError::invalid(&self.name, problems))?;
        Ok(Definition { source, campaign, warnings })
    }

    /// Writes a new campaign into this folder: its file, a folder for its templates, and a .gitignore. Returns the
    /// files written, the campaign file first.
    ///
    /// # Errors
    /// A file cannot be written, or the definition is not valid.
    pub fn create(path: &Path, definition: &str) -> Result<Vec<PathBuf>, FolderError> {
        let written = create(path, definition).map_err(|(path, error)| {
            let hint = "check that the folder can be written and the disk has room";
            FolderError::new(Fault::Invalid, format!("cannot write {}: {error}", path.display()), hint)
        })?;
        Self::at(path)?.definition()?;
        Ok(written)
    }

    /// The change that moves the deadline in `campaign.toml`, ready to be written. `before` is what was read from it,
    /// `after` the new campaign.
    pub fn change(&self, before: &Definition, after: &Campaign) -> Result<Change, FolderError> {
        Change::new(self, before, after)
    }

    /// Reads the templates: the campaign's own, the shared ones, the built-in ones.
    pub fn templates(&self) -> Result<Templates, FolderError> {
        let files = self.template_files()?.into_iter().map(|(name, file)| (name, file.source)).collect();
        Templates::load(files).map_err(|problems| FolderError::invalid(&self.name, problems))
    }

    /// The templates in use, by name, even if something is wrong with them.
    ///
    /// # Errors
    /// A file or a folder of templates cannot be read.
    pub fn template_files(&self) -> Result<BTreeMap<String, TemplateFile>, FolderError> {
        let mut files = built_in_templates();
        let homes = self.homes_of_templates();
        let layers = [(Layer::Shared, self.shared_templates()), (Layer::Campaign, Some(self.file("templates")))];
        for (layer, folder) in layers.into_iter().filter_map(|(layer, folder)| Some((layer, folder?))) {
            for (name, path) in markdown_files(&folder, &homes)? {
                files.insert(name, TemplateFile { layer, source: read_source(&path)? });
            }
        }
        Ok(files)
    }

    /// The templates, if neither they nor what they use of the campaign has an error.
    ///
    /// # Errors
    /// All findings, including warnings, if one of them is an error.
    pub fn vetted(&self, definition: &Definition) -> Result<Templates, FolderError> {
        let templates = self.templates()?;
        let found = templates.vet(&definition.campaign, &definition.source);
        if found.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(FolderError::invalid(&self.name, found));
        }
        Ok(templates)
    }

    /// The drafts of a phase.
    pub fn drafts(&self, phase: &str) -> Drafts {
        Drafts::new(self, phase)
    }

    /// The texts that were sent.
    pub fn sent(&self) -> Sent {
        Sent::new(self.file("sent"))
    }

    /// The folders in which templates may be, with links resolved: the campaign's folder, and `templates/` beside
    /// `campaigns/`.
    fn homes_of_templates(&self) -> Vec<PathBuf> {
        let homes = [Some(self.path.clone()), self.shared_templates()].into_iter().flatten();
        homes.map(|home| fs::canonicalize(&home).unwrap_or(home)).collect()
    }

    /// `templates/` beside `campaigns/`, if the campaign is in there.
    fn shared_templates(&self) -> Option<PathBuf> {
        let whole = fs::canonicalize(&self.path).ok()?;
        let campaigns = whole.parent().filter(|parent| parent.ends_with(CAMPAIGNS))?;
        let here = std::env::current_dir().ok();
        let shared = campaigns.parent()?.join("templates");
        // As a relative path if it is below the working directory.
        Some(here.and_then(|here| shared.strip_prefix(here).map(Path::to_owned).ok()).unwrap_or(shared))
    }
}

fn create(path: &Path, definition: &str) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
    let templates = path.join("templates");
    fs::create_dir_all(&templates).map_err(|error| (templates, error))?;
    let file = path.join(DEFINITION);
    replace(&file, definition).map_err(|error| (file.clone(), error))?;
    Ok(vec![file, ignore(path)?])
}

/// Writes a file in one step, creating its folder.
pub fn write_file(path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    replace(path, text)
}

/// Removes a file that is no longer needed; if that fails, it does no harm.
pub fn remove_file(path: &Path) {
    let _ = fs::remove_file(path);
}

/// The names of all campaigns under `campaigns/`, sorted.
fn all(campaigns: &Path) -> Vec<String> {
    let entries = fs::read_dir(campaigns).into_iter().flatten().flatten();
    let with_definition = entries.filter(|entry| entry.path().join(DEFINITION).is_file());
    let mut names: Vec<_> = with_definition.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    names
}

fn no_such(campaigns: &Path, wanted: &str) -> FolderError {
    let known = all(campaigns);
    let hint = match nearest(wanted, known.iter().map(String::as_str)) {
        Some(meant) => Hint::from(format!("did you mean `{meant}`?")),
        None if known.is_empty() => hint![Action::new("init").value(wanted), " writes a new one"],
        None => format!("there are {}", known.join(", ")).into(),
    };
    FolderError::new(Fault::NotFound, format!("no campaign is called `{wanted}`"), hint)
}

/// Whether a file is one of a campaign's own: its definition, its ledger, or one in templates, drafts or sent.
pub fn is_kept(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let whole = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()).join(name);
    whole.ancestors().skip(1).filter(|folder| folder.join(DEFINITION).is_file()).any(|campaign| {
        let inside = whole.strip_prefix(campaign).ok().and_then(|inside| inside.components().next());
        let first = inside.map(|part| part.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
        first == DEFINITION
            || first.starts_with("state.")
            || ["templates", "sent"].contains(&first.as_str())
            || (first == "drafts" && whole.extension().is_some_and(|end| end == "md" || end == "toml"))
    })
}

/// Reads a text file that people write.
fn read_source(path: &Path) -> Result<Arc<Source>, FolderError> {
    let failed = |error: &io::Error| {
        FolderError::new(
            Fault::Invalid,
            format!("cannot read {}: {error}", path.display()),
            "check the file and its permissions",
        )
    };
    let found = fs::metadata(path).map_err(|error| failed(&error))?;
    if !found.is_file() {
        // A pipe would block, and a device has no end.
        let message = format!("{} is not a regular file", path.display());
        return Err(FolderError::new(Fault::Invalid, message, "replace it with the file itself"));
    }
    if found.len() > LARGEST {
        let message = format!("{} is larger than {} MB, the limit for a campaign file", path.display(), LARGEST >> 20);
        return Err(FolderError::new(Fault::Invalid, message, "check that it is the right file"));
    }
    let text = fs::read_to_string(path).map_err(|error| failed(&error))?;
    Ok(source(path, &text))
}

/// A file's text, for findings to point into, whether it is written yet or not. Line endings are normalised: editors
/// and git change them.
pub fn source(path: &Path, text: &str) -> Arc<Source> {
    Source::new(path.display().to_string(), text.strip_prefix('\u{FEFF}').unwrap_or(text).replace("\r\n", "\n"))
}

/// The `.md` files below a folder, with their names as templates (with `/`). None may be outside the templates'
/// folders: a template's contents go into drafts and mails, and a pull request can add a link to any file.
fn markdown_files(folder: &Path, homes: &[PathBuf]) -> Result<Vec<(String, PathBuf)>, FolderError> {
    let mut found = Vec::new();
    let mut waiting = vec![(String::new(), folder.to_owned())];
    let mut seen = HashSet::new();
    while let Some((prefix, folder)) = waiting.pop() {
        // A link to a parent folder would never end.
        let whole = fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
        if leads_out(&folder, homes) {
            return Err(outside(&folder));
        }
        if !seen.insert(whole) {
            continue;
        }
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                let message = format!("cannot read the folder {}: {error}", folder.display());
                return Err(FolderError::new(Fault::Invalid, message, "check its permissions"));
            }
        };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let (name, path) = (format!("{prefix}{name}"), entry.path());
            let is_folder = path.is_dir();
            if !is_folder && Path::new(&name).extension().is_none_or(|end| end != "md") {
                continue;
            }
            if leads_out(&path, homes) {
                return Err(outside(&path));
            }
            if is_folder {
                waiting.push((format!("{name}/"), path));
            } else {
                found.push((name, path));
            }
            if found.len() > MOST_TEMPLATES {
                let message = format!("{} holds more than {MOST_TEMPLATES} templates", folder.display());
                return Err(FolderError::new(Fault::Invalid, message, "check that it is the right folder"));
            }
        }
    }
    Ok(found)
}

fn outside(path: &Path) -> FolderError {
    let message = format!("{} is a link that leaves the campaign's templates", path.display());
    FolderError::new(Fault::Invalid, message, "replace it with the file itself")
}

/// Whether a path is, or contains, a link to somewhere else.
fn leads_out(path: &Path, homes: &[PathBuf]) -> bool {
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    is_link && fs::canonicalize(path).is_ok_and(|whole| !homes.iter().any(|home| whole.starts_with(home)))
}
