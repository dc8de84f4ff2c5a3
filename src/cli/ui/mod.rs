//! Everything a user or a program sees: data on stdout, all else on stderr.

mod echo;
mod live;
mod observer;
mod pager;
mod problems;
mod progress;
mod streams;
mod table;
mod wrap;

use std::borrow::Cow;
use std::io::{self, BufRead, IsTerminal};
use std::sync::{Arc, OnceLock};

use anstream::ColorChoice;
use indicatif::{MultiProgress, ProgressDrawTarget};

use crate::api::Notice;
use crate::app::Outcome;
use crate::app::document::{self, Nothing};
use crate::app::failure::{Failure, Kind};
use crate::cli::environment::Environment;

pub use crate::campaign::characters::clean;
pub use live::Live;
pub use problems::render as problems;
pub use progress::Progress;
pub use streams::{Captured, Streams};
pub use table::{Align, Column, NOTHING, Table, cut};
pub use wrap::{LongWord, fitted, wrapped};

pub use crate::campaign::plural;

/// How a command communicates.
#[derive(Debug, Clone)]
pub struct Terminal {
    /// One JSON document instead of text.
    pub json: bool,
    /// Print only data and failures.
    pub quiet: bool,
    /// Print details too.
    pub verbose: bool,
    /// Whether someone can be asked.
    pub interactive: bool,
    color: ColorChoice,
    streams: Streams,
    columns: Option<usize>,
    width: usize,
    /// The pager's command line; empty if none is wanted.
    pager: Vec<String>,
    /// Whether a screen longer than the terminal goes to the pager.
    pages: bool,
    /// Whether a screen is a file or a mail, whose lines stay as they are.
    verbatim: bool,
    /// The progress bars: messages go above them.
    bars: MultiProgress,
    /// Why stdout did not accept all data, if it did not.
    unwritten: Arc<OnceLock<String>>,
}

/// The output settings of a command.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// One JSON document instead of text.
    pub json: bool,
    /// Print only data and failures.
    pub quiet: bool,
    /// Print details too.
    pub verbose: bool,
    /// Never ask.
    pub no_input: bool,
    /// When to use colours.
    pub color: ColorChoice,
}

/// The maximum width if neither the terminal nor `COLUMNS` sets one.
const USUAL_WIDTH: usize = 100;

impl Terminal {
    /// A terminal on these streams.
    pub fn new(manner: Manner, streams: Streams, environment: &Environment) -> Self {
        let Manner { json, quiet, verbose, no_input, color } = manner;
        let interactive = !no_input && !json && streams.are_a_terminal();
        let columns = environment.get("COLUMNS").and_then(|columns| columns.parse().ok());
        let width = width(streams.columns().or(columns));
        let pager = pager::command(environment);
        let (bars, unwritten) = (MultiProgress::with_draw_target(ProgressDrawTarget::stderr()), Arc::default());
        Self {
            json,
            quiet,
            verbose,
            interactive,
            color,
            streams,
            columns,
            width,
            pager,
            pages: false,
            verbatim: false,
            bars,
            unwritten,
        }
    }

    /// The same after the terminal may have changed its size.
    #[must_use]
    pub fn resized(&self) -> Self {
        Self { width: width(self.streams.columns().or(self.columns)), ..self.clone() }
    }

    /// The same for a command whose screen may be longer than the terminal: it then goes through the pager.
    #[must_use]
    pub fn paged(&self) -> Self {
        Self { pages: true, ..self.clone() }
    }

    /// The same for a command whose screen is a file or a mail: its lines are not broken.
    #[must_use]
    pub fn verbatim(&self) -> Self {
        Self { verbatim: true, ..self.clone() }
    }

    /// Whether someone reads stdout directly.
    pub fn stdout_is_a_terminal(&self) -> bool {
        matches!(self.streams, Streams::OfProcess) && io::stdout().is_terminal()
    }

    /// Takes the terminal for drawing screens; `None` if stdout is not a terminal, or gets a
    /// document.
    pub fn live(&self) -> Option<Live> {
        if self.json { None } else { Live::start() }
    }

    /// A text with its styles, or without them if stdout has no colours.
    pub fn styled(&self, text: &str) -> String {
        match self.streams.stdout_color(self.color) {
            ColorChoice::Never => anstream::adapter::strip_str(text).to_string(),
            ColorChoice::Auto | ColorChoice::Always | ColorChoice::AlwaysAnsi => text.to_owned(),
        }
    }

