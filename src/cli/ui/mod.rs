//! Everything a person or a program sees: data on stdout, all else on stderr.

mod echo;
mod live;
mod pager;
mod problems;
mod progress;
mod table;
mod wrap;

use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anstream::{AutoStream, ColorChoice};
use futures_util::future::LocalBoxFuture;
use indicatif::{MultiProgress, ProgressDrawTarget};

use crate::api::Notice;
use crate::app::Outcome;
use crate::app::document::{self, Nothing};
use crate::app::failure::{Failure, Kind};
use crate::app::observer::{self, Answer, Event, Observer, Question, Work};
use crate::cli::environment::Environment;
use crate::cli::screen;

pub use crate::campaign::characters::clean;
pub use live::Live;
pub use problems::render as problems;
pub use progress::Progress;
pub use table::{Align, Column, NOTHING, Table, cut};
pub use wrap::wrapped;

pub use crate::campaign::plural;

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
    streams: Streams,
    columns: Option<usize>,
    width: usize,
    /// The command that shows long screens, where a person wants one.
    pager: Vec<String>,
    /// Whether a screen longer than the terminal goes to the pager.
    pages: bool,
    /// The bars on the terminal: what is said goes above them.
    bars: MultiProgress,
    /// Why stdout did not take all of the data, if so.
    unwritten: Arc<OnceLock<String>>,
}

/// Where a terminal writes.
#[derive(Debug, Clone, Default)]
pub enum Streams {
    /// To stdout and stderr of this process.
    #[default]
    OfProcess,
    /// Into memory, as a pipe would take it.
    Captured(Arc<Captured>),
}

/// What was written instead of to a process's streams, in that order.
#[derive(Debug, Default)]
pub struct Captured(Mutex<Vec<(Channel, String)>>);

/// One of a process's streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Channel {
    Stdout,
    Stderr,
}

impl Captured {
    /// What went to stdout so far.
    pub fn stdout(&self) -> String {
        self.written(|channel| channel == Channel::Stdout)
    }

    /// What went to stderr so far.
    pub fn stderr(&self) -> String {
        self.written(|channel| channel == Channel::Stderr)
    }

    /// What went to either so far, as a terminal shows both.
    pub fn both(&self) -> String {
        self.written(|_| true)
    }

    fn written(&self, wanted: impl Fn(Channel) -> bool) -> String {
        let pieces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pieces.iter().filter(|(channel, _)| wanted(*channel)).map(|(_, text)| text.as_str()).collect()
    }

