//! A sandbox, a campaign against it, and the program run on that campaign.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chrono::{DateTime, TimeDelta, Utc};
use mmig::sandbox::{Contract, Options};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{self, Client};

/// The campaign's mails, all to everyone, so that everyone must have each of them in the end.
pub const PHASES: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];

const HEAD: &str = "\
[campaign]
title = \"API v2\"
from = \"migrations@example.com\"
deadline = 2027-04-30
[limits]
per_second = 0.0
";
const SEGMENTS: &str = "\
[[segment]]
name = \"webhooks\"
tags = \"api-v1,webhooks\"
[[segment]]
name = \"rest\"
tags = \"api-v1,rest\"
[[segment]]
name = \"others\"
tags = \"api-v1\"
";
/// The text differs by segment, person and day: a mail that is rendered again a day later is not the same.
const TEMPLATE: &str =
    "Hello {{ contact.name }},\n\n{{ segment.name }}: {{ days_left }} days are left on {{ send_date }}.\n";

pub struct Scene {
    pub server: Client,
    root: TempDir,
}

/// The result of a run.
pub struct Said {
    pub code: i32,
    pub json: Value,
    pub text: String,
}

impl Scene {
    /// A new campaign. `limits` are lines of its `[limits]`.
    pub fn new(mut options: Options, limits: &str) -> Self {
        options.start_time = Some("2027-01-04T20:00:00Z".parse().expect("a time"));
        let scene = Self { server: client::start(options), root: TempDir::new().expect("a folder") };
        let phases = PHASES.iter().zip([90, 80, 70, 60, 50]);
        let phases: String = phases
            .map(|(name, days)| format!("[[phase]]\nname = \"{name}\"\ndays_before = {days}\naudience = \"all\"\n"))
            .collect();
        let templates = scene.campaign().join("templates");
        fs::create_dir_all(&templates).expect("a folder");
        fs::write(scene.campaign().join("campaign.toml"), format!("{HEAD}{limits}\n{SEGMENTS}{phases}")).expect("room");
        for phase in PHASES {
            let subject = format!("+++\nsubject = \"{phase} notice, {{{{ days_left }}}} days left\"\n+++\n");
            fs::write(templates.join(format!("{phase}.md")), subject + TEMPLATE).expect("room");
        }
        scene
    }

    /// The same, with the cohorts recorded and the first phase drafted.
    pub fn drafted(options: Options, limits: &str) -> Self {
        let scene = Self::new(options, limits);
        for arguments in [&["segment"][..], &["draft", "--phase", PHASES[0]]] {
            let said = scene.run(arguments);
            assert_eq!(said.code, 0, "{}", said.text);
        }
        scene
    }

    pub fn campaign(&self) -> PathBuf {
        self.root.path().join("campaigns").join("api-v2")
    }

    /// Changes a file of the campaign as a person would.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.campaign().join(file);
        let before = fs::read_to_string(&path).expect("a file");
        assert!(before.contains(from), "{from} is not in {}", path.display());
        fs::write(&path, before.replace(from, to)).expect("room");
    }

    /// The program with the sandbox's address, keys and time, and nothing of our own environment.
    pub fn mmig(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mmig"));
        self.prepare(&mut command);
        command.args(arguments).args(["--json", "--no-input"]);
        command
    }

    pub fn prepare(&self, command: &mut Command) {
        let environment = self.server.sandbox.environment().iter().map(|(name, value)| (*name, value.as_str()));
        command.current_dir(self.root.path()).env_clear().envs(environment);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("MMIG_CAMPAIGN", self.campaign()).env("MMIG_AS_OF", self.now().to_rfc3339());
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        said(&self.mmig(arguments).output().expect("it starts"))
    }

    pub fn submit(&self, phase: &str) -> Said {
        self.run(&["submit", "--phase", phase, "--now", "--yes"])
    }

    /// The sandbox's time.
    pub fn now(&self) -> DateTime<Utc> {
        let now = self.server.look("stats")["now"].take();
        now.as_str().and_then(|now| now.parse().ok()).expect("a time")
    }

    pub fn later(&self, by: TimeDelta) {
        self.server.human("clock", &json!({ "advance_seconds": by.num_seconds() }));
    }
}

pub fn said(output: &Output) -> Said {
    let json = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let streams = [&output.stdout, &output.stderr].map(|stream| String::from_utf8_lossy(stream));
    Said { code: output.status.code().unwrap_or(-1), json, text: streams.concat() }
}

pub fn contract(simple: bool) -> Contract {
    if simple { Contract::Simple } else { Contract::Mailbox }
}

/// The files of a folder with their contents.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> =
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![with(path)] }).collect();
    files.sort();
    files
}

fn with(path: PathBuf) -> (PathBuf, Vec<u8>) {
    let content = fs::read(&path).expect("a file");
    (path, content)
}
