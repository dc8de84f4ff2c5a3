//! The one JSON document that `--json` prints: what every document has, around the outcome's own fields.

use serde::Serialize;

use crate::app::Outcome;
use crate::app::failure::{Failure, FailureDocument};

/// The version of the documents. It changes when a field is renamed, removed or means something else.
pub const SCHEMA: u32 = 2;

/// A document.
#[derive(Debug, Serialize)]
struct Document<'a, O> {
    schema: u32,
    command: &'a str,
    #[serde(flatten)]
    outcome: Option<&'a O>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FailureDocument>,
}

/// The document of a command that ended, on one line.
pub fn document<O: Outcome>(command: &str, ended: Result<&O, &Failure>) -> String {
    let (outcome, failure) = match ended {
        Ok(outcome) => (Some(outcome), outcome.failure()),
        Err(failure) => (None, Some(failure)),
    };
    let document = Document { schema: SCHEMA, command, outcome, error: failure.map(FailureDocument::from) };
    // Nothing in a document can fail to be written: its keys are names, and it goes to memory.
    serde_json::to_string(&document).unwrap_or_default() + "\n"
}
