//! Everything a person or a program sees: data on stdout, all else on stderr.

mod clean;
mod live;
mod problems;
mod progress;
mod table;
mod wrap;

use std::io::{self, BufRead, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use serde_json::{Map, Value};

use crate::app::failure::Failure;

pub use clean::clean;
pub use live::Live;
pub use progress::Progress;
pub use table::{Align, Column, NOTHING, Table};
pub use wrap::wrapped;

/// How a command speaks.
#[derive(Debug, Clone)]
pub struct Terminal {
    /// One JSON document instead of text.
    pub json: bool,
    /// Only data and failures.
    pub quiet: bool,
    /// Also what is rarely wanted.
    pub verbose: bool,
    /// Whether a person can be asked.
    pub interactive: bool,
    color: ColorChoice,
    width: usize,
}

/// What a command has to say when it ends.
#[derive(Debug, Default)]
pub struct Report {
    /// The fields of the JSON document.
    pub data: Map<String, Value>,
    /// The text for a person, with line ends; styles are dropped where they cannot be shown.
    pub screen: String,
    /// Why it did not do all it was asked, if so.
    pub failure: Option<Failure>,
    /// Whether everything was said while the command ran.
    pub silent: bool,
}

impl From<Failure> for Report {
    fn from(failure: Failure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }
}

/// A person's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Yes,
    /// No, or nothing.
    No,
}

/// The longest line where neither a terminal nor `COLUMNS` tells it.
const USUAL_WIDTH: usize = 100;

impl Terminal {
    /// The terminal this process has. `color` is `auto`, `always` or `never`.
    pub fn new(json: bool, quiet: bool, verbose: bool, no_input: bool, color: ColorChoice) -> Self {
        let interactive = !no_input && !json && io::stdin().is_terminal() && io::stderr().is_terminal();
        Self { json, quiet, verbose, interactive, color, width: width() }
    }

    /// The same after the terminal may have become wider or narrower.
    #[must_use]
    pub fn resized(&self) -> Self {
        Self { width: width(), ..self.clone() }
    }

    /// Takes the terminal to draw screens on; `None` where stdout is none, or gets a document.
    pub fn live(&self) -> Option<Live> {
        if self.json { None } else { Live::start() }
    }

    /// A text with its styles, or without them where none are wanted on stdout.
    pub fn styled(&self, text: &str) -> String {
        match self.color_of(&io::stdout()) {
            ColorChoice::Never => anstream::adapter::strip_str(text).to_string(),
            ColorChoice::Auto | ColorChoice::Always | ColorChoice::AlwaysAnsi => text.to_owned(),
        }
    }

    /// How many columns a line may have.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Says something to a person, on stderr.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.to_stderr(text);
        }
    }

    /// Says something only a person who asked for more wants to read.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.to_stderr(&clean(text));
        }
    }

    /// Says that something is odd, though nothing failed.
    pub fn warn(&self, text: &str) {
        let style = anstyle::AnsiColor::Yellow.on_default().bold();
        self.say(&format!("{style}warning{style:#}: {}", clean(text)));
    }

    /// Writes data to stdout now, before the command has ended; nothing with `--json`.
    pub fn data(&self, text: &str) {
        if !self.json {
            write_all(&mut AutoStream::new(io::stdout().lock(), self.color_of(&io::stdout())), text);
        }
    }

    /// Ends the command: its document or its text on stdout, its failure on stderr. Returns the exit code.
    pub fn end(&self, command: &str, report: &Report) -> u8 {
        if report.silent {
            // Said already.
        } else if self.json {
            let mut document =
                Map::from_iter([("schema".to_owned(), 1.into()), ("command".to_owned(), command.into())]);
            document.extend(report.data.clone());
            if let Some(failure) = &report.failure {
                document.insert("error".to_owned(), failure.to_json());
            }
            write_all(&mut io::stdout().lock(), &format!("{}\n", Value::Object(document)));
        } else {
            self.data(&report.screen);
            if let Some(failure) = &report.failure {
                self.to_stderr(&self.failure(failure));
            }
        }
        report.failure.as_ref().map_or(0, |failure| failure.kind.code())
    }

    /// Asks a question that yes or no answers; no is the default. Only to be called where [`Terminal::interactive`].
    pub fn confirm(&self, question: &str) -> Answer {
        self.to_stderr_raw(&format!("{question} [y/N] "));
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        match (read, line.trim().to_lowercase().as_str()) {
            (Ok(_), "y" | "yes") => Answer::Yes,
            _ => Answer::No,
        }
    }

    /// Asks a question that a line answers; `None` where there is nobody any more. Only to be called where
    /// [`Terminal::interactive`].
    pub fn ask(&self, question: &str) -> Option<String> {
        self.to_stderr_raw(&format!("{question} "));
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim().to_owned())
    }

    /// Shows what a question is about, also where little is to be said. Only to be called where
    /// [`Terminal::interactive`].
    pub fn show(&self, text: &str) {
        self.to_stderr_raw(text);
    }

    /// A bar for `total` steps, on a terminal; nothing elsewhere.
    pub fn progress(&self, total: usize, doing: &str) -> Progress {
        Progress::new(total, doing, !self.quiet && !self.json && io::stderr().is_terminal())
    }

    /// Findings in the campaign's files, as text.
    pub fn problems(&self, found: &[crate::campaign::definition::problem::Problem]) -> String {
        problems::render(found, self.width)
    }

    /// A failure as it is told to a person.
    pub fn failure(&self, failure: &Failure) -> String {
        let (red, bold) = (anstyle::AnsiColor::Red.on_default().bold(), anstyle::Style::new().bold());
        let mut text = String::new();
        if !failure.problems.is_empty() {
            text.push_str(&self.problems(&failure.problems));
            text.push_str("\n\n");
        }
        text.push_str(&format!("{red}error{red:#}: {}", clean(&failure.message)));
        failure.details.iter().for_each(|detail| text.push_str(&format!("\n  {}", clean(detail))));
        if !failure.hint.is_empty() {
            text.push_str(&format!("\n{bold}next{bold:#}: {}", clean(&failure.hint)));
        }
        text
    }

    fn to_stderr(&self, text: &str) {
        self.to_stderr_raw(&format!("{text}\n"));
    }

    fn to_stderr_raw(&self, text: &str) {
        write_all(&mut AutoStream::new(io::stderr().lock(), self.color_of(&io::stderr())), text);
    }

    fn color_of(&self, stream: &impl anstream::stream::RawStream) -> ColorChoice {
        match self.color {
            ColorChoice::Auto => AutoStream::choice(stream),
            fixed => fixed,
        }
    }
}

/// The columns of the terminal, or what the environment says of one that cannot be asked.
fn width() -> usize {
    let told = || std::env::var("COLUMNS").ok()?.parse().ok();
    let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)).or_else(told);
    width.unwrap_or(USUAL_WIDTH).clamp(40, 200)
}

/// "1 recipient", "2 recipients", "2 addresses".
pub fn plural(number: usize, one: &str) -> String {
    let ending = if one.ends_with('s') { "es" } else { "s" };
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}{ending}") }
}

/// A reader that went away (`| head`) is no error of ours.
fn write_all(stream: &mut impl Write, text: &str) {
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}
