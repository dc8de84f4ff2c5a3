//! The setting of the demo: a folder, a sandbox, and what people do besides running mmig.

use std::fs;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::document::DemoStep;
use super::excerpt::{self, Excerpt};
use crate::api::Patience;
use crate::app::failure::{Failure, Kind};
use crate::cli::environment::Environment;
use crate::cli::runtime::runtime;
use crate::cli::ui::{Captured, Streams, Terminal};
use crate::cli::{Face, Process, run};
use crate::sandbox::Sandbox;

/// The environment variables that the demo's commands inherit.
const INHERITED: [&str; 2] = ["USER", "USERNAME"];

/// How soon a request is retried after a lost reply: the sandbox is on this machine.
const PATIENCE: Patience =
    Patience { attempts: 12, backoff: Duration::from_millis(2), same_content: Duration::from_secs(62) };

/// A command of the demo.
#[derive(Debug)]
pub struct Step<'a> {
    as_of: &'a str,
    line: &'a str,
    code: u8,
    excerpt: Option<Excerpt>,
}

impl<'a> Step<'a> {
    /// A command that runs as of a time and should exit with 0. Only `--full` shows it.
    pub fn new(as_of: &'a str, line: &'a str) -> Self {
        Self { as_of, line, code: 0, excerpt: None }
    }

    /// The same for a command that should exit with this code.
    #[must_use]
    pub fn ends(self, code: u8) -> Self {
        Self { code, ..self }
    }

    /// A command that proves a promise: shown without `--full` too, at most this many lines of its
    /// output.
    #[must_use]
    pub fn shown(self, lines: usize) -> Self {
        Self { excerpt: Some(Excerpt::Lines(lines)), ..self }
    }

    /// The same, with long lines cut instead of wrapped: the start is enough to distinguish them.
    #[must_use]
    pub fn shown_cut(self, lines: usize) -> Self {
        Self { excerpt: Some(Excerpt::Cut(lines)), ..self }
    }

    /// The same, from the first line with this prefix.
    #[must_use]
    pub fn shown_from(self, start: &'static str, lines: usize) -> Self {
        Self { excerpt: Some(Excerpt::From(start, lines)), ..self }
    }

    /// The same for a command that prints a mail.
    #[must_use]
    pub fn shown_as_mail(self) -> Self {
        Self { excerpt: Some(Excerpt::Mail), ..self }
    }
}

/// A running demo.
pub struct Demo<'a> {
    terminal: &'a Terminal,
    full: bool,
    environment: Environment,
    folder: PathBuf,
    url: String,
    http: Client,
    runtime: Runtime,
    /// The commands run so far.
    pub steps: Vec<DemoStep>,
}

impl<'a> Demo<'a> {
    /// A demo that has run no command yet.
    ///
    /// # Errors
    /// The system has no resources for another connection.
    pub fn new(face: Face<'a>, full: bool, folder: &Path, sandbox: &Sandbox) -> Result<Self, Failure> {
        let failed = |error: &dyn std::fmt::Display| {
            Failure::new(Kind::Api, format!("the demo cannot start: {error}"), "check the system's limits")
        };
        crate::api::install_tls();
        let own = sandbox.environment().iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let inherited = INHERITED.iter().filter_map(|name| {
            let value = face.process.environment.get(name)?;
            Some(((*name).to_owned(), value))
        });
        let columns = ("COLUMNS".to_owned(), face.terminal.width().to_string());
        Ok(Self {
            terminal: face.terminal,
            full,
            environment: inherited.chain(own).chain([columns]).collect(),
            folder: std::path::absolute(folder).map_err(|error| failed(&error))?,
            url: format!("{}/_sandbox", sandbox.url()),
            http: Client::builder().no_proxy().build().map_err(|error| failed(&error))?,
            runtime: runtime()?,
            steps: Vec::new(),
        })
    }

