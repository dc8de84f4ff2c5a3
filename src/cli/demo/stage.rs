//! Where the demo runs: a folder, a sandbox, and what people do beside mmig.

use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::sync::Arc;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::DemoStep;
use crate::api::Patience;
use crate::app::failure::{Failure, Kind};
use crate::cli::environment::Environment;
use crate::cli::face::runtime;
use crate::cli::ui::{Captured, Streams, Terminal};
use crate::cli::{Face, Process, run};
use crate::sandbox::Sandbox;

/// What a command of the demo sees of the reader's own environment.
const INHERITED: [&str; 3] = ["COLUMNS", "USER", "USERNAME"];

/// A demo under way.
pub struct Demo<'a> {
    terminal: &'a Terminal,
    environment: Environment,
    folder: PathBuf,
    url: String,
    http: Client,
    runtime: Runtime,
    /// The commands that were run so far.
    pub steps: Vec<DemoStep>,
}

impl<'a> Demo<'a> {
    /// A demo that has run nothing yet.
    ///
    /// # Errors
    /// The system has no room for another connection.
    pub fn new(face: Face<'a>, folder: &Path, sandbox: &Sandbox) -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::new(Kind::Api, format!("the demo cannot start: {error}"), "check the system's limits")
        };
        crate::api::install_tls();
        let own = sandbox.environment().iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let inherited = INHERITED.iter().filter_map(|name| {
            let value = face.process.environment.get(name)?;
            Some(((*name).to_owned(), value))
        });
        Ok(Self {
            terminal: face.terminal,
            environment: inherited.chain(own).collect(),
            folder: std::path::absolute(folder).map_err(|error| failed(&error))?,
            url: format!("{}/_sandbox", sandbox.url()),
            http: Client::builder().no_proxy().build().map_err(|error| failed(&error))?,
            runtime: runtime()?,
            steps: Vec::new(),
        })
    }

    /// Runs a command as of a time, and shows it and what it says.
    ///
    /// # Errors
    /// It does not end well.
    pub fn mmig(&mut self, as_of: &str, line: &str) -> Result<(), Failure> {
        self.mmig_to(0, as_of, line)
    }

    /// The same for a command that is to end with this code.
    ///
    /// # Errors
    /// It ends with another.
    pub fn mmig_to(&mut self, code: u8, as_of: &str, line: &str) -> Result<(), Failure> {
        self.human("clock", &json!({ "now": as_of }))?;
        let captured = Arc::new(Captured::default());
        let words = std::iter::once("mmig").chain(line.split_whitespace());
        let exit = run(&Process {
            arguments: words.chain(["--no-input", "--color", "never", "--as-of", as_of]).map(Into::into).collect(),
            environment: self.environment.clone(),
            folder: self.folder.clone(),
            streams: Streams::Captured(Arc::clone(&captured)),
            // Ctrl-C ends the demo at once: nothing of it has to be settled.
            signals: false,
            patience: Patience::default(),
        });
        // As a reader sees it who is in the demo's folder.
        let said = captured.both().replace(&format!("{}{MAIN_SEPARATOR}", self.folder.display()), "");
        let bold = anstyle::Style::new().bold();
        let indented = |text: &str| if text.is_empty() { "\n".to_owned() } else { format!("  {text}\n") };
        let shown: String = said.lines().map(indented).collect();
        self.terminal.data(&format!("\n{bold}$ mmig {line}{bold:#}\n{shown}"));
        self.steps.push(DemoStep { command: format!("mmig {line}"), exit, said });
        if exit == code {
            return Ok(());
        }
        Err(Failure::new(Kind::Api, format!("mmig {line} ended with {exit} instead of {code}"), ""))
    }

    /// Tells the reader what happens outside mmig.
    pub fn meanwhile(&self, text: &str) {
        let style = anstyle::AnsiColor::Cyan.on_default();
        self.terminal.data(&format!("\n{style}# {text}{style:#}\n"));
    }

    /// What a person does by other means, on the sandbox's human side.
    ///
    /// # Errors
    /// The sandbox does not do it.
    pub fn human(&self, path: &str, body: &Value) -> Result<(), Failure> {
        let request = self.http.post(format!("{}/{path}", self.url)).json(body);
        let sent = self.runtime.block_on(request.send()).and_then(reqwest::Response::error_for_status);
        sent.map(drop).map_err(|error| Failure::new(Kind::Api, format!("the sandbox did not {path}: {error}"), ""))
    }

    /// What the sandbox has on record.
    fn record(&self, what: &str) -> Result<Value, Failure> {
        let request = self.http.get(format!("{}/{what}", self.url));
        let answer = self.runtime.block_on(async { request.send().await?.json().await });
        answer
            .map_err(|error: reqwest::Error| Failure::new(Kind::Api, format!("the sandbox has no {what}: {error}"), ""))
    }

    /// Changes a customer's mail while it waits.
    ///
    /// # Errors
    /// The sandbox has no such mail.
    pub fn tamper(&self, customer: &str) -> Result<(), Failure> {
        let mail = self.record("mails")?["mails"]
            .as_array()
            .and_then(|mails| mails.iter().find(|mail| mail["to"][0] == customer).cloned());
        let mail = mail.ok_or_else(|| Failure::new(Kind::Api, "the sandbox has no mail to change", ""))?;
        let body = mail["body"].as_str().unwrap_or_default().replacen("/v2`", "/v3`", 1);
        self.human("tamper", &json!({ "id": mail["id"], "body": body }))
    }

    /// The addresses of the affected customers, as the sandbox has them.
    ///
    /// # Errors
    /// The sandbox does not answer.
    pub fn customers(&self) -> Result<Vec<String>, Failure> {
        let book = self.record("contacts")?;
        let affected =
            |contact: &&Value| contact["tags"].as_array().is_some_and(|tags| tags.contains(&"api-v1".into()));
        let contacts = book["contacts"].as_array().map(Vec::as_slice).unwrap_or_default();
        let addresses = contacts.iter().filter(affected).filter_map(|contact| contact["email"].as_str());
        Ok(addresses.map(str::to_owned).collect())
    }
}
