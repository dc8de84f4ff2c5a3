//! The verbs. Each file holds one: its arguments, its run, what it shows.

pub mod check;
pub mod demo;
pub mod doctor;
pub mod draft;
pub mod import;
pub mod init;
pub mod packaging;
pub mod remind;
pub mod review;
pub mod sandbox;
pub mod submit;

use crate::app::failure::{Failure, Kind};
use crate::campaign::definition::problem::Severity;
use crate::campaign::text::template::Templates;
use crate::cli::ui::Report;
use crate::cli::{Command, Face};
use crate::store::folder::{Definition, Folder};

pub use crate::app::selection::unknown;

/// A command's end: its report, or the failure that left nothing to report.
pub type Ending = Result<Report, Failure>;

/// Runs a command.
pub fn run(face: Face<'_>, command: &Command) -> Ending {
    match command {
        Command::Init(args) => init::run(face, args),
        Command::Import(args) => import::run(face, args),
        Command::Check(args) => check::run(face, args),
        Command::Draft(args) => draft::run(face, args),
        Command::Submit(args) => submit::run(face, args),
        Command::Review(args) => review::run(face, args),
        Command::Remind(args) => remind::run(face, args),
        Command::Doctor => doctor::run(face),
        Command::Sandbox(args) => sandbox::run(face, args),
        Command::Demo(args) => demo::run(face, args),
        Command::Completions(args) => packaging::completions(args),
        Command::Man => packaging::man(),
        _ => unreachable!("it goes through the new door"),
    }
}

/// What goes into a document, by name.
fn fields(part: &impl serde::Serialize) -> serde_json::Map<String, serde_json::Value> {
    let part = serde_json::to_value(part).unwrap_or_default();
    part.as_object().cloned().unwrap_or_default()
}

/// Runs what talks to the server.
fn block_on<T>(face: Face<'_>, work: impl AsyncFnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    face.block_on(work())
}

/// Asks a question and waits for the answer, or for Ctrl-C; `None` where nobody answers any more.
async fn answer(face: Face<'_>, question: &str) -> Result<Option<String>, Failure> {
    tokio::select! {
        biased;
        () = face.app.stop.once() => Err(Failure::new(Kind::Interrupted, "interrupted; what was decided is recorded", "")),
        answer = face.terminal.answer(question) => Ok(answer),
    }
}

/// Asks whether to go on, unless `yes` was given. Where nobody can be asked, nothing is done.
fn agreed(face: Face<'_>, yes: bool, question: &str, command: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !face.terminal.interactive {
        let message = format!("{question} Nobody can be asked here, so nothing was done");
        return Err(Failure::new(Kind::Usage, message, format!("add --yes: {command}")));
    }
    match face.terminal.ask(&format!("{question} [y/N]")).map(|answer| answer.to_lowercase()).as_deref() {
        Some("y" | "yes") => Ok(()),
        Some(_) | None => Err(Failure::new(Kind::Usage, "nothing was done", "")),
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
