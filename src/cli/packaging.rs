//! `mmig completions` and `mmig man`: what packagers need.

use clap::{Command, CommandFactory};
use clap_mangen::roff::{Inline, Roff, bold, roman};
use schemars::JsonSchema;
use serde::Serialize;
use strum::IntoEnumIterator;

use super::args::{CompletionsArgs, ManArgs};
use super::help::guide::{Example, FIRST_STEPS, guide};
use super::help::topic::Topic;
use super::help::{environment, exit_codes, grammar};
use super::{Cli, VERSION, completion};
use crate::app::Outcome;
use crate::app::failure::{Failure, Kind};
use crate::campaign::hint::Action;
use crate::hint;

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
///
/// # Errors
/// The shell has no such script.
pub fn completions(args: &CompletionsArgs) -> Result<CompletionsDocument, Failure> {
    let shell = args.shell.to_string();
    let mut script = Vec::new();
    if args.fixed {
        clap_complete::generate(args.shell, &mut Cli::command(), "mmig", &mut script);
    } else {
        completion::write_script(&shell, &mut script).map_err(|error| failed(&error))?;
    }
    Ok(CompletionsDocument { shell, script: text(script)? })
}

/// The manual page of a command, or of the program if none is named.
///
/// # Errors
/// There is no such command.
pub fn man(args: &ManArgs) -> Result<ManDocument, Failure> {
    let mut command = grammar(USUAL_WIDTH).disable_help_flag(true);
    command.build();
    for word in &args.command {
        command = command.find_subcommand(word).cloned().ok_or_else(|| {
            let hint = hint![Action::new("man"), " names the pages there are"];
            Failure::new(Kind::NotFound, format!("there is no manual page for `{word}`"), hint)
        })?;
    }
    let mut page = Vec::new();
    write_page(command, args.command.first().map(String::as_str), &mut page).map_err(|error| failed(&error))?;
    Ok(ManDocument { page: text(page)? })
}

/// The width of pages: the viewer wraps them itself.
const USUAL_WIDTH: usize = 100;

fn write_page(command: Command, name: Option<&str>, page: &mut Vec<u8>) -> std::io::Result<()> {
    let has_subcommands = command.has_subcommands();
    let notes = name.and_then(notes);
    let has_arguments = command.get_arguments().any(|argument| !argument.is_hide_set());
    let man = clap_mangen::Man::new(command).source(format!("mmig {VERSION}")).manual("mmig");
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    if has_arguments {
        man.render_options_section(page)?;
    }
    if has_subcommands {
        man.render_subcommands_section(page)?;
    }
    let mut roff = Roff::new();
    match name {
        Some(name) => {
            if let Some(notes) = notes {
                roff.control("SH", ["NOTES"]);
                roff.control("nf", []);
                roff.text([roman(notes)]);
                roff.control("fi", []);
            }
            examples(&mut roff, guide(name).map(|guide| guide.examples).unwrap_or_default());
            roff.control("SH", ["SEE ALSO"]);
            roff.text([bold("mmig"), roman("(1), for the flags of every command, the environment and the exit codes")]);
        }
        None => program(&mut roff),
    }
    roff.to_writer(page)
}

/// The sections of a command's help after its flags, except the examples.
fn notes(command: &str) -> Option<String> {
    let own = Cli::command().find_subcommand(command)?.get_after_long_help()?.to_string();
    Some(textwrap::fill(&own, 78))
}

/// Sections that only the program's page has.
fn program(roff: &mut Roff) {
    examples(roff, FIRST_STEPS);
    roff.control("SH", ["ENVIRONMENT"]);
    for variable in environment::environment().groups.iter().flat_map(|group| &group.variables) {
        term(roff, vec![bold(variable.name)], variable.about);
    }
    roff.control("SH", ["EXIT STATUS"]);
    for code in exit_codes::exit_codes().codes {
        term(roff, vec![bold(code.code.to_string())], code.meaning);
    }
    roff.control("SH", ["TOPICS"]);
    for topic in Topic::iter() {
        term(roff, vec![bold(format!("mmig help {topic}"))], topic.about());
    }
}

fn examples(roff: &mut Roff, examples: &[Example]) {
    roff.control("SH", ["EXAMPLES"]);
    for Example { about, line } in examples {
        term(roff, vec![bold(*line)], about);
    }
}

fn term(roff: &mut Roff, name: Vec<Inline>, about: &str) {
    roff.control("TP", []);
    roff.text(name);
    roff.text([roman(about)]);
}

fn text(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Kind::Usage, format!("cannot write the text: {error}"), "")
}
