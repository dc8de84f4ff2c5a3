//! Help for commands, short and long, and for topics such as `mmig help json`.

pub mod agents;
pub mod campaign;
pub mod command;
pub mod environment;
pub mod exit_codes;
pub mod grammar;
pub mod guide;
pub mod json;
pub mod page;
pub mod templates;
pub mod topic;

use strum::IntoEnumIterator;

use super::Face;
use super::args::HelpArgs;
use crate::app::failure::{Failure, Kind};
use crate::campaign::definition::problem::nearest;

pub use command::CommandHelp;
pub use grammar::grammar;
pub use topic::Topic;

/// Shows the help that was asked for; returns the exit code.
pub fn help(face: Face<'_>, args: &HelpArgs) -> u8 {
    let terminal = face.terminal;
    let topic = match args.words.as_slice() {
        [word] => word.parse().ok(),
        _ => None,
    };
    match topic {
        Some(Topic::Templates) => terminal.paged().show("help", &Ok(templates::templates()), templates::screen),
        Some(Topic::Campaign) => terminal.paged().show("help", &Ok(campaign::campaign()), campaign::screen),
        Some(Topic::Environment) => terminal.paged().show("help", &Ok(environment::environment()), environment::screen),
        Some(Topic::Agents) => terminal.paged().show("help", &Ok(agents::agents()), agents::screen),
        Some(Topic::Json) => terminal.paged().show("help", &Ok(json::json()), json::screen),
        Some(Topic::ExitCodes) => terminal.paged().show("help", &Ok(exit_codes::exit_codes()), exit_codes::screen),
        None => {
            let found = of_command(&args.words, terminal.width());
            terminal.paged().show("help", &found, |help, _| help.styled.clone())
        }
    }
}

/// The long help of a command, named by one or more words; without words, of the program.
fn of_command(words: &[String], width: usize) -> Result<CommandHelp, Failure> {
    let mut command = grammar(width);
    command.build();
    for word in words {
        command = match command.find_subcommand(word) {
            Some(found) => found.clone(),
            None => return Err(no_such_topic(&command, word)),
        };
    }
    let styled = command.render_long_help().ansi().to_string();
    Ok(CommandHelp { page: anstream::adapter::strip_str(&styled).to_string(), styled })
}

fn no_such_topic(command: &clap::Command, word: &str) -> Failure {
    let topics: Vec<String> = Topic::iter().map(|topic| topic.to_string()).collect();
    let commands = command.get_subcommands().map(clap::Command::get_name);
    let hint = match nearest(word, commands.chain(topics.iter().map(String::as_str))) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("name a command (`mmig --help` lists them), or one of {}", topics.join(", ")),
    };
    Failure::new(Kind::NotFound, format!("there is no help on `{word}`"), hint)
}
