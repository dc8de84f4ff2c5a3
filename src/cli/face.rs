//! From a process to its exit code: parses the command line, runs the use case, shows its outcome.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};

use super::args::DraftWanted;
use super::demo::demo;
use super::help::{grammar, help};
use super::mcp::mcp;
use super::packaging::{completions, man};
use super::runtime::runtime;
use super::sandbox::sandbox;
use super::ui::{Manner, Streams, Terminal};
use super::{Cli, Command, completion, keyless, screen};
use crate::api::{Listener, Patience};
use crate::app::App;
use crate::app::cancel::cancel;
use crate::app::check::check;
use crate::app::check::strays::Strays;
use crate::app::clock::Clock;
use crate::app::compose::compose;
use crate::app::correct::correct;
use crate::app::deadline::deadline;
use crate::app::doctor::doctor;
use crate::app::draft::draft;
use crate::app::failure::{Failure, Kind};
use crate::app::import::import;
use crate::app::init::init;
use crate::app::ledger::{ledger, move_ledger};
use crate::app::preview::preview;
use crate::app::remind::remind;
use crate::app::segment::segment;
use crate::app::settings::{Keys, ModelSettings, Overrides};
use crate::app::stop::Stop;
use crate::app::submit::skip::skip;
use crate::app::submit::{submit, test_mails};
use crate::app::tag::tag;
use crate::app::template::{template, templates};
use crate::app::track::explain::explain_usage;
use crate::app::track::follow::follow;
use crate::app::track::mark::{clear, mark};
use crate::app::track::rebuilding::rebuild;
use crate::app::track::usage::ingest_usage;
use crate::cli::args::{TrackArgs, TrackRequest};
use crate::cli::environment::Environment;
use crate::cli::global::{Color, Global, When, keys, model};
use crate::cli::review_dialogue::review;

/// The input of a process.
#[derive(Debug, Clone)]
pub struct Process {
    /// The command line, starting with the program's name.
    pub arguments: Vec<OsString>,
    /// The environment variables.
    pub environment: Environment,
    /// The working folder; empty means the process's own.
    pub folder: PathBuf,
    /// Where it writes.
    pub streams: Streams,
    /// Whether we own the process: it then listens for Ctrl-C, and may restart itself and kill its
    /// children.
    pub signals: bool,
    /// How often, and after which delays, a request is retried.
    pub patience: Patience,
}

impl Process {
    /// This process.
    pub fn this() -> Self {
        Self {
            arguments: std::env::args_os().collect(),
            environment: Environment::of_process(),
            folder: PathBuf::new(),
            streams: Streams::OfProcess,
            signals: true,
            patience: Patience::default(),
        }
    }

    /// The output settings until the flags are parsed.
    fn plain_manner(&self) -> Manner {
        Manner {
            json: self.arguments.iter().any(|argument| argument == "--json"),
            quiet: false,
            verbose: false,
            no_input: true,
            color: self.color_asked_for().map_or(anstream::ColorChoice::Auto, Into::into),
        }
    }

    /// The last valid `--color` on the command line.
    fn color_asked_for(&self) -> Option<Color> {
        let words: Vec<&str> = self.arguments.iter().skip(1).filter_map(|argument| argument.to_str()).collect();
        let value = |at: usize| match words[at].strip_prefix("--color")? {
            "" => words.get(at + 1).copied(),
            value => value.strip_prefix('='),
        };
        let last = (0..words.len()).rev().find_map(value)?;
        Color::from_str(last, false).ok()
    }
}

/// What a command gets.
#[derive(Clone, Copy)]
pub struct Face<'a> {
    /// The terminal.
    pub terminal: &'a Terminal,
    /// The context of use cases.
    pub app: &'a App<'a>,
    /// The global flags.
    pub global: &'a Global,
    /// The input of the process.
    pub process: &'a Process,
}

/// Runs a command line and shows its result; returns the exit code.
pub fn run(process: &Process) -> u8 {
    let plain = Terminal::new(process.plain_manner(), process.streams.clone(), &process.environment);
    if let Some(shell) = process.environment.get(completion::VARIABLE) {
        return completion::answer(process, &plain, &shell);
    }
    let Cli { global, command } = match parsed(process, plain.width()) {
        Ok(cli) => cli,
        Err(error) => return not_understood(process, &error),
    };
    let manner = Manner {
        json: global.json,
        quiet: global.quiet,
        verbose: global.verbose,
        no_input: global.no_input,
        color: global.color.into(),
    };
    let terminal = Terminal::new(manner, process.streams.clone(), &process.environment);
    if let Err(failure) = without_keys(process, &command) {
        return terminal.fail(command.name(), failure);
    }
    match app(process, &global, &command, &terminal) {
        Ok(app) => Face { terminal: &terminal, app: &app, global: &global, process }.run(&command),
        Err(failure) => terminal.fail(command.name(), failure),
    }
}