    /// The maximum width of a line.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Prints a message for people on stderr.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.to_stderr(text);
        }
    }

    /// Prints a detail that only `--verbose` shows.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.to_stderr(&clean(text));
        }
    }

    /// Reports on requests: slowness always, the rest only with `--verbose`.
    pub fn notice(&self, notice: &Notice) {
        match notice {
            Notice::Slow { .. } => self.say(&clean(&notice.to_string())),
            Notice::Replied { .. } | Notice::Retry { .. } | Notice::RateLimited { .. } => {
                self.detail(&notice.to_string());
            }
        }
    }

    /// Prints a warning.
    pub fn warn(&self, text: &str) {
        let style = anstyle::AnsiColor::Yellow.on_default().bold();
        self.say(&format!("{style}warning{style:#}: {}", clean(text)));
    }

    /// Writes data to stdout now, before the command has ended; not with `--json`.
    pub fn data(&self, text: &str) {
        if self.json {
            return;
        }
        let paged = self.pages && self.stdout_is_a_terminal() && pager::show(&self.pager, &self.styled(text));
        if !paged {
            self.to_stdout(text, self.streams.stdout_color(self.color));
        }
    }

    /// Ignores a reader that went away (`| head`); keeps any other error for the end.
    fn to_stdout(&self, text: &str, color: ColorChoice) {
        let written = self.bars.suspend(|| self.streams.out(text, color));
        if let Err(error) = written.or_else(unless_reader_left) {
            let _ = self.unwritten.set(error.to_string());
        }
    }

    /// The exit code of a command that would end with `code`: an error if stdout did not accept all data.
    pub fn ended(&self, code: u8) -> u8 {
        let Some(why) = self.unwritten.get() else { return code };
        let hint = "make room, or write to another place; then run the same command again";
        let failure = Failure::new(Kind::Partial, format!("the output could not be written completely: {why}"), hint);
        self.to_stderr(&self.failure(&failure));
        if code == 0 { failure.kind.code() } else { code }
    }

    /// Ends a command whose only result is its failure. Returns the exit code.
    pub fn fail(&self, command: &str, failure: Failure) -> u8 {
        self.show::<Nothing>(command, &Err(failure), |_, _| String::new())
    }

    /// Ends the command: document or screen on stdout, failure on stderr. Returns the exit code.
    pub fn show<O: Outcome>(
        &self,
        command: &str,
        ended: &Result<O, Failure>,
        screen: impl FnOnce(&O, usize) -> String,
    ) -> u8 {
        let failure = match ended {
            Ok(outcome) => outcome.failure(),
            Err(failure) => Some(failure),
        };
        if self.json {
            self.to_stdout(&document::document(command, ended.as_ref()), ColorChoice::Always);
        } else if let Ok(outcome) = ended {
            let screen = screen(outcome, self.width);
            let names_the_next_step = failure.is_some_and(|failure| !failure.hint.is_empty());
            let screen = if names_the_next_step { without_next_step(screen) } else { screen };
            let fits = !self.verbatim && self.fits(self.stdout_is_a_terminal());
            self.data(&if fits { fitted(&screen, self.width, LongWord::Whole) } else { Cow::Borrowed(&*screen) });
        }
        if let Some(failure) = failure.filter(|_| !self.json) {
            self.to_stderr(&self.failure(failure));
        }
        self.ended(failure.map_or(0, |failure| failure.kind.code()))
    }

    /// Asks a question that is answered with a line; `None` at end of input. Call it only if
    /// [`Terminal::interactive`].
    pub fn ask(&self, question: &str) -> Option<String> {
        self.to_stderr_raw(&format!("{question} "));
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim().to_owned())
    }

    /// The same without blocking: reading cannot be cancelled, so it happens in a thread that no one has to wait for.
    pub async fn answer(&self, question: &str) -> Option<String> {
        let (said, heard) = tokio::sync::oneshot::channel();
        let (terminal, question) = (self.clone(), question.to_owned());
        std::thread::spawn(move || said.send(terminal.ask(&question)));
        heard.await.ok().flatten()
    }

    /// Shows what a question is about, even with `--quiet`. Call it only if
    /// [`Terminal::interactive`].
    pub fn present(&self, text: &str) {
        self.to_stderr_raw(text);
    }

    /// The same for a text that may be longer than the terminal.
    pub fn present_paged(&self, text: &str) {
        if !pager::show(&self.pager, &self.styled(text)) {
            self.present(text);
        }
    }

    /// A failure as text.
    pub fn failure(&self, failure: &Failure) -> String {
        let (red, bold) = (anstyle::AnsiColor::Red.on_default().bold(), anstyle::Style::new().bold());
        let mut text = String::new();
        if !failure.problems.is_empty() {
            text.push_str(&problems(&failure.problems, self.width));
            text.push_str("\n\n");
        }
        text.push_str(&format!("{red}error{red:#}: {}", clean(&failure.message)));
        failure.details.iter().for_each(|detail| text.push_str(&format!("\n  {}", clean(&detail.to_string()))));
        if !failure.hint.is_empty() {
            text.push_str(&format!("\n{bold}next{bold:#}: {}", clean(&failure.hint.to_string())));
        }
        text
    }

    fn to_stderr(&self, text: &str) {
        let fits = self.fits(self.streams.stderr_is_a_terminal());
        let text = if fits { fitted(text, self.width, LongWord::Whole) } else { Cow::Borrowed(text) };
        self.to_stderr_raw(&format!("{text}\n"));
    }

    /// Whether lines are broken where the screen ends: a program that reads them wants them whole.
    fn fits(&self, read_by_a_person: bool) -> bool {
        read_by_a_person || self.columns.is_some()
    }

    fn to_stderr_raw(&self, text: &str) {
        self.bars.suspend(|| self.streams.err(text, self.streams.stderr_color(self.color)));
    }

    /// Whether progress is shown.
    fn shows_progress(&self) -> bool {
        !self.quiet && !self.json && self.streams.stderr_is_a_terminal()
    }
}

/// The maximum width for a terminal with this many columns.
fn width(columns: Option<usize>) -> usize {
    columns.unwrap_or(USUAL_WIDTH).clamp(40, 200)
}

/// A screen without its next step: after a failure, the failure names another.
fn without_next_step(mut screen: String) -> String {
    if let Some(end) = screen.rfind("\nnext: ") {
        screen.truncate(end);
        screen.truncate(screen.trim_end().len());
        screen.push('\n');
    }
    screen
}

/// Ignores the error of a reader that went away (`| head`).
fn unless_reader_left(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}
