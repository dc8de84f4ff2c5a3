//! Usage files: CSV, JSON, JSON lines or an access log, recognised by their start. Rows are read one by one.

mod access_log;
mod array;
mod bounded;
mod columns;
mod keys;
mod lines;
mod preamble;
mod table;

use std::io::{self, BufReader, Cursor, Read};

use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use crate::campaign::usage::{Layout, Row, UsageFormat};
use crate::store::input::Input;
use crate::store::text::decoded;

pub use keys::read_keys;

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
enum Unusable {
    /// The operating system reported an error.
    Io(io::Error),
    /// Its contents are wrong: the problem, and the fix.
    Content(String, String),
}

impl Unusable {
    fn content(what: impl Into<String>, fix: impl Into<String>) -> Self {
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

/// Reads a usage file, and returns how it was interpreted.
///
/// # Errors
/// The file cannot be read, or does not contain usage: no part of it may then be used.
pub fn read(input: &Input, layout: &Layout, each: &mut Each<'_>) -> Result<Shape, UsageFileError> {
    let shape = input.open().map_err(Unusable::from).and_then(|reader| read_any(reader, layout, each));
    shape.map_err(|unusable| refused(input, unusable))
}

fn refused(input: &Input, unusable: Unusable) -> UsageFileError {
    match unusable {
        Unusable::Io(error) => {
            UsageFileError { message: format!("cannot read {input}: {error}"), fix: "name a whole file".to_owned() }
        }
        Unusable::Content(what, fix) => UsageFileError { message: format!("{input} {what}"), fix },
    }
}

/// The unread part of a file, and how many lines came before it.
struct Rest<R> {
    reader: R,
    lines_before: u64,
}

fn read_any(input: Box<dyn Read>, layout: &Layout, each: &mut Each<'_>) -> Result<Shape, Unusable> {
    let mut input = decoded(input)?;
    let (head, lines_before, sign) = preamble::skipped(&mut input, layout)?;
    let line = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
    let first = head.first().copied();
    let reader = BufReader::with_capacity(1 << 16, Cursor::new(head).chain(input));
    let rest = Rest { reader, lines_before };
    match first {
        None => Err(Unusable::content("is empty", HOW_TO_WRITE)),
        Some(_) if layout.format == UsageFormat::Combined => access_log::read(rest, layout, each),
        Some(b'[') => array::read(rest, layout, each),
        Some(b'{') if is_document(&line) => array::read(rest, layout, each),
        Some(b'{') => lines::read(rest, layout, each),
        Some(_) if lines::object(&line).is_some() => lines::read(rest, layout, each),
        Some(b'P') if line.starts_with("PK\u{3}\u{4}") => Err(Unusable::content(
            "is an archive or a workbook, not a text",
            "save the sheet as CSV, or unpack the archive",
        )),
        Some(_) if access_log::is_one(&line) => {
            let fix =
                "write format = \"combined\" into [usage] of campaign.toml, and which calls are old into [usage.old]";
            Err(Unusable::content("looks like an access log", fix))
        }
        Some(_) => table::read(rest, &line, sign, layout, each),
    }
}

/// Whether a JSON object that starts on this line is the whole file, and not a row: it continues on the next line, or
/// contains a list of rows.
fn is_document(line: &str) -> bool {
    match serde_json::from_str::<serde_json::Value>(line) {
        Ok(value) => array::has_rows(&value),
        Err(error) => error.is_eof() && (array::names_rows(line) || line.trim_end().ends_with(['{', '[', ','])),
    }
}

const HOW_TO_WRITE: &str = "write CSV with the columns contact, old_calls, new_calls, last_seen, and method and path where calls are counted by endpoint; or say in [usage] of campaign.toml how your export is written";

#[cfg(test)]
mod tests;