/// Restarts a process without keys if it is about to run the campaign's programs.
fn without_keys(process: &Process, command: &Command) -> Result<(), Failure> {
    let Command::Check(args) = command else { return Ok(()) };
    let Some(links) = args.starts_programs().filter(|_| process.signals) else { return Ok(()) };
    keyless::start_again(&process.arguments, links).map_err(|error| {
        let hint = "run it in a job that has no keys";
        Failure::new(Kind::Usage, format!("cannot start again without the keys: {error}"), hint)
    })
}

/// The parsed command line. The grammar is built with its help only if someone will read that.
fn parsed(process: &Process, width: usize) -> Result<Cli, clap::Error> {
    match Cli::try_parse_from(&process.arguments) {
        Err(error) if error.kind() != ErrorKind::DisplayVersion => {}
        understood => return understood,
    }
    let mut grammar = grammar(width);
    let matches = grammar.try_get_matches_from_mut(&process.arguments)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut grammar))
}

fn app<'a>(process: &Process, global: &Global, command: &Command, terminal: &'a Terminal) -> Result<App<'a>, Failure> {
    let environment = &process.environment;
    let ears = terminal.clone();
    // A sandbox may have a contract that no client speaks.
    let server =
        if matches!(command, Command::Sandbox(_)) { Ok(Overrides::default()) } else { global.server(environment) };
    let mut app = App {
        root: process.folder.clone(),
        campaign: global.campaign(environment),
        clock: Clock::start(None),
        stop: Stop::default(),
        server: server?,
        patience: process.patience,
        listener: Listener::new(move |notice| ears.notice(&notice)),
        keys: if matches!(command, Command::Check(_)) { Keys::default() } else { keys(environment)? },
        model: if matches!(command, Command::Check(_)) { ModelSettings::default() } else { model(environment)? },
        ledger: environment.ledger(),
        user: environment.user(),
        observer: terminal,
    };
    app.clock = Clock::start(global.as_of(environment)?.map(|when| match when {
        When::Moment(moment) => moment,
        When::Day(day) => app.at_send_time(day),
    }));
    Ok(app)
}

