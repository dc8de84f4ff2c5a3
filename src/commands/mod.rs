//! The verbs. Each file holds one: its arguments, its run, what it shows.

mod calendar;
pub mod cancel;
pub mod check;
pub mod deadline;
pub mod demo;
pub mod doctor;
pub mod draft;
pub mod import;
pub mod init;
pub mod packaging;
pub mod remind;
pub mod report;
pub mod review;
pub mod sandbox;
pub mod segment;
pub mod status;
pub mod submit;
pub mod track;

use std::ffi::OsStr;

use clap::CommandFactory;

use crate::app::clock::Clock;
use crate::app::context::Context;
use crate::app::failure::{Failure, Kind};
use crate::app::stop::Stop;
use crate::campaign::definition::problem::Severity;
use crate::campaign::text::template::Templates;
use crate::cli::ui::{Answer, Report, Terminal};
use crate::cli::{Cli, Command};
use crate::store::folder::{Definition, Folder};

/// A command's end: its report, or the failure that left nothing to report.
pub type Ending = Result<Report, Failure>;

/// Runs a command and shows its end; returns the exit code.
pub fn run(cli: Cli) -> u8 {
    let global = cli.global;
    let terminal = Terminal::new(global.json, global.quiet, global.verbose, global.no_input, global.color.into());
    let context = Context { terminal, clock: Clock::start(global.as_of), global };
    let (name, ending) = match &cli.command {
        Command::Init(args) => ("init", init::run(&context, args)),
        Command::Import(args) => ("import", import::run(&context, args)),
        Command::Check(args) => ("check", check::run(&context, args)),
        Command::Segment(args) => ("segment", segment::run(&context, args)),
        Command::Draft(args) => ("draft", draft::run(&context, args)),
        Command::Submit(args) => ("submit", submit::run(&context, args)),
        Command::Review(args) => ("review", review::run(&context, args)),
        Command::Track(args) => ("track", track::run(&context, args)),
        Command::Remind(args) => ("remind", remind::run(&context, args)),
        Command::Report(args) => ("report", report::run(&context, args)),
        Command::Status(args) => ("status", status::run(&context, args)),
        Command::Cancel(args) => ("cancel", cancel::run(&context, args)),
        Command::Deadline(args) => ("deadline", deadline::run(&context, args)),
        Command::Doctor => ("doctor", doctor::run(&context)),
        Command::Sandbox(args) => ("sandbox", sandbox::run(&context, args)),
        Command::Demo(args) => ("demo", demo::run(&context, args)),
        Command::Completions(args) => ("completions", packaging::completions(args)),
        Command::Man => ("man", packaging::man()),
    };
    let report = ending.unwrap_or_else(Report::from);
    context.terminal.end(name, &report)
}

/// Shows why a command line was not understood, or the help that was asked for; returns the exit code.
pub fn not_understood(error: &clap::Error) -> u8 {
    use clap::error::ErrorKind;
    let asked_for_json = std::env::args_os().any(|argument| argument == OsStr::new("--json"));
    let help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if help || !asked_for_json {
        // Where the reader went away, there is nobody to tell.
        let _ = error.print();
        return if help { 0 } else { Kind::Usage.code() };
    }
    let known: Vec<String> = Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let command = std::env::args().skip(1).find(|argument| known.contains(argument)).unwrap_or_default();
    let failure = misuse(&error.render().to_string(), &command);
    Terminal::new(true, false, false, true, anstream::ColorChoice::Never).end(&command, &failure.into())
}

/// What is wrong with a command line, from the parser's page about it: its first paragraph, and its tip.
fn misuse(page: &str, command: &str) -> Failure {
    let help = format!("mmig {command} --help").replace("  ", " ");
    let first: Vec<&str> = page.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    let message = first.join(" ").trim_start_matches("error: ").to_owned();
    let tip = page.lines().find_map(|line| line.trim().strip_prefix("tip: ")).map(|tip| format!("{tip}; "));
    Failure::new(Kind::Usage, message, format!("{}{help}", tip.unwrap_or_default()))
}

/// Runs what talks to the server. A second Ctrl-C leaves it where it is.
fn block_on<T>(work: impl AsyncFnOnce(Stop) -> Result<T, Failure>) -> Result<T, Failure> {
    runtime()?.block_on(async {
        let stop = Stop::listen();
        tokio::select! {
            biased;
            () = stop.twice() => Err(interrupted()),
            done = work(stop.clone()) => done,
        }
    })
}

/// Waits for Ctrl-C. `ready` runs once Ctrl-C is listened for: who is told by it may interrupt at once.
fn until_interrupted(ready: impl FnOnce()) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let stop = Stop::listen();
        ready();
        stop.once().await;
        Ok(())
    })
}

/// One thread: the server's latency, not our processor, decides how fast we are.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(Kind::Api, format!("cannot start: {error}"), "check the system's limits"))
}

fn interrupted() -> Failure {
    let hint = "run the same command again: it goes on where this one stopped";
    Failure::new(Kind::Interrupted, "interrupted; what was in flight is settled by the next run", hint)
}

/// Asks a question and waits for the answer, or for Ctrl-C; `None` where nobody answers any more.
async fn answer(context: &Context, stop: &Stop, question: &str) -> Result<Option<String>, Failure> {
    let (said, heard) = tokio::sync::oneshot::channel();
    let (terminal, question) = (context.terminal.clone(), question.to_owned());
    // Reading cannot be broken off, so a thread does it that nobody has to wait for.
    std::thread::spawn(move || said.send(terminal.ask(&question)));
    tokio::select! {
        biased;
        () = stop.once() => Err(Failure::new(Kind::Interrupted, "interrupted; what was decided is recorded", "")),
        answer = heard => Ok(answer.ok().flatten()),
    }
}

/// Asks whether to go on, unless `yes` was given. Where nobody can be asked, nothing is done.
fn agreed(context: &Context, yes: bool, question: &str, command: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !context.terminal.interactive {
        let message = format!("{question} Nobody can be asked here, so nothing was done");
        return Err(Failure::new(Kind::Usage, message, format!("add --yes: {command}")));
    }
    match context.terminal.confirm(question) {
        Answer::Yes => Ok(()),
        Answer::No => Err(Failure::new(Kind::Usage, "nothing was done", "")),
    }
}

/// The campaign's templates, without a mistake in them or in the campaign.
fn vetted(folder: &Folder, definition: &Definition) -> Result<Templates, Failure> {
    let templates = folder.templates()?;
    let found = templates.vet(&definition.campaign, &definition.source);
    if found.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(Failure::invalid(&definition.campaign.name, found));
    }
    Ok(templates)
}

/// The failure for a name that is not there.
fn unknown<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Failure {
    let hint = match crate::campaign::definition::problem::nearest(name, known.clone()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are {}", known.collect::<Vec<_>>().join(", ")),
    };
    Failure::new(Kind::NotFound, format!("there is no {kind} `{name}` in this campaign"), hint)
}