    fn write(&self, channel: Channel, text: &str, color: ColorChoice) {
        let text = match color {
            ColorChoice::Never => anstream::adapter::strip_str(text).to_string(),
            ColorChoice::Auto | ColorChoice::Always | ColorChoice::AlwaysAnsi => text.to_owned(),
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((channel, text));
    }
}

impl Streams {
    /// Whether a person types and reads on them.
    fn are_a_terminal(&self) -> bool {
        matches!(self, Self::OfProcess) && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Whether a person reads stderr.
    fn stderr_is_a_terminal(&self) -> bool {
        matches!(self, Self::OfProcess) && io::stderr().is_terminal()
    }

    /// The columns of the terminal, where there is one.
    fn columns(&self) -> Option<usize> {
        match self {
            Self::OfProcess => terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
            Self::Captured(_) => None,
        }
    }

    /// Writes to stdout.
    fn out(&self, text: &str, color: ColorChoice) -> io::Result<()> {
        match self {
            Self::OfProcess => write_all(&mut AutoStream::new(io::stdout().lock(), color), text),
            Self::Captured(captured) => {
                captured.write(Channel::Stdout, text, color);
                Ok(())
            }
        }
    }

    /// Writes to stderr. Where that fails there is nowhere to say so.
    fn err(&self, text: &str, color: ColorChoice) {
        match self {
            Self::OfProcess => drop(write_all(&mut AutoStream::new(io::stderr().lock(), color), text)),
            Self::Captured(captured) => captured.write(Channel::Stderr, text, color),
        }
    }

    fn stdout_color(&self, color: ColorChoice) -> ColorChoice {
        match (color, self) {
            (ColorChoice::Auto, Self::OfProcess) => AutoStream::choice(&io::stdout()),
            (ColorChoice::Auto, Self::Captured(_)) => ColorChoice::Never,
            (fixed, _) => fixed,
        }
    }

    fn stderr_color(&self, color: ColorChoice) -> ColorChoice {
        match (color, self) {
            (ColorChoice::Auto, Self::OfProcess) => AutoStream::choice(&io::stderr()),
            (ColorChoice::Auto, Self::Captured(_)) => ColorChoice::Never,
            (fixed, _) => fixed,
        }
    }
}

/// How a command is to speak.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// One JSON document instead of text.
    pub json: bool,
    /// Only data and failures.
    pub quiet: bool,
    /// Also what is rarely wanted.
    pub verbose: bool,
    /// Nobody is to be asked.
    pub no_input: bool,
    /// When to use colours.
    pub color: ColorChoice,
}

/// The longest line where neither a terminal nor `COLUMNS` tells it.
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
        Self { json, quiet, verbose, interactive, color, streams, columns, width, pager, pages: false, bars, unwritten }
    }

    /// The same after the terminal may have become wider or narrower.
    #[must_use]
    pub fn resized(&self) -> Self {
        Self { width: width(self.streams.columns().or(self.columns)), ..self.clone() }
    }

    /// The same for a command whose screen may be longer than the terminal: it is shown through the pager then.
    #[must_use]
    pub fn paged(&self) -> Self {
        Self { pages: true, ..self.clone() }
    }

    /// Whether a person reads stdout as it is.
    pub fn stdout_is_a_terminal(&self) -> bool {
        matches!(self.streams, Streams::OfProcess) && io::stdout().is_terminal()
    }

    /// Takes the terminal to draw screens on; `None` where stdout is none, or gets a document.
    pub fn live(&self) -> Option<Live> {
        if self.json { None } else { Live::start() }
    }

    /// A text with its styles, or without them where none are wanted on stdout.
    pub fn styled(&self, text: &str) -> String {
        match self.streams.stdout_color(self.color) {
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

    /// Says what happens on the way to the server: that it is slow to everybody, the rest to who asked for more.
    pub fn notice(&self, notice: &Notice) {
        match notice {
            Notice::Slow { .. } => self.say(&clean(&notice.to_string())),
            Notice::Replied { .. } | Notice::Retry { .. } | Notice::RateLimited { .. } => {
                self.detail(&notice.to_string());
            }
        }
    }

    /// Says that something is odd, though nothing failed.
    pub fn warn(&self, text: &str) {
        let style = anstyle::AnsiColor::Yellow.on_default().bold();
        self.say(&format!("{style}warning{style:#}: {}", clean(text)));
    }

    /// Writes data to stdout now, before the command has ended; nothing with `--json`.
    pub fn data(&self, text: &str) {
        if self.json {
            return;
        }
        let paged = self.pages && self.stdout_is_a_terminal() && pager::show(&self.pager, &self.styled(text));
        if !paged {
            self.to_stdout(text, self.streams.stdout_color(self.color));
        }
    }

    /// A reader that went away (`| head`) has what it wanted; anything else is kept for the end.
    fn to_stdout(&self, text: &str, color: ColorChoice) {
        let written = self.bars.suspend(|| self.streams.out(text, color));
        if let Err(error) = written.or_else(unless_reader_left) {
            let _ = self.unwritten.set(error.to_string());
        }
    }

    /// The exit code of a command that would end with `code`: another if stdout did not take all of the data.
    pub fn ended(&self, code: u8) -> u8 {
        let Some(why) = self.unwritten.get() else { return code };
        let hint = "make room, or write to another place; then run the same command again";
        let failure = Failure::new(Kind::Partial, format!("the output could not be written completely: {why}"), hint);
        self.to_stderr(&self.failure(&failure));
        if code == 0 { failure.kind.code() } else { code }
    }

    /// Ends a command that has nothing to report but its failure. Returns the exit code.
    pub fn fail(&self, command: &str, failure: Failure) -> u8 {
        self.show::<Nothing>(command, &Err(failure), |_, _| String::new())
    }

    /// Ends the command: its document or its screen on stdout, its failure on stderr. Returns the exit code.
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
            let shown = screen(outcome, self.width);
            let names_the_next_step = failure.is_some_and(|failure| !failure.hint.is_empty());
            self.data(&if names_the_next_step { without_next_step(shown) } else { shown });
        }
        if let Some(failure) = failure.filter(|_| !self.json) {
            self.to_stderr(&self.failure(failure));
        }
        self.ended(failure.map_or(0, |failure| failure.kind.code()))
    }

    /// Asks a question that a line answers; `None` where there is nobody any more. Only to be called where
    /// [`Terminal::interactive`].
    pub fn ask(&self, question: &str) -> Option<String> {
        self.to_stderr_raw(&format!("{question} "));
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim().to_owned())
    }

    /// The same, without holding up what else goes on: reading cannot be broken off, so a thread does it that nobody has to
    /// wait for.
    pub async fn answer(&self, question: &str) -> Option<String> {
        let (said, heard) = tokio::sync::oneshot::channel();
        let (terminal, question) = (self.clone(), question.to_owned());
        std::thread::spawn(move || said.send(terminal.ask(&question)));
        heard.await.ok().flatten()
    }

    /// Shows what a question is about, also where little is to be said. Only to be called where
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

    /// A failure as it is told to a person.
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
        self.to_stderr_raw(&format!("{text}\n"));
    }

    fn to_stderr_raw(&self, text: &str) {
        self.bars.suspend(|| self.streams.err(text, self.streams.stderr_color(self.color)));
    }

    /// Whether a person sees how far a piece of work is.
    fn shows_progress(&self) -> bool {
        !self.quiet && !self.json && self.streams.stderr_is_a_terminal()
    }
}