impl Face<'_> {
    /// Turns arguments into a request, runs the use case, and shows its outcome as a screen or a document;
    /// returns the exit code.
    fn run(self, command: &Command) -> u8 {
        let (app, name) = (self.app, command.name());
        match command {
            Command::Cancel(args) => {
                self.terminal.show(name, &self.block_on(cancel(app, args.request())), screen::cancel)
            }
            Command::Correct(args) => {
                self.terminal.show(name, &self.block_on(correct(app, args.request())), screen::correct)
            }
            Command::Deadline(args) => {
                self.terminal.show(name, &self.block_on(deadline(app, args.request())), screen::deadline)
            }
            Command::Tag(args) => self.terminal.show(name, &self.block_on(tag(app, &args.request())), screen::tag),
            Command::Segment(args) => {
                self.terminal.show(name, &self.block_on(segment(app, args.request())), screen::segment)
            }
            Command::Status(args) => super::status::run(self, args),
            Command::Report(args) => super::report::run(self, args),
            Command::Review(args) => {
                self.terminal.paged().show(name, &self.block_on(review(self, args.request())), screen::review)
            }
            Command::Init(args) => self.terminal.show(name, &init(app, args.request()), screen::init),
            Command::Import(args) => {
                let imported = args.request().and_then(|request| self.block_on(import(app, request)));
                self.terminal.show(name, &imported, screen::import)
            }
            Command::Check(args) => {
                let strays = args.starts_programs().filter(|_| self.process.signals).map(|_| Strays::adopt());
                let checked = self.block_on(check(app, args.request()));
                drop(strays);
                let checked = if self.terminal.json { checked } else { checked.map(screen::with_findings) };
                self.terminal.show(name, &checked, screen::check)
            }
            Command::Compose(args) => {
                self.terminal.verbatim().show(name, &self.block_on(compose(app, args.request())), screen::compose)
            }
            Command::Draft(args) => match args.request() {
                DraftWanted::Texts(request) => self.terminal.show(name, &draft(app, request), screen::draft),
                DraftWanted::Mails(request) => {
                    self.terminal.verbatim().show(name, &preview(app, request), screen::preview)
                }
            },
            Command::Ledger(args) => match args.request() {
                None => self.terminal.show(name, &ledger(app), screen::ledger),
                Some(request) => self.terminal.show(name, &self.block_on(move_ledger(app, request)), screen::moved),
            },
            Command::Doctor => self.terminal.show(name, &self.block_on(doctor(app)), screen::doctor),
            Command::Mcp(args) => mcp(self, args),
            Command::Sandbox(args) => sandbox(self, args),
            Command::Demo(args) => self.terminal.show(name, &demo(self, args), screen::demo),
            Command::Completions(args) => {
                self.terminal.verbatim().show(name, &completions(args), |document, _| document.script.clone())
            }
            Command::Man(args) => self.terminal.verbatim().show(name, &man(args), |document, _| document.page.clone()),
            Command::Help(args) => help(self, args),
            Command::Template(args) => match args.request() {
                Some(request) => self.terminal.verbatim().show(name, &template(app, &request), screen::template),
                None => self.terminal.show(name, &templates(app), screen::templates),
            },
            Command::Remind(args) => {
                self.terminal.show(name, &self.block_on(remind(app, args.request())), screen::remind)
            }
            Command::Submit(args) => match (args.test_mails(), args.skip()) {
                (Some(request), _) => {
                    self.terminal.show(name, &self.block_on(test_mails(app, request)), screen::test_mails)
                }
                (None, Some(request)) => self.terminal.show(name, &self.block_on(skip(app, request)), screen::skip),
                (None, None) => self.terminal.show(name, &self.block_on(submit(app, args.request())), screen::submit),
            },
            Command::Track(args) => self.track(args),
        }
    }

    /// The kinds of `track`, each with its own outcome.
    fn track(self, args: &TrackArgs) -> u8 {
        let Self { app, terminal, .. } = self;
        match args.request() {
            TrackRequest::Follow(request) => {
                terminal.show("track", &self.block_on(follow(app, request)), screen::track::follow)
            }
            TrackRequest::Usage(request) => terminal.show("track", &ingest_usage(app, &request), screen::track::usage),
            TrackRequest::Explain(request) => {
                terminal.paged().show("track", &explain_usage(app, &request), screen::track::explain)
            }
            TrackRequest::Mark(request) => terminal.show("track", &mark(app, &request), screen::track::mark),
            TrackRequest::Clear(request) => terminal.show("track", &clear(app, &request), screen::track::clear),
            TrackRequest::Rebuild(request) => {
                terminal.show("track", &self.block_on(rebuild(app, request)), screen::track::rebuild)
            }
        }
    }

    /// Runs asynchronous work. A second Ctrl-C abandons it.
    pub fn block_on<T>(self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        runtime()?.block_on(async {
            if self.process.signals {
                self.app.stop.listen();
            }
            tokio::select! {
                biased;
                () = self.app.stop.twice() => Err(interrupted()),
                done = work => done,
            }
        })
    }

    /// Waits for Ctrl-C. `ready` runs once we listen for Ctrl-C: from then on an interrupt is safe.
    pub fn until_interrupted(self, ready: impl FnOnce()) -> Result<(), Failure> {
        runtime()?.block_on(async {
            self.app.stop.listen();
            ready();
            self.app.stop.once().await;
            Ok(())
        })
    }
}

fn interrupted() -> Failure {
    let hint = "run the same command again: it goes on where this one stopped";
    Failure::new(Kind::Interrupted, "interrupted; what was in flight is settled by the next run", hint)
}

/// Shows why a command line was not understood, or the requested help; returns the exit code.
fn not_understood(process: &Process, error: &clap::Error) -> u8 {
    use clap::error::ErrorKind;
    let Manner { json: asked_for_json, .. } = process.plain_manner();
    let help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let manner = Manner { json: asked_for_json && !help, ..process.plain_manner() };
    let terminal = Terminal::new(manner, process.streams.clone(), &process.environment);
    if help {
        terminal.paged().data(&error.render().ansi().to_string());
        return terminal.ended(0);
    }
    if !asked_for_json {
        terminal.present(&error.render().ansi().to_string());
        return Kind::Usage.code();
    }
    let known: Vec<String> = Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let words = process.arguments.iter().skip(1).filter_map(|argument| argument.to_str());
    let command = words.into_iter().find(|word| known.iter().any(|name| name == word)).unwrap_or_default();
    terminal.fail(command, misuse(&error.render().to_string(), command))
}

/// What is wrong with a command line, from the parser's message: its first paragraph, and its tip.
fn misuse(page: &str, command: &str) -> Failure {
    let help = format!("mmig {command} --help").replace("  ", " ");
    let first: Vec<&str> = page.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    let message = first.join(" ").trim_start_matches("error: ").to_owned();
    let tip = page.lines().find_map(|line| line.trim().strip_prefix("tip: ")).map(|tip| format!("{tip}; "));
    Failure::new(Kind::Usage, message, format!("{}{help}", tip.unwrap_or_default()))
}
