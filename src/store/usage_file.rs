//! A file of usage: CSV, a JSON array or JSON lines, recognised by how it begins. Its rows are read one at a time.

mod array;
mod columns;
mod lines;
mod table;

use std::io::{self, BufRead, BufReader, Cursor, Read};

use thiserror::Error;

use crate::campaign::usage::Row;
use crate::store::input::Input;

/// What is done with each row: its line in the file (the first is 1), and the row, which may have a fault.
pub type Each<'e> = dyn FnMut(u64, Row<'_>) + 'e;

/// Why a file cannot be used as a whole.
#[derive(Debug)]
enum Unusable {
    /// The system said no.
    Io(io::Error),
    /// It is not what it should be: what, and the way out.
    Content(String, String),
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

/// How many bytes of a file are looked at to recognise it, at most: a longer line is not a header.
const LONGEST_HEADER: usize = 1 << 16;

/// Reads a file of usage. Returns the columns that are none of ours.
///
/// # Errors
/// The file cannot be read, or is not usage: nothing of it may be used then.
pub fn read(input: &Input, each: &mut Each<'_>) -> Result<Vec<String>, UsageFileError> {
    let ignored = input.open().map_err(Unusable::from).and_then(|reader| read_any(reader, each));
    ignored.map_err(|unusable| match unusable {
        Unusable::Io(error) => {
            UsageFileError { message: format!("cannot read {input}: {error}"), fix: "name a file of usage".to_owned() }
        }
        Unusable::Content(what, fix) => UsageFileError { message: format!("{input} {what}"), fix },
    })
}

fn read_any(mut input: Box<dyn Read>, each: &mut Each<'_>) -> Result<Vec<String>, Unusable> {
    let head = beginning(&mut input)?;
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).to_vec();
    let first = text.iter().copied().find(|byte| !byte.is_ascii_whitespace());
    let rest = |text| BufReader::with_capacity(1 << 16, Cursor::new(text).chain(input));
    match first {
        None => Err(Unusable::Content("is empty".to_owned(), HOW_TO_WRITE.to_owned())),
        Some(0xff | 0xfe) => {
            Err(Unusable::Content("is not UTF-8".to_owned(), "save it as UTF-8, such as \"CSV UTF-8\"".to_owned()))
        }
        Some(b'[') => array::read(rest(text), each),
        Some(b'{') => lines::read(rest(text), each),
        Some(_) => {
            let header = String::from_utf8_lossy(text.trim_ascii_start()).lines().next().unwrap_or_default().to_owned();
            table::read(rest(text), &header, each)
        }
    }
}

const HOW_TO_WRITE: &str = "write CSV with the columns contact, old_calls, new_calls, last_seen, and method and path where calls are counted by endpoint";

/// The file's first line that is not blank, and what came with it.
fn beginning(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut input = BufReader::new(input.take(LONGEST_HEADER as u64));
    while input.read_until(b'\n', &mut head)? > 0 && head.trim_ascii().is_empty() {}
    head.extend_from_slice(input.buffer());
    Ok(head)
}

#[cfg(test)]
mod tests;
