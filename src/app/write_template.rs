//! Writes one of a campaign's own templates, without losing what a person wrote in the meantime and without replacing a
//! usable template by an unusable one.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use strum::Display;

use crate::app::failure::{Failure, Finding, Kind};
use crate::app::{App, Outcome, ledger};
use crate::campaign::definition::problem::{Problem, Severity};
use crate::campaign::digest::Digest;
use crate::campaign::lint::Checked;
use crate::campaign::text::difference;
use crate::campaign::text::template::Templates;
use crate::store::folder::{Definition, Folder, Layer, TemplateFile, source, write_file};

/// The maximum size of a template written this way, in bytes: more than any mail may have.
const LARGEST: usize = 100_000;

/// The arguments of [`write_template`].
#[derive(Debug, Clone)]
pub struct WriteTemplateRequest {
    /// The template's name, such as `announce.rest.md` or `partials/what-stops.md`.
    pub name: String,
    /// The new text.
    pub text: String,
    /// The digest of the file as the writer read it; `None` if the campaign's own templates have no such file.
    pub replaces: Option<Digest>,
}

/// The outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Written {
    /// The file has the new text.
    Written,
    /// The file already had this text.
    Unchanged,
    /// The file differs from what the writer read; it was left alone.
    Refused,
}

/// The template, and the findings about it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WriteTemplateOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// The template's name, as used by `include`.
    pub template: String,
    /// Its file.
    pub file: String,
    /// The outcome.
    pub outcome: Written,
    /// The digest of the file now, for the next write.
    pub digest: Digest,
    /// The contents of the file; omitted unless the write was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// How it differs from the template it replaces, line by line.
    pub difference: Vec<String>,
    /// The findings about it, and about the texts made from it.
    pub problems: Vec<Finding>,
    /// Why it was refused.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for WriteTemplateOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// Writes a template into the campaign's own `templates/`.
///
/// # Errors
/// The name or the size is invalid, the text cannot be used as a template, a link is in the way, or the file cannot be
/// written; the template in use stays. Also if the file is not as the writer read it: then the outcome has its
/// contents.
pub fn write_template(app: &App<'_>, request: &WriteTemplateRequest) -> Result<WriteTemplateOutcome, Failure> {
    let folder = app.folder()?;
    let name = valid_name(&request.name)?;
    if request.text.len() > LARGEST {
        let message = format!("the template has {} bytes; the maximum is {LARGEST}", request.text.len());
        return Err(Failure::new(Kind::Usage, message, "shorten it"));
    }
    refuse_links(&folder, &name)?;
    let definition = folder.definition()?;
    let mut files = folder.template_files()?;
    let before = files.get(&name).cloned();
    let own = before.as_ref().filter(|file| file.layer == Layer::Campaign);
    let known = own.map(|file| Digest::of(&[&file.source.text]));
    let path = folder.file("templates").join(&name);
    let new = source(&path, &request.text);
    let outcome = |outcome, digest, problems: &[Problem]| WriteTemplateOutcome {
        campaign: folder.name.clone(),
        template: name.clone(),
        file: path.display().to_string(),
        outcome,
        digest,
        text: None,
        difference: changed_lines(before.as_ref(), &new.text),
        problems: problems.iter().map(Finding::from).collect(),
        failure: None,
    };
    let same = own.is_some_and(|file| file.source.text == new.text);
    if let Some(file) = own.filter(|_| known != request.replaces && !same) {
        let message = format!("{} has changed since you read it: it was not written", path.display());
        let hint = "read it again, and write with its current digest as `replaces`";
        return Ok(WriteTemplateOutcome {
            text: Some(file.source.text.clone()),
            failure: Some(Failure::new(Kind::Refused, message, hint)),
            ..outcome(Written::Refused, Digest::of(&[&file.source.text]), &[])
        });
    }
    let digest = Digest::of(&[&new.text]);
    files.insert(name.clone(), TemplateFile { layer: Layer::Campaign, source: new.clone() });
    let sources = files.into_iter().map(|(name, file)| (name, file.source)).collect();
    let templates = Templates::load(sources).map_err(|problems| Failure::invalid(&folder.name, problems))?;
    let problems = findings(app, &folder, &definition, &templates, &new.path)?;
    let (unusable, problems): (Vec<_>, Vec<_>) =
        problems.into_iter().partition(|problem| problem.severity == Severity::Error && problem.rule.invalidates());
    if !unusable.is_empty() {
        return Err(Failure::invalid(&folder.name, unusable));
    }
    if same {
        return Ok(outcome(Written::Unchanged, digest, &problems));
    }
    write_file(&path, &new.text).map_err(|error| Failure::not_written(&path, &error))?;
    Ok(outcome(Written::Written, digest, &problems))
}

/// The name with its extension, if it is valid for a template: a file, or a file in one folder; letters, digits, `-`,
/// `_` and dots.
fn valid_name(name: &str) -> Result<String, Failure> {
    let whole = format!("{}.md", name.strip_suffix(".md").unwrap_or(name));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let part = |part: &str| part.starts_with(|c: char| c.is_ascii_alphanumeric()) && part.chars().all(plain);
    let parts: Vec<&str> = whole.split('/').collect();
    if parts.len() <= 2 && whole.len() <= 200 && parts.iter().all(|one| part(one)) && !name.is_empty() {
        return Ok(whole);
    }
    let hint = "name it after its phase, such as announce.md or announce.rest.md; or partials/NAME.md";
    Err(Failure::new(Kind::Usage, format!("`{name}` is not a valid template name"), hint))
}

/// Refuses to write through a link, which may lead out of the campaign.
fn refuse_links(folder: &Folder, name: &str) -> Result<(), Failure> {
    let mut path = folder.file("templates");
    for part in std::iter::once("").chain(name.split('/')) {
        path = if part.is_empty() { path } else { path.join(part) };
        refuse_link(&path)?;
    }
    Ok(())
}

fn refuse_link(path: &Path) -> Result<(), Failure> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => {
            let message = format!("{} is a symbolic link: mmig does not write through links", path.display());
            Err(Failure::new(Kind::Refused, message, "replace it with a file or folder"))
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::not_written(path, &error)),
    }
}

fn changed_lines(before: Option<&TemplateFile>, new: &str) -> Vec<String> {
    let old = before.map_or("", |file| file.source.text.as_str());
    difference::changed(old, new).iter().map(difference::Line::signed).collect()
}

/// What is wrong with the template at this path and with the texts made from it.
fn findings(
    app: &App<'_>,
    folder: &Folder,
    definition: &Definition,
    templates: &Templates,
    path: &str,
) -> Result<Vec<Problem>, Failure> {
    let records = ledger::read(app, folder, &definition.campaign)?.unwrap_or_default();
    let checked = Checked::new(&definition.campaign, templates, &records, app.clock.now());
    let (_, linted) = checked.all(&folder.file("templates").display().to_string());
    let left = checked.left(linted.problems, |_| false);
    Ok(left.into_iter().filter(|problem| problem.source.path == path).collect())
}
