//! Why a campaign's folder, or a file in it, cannot be used.

use thiserror::Error;

use crate::campaign::definition::problem::Problem;
use crate::campaign::hint::Hint;

/// What is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// There is no such campaign.
    NotFound,
    /// It is not clear which campaign is meant.
    Ambiguous,
    /// A file or folder cannot be read, written or understood.
    Invalid,
    /// What was reviewed is not what is there.
    Changed,
    /// What is about to be sent cannot be kept.
    Ledger,
}

/// Why a campaign's folder, or a file in it, cannot be used. Nothing was written.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct FolderError {
    /// What is in the way.
    pub fault: Fault,
    /// What happened, to which file.
    pub message: String,
    /// What to do next; may be empty.
    pub hint: Hint,
    /// The campaign whose files have problems, where that is it.
    pub campaign: Option<String>,
    /// What is wrong with its files, place by place.
    pub problems: Vec<Problem>,
}

impl FolderError {
    /// An error with a hint.
    pub fn new(fault: Fault, message: impl Into<String>, hint: impl Into<Hint>) -> Self {
        Self { fault, message: message.into(), hint: hint.into(), campaign: None, problems: Vec::new() }
    }

    /// Findings in the campaign's files.
    pub fn invalid(campaign: &str, problems: Vec<Problem>) -> Self {
        let message = format!("campaign `{campaign}` is invalid");
        Self { campaign: Some(campaign.to_owned()), problems, ..Self::new(Fault::Invalid, message, "") }
    }
}
