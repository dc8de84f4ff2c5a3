//! Completion on the tab key. The script of `mmig completions` runs mmig with [`VARIABLE`] set and the line so far;
//! mmig prints the words that may come next, including names from the campaign.

use std::ffi::OsString;
use std::fmt::Display;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Arg, Command, CommandFactory};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{EnvCompleter, Shells};
use strum::IntoEnumIterator;

use super::ui::Terminal;
use super::{Cli, Process};
use crate::app::failure::{Failure, Kind};
use crate::campaign::definition::{Campaign, When};
use crate::cli::global::CAMPAIGN;
use crate::cli::help::topic::Topic;
use crate::store::folder::{Folder, built_in_templates};

/// The variable with which a script asks for names; its value is the shell.
pub const VARIABLE: &str = "MMIG_COMPLETE";

const SHELLS: Shells<'static> = Shells::builtins();

/// Writes the script for a shell.
///
/// # Errors
/// The shell is unknown, or the script cannot be written.
pub fn write_script(shell: &str, to: &mut dyn io::Write) -> io::Result<()> {
    known(shell)?.write_registration(VARIABLE, "mmig", "mmig", "mmig", to)
}

/// Answers a script; returns the exit code. For a line that cannot be completed it prints nothing: someone is typing.
pub fn answer(process: &Process, terminal: &Terminal, shell: &str) -> u8 {
    let line = Line::of(process);
    let mut words = Vec::new();
    let answered = known(shell).and_then(|shell| {
        shell.write_complete(&mut line.grammar(), line.words.clone(), Some(&line.folder()), &mut words)
    });
    match answered {
        Ok(()) => {
            terminal.data(&String::from_utf8_lossy(&words));
            0
        }
        Err(error) => {
            let hint = "write the script again: mmig completions SHELL";
            terminal.fail("completions", Failure::new(Kind::Usage, format!("cannot complete: {error}"), hint))
        }
    }
}

fn known(shell: &str) -> io::Result<&'static dyn EnvCompleter> {
    SHELLS.0.iter().copied().find(|own| own.is(shell)).ok_or_else(|| io::Error::other(format!("unknown shell {shell}")))
}

/// The line being typed.
#[derive(Debug, Clone)]
struct Line {
    root: PathBuf,
    /// The words, starting with the program's name.
    words: Vec<OsString>,
    /// The campaign named in the environment.
    default: Option<String>,
}

/// A set of names from the campaign.
#[derive(Debug, Clone, Copy)]
enum Names {
    Campaigns,
    Phases,
    Segments,
    Texts,
    Templates,
    Commands,
    Topics,
}

impl Names {
    /// The names for this kind of argument.
    fn of(argument: &Arg) -> Option<Self> {
        match argument.get_value_names()?.first()?.as_str() {
            "NAME|PATH" => Some(Self::Campaigns),
            "PHASE" => Some(Self::Phases),
            "SEGMENT" => Some(Self::Segments),
            "TEXT" => Some(Self::Texts),
            "TEMPLATE" => Some(Self::Templates),
            "COMMAND" => Some(Self::Commands),
            "TOPIC" => Some(Self::Topics),
            _ => None,
        }
    }
}

impl Line {
    fn of(process: &Process) -> Self {
        let words = process.arguments.iter().skip_while(|word| *word != "--").skip(1).cloned();
        Self { root: process.folder.clone(), words: words.collect(), default: process.environment.get(CAMPAIGN) }
    }

    fn folder(&self) -> PathBuf {
        if self.root.as_os_str().is_empty() { PathBuf::from(".") } else { self.root.clone() }
    }

    /// The grammar, with each argument's possible names.
    fn grammar(&self) -> Command {
        with_names(Cli::command(), &Arc::new(self.clone()))
    }

    /// The values of a flag on the line.
    fn values(&self, long: &str, short: Option<&str>) -> Vec<String> {
        let words: Vec<&str> = self.words.iter().filter_map(|word| word.to_str()).collect();
        let value = |at: usize| {
            let word = words[at];
            if word == long || Some(word) == short {
                return words.get(at + 1).map(|value| (*value).to_owned());
            }
            let joined = word.strip_prefix(long).and_then(|rest| rest.strip_prefix('='));
            joined.or_else(|| word.strip_prefix(short?).filter(|_| !word.starts_with("--"))).map(str::to_owned)
        };
        (0..words.len()).filter_map(value).collect()
    }

