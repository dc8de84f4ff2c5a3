//! All documents that `--json` prints, with their schemas.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::json;

use crate::app::Outcome;
use crate::app::cancel::CancelOutcome;
use crate::app::check::CheckOutcome;
use crate::app::compose::ComposeOutcome;
use crate::app::correct::CorrectOutcome;
use crate::app::deadline::DeadlineOutcome;
use crate::app::doctor::DoctorOutcome;
use crate::app::document::{Document, Nothing};
use crate::app::draft::DraftOutcome;
use crate::app::drafts::DraftsOutcome;
use crate::app::facts::FactsOutcome;
use crate::app::import::ImportOutcome;
use crate::app::init::InitOutcome;
use crate::app::ledger::{LedgerOutcome, MoveOutcome};
use crate::app::preview::PreviewOutcome;
use crate::app::remind::RemindOutcome;
use crate::app::report::ReportOutcome;
use crate::app::review::outcome::ReviewOutcome;
use crate::app::segment::SegmentOutcome;
use crate::app::status::{HistoryOutcome, StatusOutcome};
use crate::app::submit::SkipOutcome;
use crate::app::submit::{SubmitOutcome, TestMailsOutcome};
use crate::app::tag::TagOutcome;
use crate::app::template::{TemplateOutcome, TemplatesOutcome};
use crate::app::track::explain::ExplainOutcome;
use crate::app::track::follow::FollowOutcome;
use crate::app::track::mark::{ClearOutcome, MarkOutcome};
use crate::app::track::rebuilding::RebuildOutcome;
use crate::app::track::usage::UsageOutcome;
use crate::app::write_template::WriteTemplateOutcome;
use crate::cli::demo::document::DemoDocument;
use crate::cli::help::agents::AgentsTopic;
use crate::cli::help::campaign::CampaignTopic;
use crate::cli::help::command::CommandHelp;
use crate::cli::help::environment::EnvironmentTopic;
use crate::cli::help::exit_codes::ExitCodes;
use crate::cli::help::templates::TemplatesTopic;
use crate::cli::packaging::{CompletionsDocument, ManDocument};
use crate::cli::report::WrittenReport;
use crate::cli::sandbox::SandboxDocument;

/// The documents of all commands, described.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JsonTopic {
    /// The fields of every document, as a JSON Schema.
    pub every: Schema,
    /// The other fields of each command's document, as a JSON Schema.
    pub documents: BTreeMap<&'static str, Schema>,
}

impl Outcome for JsonTopic {}

/// What every document has, described.
pub fn envelope() -> Schema {
    schema::<Document<'_, Nothing>>()
}

/// The schemas of the documents, each with its command line, in the order of `mmig --help`. If a command has several,
/// each has the command's name in `command`.
pub fn documents() -> Vec<(&'static str, Schema)> {
    fields().into_iter().map(|(line, schema)| (line, with_command(line, schema))).collect()
}

/// The value of `command` in documents of this command line: the command's name, or that of a tool of `mmig
/// mcp`.
fn command_of(line: &str) -> &str {
    let words = line.strip_prefix("mcp ").unwrap_or(line);
    words.split(' ').next().unwrap_or_default()
}

/// The same with the value of `command`, which every document has.
fn with_command(line: &str, mut schema: Schema) -> Schema {
    let value = json!({ "const": command_of(line), "description": "The command." });
    let properties = schema.ensure_object().entry("properties").or_insert_with(|| json!({}));
    if let Some(properties) = properties.as_object_mut() {
        properties.insert("command".to_owned(), value);
    }
    schema
}

/// The documents, each with its own fields only.
fn fields() -> Vec<(&'static str, Schema)> {
    vec![
        ("init", schema::<InitOutcome>()),
        ("import oasdiff", schema::<ImportOutcome>()),
        ("import openapi", schema::<ImportOutcome>()),
        ("template", schema::<TemplatesOutcome>()),
        ("template NAME", schema::<TemplateOutcome>()),
        ("check", schema::<CheckOutcome>()),
        ("tag", schema::<TagOutcome>()),
        ("segment", schema::<SegmentOutcome>()),
        ("compose", schema::<ComposeOutcome>()),
        ("draft", schema::<DraftOutcome>()),
        ("draft --contact", schema::<PreviewOutcome>()),
        ("submit", schema::<SubmitOutcome>()),
        ("submit --test-to", schema::<TestMailsOutcome>()),
        ("submit --skip", schema::<SkipOutcome>()),
        ("review", schema::<ReviewOutcome>()),
        ("track", schema::<FollowOutcome>()),
        ("track --usage", schema::<UsageOutcome>()),
        ("track --usage --explain", schema::<ExplainOutcome>()),
        ("track --mark", schema::<MarkOutcome>()),
        ("track --clear", schema::<ClearOutcome>()),
        ("track --rebuild", schema::<RebuildOutcome>()),
        ("remind", schema::<RemindOutcome>()),
        ("status", schema::<StatusOutcome>()),
        ("status --contact", schema::<HistoryOutcome>()),
        ("report", schema::<ReportOutcome>()),
        ("report --out", schema::<WrittenReport>()),
        ("cancel", schema::<CancelOutcome>()),
        ("deadline", schema::<DeadlineOutcome>()),
        ("ledger", schema::<LedgerOutcome>()),
        ("ledger move", schema::<MoveOutcome>()),
        ("correct", schema::<CorrectOutcome>()),
        ("doctor", schema::<DoctorOutcome>()),
        ("mcp drafts", schema::<DraftsOutcome>()),
        ("mcp facts", schema::<FactsOutcome>()),
        ("mcp write_template", schema::<WriteTemplateOutcome>()),
        ("sandbox", schema::<SandboxDocument>()),
        ("demo", schema::<DemoDocument>()),
        ("completions", schema::<CompletionsDocument>()),
        ("man", schema::<ManDocument>()),
        ("help", schema::<CommandHelp>()),
        ("help templates", schema::<TemplatesTopic>()),
        ("help campaign", schema::<CampaignTopic>()),
        ("help environment", schema::<EnvironmentTopic>()),
        ("help json", schema::<JsonTopic>()),
        ("help agents", schema::<AgentsTopic>()),
        ("help exit-codes", schema::<ExitCodes>()),
    ]
}

pub(super) fn schema<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_command_has_its_document() {
        for command in Cli::command().get_subcommands().map(clap::Command::get_name) {
            let described = documents().iter().any(|(line, _)| line.split(' ').next() == Some(command));
            assert!(described, "{command}");
        }
    }

    #[test]
    fn every_field_of_every_document_says_what_it_means() {
        for (line, schema) in documents() {
            let schema = schema.as_value();
            // A document is one object, or one of several.
            let named = schema["anyOf"].as_array().into_iter().flatten().filter_map(|one| one["$ref"].as_str());
            let several = named.filter_map(|name| schema.pointer(name.trim_start_matches('#')));
            let fields: Vec<_> = std::iter::once(schema)
                .chain(several)
                .flat_map(|object| object["properties"].as_object().into_iter().flatten())
                .collect();
            assert!(!fields.is_empty(), "{line}");
            for (name, field) in fields {
                assert!(field["description"].as_str().is_some_and(|text| !text.is_empty()), "{line}: {name}");
            }
        }
    }
}
