//! `mmig sandbox`: a MultiMail look-alike on 127.0.0.1.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::Face;
use super::args::SandboxArgs;
use crate::app::Outcome;
use crate::app::failure::{Failure, Kind};
use crate::sandbox::{Sandbox, StartError};

/// The address of a sandbox, and how to use it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SandboxDocument {
    /// Its address.
    pub url: String,
    /// The environment variables that make mmig use it.
    pub environment: BTreeMap<String, String>,
    /// The same variables as shell commands.
    #[serde(skip)]
    pub exports: String,
}

impl Outcome for SandboxDocument {}

impl SandboxDocument {
    fn of(sandbox: &Sandbox) -> Self {
        let environment = sandbox.environment().iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        Self { url: sandbox.url(), environment: environment.collect(), exports: sandbox.exports() }
    }
}

/// Runs a sandbox until it is interrupted; returns the exit code.
pub fn sandbox(face: Face<'_>, args: &SandboxArgs) -> u8 {
    let show =
        |started| face.terminal.show("sandbox", &started, |document: &SandboxDocument, _| document.exports.clone());
    let ended = start(face, args).and_then(|sandbox| {
        face.until_interrupted(|| {
            // A program that starts the sandbox waits for this document, so it is printed now, not
            // at the end.
            show(Ok(SandboxDocument::of(&sandbox)));
            let url = sandbox.url();
            face.terminal.say(&format!("sandbox on {url}, until Ctrl-C; `mmig sandbox --help` lists the human's side"));
        })
    });
    ended.map_or_else(|failure| show(Err(failure)), |()| 0)
}

fn start(face: Face<'_>, args: &SandboxArgs) -> Result<Sandbox, Failure> {
    let options = args.options(&face.process.folder, face.global)?;
    Sandbox::start(options).map_err(|error| match error {
        StartError::Port { port, error } => {
            let hint = "choose another --port, or leave it out";
            Failure::new(Kind::Usage, format!("the sandbox cannot listen on port {port}: {error}"), hint)
        }
        StartError::File(error) => {
            let hint = "--contacts-file is a JSON array of contacts: [{\"name\": …, \"email\": …, \"tags\": […]}, …]; --model one of answers";
            Failure::new(Kind::Usage, format!("the sandbox cannot use {error}"), hint)
        }
        StartError::Options(what) => Failure::new(
            Kind::Usage,
            format!("the sandbox cannot start: {what}"),
            "`mmig sandbox --help` says what each option takes",
        ),
        StartError::System(error) => Failure::new(
            Kind::Usage,
            format!("the sandbox cannot start: {error}"),
            "check what the system lets this process do",
        ),
    })
}
