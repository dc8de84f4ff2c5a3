//! `mmig completions` and `mmig man`: what packagers need.

use clap::CommandFactory;
use schemars::JsonSchema;
use serde::Serialize;

use super::Cli;
use super::args::CompletionsArgs;
use crate::app::Outcome;
use crate::app::failure::{Failure, Kind};

/// A completion script.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CompletionsDocument {
    /// The shell it is for.
    pub shell: String,
    /// The script.
    pub script: String,
}

impl Outcome for CompletionsDocument {}

/// A manual page.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ManDocument {
    /// The page, in roff.
    pub page: String,
}

impl Outcome for ManDocument {}

/// Writes a completion script.
pub fn completions(args: &CompletionsArgs) -> Result<CompletionsDocument, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "mmig", &mut script);
    Ok(CompletionsDocument { shell: args.shell.to_string(), script: text(script)? })
}

/// Writes one page with every command.
pub fn man() -> Result<ManDocument, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(|error| failed(&error))?;
    Ok(ManDocument { page: text(page)? })
}

fn text(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Kind::Usage, format!("cannot write the text: {error}"), "")
}
