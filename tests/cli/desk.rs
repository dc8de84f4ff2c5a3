//! The place from which a campaign is run: a folder, a time, an environment, and possibly a server.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use mmig::api::Patience;
use mmig::cli::Process;
use mmig::cli::ui::{Captured, Streams};
use mmig::sandbox::{Contacts, Contract, Options, Sandbox};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::files::copy;
use crate::human::People;
use crate::said::Said;

/// An hour after each phase of the example is due.
pub const ANNOUNCE_DAY: &str = "2027-01-30T14:00:00Z";
pub const PREPARE_DAY: &str = "2027-03-01T14:00:00Z";
pub const WINDOW_DAY: &str = "2027-03-31T14:00:00Z";

/// Where the program runs.
pub struct Desk {
    pub(crate) home: TempDir,
    sandbox: Option<Sandbox>,
    environment: BTreeMap<String, String>,
    /// How long it waits for the server to accept the same content again.
    same_content: Duration,
}

/// A running program.
pub struct Running {
    pub child: Child,
    command: String,
}

impl Running {
    /// Waits for its end.
    pub fn ended(self) -> Said {
        Said::of(self.command, self.child.wait_with_output().expect("it can be waited for"))
    }

    /// The same for a program that must not wait forever if its day is over before it began.
    pub fn ended_soon(mut self) -> Said {
        let start = Instant::now();
        while self.child.try_wait().expect("it can be asked").is_none() {
            if start.elapsed() > Duration::from_mins(2) {
                let _ = self.child.kill();
            }
            thread::sleep(Duration::from_millis(20));
        }
        self.ended()
    }

    /// Sends Ctrl-C.
    #[cfg(unix)]
    pub fn interrupt(&self) {
        self.signal("INT");
    }

    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status();
        assert!(sent.expect("there is a shell").success());
    }
}

/// This many realistic contacts, nine in ten on api-v1; both contracts.
pub fn with_contacts(count: usize) -> Options {
    Options { contacts: Contacts::Seeded(count), ..Options::default() }
}

/// The same for a server with only one contract.
pub fn speaking(contract: Contract, contacts: usize) -> Options {
    Options { contract, ..with_contacts(contacts) }
}

/// These contacts, unchanged.
pub fn with_rows(rows: Vec<Value>) -> Options {
    Options { contacts: Contacts::Rows(rows), ..Options::default() }
}

impl Desk {
    /// No server, no key: the example campaign, on the day its first phase is due.
    pub fn offline() -> Self {
        let home = TempDir::new().expect("there is room for a folder");
        let desk = Self { home, sandbox: None, environment: BTreeMap::new(), same_content: Duration::from_millis(1) };
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("campaigns/api-v2");
        copy(&example.join("templates"), &desk.path("templates"));
        fs::copy(example.join("campaign.toml"), desk.path("campaign.toml")).expect("the example can be copied");
        desk.edit("campaign.toml", "per_second = 10.0", "per_second = 0");
        desk.with("MMIG_AS_OF", ANNOUNCE_DAY)
    }

    /// The same with a server and its keys.
    pub fn at(options: Options) -> Self {
        let start_time = ANNOUNCE_DAY.parse().ok();
        let sandbox = Sandbox::start(Options { start_time, ..options }).expect("the sandbox starts");
        let mut desk = Self::offline();
        for (name, value) in sandbox.environment() {
            desk = desk.with(name, value);
        }
        desk.sandbox = Some(sandbox);
        desk
    }

    /// The same, with recipients found and all texts drafted.
    pub fn drafted(options: Options) -> Self {
        let desk = Self::at(options);
        desk.segment();
        desk.draft_all();
        desk
    }

    /// A second desk with the same files and server.
    pub fn copy(&self) -> Self {
        let home = TempDir::new().expect("there is room for a folder");
        copy(self.home.path(), home.path());
        Self { home, sandbox: None, environment: self.environment.clone(), same_content: self.same_content }
    }

    /// Waits this long for the server to accept the same content again.
    pub fn patient(self, same_content: Duration) -> Self {
        Self { same_content, ..self }
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// Sets the time, here and at the server.
    pub fn on(self, time: &str) -> Self {
        if self.sandbox.is_some() {
            self.people().post("clock", &json!({ "now": time }));
        }
        self.with("MMIG_AS_OF", time)
    }

    /// The program's environment.
    pub fn environment(&self) -> BTreeMap<String, String> {
        self.environment.clone()
    }

    /// The server's address.
    pub fn server(&self) -> String {
        self.environment["MULTIMAIL_API_URL"].clone()
    }

    /// The people around the server.
    pub fn people(&self) -> People {
        People(self.sandbox.as_ref().expect("this desk has a server").addr())
    }

    /// Starts the program; words are separated by spaces.
    pub fn start(&self, arguments: &str) -> Running {
        self.start_into(arguments, Stdio::piped())
    }

    /// The same, with its stdout going somewhere else.
    pub fn start_into(&self, arguments: &str, stdout: Stdio) -> Running {
        let mut command = self.command(arguments);
        command.stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped());
        Running { child: command.spawn().expect("it starts"), command: format!("mmig {arguments}") }
    }

    /// The program, ready to start with its own environment.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mmig"));
        command.args(arguments.split_whitespace()).current_dir(self.home.path()).env_clear();
        command.envs(&self.environment).env("HOME", self.home.path());
        // Without it Windows has no sockets.
        command.envs(std::env::vars_os().filter(|(name, _)| name.eq_ignore_ascii_case("SystemRoot")));
        command
    }

    /// Starts the program for a person at a terminal.
    #[cfg(unix)]
    pub fn at_a_terminal(&self, arguments: &str) -> rexpect::session::PtySession {
        rexpect::session::spawn_command(self.command(arguments), Some(60_000)).expect("there is a terminal")
    }

    /// Runs a command line to its end, in this process, without long retries.
    pub fn run(&self, arguments: &str) -> Said {
        self.run_words(&arguments.split_whitespace().collect::<Vec<_>>())
    }

    /// The same, if a word may be empty or contain spaces.
    pub fn run_words(&self, words: &[&str]) -> Said {
        let captured = Arc::new(Captured::default());
        let process = Process {
            arguments: std::iter::once("mmig").chain(words.iter().copied()).map(Into::into).collect(),
            environment: self.environment.clone().into_iter().collect(),
            folder: self.home.path().to_owned(),
            streams: Streams::Captured(Arc::clone(&captured)),
            signals: false,
            patience: Patience { attempts: 8, backoff: Duration::from_millis(1), same_content: self.same_content },
        };
        let code = mmig::cli::run(&process).into();
        // Relative to the folder it ran in, as the program itself would show it.
        let here = format!("{}/", self.home.path().display());
        let said = |text: String| text.replace(&here, "");
        let (stdout, stderr) = (said(captured.stdout()), said(captured.stderr()));
        Said { command: format!("mmig {}", words.join(" ")), code, stdout, stderr }
    }

    /// Runs the program itself to its end.
    pub fn spawn(&self, arguments: &str) -> Said {
        self.start(arguments).ended()
    }

    #[track_caller]
    pub fn segment(&self) -> Value {
        self.run("segment --json").well().json()
    }

    #[track_caller]
    pub fn draft_all(&self) {
        let _ = self.run("draft --all").well();
    }

    pub fn submit(&self, phase: &str) -> Said {
        self.run(&format!("submit --phase {phase} --yes --json"))
    }

    #[track_caller]
    pub fn track(&self) -> Value {
        self.run("track --json").well().json()
    }

    #[track_caller]
    pub fn status(&self) -> Value {
        self.run("status --json").well().json()
    }
}
