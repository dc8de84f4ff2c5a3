//! How a file of usage is written, and why it cannot be used.

use std::io;

use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use crate::campaign::usage::Row;
use crate::store::input::Input;

/// How a file is written that can be read.
pub(super) const HOW_TO_WRITE: &str = "write CSV with the columns contact, old_calls, new_calls, last_seen, and method and path where calls are counted by endpoint; or say in [usage] of campaign.toml how your export is written";

/// What is done with each row: its line in the file (the first is 1), and the row, which may have a fault.
pub type Each<'e> = dyn FnMut(u64, Row<'_>) + 'e;

/// How a file was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Shape {
    /// CSV, JSON, JSON lines or an access log.
    pub format: Format,
    /// The columns that are read.
    pub columns: Vec<ColumnRead>,
    /// The columns that are not.
    pub ignored: Vec<String>,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, strum::Display)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Lines of cells, the names of the columns in the first.
    #[strum(to_string = "CSV")]
    Csv,
    /// One JSON document with a list of objects in it.
    #[strum(to_string = "JSON")]
    Json,
    /// A JSON object a line.
    #[strum(to_string = "JSON lines")]
    JsonLines,
    /// A line a request, as web servers write them.
    #[strum(to_string = "access log")]
    AccessLog,
}

/// A column that is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ColumnRead {
    /// What it says: the key of `[usage.columns]`.
    pub column: String,
    /// What the file calls it.
    pub name: String,
}

/// Why a file cannot be used as a whole.
#[derive(Debug)]
pub(super) enum Unusable {
    /// The system said no.
    Io(io::Error),
    /// It is not what it should be: what, and the way out.
    Content(String, String),
}

impl Unusable {
    pub(super) fn content(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Content(what.into(), fix.into())
    }
}

impl From<io::Error> for Unusable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Why nothing of a file of usage may be used.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct UsageFileError {
    /// What is wrong with which file.
    pub message: String,
    /// What to do about it.
    pub fix: String,
}

pub(super) fn refused(input: &Input, unusable: Unusable) -> UsageFileError {
    match unusable {
        Unusable::Io(error) => {
            UsageFileError { message: format!("cannot read {input}: {error}"), fix: "name a whole file".to_owned() }
        }
        Unusable::Content(what, fix) => UsageFileError { message: format!("{input} {what}"), fix },
    }
}

/// A part of a file that is read from: the text that is left, and how many lines came before it.
pub(super) struct Rest<R> {
    pub(super) reader: R,
    pub(super) lines_before: u64,
}
