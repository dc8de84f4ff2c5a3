//! The command line's grammar with its help: commands by group, global flags once, examples.

use clap::{Arg, Command, CommandFactory};
use strum::IntoEnumIterator;

use super::guide::{Example, FIRST_STEPS, GUIDES, Group, guide};
use super::page::{heading, terms};
use super::topic::Topic;
use crate::app::settings::{ADMIN_KEY, KEY, OVERSIGHT_KEY};
use crate::cli::Cli;

/// The maximum width of help.
const WIDEST: usize = 100;

/// The grammar, with its help wrapped at `width` columns.
pub fn grammar(width: usize) -> Command {
    let width = width.min(WIDEST);
    let plain = Cli::command().term_width(width);
    let global: Vec<Arg> = plain.get_arguments().filter(|arg| arg.is_global_set()).cloned().collect();
    let hidden: Vec<Arg> = global.into_iter().map(|arg| arg.hide(true)).collect();
    let listed = listed(&plain);
    let whole = plain
        .help_template(format!(
            "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{listed}\n{}\n{{options}}{{after-help}}",
            heading("Flags of every command:")
        ))
        .after_help(format!("{ORDER}\nTry it without a key: mmig demo. Examples, keys and topics: mmig --help"))
        .after_long_help(program());
    whole.mut_subcommands(|command| dressed(command, &hidden))
}

const ORDER: &str =
    "A campaign in order: init, check, segment, draft, submit, review, track, remind; status at any time.";

/// The commands by group, each with a short description.
fn listed(whole: &Command) -> String {
    let longest = GUIDES.iter().map(|guide| guide.command.len()).max().unwrap_or_default();
    let bold = anstyle::Style::new().bold();
    let mut text = String::new();
    for group in Group::iter() {
        text.push_str(&format!("{}\n", heading(&format!("{group}:"))));
        for name in GUIDES.iter().filter(|guide| guide.group == group).map(|guide| guide.command) {
            let about = whole.find_subcommand(name).and_then(Command::get_about).map(ToString::to_string);
            text.push_str(&format!("  {bold}{name:longest$}{bold:#}  {}\n", about.unwrap_or_default()));
        }
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}

/// The end of the program's long help.
fn program() -> String {
    let names: Vec<String> = Topic::iter().map(|topic| format!("mmig help {topic}")).collect();
    let topics = names.iter().map(String::as_str).zip(Topic::iter().map(|topic| topic.about().to_owned()));
    format!(
        "{}\n{}\n{}\n{}\n{ORDER}\n\nKeys come from the environment only: {KEY} (reads and sends), {OVERSIGHT_KEY} (approves; \
         another person's, never the same key), {ADMIN_KEY} (optional: the suppression list).",
        heading("Topics:"),
        terms(topics, WIDEST),
        heading("Examples:"),
        examples(FIRST_STEPS),
    )
}

/// A command with its guide. It accepts the global flags, which only the top-level help shows.
fn dressed(command: Command, hidden: &[Arg]) -> Command {
    let name = command.get_name().to_owned();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let more = command.get_after_long_help().map(|text| format!("{text}\n\n")).unwrap_or_default();
    let guide = guide(&name);
    let details = guide.map(|guide| format!("{about}.\n\n{}", guide.details));
    let examples = guide.map(|guide| format!("{}\n{}\n", heading("Examples:"), examples(guide.examples)));
    let pointer = "Flags of every command (--campaign, --json, --quiet, …): mmig --help";
    let command = command.args(hidden).mut_subcommands(|inner| dressed_inside(inner, &name, hidden));
    let command = match details {
        Some(details) => command.long_about(details),
        None => command,
    };
    command
        .after_help(format!("Details and examples: mmig {name} --help. {pointer}"))
        .after_long_help(format!("{more}{}{pointer}", examples.unwrap_or_default()))
}

/// A subcommand, such as `import oasdiff`: it shares the examples of the outer command.
fn dressed_inside(command: Command, outer: &str, hidden: &[Arg]) -> Command {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let examples = guide(outer).map(|guide| examples(guide.examples)).unwrap_or_default();
    let examples = format!("{}\n{examples}\nFlags of every command: mmig --help", heading("Examples:"));
    command.args(hidden).long_about(about).after_long_help(examples)
}

/// Examples, each with a line about what it does.
fn examples(examples: &[Example]) -> String {
    let dimmed = anstyle::Style::new().dimmed();
    examples.iter().map(|Example { about, line }| format!("  {dimmed}# {about}{dimmed:#}\n  {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn every_command_has_a_guide_and_every_guide_its_command() {
        let mut commands: Vec<String> =
            Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
        let mut guides: Vec<_> = GUIDES.iter().map(|guide| guide.command.to_owned()).collect();
        commands.sort_unstable();
        guides.sort_unstable();
        assert_eq!(guides, commands, "change GUIDES");
    }

    #[test]
    fn every_example_is_a_command_line_that_is_understood() {
        for guide in GUIDES {
            assert!(!guide.examples.is_empty(), "{}", guide.command);
            for Example { line, .. } in guide.examples {
                assert!(
                    line.contains(&format!("mmig {}", guide.command)),
                    "{line} is not an example of {}",
                    guide.command
                );
                let own = line.split(" | ").next().unwrap().split(" > ").next().unwrap();
                let own = own.trim_start_matches("source <(").trim_end_matches(')');
                let parsed = Cli::try_parse_from(shell_words::split(own).unwrap());
                assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
            }
        }
        for Example { line, .. } in FIRST_STEPS {
            assert!(Cli::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
    }

    /// A command's help without styles.
    fn page(command: &mut Command, long: bool) -> String {
        let page = if long { command.render_long_help() } else { command.render_help() };
        page.to_string()
    }

    #[test]
    fn no_help_is_wider_than_the_screen_except_where_words_are() {
        let mut whole = grammar(80);
        whole.build();
        let commands: Vec<Command> = whole.get_subcommands().cloned().collect();
        for mut command in commands.into_iter().chain([whole]) {
            // The sandbox has an additional table of its human side.
            let long = command.get_name() != "sandbox";
            for line in page(&mut command, long).lines() {
                let width = unicode_width::UnicodeWidthStr::width(line);
                assert!(width <= 80 || line.trim().starts_with("mmig "), "{}: {line}", command.get_name());
            }
        }
    }

    #[test]
    fn the_short_help_is_shorter_and_global_flags_are_in_the_programs_only() {
        let mut whole = grammar(80);
        whole.build();
        assert!(page(&mut whole, false).contains("--no-input"));
        let commands: Vec<Command> = whole.get_subcommands().cloned().collect();
        for mut command in commands {
            let (short, long) = (page(&mut command, false), page(&mut command, true));
            assert!(short.lines().count() < long.lines().count(), "{long}");
            for page in [short, long] {
                assert!(!page.contains("--no-input") && page.contains("mmig --help"), "{page}");
            }
        }
    }
}
