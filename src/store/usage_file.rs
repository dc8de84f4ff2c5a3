//! Usage files: CSV, JSON, JSON lines or an access log, recognised by their start. Rows are read one by one.

mod access_log;
mod array;
mod columns;
mod keys;
mod lines;
mod preamble;
mod shape;
mod table;

use std::io::{BufReader, Cursor, Read};

use crate::campaign::usage::{Layout, UsageFormat};
use crate::store::input::Input;
use crate::store::text::decoded;

use shape::{HOW_TO_WRITE, Rest, Unusable, refused};

pub use keys::read_keys;
pub use shape::{ColumnRead, Each, Format, Shape, UsageFileError};

/// Reads a usage file, and returns how it was interpreted.
///
/// # Errors
/// The file cannot be read, or does not contain usage: no part of it may then be used.
pub fn read(input: &Input, layout: &Layout, each: &mut Each<'_>) -> Result<Shape, UsageFileError> {
    let shape = input.open().map_err(Unusable::from).and_then(|reader| read_any(reader, layout, each));
    shape.map_err(|unusable| refused(input, unusable))
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

#[cfg(test)]
mod tests;
