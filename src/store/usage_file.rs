//! A file of usage: CSV, JSON, JSON lines or an access log, recognised by how it begins. Its rows are read one at a time.

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
enum Unusable {
    /// The system said no.
    Io(io::Error),
    /// It is not what it should be: what, and the way out.
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

/// Why nothing of a file of usage may be used.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct UsageFileError {
    /// What is wrong with which file.
    pub message: String,
    /// What to do about it.
    pub fix: String,
}

/// Reads a file of usage, and says how it was understood.
///
/// # Errors
/// The file cannot be read, or is not usage: nothing of it may be used then.
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

/// A part of a file that is read from: the text that is left, and how many lines came before it.
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

/// Whether a JSON object that begins with this line is the whole file, and not a row: it goes on in the next line, or holds
/// a list of rows.
fn is_document(line: &str) -> bool {
    match serde_json::from_str::<serde_json::Value>(line) {
        Ok(value) => array::has_rows(&value),
        Err(error) => error.is_eof() && (array::names_rows(line) || line.trim_end().ends_with(['{', '[', ','])),
    }
}

const HOW_TO_WRITE: &str = "write CSV with the columns contact, old_calls, new_calls, last_seen, and method and path where calls are counted by endpoint; or say in [usage] of campaign.toml how your export is written";

#[cfg(test)]
mod tests;
