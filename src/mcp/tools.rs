//! The tools: their names, arguments and functions.

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::Value;
use strum::{Display, EnumIter, EnumString, IntoEnumIterator};

use super::arguments::{
    Compose, CustomerHistory, Draft, Drafts, Nothing, OfSegments, Plan, Status, Submit, WriteTemplate, read, schema,
};
use super::mask::{About, resolved};
use super::toolset::Toolset;
use crate::app::check::{CheckRequest, check};
use crate::app::compose::{ComposeRequest, compose};
use crate::app::document::Document;
use crate::app::draft::{DraftRequest, draft};
use crate::app::drafts::{DraftsRequest, drafts};
use crate::app::facts::{FactsRequest, facts};
use crate::app::failure::{Failure, Kind};
use crate::app::segment::{SegmentRequest, segment};
use crate::app::status::{HistoryRequest, StatusRequest, customer_history, status};
use crate::app::submit::{SubmitRequest, submit};
use crate::app::track::follow::{FollowRequest, follow};
use crate::app::write_template::{WriteTemplateRequest, write_template};
use crate::app::{App, Outcome};
use crate::campaign::digest::Digest;
use crate::campaign::people::records::Records;

/// A tool, in the order in which they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, EnumIter)]
#[strum(serialize_all = "snake_case")]
pub enum Verb {
    /// The state of the campaign.
    Status,
    /// Customers who are not done.
    Behind,
    /// One customer's history.
    CustomerHistory,
    /// Problems in texts.
    Check,
    /// The plan of a phase.
    Plan,
    /// The locked texts.
    Drafts,
    /// The facts that texts may state.
    Facts,
    /// The affected customers.
    Segment,
    /// Write a template.
    WriteTemplate,
    /// Write templates with a model.
    Compose,
    /// Render and lock texts.
    Draft,
    /// Ask the server for news.
    Track,
    /// Submit a phase for approval.
    Submit,
}

/// The result of a call.
#[derive(Debug)]
pub struct Answer {
    /// The command's document.
    pub document: Value,
    /// Whether the request was not completed.
    pub failed: bool,
    /// The kind of its contents.
    pub about: About,
}

impl Verb {
    /// The tools of a toolset.
    pub fn of(toolset: Toolset) -> impl Iterator<Item = Self> {
        Self::iter().filter(move |verb| verb.toolset() <= toolset)
    }

    /// The smallest toolset that has it.
    pub fn toolset(self) -> Toolset {
        match self {
            Self::Status
            | Self::Behind
            | Self::CustomerHistory
            | Self::Check
            | Self::Plan
            | Self::Drafts
            | Self::Facts
            | Self::Segment => Toolset::Read,
            Self::WriteTemplate | Self::Compose | Self::Draft | Self::Track => Toolset::Author,
            Self::Submit => Toolset::Submit,
        }
    }

    /// The description of the tool for clients.
    pub fn described(self) -> Tool {
        let (title, about, schema) = self.words();
        let reads = self.toolset() == Toolset::Read;
        let asks = matches!(self, Self::Plan | Self::Segment | Self::Compose | Self::Track | Self::Submit);
        let hints = ToolAnnotations::with_title(title)
            .read_only(reads)
            .destructive(self == Self::WriteTemplate)
            .idempotent(true)
            .open_world(asks);
        Tool::new(self.to_string(), about, schema).with_title(title).with_annotations(hints)
    }

