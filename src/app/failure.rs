//! Why a command did not do everything it was asked. The kind decides the exit code; the text says what happened,
//! to what, and which command to run next.

use std::io;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::api::ApiError;
use crate::app::settings::{ADMIN_KEY, KEY};
use crate::campaign::definition::problem::{Problem, Severity};
use crate::campaign::hint::{Action, Hint};
use crate::hint;
use crate::store::folder::{Fault, FolderError};
use crate::store::local::LedgerError;
use crate::store::usage_file::UsageFileError;

/// The kinds of failure, each with its own exit code; the platform's own code where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::EnumIter)]
pub enum Kind {
    /// Done, but some recipients failed or are unknown.
    Partial = 1,
    /// The command was not understood, or needs an answer that cannot be given here.
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
    /// The ledger is damaged or cannot be written: nothing was lost, and nothing more is written.
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

/// Why a use case did not do everything it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The kind of failure.
    pub kind: Kind,
    /// What happened, to what, in one sentence without a full stop.
    pub message: String,
    /// Details, one per line.
    pub details: Vec<Hint>,
    /// Findings in the campaign's files.
    pub problems: Vec<Problem>,
    /// What to do next; may be empty.
    pub hint: Hint,
}

impl Failure {
    /// A failure with a hint.
    pub fn new(kind: Kind, message: impl Into<String>, hint: impl Into<Hint>) -> Self {
        Self { kind, message: message.into(), details: Vec::new(), problems: Vec::new(), hint: hint.into() }
    }

    /// The same failure with details.
    #[must_use]
    pub fn with_details<D: Into<Hint>>(self, details: impl IntoIterator<Item = D>) -> Self {
        Self { details: details.into_iter().map(Into::into).collect(), ..self }
    }

    /// The failure to write a file that the user named.
    pub fn not_written(path: &Path, error: &io::Error) -> Self {
        let hint = "name a file in a folder that exists and can be written";
        Self::new(Kind::Usage, format!("cannot write {}: {error}", path.display()), hint)
    }

    /// The failure for findings in the campaign's files.
    pub fn invalid(campaign: &str, problems: Vec<Problem>) -> Self {
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        let message = format!("campaign `{campaign}` has {errors} error{}", if errors == 1 { "" } else { "s" });
        Self {
            problems,
            ..Self::new(Kind::Invalid, message, hint!["fix the lines above, then run ", Action::new("check")])
        }
    }
}

/// A failure in a document.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FailureDocument {
    /// The kind of failure.
    pub kind: &'static str,
    /// The exit code of its kind.
    pub code: u8,
    /// What happened, and to what.
    pub message: String,
    /// What to do next; omitted if there is nothing to do.
    #[serde(skip_serializing_if = "Hint::is_empty")]
    pub hint: Hint,
    /// Details, one per line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Hint>,
    /// Findings in the campaign's files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Finding>,
}

impl From<&Failure> for FailureDocument {
    fn from(failure: &Failure) -> Self {
        Self {
            kind: failure.kind.name(),
            code: failure.kind.code(),
            message: failure.message.clone(),
            hint: failure.hint.clone(),
            details: failure.details.clone(),
            problems: failure.problems.iter().map(Finding::from).collect(),
        }
    }
}

/// A finding in the campaign's files, in a document.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Finding {
    /// `error` or `warning`.
    pub severity: Severity,
    /// The rule's name, as used in `[[allow]]`.
    pub rule: String,
    /// The words it is about, if any.
    pub text: Option<String>,
    /// The file it is in.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it; may be empty.
    pub fix: String,
}

impl From<&Problem> for Finding {
    fn from(problem: &Problem) -> Self {
        let (line, column) = problem.place();
        Self {
            severity: problem.severity,
            rule: problem.rule.to_string(),
            text: problem.about.as_ref().map(|about| about.words.clone()),
            file: problem.source.path.clone(),
            line,
            column,
            message: problem.what.clone(),
            fix: problem.fix.clone(),
        }
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let kind = match &error {
            LedgerError::Held { .. } | LedgerError::Foreign { .. } | LedgerError::Overtaken { .. } => Kind::Busy,
            LedgerError::Lies { .. } | LedgerError::Occupied { .. } => Kind::Refused,
            LedgerError::Address { .. } => Kind::Invalid,
            LedgerError::Store { denied: true, .. } => Kind::Auth,
            LedgerError::Damaged { .. }
            | LedgerError::OtherCampaign { .. }
            | LedgerError::LockGone { .. }
            | LedgerError::Link { .. }
            | LedgerError::Newer { .. }
            | LedgerError::Moved { .. }
            | LedgerError::Store { .. }
            | LedgerError::Journal(_)
            | LedgerError::Io { .. } => Kind::Ledger,
        };
        Self::new(kind, error.to_string(), error.hint())
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        let kind = match error.fault {
            Fault::NotFound => Kind::NotFound,
            Fault::Ambiguous => Kind::Usage,
            Fault::Invalid => Kind::Invalid,
            Fault::Changed => Kind::Refused,
            Fault::Ledger => Kind::Ledger,
        };
        match error.campaign {
            Some(campaign) => Self::invalid(&campaign, error.problems),
            None => Self::new(kind, error.message, error.hint),
        }
    }
}

impl From<UsageFileError> for Failure {
    fn from(error: UsageFileError) -> Self {
        Self::new(Kind::Usage, error.message, error.fix)
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        let last = error.last();
        let kind = match last {
            ApiError::KeyRefused { .. } | ApiError::Forbidden { .. } | ApiError::NoKey { .. } => Kind::Auth,
            ApiError::RateLimited { .. } | ApiError::WarmUp { .. } | ApiError::Quota { .. } => Kind::Limited,
            ApiError::InvalidUrl { .. } => Kind::Usage,
            _ => Kind::Api,
        };
        let hint = match last {
            ApiError::KeyRefused { .. } => {
                format!("check {KEY}: a key from MultiMail's dashboard with the scopes read and send")
            }
            ApiError::Forbidden { .. } => {
                format!("check the scopes of {KEY} (read and send) and of {ADMIN_KEY}, if set")
            }
            _ => error.hint(),
        };
        Self::new(kind, error.to_string(), hint)
    }
}
