//! The one JSON document of a use case that ended: what every document has, around the outcome's own fields.

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::{Failure, FailureDocument};

/// The version of the documents. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 2;

/// What a use case returns: a document that programs may depend on, and why it is not all that was asked, if so.
pub trait Outcome: Serialize + JsonSchema {
    /// Why not all that was asked was done; the rest of the outcome says what was.
    fn failure(&self) -> Option<&Failure> {
        None
    }
}

/// What every document has. After a failure that left nothing to report, it has nothing else.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Document<'a, O> {
    /// The version of the documents. It changes when a field is renamed, removed or means something else.
    schema: u32,
    /// The command; empty where the command line names none.
    command: &'a str,
    #[serde(flatten)]
    outcome: Option<&'a O>,
    /// Why the request was not completed; left out after success.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FailureDocument>,
}

/// The document of a command that ended, on one line.
pub fn document<O: Outcome>(command: &str, ended: Result<&O, &Failure>) -> String {
    // Nothing in a document can fail to be written: its keys are names, and it goes to memory.
    serde_json::to_string(&Document::of(command, ended)).unwrap_or_default() + "\n"
}

impl<'a, O: Outcome> Document<'a, O> {
    /// The document of a command that ended.
    pub fn of(command: &'a str, ended: Result<&'a O, &'a Failure>) -> Self {
        let (outcome, failure) = match ended {
            Ok(outcome) => (Some(outcome), outcome.failure()),
            Err(failure) => (None, Some(failure)),
        };
        Self { schema: SCHEMA, command, outcome, error: failure.map(FailureDocument::from) }
    }
}

/// No fields of its own.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Nothing {}

impl Outcome for Nothing {}
