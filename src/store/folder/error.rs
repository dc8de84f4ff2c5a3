//! Why a campaign's folder, or a file in it, cannot be used.

use thiserror::Error;

use crate::campaign::definition::problem::Problem;
use crate::campaign::hint::Hint;

/// The kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// There is no such campaign.
    NotFound,
    /// It is not clear which campaign is meant.
    Ambiguous,
    /// A file or folder cannot be read, written or understood.
    Invalid,
    /// The current files are not what was reviewed.
    Changed,
    /// What is about to be sent cannot be recorded.
    Ledger,
}

/// Why a campaign's folder, or a file in it, cannot be used. Nothing was written.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct FolderError {
    /// The kind of problem.
    pub fault: Fault,
    /// What happened, to which file.
    pub message: String,
    /// What to do next; may be empty.
    pub hint: Hint,
    /// The campaign with problems in its files, if that is the cause.
    pub campaign: Option<String>,
    /// The problems in its files.
    pub problems: Vec<Problem>,
}

impl FolderError {
    /// An error with a hint.
    pub fn new(fault: Fault, message: impl Into<String>, hint: impl Into<Hint>) -> Self {
        Self { fault, message: message.into(), hint: hint.into(), campaign: None, problems: Vec::new() }
    }

    /// The error for findings in the campaign's files.
    pub fn invalid(campaign: &str, problems: Vec<Problem>) -> Self {
        let message = format!("campaign `{campaign}` is invalid");
        Self { campaign: Some(campaign.to_owned()), problems, ..Self::new(Fault::Invalid, message, "") }
    }
}
