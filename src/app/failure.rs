//! Why a command did not do all it was asked: the kind decides the exit code, the text says what happened, to what,
//! and the next command to type.

use serde_json::{Value, json};

use crate::campaign::definition::problem::Problem;

/// The kinds of failure, each with an exit code of its own; the platform's own codes where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Done, but some recipients failed or are unknown.
    Partial = 1,
    /// The command was not understood, or needs an answer nobody can give here.
    Usage = 2,
    /// No such campaign, phase, segment or contact.
    NotFound = 3,
    /// The key is missing, wrong or without the scope.
    Auth = 4,
    /// The API failed or cannot be reached.
    Api = 5,
    /// Another run holds the campaign.
    Busy = 6,
    /// Rate limit, warm-up or quota: stopped early, safe to run again.
    Limited = 7,
    /// Refused by a gate: text not reviewed or changed, oversight mode, too late.
    Refused = 8,
    /// The ledger is damaged or cannot be written: nothing was lost, nothing more is written.
    Ledger = 9,
    /// The campaign file or a template is invalid.
    Invalid = 10,
    /// Interrupted; what was in flight was finished and recorded.
    Interrupted = 130,
}

impl Kind {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The kind's name in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Partial => "partial",
            Self::Usage => "usage",
            Self::NotFound => "not-found",
            Self::Auth => "auth",
            Self::Api => "api",
            Self::Busy => "busy",
            Self::Limited => "limited",
            Self::Refused => "refused",
            Self::Ledger => "ledger",
            Self::Invalid => "invalid",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A failure, as it is told to a person or a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind it is.
    pub kind: Kind,
    /// What happened, to what, in one sentence without a full stop.
    pub message: String,
    /// More about it, a line each.
    pub details: Vec<String>,
    /// Findings in the campaign's files.
    pub problems: Vec<Problem>,
    /// What to do, best a command to type; may be empty.
    pub hint: String,
}

impl Failure {
    /// A failure with a hint.
    pub fn new(kind: Kind, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { kind, message: message.into(), details: Vec::new(), problems: Vec::new(), hint: hint.into() }
    }

    /// The same, with more about it.
    #[must_use]
    pub fn with_details(self, details: impl IntoIterator<Item = String>) -> Self {
        Self { details: details.into_iter().collect(), ..self }
    }

    /// Findings in the campaign's files.
    pub fn invalid(campaign: &str, problems: Vec<Problem>) -> Self {
        let errors = problems
            .iter()
            .filter(|problem| problem.severity == crate::campaign::definition::problem::Severity::Error)
            .count();
        let message = format!("campaign `{campaign}` has {errors} error{}", if errors == 1 { "" } else { "s" });
        Self { problems, ..Self::new(Kind::Invalid, message, "mend the lines above, then run `mmig check`") }
    }

    /// The failure for `--json`.
    pub fn to_json(&self) -> Value {
        let mut json = json!({ "kind": self.kind.name(), "code": self.kind.code(), "message": self.message });
        if !self.hint.is_empty() {
            json["hint"] = self.hint.clone().into();
        }
        if !self.details.is_empty() {
            json["details"] = self.details.clone().into();
        }
        if !self.problems.is_empty() {
            json["problems"] = self.problems.iter().map(problem_json).collect();
        }
        json
    }
}

/// A finding for `--json`.
pub fn problem_json(problem: &Problem) -> Value {
    let (line, column) = problem.place();
    json!({
        "severity": match problem.severity {
            crate::campaign::definition::problem::Severity::Error => "error",
            crate::campaign::definition::problem::Severity::Warning => "warning",
        },
        "rule": problem.rule.to_string(), "text": problem.about.as_ref().map(|about| &about.words),
        "file": problem.source.path, "line": line, "column": column, "message": problem.what, "fix": problem.fix,
    })
}
