//! Usage files: CSV, JSON, JSON lines or an access log, recognised by their start. Rows are read one by one.

mod access_log;
mod array;
mod bounded;
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
    let unreadable = unreadable_form(&head[..head.len().min(LONGEST_MAGIC)]);
    let reader = BufReader::with_capacity(1 << 16, Cursor::new(head).chain(input));
    let rest = Rest { reader, lines_before };
    if let Some(unusable) = unreadable {
        return Err(unusable);
    }
    match first {
        None => Err(Unusable::content("is empty", HOW_TO_WRITE)),
        Some(_) if layout.format == UsageFormat::Combined => access_log::read(rest, layout, each),
        Some(b'[') => array::read(rest, layout, each),
        Some(b'{') if is_document(&line) => array::read(rest, layout, each),
        Some(b'{') => lines::read(rest, layout, each),
        Some(_) if lines::object(&line).is_some() => lines::read(rest, layout, each),
        Some(_) if access_log::is_one(&line) => {
            let fix =
                "write format = \"combined\" into [usage] of campaign.toml, and which calls are old into [usage.old]";
            Err(Unusable::content("looks like an access log", fix))
        }
        Some(_) => table::read(rest, &line, sign, layout, each),
    }
}

/// How files that are not text begin: compressed, or in a program's own format; what they are, and what
/// to do.
const FORMS: [(&[u8], &str, &str); 7] = [
    (b"PK\x03\x04", "is an archive or a workbook, not a text file", "save the sheet as CSV, or unpack the archive"),
    (b"\xd0\xcf\x11\xe0", "is a workbook, not a text file", "save the sheet as CSV"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstd", "pipe it: `zstd -dc FILE | mmig track --usage -`"),
    (b"\xfd7zXZ", "is compressed with xz", "pipe it: `xz -dc FILE | mmig track --usage -`"),
    (b"\x04\x22\x4d\x18", "is compressed with lz4", "pipe it: `lz4 -dc FILE | mmig track --usage -`"),
    (b"PAR1", "is a Parquet file, not a text file", "export it as CSV or JSON lines"),
    (b"Obj\x01", "is an Avro file, not a text", "export it as CSV or JSON lines"),
];

/// What follows `BZh` and a digit in a file compressed with bzip2.
const BZIP2: &[u8] = b"1AY&SY";

/// The longest of these beginnings, in bytes.
const LONGEST_MAGIC: usize = 10;

/// Why a file with this beginning cannot be read, if it is known not to be text.
fn unreadable_form(head: &[u8]) -> Option<Unusable> {
    if head.starts_with(b"BZh") && head.get(4..).is_some_and(|rest| rest.starts_with(BZIP2)) {
        let fix = "pipe it: `bzip2 -dc FILE | mmig track --usage -`";
        return Some(Unusable::content("is compressed with bzip2", fix));
    }
    let (magic, what, fix) = FORMS.iter().find(|(magic, ..)| head.starts_with(magic))?;
    // A text may begin with the same letters, and goes on as a text does.
    let is_letters = magic.iter().all(u8::is_ascii_alphanumeric);
    let goes_on_as_text = head.get(magic.len()).is_none_or(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n'));
    (!(is_letters && goes_on_as_text)).then(|| Unusable::content(*what, *fix))
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
