//! The format of a usage file, and why it cannot be used.

use std::io;

use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use crate::campaign::usage::Row;
use crate::store::input::Input;

/// The format of a readable file.
pub(super) const HOW_TO_WRITE: &str = "write CSV with the columns contact, old_calls, new_calls, last_seen, and method and path where calls are counted by endpoint; or say in [usage] of campaign.toml how your export is written";

/// Called for each row: its line in the file, from 1, and the row, which may have a fault.
pub type Each<'e> = dyn FnMut(u64, Row<'_>) + 'e;

/// How a file was interpreted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Shape {
    /// CSV, JSON, JSON lines or an access log.
    pub format: Format,
    /// The columns that are used.
    pub columns: Vec<ColumnRead>,
    /// The columns that are ignored.
    pub ignored: Vec<String>,
}

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, strum::Display)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Lines of cells, with the column names in the first.
    #[strum(to_string = "CSV")]
    Csv,
    /// One JSON document that contains a list of objects.
    #[strum(to_string = "JSON")]
    Json,
    /// One JSON object per line.
    #[strum(to_string = "JSON lines")]
    JsonLines,
    /// One line per request, as web servers write them.
    #[strum(to_string = "access log")]
    AccessLog,
}

/// A column that is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ColumnRead {
    /// Its meaning: the key of `[usage.columns]`.
    pub column: String,
    /// Its name in the file.
    pub name: String,
}

/// Why a file cannot be used as a whole.
#[derive(Debug)]
pub(super) enum Unusable {
    /// The operating system reported an error.
    Io(io::Error),
    /// Its contents are wrong: the problem, and the fix.
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

/// Why no part of a usage file may be used.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct UsageFileError {
    /// What is wrong, with which file.
    pub message: String,
    /// How to fix it.
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

/// The unread part of a file, and how many lines came before it.
pub(super) struct Rest<R> {
    pub(super) reader: R,
    pub(super) lines_before: u64,
}
