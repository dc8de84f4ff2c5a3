//! The JSON document of a finished use case: the fields common to all documents, around the outcome's own.

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::{Failure, FailureDocument};

/// The version of the documents. It increases when a field is renamed, removed or changes its
/// meaning.
pub const SCHEMA: u32 = 2;

/// What a use case returns: a document that programs may depend on, and why the request was not completed, if it
/// was not.
pub trait Outcome: Serialize + JsonSchema {
    /// Why the request was not completed; the other fields say what was done.
    fn failure(&self) -> Option<&Failure> {
        None
    }
}

/// The fields of every document. After a failure without a result, it has no others.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Document<'a, O> {
    /// The version of the documents. It increases when a field is renamed, removed or changes its
    /// meaning.
    schema: u32,
    /// The command; empty if the command line names none.
    command: &'a str,
    #[serde(flatten)]
    outcome: Option<&'a O>,
    /// Why the request was not completed; omitted after success.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FailureDocument>,
}

/// The document of a finished command, on one line.
pub fn document<O: Outcome>(command: &str, ended: Result<&O, &Failure>) -> String {
    // This cannot fail: all keys are strings, and it writes to memory.
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

/// An outcome without fields of its own.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Nothing {}

impl Outcome for Nothing {}