    /// The current campaign; `None` if it is unclear which, or it cannot be read.
    fn campaign(&self) -> Option<(Folder, Campaign)> {
        let named = self.values("--campaign", Some("-c")).pop().or_else(|| self.default.clone());
        let folder = Folder::find(&self.root, named.as_deref()).ok()?;
        let campaign = folder.definition().ok()?.campaign;
        Some((folder, campaign))
    }

    fn candidates(&self, names: Names) -> Vec<CompletionCandidate> {
        match names {
            Names::Campaigns => Folder::names(&self.root).into_iter().map(CompletionCandidate::new).collect(),
            Names::Phases => self.phases(),
            Names::Segments => {
                let segments = self.campaign().map(|(_, campaign)| campaign.segments).unwrap_or_default();
                segments.into_iter().map(|segment| candidate(segment.name, segment.tags)).collect()
            }
            Names::Texts => self.texts(),
            Names::Templates => {
                let files = self.campaign().and_then(|(folder, _)| folder.template_files().ok());
                let names = files.unwrap_or_else(built_in_templates).into_keys();
                names.map(|name| CompletionCandidate::new(name.trim_end_matches(".md"))).collect()
            }
            Names::Commands => commands().collect(),
            Names::Topics => {
                let topics = Topic::iter().map(|topic| candidate(topic.to_string(), topic.about()));
                topics.chain(commands()).collect()
            }
        }
    }

    fn phases(&self) -> Vec<CompletionCandidate> {
        let Some((_, campaign)) = self.campaign() else { return Vec::new() };
        let phases = campaign.phases_in_time().into_iter().map(|phase| {
            let due = match &phase.when {
                When::Dated(due) => format!("{} {}", due.distance, due.of),
                _ => phase.undated().to_owned(),
            };
            candidate(phase.name.clone(), due)
        });
        phases.collect()
    }

    /// The drafted texts: of the phases on the line, or of all.
    fn texts(&self) -> Vec<CompletionCandidate> {
        let Some((folder, campaign)) = self.campaign() else { return Vec::new() };
        let wanted = self.values("--phase", None);
        let phases =
            campaign.phases_in_time().into_iter().filter(|phase| wanted.is_empty() || wanted.contains(&phase.name));
        let texts = phases.flat_map(|phase| {
            let lock = folder.drafts(&phase.name).lock().ok().flatten();
            let texts = lock.map(|lock| lock.variants).unwrap_or_default().into_iter();
            texts.map(|text| candidate(text.name.clone(), &phase.name)).collect::<Vec<_>>()
        });
        texts.collect()
    }
}

fn candidate(name: String, about: impl Display) -> CompletionCandidate {
    CompletionCandidate::new(name).help(Some(about.to_string().into()))
}

fn commands() -> impl Iterator<Item = CompletionCandidate> {
    let whole = Cli::command();
    let commands: Vec<_> =
        whole.get_subcommands().map(|own| (own.get_name().to_owned(), own.get_about().cloned())).collect();
    commands.into_iter().map(|(name, about)| CompletionCandidate::new(name).help(about))
}

/// The command and its subcommands, with their arguments' possible names.
fn with_names(command: Command, line: &Arc<Line>) -> Command {
    let command = command.mut_args(|argument| match Names::of(&argument) {
        Some(names) => {
            let line = Arc::clone(line);
            argument.add(ArgValueCandidates::new(move || line.candidates(names)))
        }
        None => argument,
    });
    command.mut_subcommands(|inner| with_names(inner, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_of_a_flag_are_found_however_they_are_written() {
        let words = "mmig -c one submit --phase=announce --phase final --campaign two -cthree".split(' ');
        let line = Line { root: PathBuf::new(), words: words.map(Into::into).collect(), default: None };
        assert_eq!(line.values("--campaign", Some("-c")), ["one", "two", "three"]);
        assert_eq!(line.values("--phase", None), ["announce", "final"]);
    }
}
