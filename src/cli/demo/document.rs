//! The document of `mmig demo`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::Outcome;

/// The commands of a demo.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DemoDocument {
    /// The commands, in order.
    pub steps: Vec<DemoStep>,
    /// The campaign's folder, if it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
}

impl Outcome for DemoDocument {}

/// A command that was run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DemoStep {
    /// The command line.
    pub command: String,
    /// Its exit code.
    pub exit: u8,
    /// Its output on stdout and stderr, in order.
    pub said: String,
}