    fn words(self) -> (&'static str, &'static str, JsonObject) {
        match self {
            Self::Status => (
                "Campaign status",
                "Counts by segment, stage and phase, a forecast, what needs attention, and what to do next. Offline.",
                schema::<Status>(),
            ),
            Self::Behind => (
                "Who is behind",
                "The campaign's status with the customers who are not done, furthest behind first. Offline.",
                schema::<OfSegments>(),
            ),
            Self::CustomerHistory => (
                "Customer history",
                "Everything that happened to one customer; with `evidence` every mail word for word. Answers \"what did you tell us, \
                 and when?\". Offline.",
                schema::<CustomerHistory>(),
            ),
            Self::Check => (
                "Check texts",
                "Everything that is wrong with the campaign file, the templates and every text they can produce, each \
                 with its location and a fix. Offline. Run it after each change.",
                schema::<Nothing>(),
            ),
            Self::Plan => (
                "Plan a phase",
                "Who would get a phase's mail now and who would not, by reason; asks the server and sends nothing. Its `digest` is \
                 what `submit` takes.",
                schema::<Plan>(),
            ),
            Self::Drafts => (
                "Locked texts",
                "The texts that were drafted and locked, as customers will read them, with personal values in brackets. Offline.",
                schema::<Drafts>(),
            ),
            Self::Facts => (
                "Facts",
                "Everything a text may state, by segment: dates, links, variables, and the changes with their code. \
                 What is not here is not known: do not write it. Offline.",
                schema::<OfSegments>(),
            ),
            Self::Segment => (
                "Affected customers",
                "How many customers the server shows in each segment, and which contacts look odd. Records nothing.",
                schema::<Nothing>(),
            ),
            Self::WriteTemplate => (
                "Write a template",
                "Writes one of the campaign's own templates and returns the findings about it. Refused, with the \
                 file's current text, if `replaces` is not the digest of that text. State facts through variables, \
                 never as literals: {{ campaign.deadline | date(format=\"%-d %B %Y\") }}, {% include \"partials/changes.md\" %}.",
                schema::<WriteTemplate>(),
            ),
            Self::Compose => (
                "Compose templates",
                "Has the configured language model write a template for each phase and segment, from the facts only, checked before it is \
                 used. A template that a person wrote or edited is never overwritten.",
                schema::<Compose>(),
            ),
            Self::Draft => (
                "Draft phases",
                "Renders phases into the few distinct texts that people review, writes them and locks them. Needs customers recorded \
                 by `mmig segment`. Sends nothing. Offline.",
                schema::<Draft>(),
            ),
            Self::Track => (
                "Track",
                "Finds and records the affected customers, asks the server what happened to the mails and who replied, \
                 and writes the contacts' stage tags. Cancels waiting mails that are no longer right for their \
                 customer.",
                schema::<Nothing>(),
            ),
            Self::Submit => (
                "Submit for approval",
                "Submits a phase's locked texts to the server, where a person with another key approves each mail; \
                 nothing is sent without that. Takes the digest of the plan and refuses if the plan has changed since, \
                 or if the mailbox is not in gated_all. Calling it again mails no one twice.",
                schema::<Submit>(),
            ),
        }
    }

    /// Runs it. `records` resolve references to customers.
    ///
    /// # Errors
    /// The arguments are not valid, or nothing was done.
    pub async fn run(self, app: &App<'_>, arguments: JsonObject, records: &Records) -> Result<Answer, Failure> {
        match self {
            Self::Status => {
                let Status { segments, phases } = read(arguments)?;
                let request = StatusRequest { segments, phases, ..StatusRequest::default() };
                Ok(ended("status", &status(app, &request), About::Customers))
            }
            Self::Behind => {
                let OfSegments { segments } = read(arguments)?;
                let request = StatusRequest { segments, behind: true, ..StatusRequest::default() };
                Ok(ended("status", &status(app, &request), About::Customers))
            }
            Self::CustomerHistory => {
                let CustomerHistory { contact, evidence } = read(arguments)?;
                let request = HistoryRequest { contact: resolved(records, &contact), evidence };
                Ok(ended("status", &customer_history(app, &request), About::Customers))
            }
            Self::Check => {
                let Nothing {} = read(arguments)?;
                Ok(ended("check", &check(app, CheckRequest::default()).await, About::Texts))
            }
            Self::Plan => {
                let Plan { phase } = read(arguments)?;
                let request = SubmitRequest { phases: vec![phase], dry_run: true, ..SubmitRequest::default() };
                Ok(ended("submit", &submit(app, request).await, About::Customers))
            }
            Self::Drafts => {
                let Drafts { phases, texts } = read(arguments)?;
                Ok(ended("drafts", &drafts(app, &DraftsRequest { phases, texts }), About::Texts))
            }
            Self::Facts => {
                let OfSegments { segments } = read(arguments)?;
                Ok(ended("facts", &facts(app, &FactsRequest { segments }), About::Texts))
            }
            Self::Segment => {
                let Nothing {} = read(arguments)?;
                let request = SegmentRequest { dry_run: true, ..SegmentRequest::default() };
                Ok(ended("segment", &segment(app, request).await, About::Customers))
            }
            Self::WriteTemplate | Self::Draft => self.write(app, arguments),
            Self::Compose => {
                let Compose { phases, segments, again, offline, changes } = read(arguments)?;
                let all = phases.is_empty() && again.is_empty();
                if changes && (!all || !segments.is_empty() || offline) {
                    let message = "`changes` takes no other argument";
                    return Err(Failure::new(Kind::Usage, message, "leave the others out"));
                }
                let request =
                    ComposeRequest { phases, all, segments, again, offline, changes, ..ComposeRequest::default() };
                Ok(ended("compose", &compose(app, request).await, About::Texts))
            }
            Self::Track => {
                let Nothing {} = read(arguments)?;
                Ok(ended("track", &follow(app, FollowRequest::default()).await, About::Customers))
            }
            Self::Submit => {
                let Submit { phase, plan } = read(arguments)?;
                let agreed = Some(digest(&plan, "plan")?);
                let request = SubmitRequest { phases: vec![phase], yes: true, agreed, ..SubmitRequest::default() };
                Ok(ended("submit", &submit(app, request).await, About::Customers))
            }
        }
    }