    /// Runs a command, and shows it with its output.
    ///
    /// # Errors
    /// It does not end as expected.
    pub fn run(&mut self, step: &Step<'_>) -> Result<(), Failure> {
        let Step { as_of, line, code, .. } = *step;
        self.human("clock", &json!({ "now": as_of }))?;
        let captured = Arc::new(Captured::default());
        let words = std::iter::once("mmig").chain(line.split_whitespace());
        let exit = run(&Process {
            arguments: words.chain(["--no-input", "--color", "never", "--as-of", as_of]).map(Into::into).collect(),
            environment: self.environment.clone(),
            folder: self.folder.clone(),
            streams: Streams::Captured(Arc::clone(&captured)),
            // Ctrl-C ends the demo at once: nothing in it has to be settled.
            signals: false,
            patience: PATIENCE,
        });
        // Paths are shown relative to the demo's folder.
        let said = captured.both().replace(&format!("{}{MAIN_SEPARATOR}", self.folder.display()), "");
        self.show(step, &said);
        self.steps.push(DemoStep { command: format!("mmig {line}"), exit, said });
        if exit == code {
            return Ok(());
        }
        Err(Failure::new(Kind::Api, format!("mmig {line} ended with {exit} instead of {code}"), ""))
    }

    fn show(&self, step: &Step<'_>, said: &str) {
        let shown = match step.excerpt {
            _ if self.full => said.to_owned(),
            Some(excerpt) => excerpt.of(said, self.terminal.width()),
            None => return,
        };
        let (bold, gap) = (anstyle::Style::new().bold(), if self.full { "\n" } else { "" });
        let command = excerpt::fitted(&format!("$ mmig {}", step.line), self.terminal.width());
        self.terminal.data(&format!("{gap}{bold}{}{bold:#}\n{shown}", command.trim_end()));
    }

    /// Shows a promise of mmig; the next command proves it.
    pub fn promise(&self, text: &str) {
        let style = anstyle::AnsiColor::Cyan.on_default().bold();
        let text = excerpt::fitted(&format!("# {text}"), self.terminal.width());
        self.terminal.data(&format!("\n{style}{}{style:#}\n", text.trim_end()));
    }

    /// Shows what happens between the commands.
    pub fn meanwhile(&self, text: &str) {
        if self.full {
            let style = anstyle::AnsiColor::Cyan.on_default();
            let text = excerpt::fitted(&format!("# {text}"), self.terminal.width());
            self.terminal.data(&format!("\n{style}{}{style:#}\n", text.trim_end()));
        }
    }

    /// Replaces the first occurrence of `old` in a file.
    ///
    /// # Errors
    /// The file cannot be read or written, or does not contain it.
    pub fn edit(&self, file: &str, old: &str, new: &str) -> Result<(), Failure> {
        let failed = |why: &dyn std::fmt::Display| {
            Failure::new(Kind::Api, format!("the demo cannot edit {file}: {why}"), "check the folder's rights")
        };
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).map_err(|error| failed(&error))?;
        if !text.contains(old) {
            return Err(failed(&format!("`{old}` is not in it")));
        }
        fs::write(&path, text.replacen(old, new, 1)).map_err(|error| failed(&error))
    }

    /// Does something that people do without mmig, through the sandbox's human side.
    ///
    /// # Errors
    /// The sandbox refuses.
    pub fn human(&self, path: &str, body: &Value) -> Result<(), Failure> {
        let request = self.http.post(format!("{}/{path}", self.url)).json(body);
        let sent = self.runtime.block_on(request.send()).and_then(reqwest::Response::error_for_status);
        sent.map(drop).map_err(|error| Failure::new(Kind::Api, format!("the sandbox did not {path}: {error}"), ""))
    }

    /// The sandbox's records.
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
        let body = mail["body"].as_str().unwrap_or_default().replacen("30 April 2027", "30 April 2028", 1);
        self.human("tamper", &json!({ "id": mail["id"], "body": body }))
    }

    /// The addresses of the affected customers in the sandbox.
    ///
    /// # Errors
    /// The sandbox does not respond.
    pub fn customers(&self) -> Result<Vec<String>, Failure> {
        let book = self.record("contacts")?;
        let affected =
            |contact: &&Value| contact["tags"].as_array().is_some_and(|tags| tags.contains(&"api-v1".into()));
        let contacts = book["contacts"].as_array().map(Vec::as_slice).unwrap_or_default();
        let addresses = contacts.iter().filter(affected).filter_map(|contact| contact["email"].as_str());
        Ok(addresses.map(str::to_owned).collect())
    }
}
