//! The arguments of the tools. Unknown ones are rejected, so that a misspelling is noticed.

use rmcp::model::JsonObject;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::app::failure::{Failure, Kind};

/// The arguments of every tool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Common {
    /// The campaign's name.
    pub campaign: Option<String>,
    /// Which page of a long result.
    pub cursor: Option<String>,
}

/// A tool without arguments of its own.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// The arguments of `status`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Status {
    /// Only these segments.
    #[serde(default)]
    pub segments: Vec<String>,
    /// Only these phases.
    #[serde(default)]
    pub phases: Vec<String>,
}

/// The arguments of `behind` and `facts`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfSegments {
    /// Only these segments.
    #[serde(default)]
    pub segments: Vec<String>,
}

/// The arguments of `customer_history`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerHistory {
    /// The customer: a reference such as `customer:…` from another result, an id, an address, or a part of a name that only one has.
    pub contact: String,
    /// Also every mail word for word.
    #[serde(default)]
    pub evidence: bool,
}

/// The arguments of `plan`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The phase.
    pub phase: String,
}

/// The arguments of `drafts`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Drafts {
    /// Only these phases.
    #[serde(default)]
    pub phases: Vec<String>,
    /// Only the texts with these names.
    #[serde(default)]
    pub texts: Vec<String>,
}

/// The arguments of `write_template`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteTemplate {
    /// The template's name: PHASE.md, PHASE.SEGMENT.md or partials/NAME.md.
    pub name: String,
    /// All of its text: front matter with the subject between two lines of +++, then the body in Markdown with Tera.
    pub text: String,
    /// The digest of what the file says now, from an earlier result. Leave it out for a file that does not exist yet; a call without it
    /// never replaces a file, and returns what it says with its digest.
    #[serde(default)]
    pub replaces: Option<String>,
}

/// The arguments of `compose`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Compose {
    /// The phases to compose; empty means all.
    #[serde(default)]
    pub phases: Vec<String>,
    /// Only these segments.
    #[serde(default)]
    pub segments: Vec<String>,
    /// Templates to compose again although their facts have not changed, as PHASE.SEGMENT.
    #[serde(default)]
    pub again: Vec<String>,
    /// Plain texts without a model.
    #[serde(default)]
    pub offline: bool,
    /// Instead, propose words for the changes that `mmig import` added, for a person to edit.
    #[serde(default)]
    pub changes: bool,
}

/// The arguments of `draft`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// The phases to draft and lock.
    #[schemars(length(min = 1))]
    pub phases: Vec<String>,
    /// Only these segments; the other segments' drafts stay as they are.
    #[serde(default)]
    pub segments: Vec<String>,
}

/// The arguments of `submit`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Submit {
    /// The phase.
    pub phase: String,
    /// The `digest` of the plan that `plan` gave. If the plan has changed, it is refused.
    pub plan: String,
}

/// Splits the arguments into the common ones and the rest.
///
/// # Errors
/// A common argument is not a text.
pub fn common(mut arguments: JsonObject) -> Result<(Common, JsonObject), Failure> {
    let mut take = |name: &str| match arguments.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(misuse(&format!("`{name}` must be a text"))),
    };
    let common = Common { campaign: take("campaign")?, cursor: take("cursor")? };
    Ok((common, arguments))
}

/// The arguments of a tool.
///
/// # Errors
/// One is missing, unknown or of the wrong type.
pub fn read<T: DeserializeOwned>(arguments: JsonObject) -> Result<T, Failure> {
    serde_json::from_value(Value::Object(arguments)).map_err(|error| misuse(&error.to_string()))
}

fn misuse(what: &str) -> Failure {
    Failure::new(Kind::Usage, format!("the arguments were not understood: {what}"), "the tool's schema lists them")
}

/// The schema of a tool's arguments.
pub fn schema<T: JsonSchema>() -> JsonObject {
    let generator = schemars::generate::SchemaSettings::draft2020_12().for_deserialize().into_generator();
    let mut schema = generator.into_root_schema_for::<T>().to_value();
    let Some(fields) = schema.as_object_mut() else { return JsonObject::new() };
    fields.retain(|name, _| !["$schema", "title", "description"].contains(&name.as_str()));
    fields.insert("additionalProperties".to_owned(), false.into());
    let properties = fields.entry("properties").or_insert_with(|| json!({}));
    if let Some(properties) = properties.as_object_mut() {
        let text = |about: &str| json!({ "type": "string", "description": about });
        properties.insert("campaign".to_owned(), text("The campaign's name; needed only where there are several."));
        properties.insert("cursor".to_owned(), text("The `next_cursor` of the page before; else the first page."));
    }
    std::mem::take(fields)
}