    /// The tools that write texts.
    fn write(self, app: &App<'_>, arguments: JsonObject) -> Result<Answer, Failure> {
        if self == Self::Draft {
            let Draft { phases, segments } = read(arguments)?;
            if phases.is_empty() {
                return Err(Failure::new(Kind::Usage, "no phase was named", "name at least one"));
            }
            let request = DraftRequest { phases, segments, lock: true, page: None, diff: false };
            return Ok(ended("draft", &draft(app, request), About::Customers));
        }
        let WriteTemplate { name, text, replaces } = read(arguments)?;
        let replaces = replaces.map(|text| digest(&text, "replaces")).transpose()?;
        let written = write_template(app, &WriteTemplateRequest { name, text, replaces });
        Ok(ended("write_template", &written, About::Texts))
    }
}

fn digest(text: &str, argument: &str) -> Result<Digest, Failure> {
    text.trim().parse().map_err(|error| {
        let message = format!("`{argument}` is {error}");
        Failure::new(Kind::Usage, message, "copy it unchanged from the result of an earlier call")
    })
}

fn ended<O: Outcome>(command: &str, ended: &Result<O, Failure>, about: About) -> Answer {
    let failed = match ended {
        Ok(outcome) => outcome.failure().is_some(),
        Err(_) => true,
    };
    // Nothing in a document can fail to be written: its keys are names.
    let document = serde_json::to_value(Document::of(command, ended.as_ref())).unwrap_or_default();
    Answer { document, failed, about }
}

/// The result of a call that did nothing.
pub fn failed(tool: &str, failure: &Failure) -> Answer {
    ended::<crate::app::document::Nothing>(tool, &Err(failure.clone()), About::Customers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_toolset_has_the_tools_of_the_ones_before_it() {
        let names = |toolset| Verb::of(toolset).map(|verb| verb.to_string()).collect::<Vec<_>>();
        let (read, author, submit) = (names(Toolset::Read), names(Toolset::Author), names(Toolset::Submit));
        assert!(author.starts_with(&read) && submit.starts_with(&author));
        assert!(!author.contains(&"submit".to_owned()));
        let forbidden = ["review", "approve", "reject", "cancel", "deadline", "key"];
        assert!(submit.iter().all(|name| forbidden.iter().all(|word| !name.contains(word))), "{submit:?}");
    }

    #[test]
    fn every_tool_is_strict_and_says_what_each_argument_is() {
        for verb in Verb::iter() {
            let tool = verb.described();
            assert_eq!(tool.input_schema["additionalProperties"], false, "{verb}");
            let properties = tool.input_schema["properties"].as_object().unwrap();
            assert!(properties.values().all(|one| one["description"].is_string()), "{verb}: {properties:?}");
            assert_eq!(tool.annotations.unwrap().read_only_hint, Some(verb.toolset() == Toolset::Read));
        }
    }

    #[test]
    fn an_argument_that_is_misspelt_is_refused_by_name() {
        let arguments = serde_json::json!({ "phases": ["announce"] }).as_object().unwrap().clone();
        let failure = read::<Plan>(arguments).unwrap_err();
        assert!(failure.message.contains("phases"), "{}", failure.message);
        let (common, rest) = super::super::arguments::common(
            serde_json::json!({ "campaign": "a", "phase": "b" }).as_object().unwrap().clone(),
        )
        .unwrap();
        assert_eq!((common.campaign.as_deref(), rest.len()), (Some("a"), 1));
    }
}
