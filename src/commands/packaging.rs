//! `mmig completions` and `mmig man`: what packagers need.

use clap::CommandFactory;
use serde_json::json;

use super::Ending;
use crate::app::failure::{Failure, Kind};
use crate::cli::Cli;
use crate::cli::ui::Report;

/// The arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

/// Runs `completions`.
pub fn completions(args: &CompletionsArgs) -> Ending {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "mmig", &mut script);
    printed("script", script, &json!({ "shell": args.shell.to_string() }))
}

/// Runs `man`: one page with every command.
pub fn man() -> Ending {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(|error| failed(&error))?;
    printed("page", page, &json!({}))
}

fn printed(name: &str, bytes: Vec<u8>, more: &serde_json::Value) -> Ending {
    let text = String::from_utf8(bytes).map_err(|error| failed(&error))?;
    let mut data = more.as_object().cloned().unwrap_or_default();
    data.insert(name.to_owned(), text.clone().into());
    Ok(Report { data, screen: text, ..Report::default() })
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Kind::Usage, format!("cannot write the text: {error}"), "")
}
