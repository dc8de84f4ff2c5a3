//! The output of the program, and how it ended.

use std::process::Output;

use serde_json::Value;

/// How a run ended.
#[derive(Debug, Clone)]
#[must_use]
pub struct Said {
    pub command: String,
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    pub fn of(command: String, output: Output) -> Self {
        Self {
            command,
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }

    /// It ended with this exit code.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "$ {}\n{}\n{}", self.command, self.stdout, self.stderr);
        self
    }

    /// It succeeded.
    #[track_caller]
    pub fn well(self) -> Self {
        self.ends(0)
    }

    /// It printed this, on either channel.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.all().contains(words), "{words:?} is not in\n$ {}\n{}", self.command, self.all());
        self
    }

    #[track_caller]
    pub fn says_nothing_of(self, words: &str) -> Self {
        assert!(!self.all().contains(words), "{words:?} is in\n$ {}\n{}", self.command, self.all());
        self
    }

    /// All its output.
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// The one document on stdout. More than one, or anything else beside it, is not JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_str(&self.stdout);
        parsed.unwrap_or_else(|error| panic!("{error}\n$ {}\n{}\n{}", self.command, self.stdout, self.stderr))
    }
}

/// A number in a document, which must exist.
#[track_caller]
pub fn number(document: &Value, pointer: &str) -> u64 {
    let found = document.pointer(pointer).and_then(Value::as_u64);
    found.unwrap_or_else(|| panic!("no number at {pointer} of {document:#}"))
}

/// The texts of a document.
#[track_caller]
pub fn texts(document: &Value, list: &str, field: &str) -> Vec<String> {
    let entries = document[list].as_array().unwrap_or_else(|| panic!("no list {list} in {document:#}"));
    entries
        .iter()
        .map(|entry| entry[field].as_str().unwrap_or_else(|| panic!("no {field}: {entry}")).to_owned())
        .collect()
}

/// The items of this kind that need attention in `status --json`.
pub fn attention(status: &Value, kind: &str) -> Vec<String> {
    let items = status["attention"].as_array().expect("there is a list").iter().filter(|item| item["kind"] == kind);
    items.map(|item| item["message"].as_str().expect("it says something").to_owned()).collect()
}

/// The line of `status --json` for a phase.
#[track_caller]
pub fn phase(status: &Value, name: &str) -> Value {
    let phases = status["phases"].as_array().expect("there are phases");
    phases.iter().find(|line| line["name"] == name).unwrap_or_else(|| panic!("no phase {name}")).clone()
}

/// The outcomes of a phase that occur.
pub fn outcomes(status: &Value, name: &str) -> Vec<(String, u64)> {
    let line = phase(status, name);
    let all = line["outcomes"].as_object().expect("a phase has outcomes").clone();
    all.into_iter().filter_map(|(outcome, count)| Some((outcome, count.as_u64().filter(|count| *count > 0)?))).collect()
}
