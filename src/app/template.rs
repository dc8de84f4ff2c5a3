//! The templates in use: a list, or the full text of one.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::{Failure, Kind};
use crate::app::{App, Outcome};
use crate::campaign::definition::Campaign;
use crate::campaign::definition::problem::nearest;
use crate::campaign::hint::Action;
use crate::campaign::text::template::Templates;
use crate::hint;
use crate::store::folder::{Fault, Folder, Layer, TemplateFile, built_in_templates};

/// The arguments of [`template`].
#[derive(Debug, Clone)]
pub struct TemplateRequest {
    /// The template's name, with or without `.md`.
    pub name: String,
}

/// A template with its full text.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplateOutcome {
    /// Its name, as used by `include`.
    pub name: String,
    /// Where it comes from.
    pub origin: Layer,
    /// The file; `None` if it is built in.
    pub file: Option<String>,
    /// The contents of the file.
    pub text: String,
}

impl Outcome for TemplateOutcome {}

/// The templates in use.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplatesOutcome {
    /// The campaign they are in use for; `None` if there is none, and only the built-in ones are listed.
    pub campaign: Option<String>,
    /// The templates, by name.
    pub templates: Vec<TemplateInForce>,
}

impl Outcome for TemplatesOutcome {}

/// A template in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TemplateInForce {
    /// Its name, as used by `include`.
    pub name: String,
    /// Where it comes from.
    pub origin: Layer,
    /// The file; `None` if it is built in.
    pub file: Option<String>,
    /// The phases whose mails are made from it, for at least one segment. A file that is only included has none.
    pub phases: Vec<String>,
}

/// Lists the templates in use.
///
/// # Errors
/// The named campaign does not exist, there are several, or a file cannot be read.
pub fn templates(app: &App<'_>) -> Result<TemplatesOutcome, Failure> {
    let folder = folder(app)?;
    let files = files(folder.as_ref())?;
    let phases = folder.as_ref().map(|folder| phases(folder, &files)).unwrap_or_default();
    let listed = files.into_iter().map(|(name, file)| TemplateInForce {
        phases: phases.get(&name).cloned().unwrap_or_default(),
        origin: file.layer,
        file: path(&file),
        name,
    });
    Ok(TemplatesOutcome { templates: listed.collect(), campaign: folder.map(|folder| folder.name) })
}

/// Returns the source of one template.
///
/// # Errors
/// There is no template of this name; otherwise as [`templates`].
pub fn template(app: &App<'_>, request: &TemplateRequest) -> Result<TemplateOutcome, Failure> {
    let mut files = files(folder(app)?.as_ref())?;
    let wanted = request.name.trim_end_matches(".md");
    let Some((name, file)) = files.remove_entry(&format!("{wanted}.md")) else {
        let near = nearest(wanted, files.keys().map(|name| name.trim_end_matches(".md")));
        let hint = match near {
            Some(meant) => hint!["did you mean ", Action::new("template").value(meant), "?"],
            None => hint![Action::new("template"), " lists them"],
        };
        return Err(Failure::new(Kind::NotFound, format!("no template is called `{wanted}`"), hint));
    };
    Ok(TemplateOutcome { name, origin: file.layer, file: path(&file), text: file.source.text.clone() })
}

/// The campaign's folder; `None` if none was named and there is none.
fn folder(app: &App<'_>) -> Result<Option<Folder>, Failure> {
    match Folder::find(&app.root, app.campaign.as_deref()) {
        Ok(folder) => Ok(Some(folder)),
        Err(error) if error.fault == Fault::NotFound && app.campaign.is_none() => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn files(folder: Option<&Folder>) -> Result<BTreeMap<String, TemplateFile>, Failure> {
    match folder {
        Some(folder) => Ok(folder.template_files()?),
        None => Ok(built_in_templates()),
    }
}

fn path(file: &TemplateFile) -> Option<String> {
    (file.layer != Layer::BuiltIn).then(|| file.source.path.clone())
}

/// The phases made from each template. Empty if the campaign or a template is invalid: `check` says why.
fn phases(folder: &Folder, files: &BTreeMap<String, TemplateFile>) -> BTreeMap<String, Vec<String>> {
    let sources = files.iter().map(|(name, file)| (name.clone(), file.source.clone())).collect();
    match (folder.definition(), Templates::load(sources)) {
        (Ok(definition), Ok(templates)) => phases_of(&definition.campaign, &templates),
        _ => BTreeMap::new(),
    }
}

fn phases_of(campaign: &Campaign, templates: &Templates) -> BTreeMap<String, Vec<String>> {
    let mut phases: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for phase in campaign.phases_in_time() {
        for entry in campaign.segments.iter().filter_map(|segment| templates.entry(phase, segment)) {
            let own = phases.entry(entry.to_owned()).or_default();
            if !own.contains(&phase.name) {
                own.push(phase.name.clone());
            }
        }
    }
    phases
}