/// How wide lines may be, where the terminal has this many columns.
fn width(columns: Option<usize>) -> usize {
    columns.unwrap_or(USUAL_WIDTH).clamp(40, 200)
}

/// A screen without the next step at its end: where something failed, the failure names another.
fn without_next_step(mut screen: String) -> String {
    if let Some(end) = screen.rfind("\nnext: ") {
        screen.truncate(end);
        screen.truncate(screen.trim_end().len());
        screen.push('\n');
    }
    screen
}

fn write_all(stream: &mut impl Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes()).and_then(|()| stream.flush())
}

/// A reader that went away (`| head`) is no error of ours.
fn unless_reader_left(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}

impl Observer for Terminal {
    fn tell(&self, event: Event) {
        match event {
            Event::Note(text) => self.say(&clean_lines(&text)),
            Event::Warning(text) => self.warn(&text),
            Event::Detail(text) => self.detail(&text),
        }
    }

    fn progress(&self, work: Work, total: usize) -> Box<dyn observer::Progress> {
        Box::new(Progress::bar(&self.bars, total, work.words(), self.shows_progress()))
    }

    fn busy(&self, work: Work) -> Box<dyn observer::Progress> {
        Box::new(Progress::spinner(&self.bars, work.words(), self.shows_progress()))
    }

    fn explain(&self, question: &Question<'_>) {
        let about = screen::question::explained(question, self.width);
        if !about.is_empty() {
            self.say(about.trim_end());
        }
    }

    fn ask<'a>(&'a self, question: &'a Question<'a>) -> LocalBoxFuture<'a, Answer> {
        if !self.interactive {
            return Box::pin(std::future::ready(Answer::NobodyThere));
        }
        self.present(&screen::question::to_read(question, self.width));
        let (terminal, line) = (self.clone(), format!("{} [y/N]", screen::question::asked(question)));
        Box::pin(async move {
            match terminal.answer(&line).await.map(|answer| answer.to_lowercase()).as_deref() {
                Some("y" | "yes") => Answer::Yes,
                Some(_) | None => Answer::No,
            }
        })
    }
}

/// The same text, each line without what a terminal would act on.
fn clean_lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}
