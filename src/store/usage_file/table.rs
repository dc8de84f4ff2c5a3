//! CSV, with the names of the columns in its first line.

use std::io::{BufRead, Read};

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder, Terminator};

use super::columns::{complete, ignored};
use super::{Each, Unusable};
use crate::campaign::usage::{Column, Row};

pub(super) fn read(reader: impl BufRead, header: &str, each: &mut Each<'_>) -> Result<Vec<String>, Unusable> {
    let mut builder = ReaderBuilder::new();
    // Cells are trimmed, so a carriage return before the line's end does no harm; its own end would hide a line.
    builder.delimiter(delimiter(header)).flexible(true).terminator(Terminator::Any(b'\n'));
    // Also the last line ends, then.
    let mut reader = builder.from_reader(reader.chain(&b"\n"[..]));
    let names = reader.headers().map_err(unusable)?.clone();
    let names: Vec<&str> = names.iter().map(str::trim).collect();
    let columns: Vec<Option<Column>> = names.iter().map(|name| name.parse().ok()).collect();
    let ignored = ignored(&names)?;
    complete(&columns)?;
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(unusable)? {
        if !record.iter().all(|cell| cell.trim_ascii().is_empty()) {
            each(line(&reader, &record), row(&record, &columns));
        }
    }
    Ok(ignored)
}

/// The sign between the columns that gives the most of our names: some programs write semicolons or tabs.
fn delimiter(header: &str) -> u8 {
    let ours = |sign: u8| {
        let is_ours = |name: &&str| name.trim_matches([' ', '"']).parse::<Column>().is_ok();
        header.split(char::from(sign)).filter(is_ours).count()
    };
    // Of equals, the last is taken.
    [b'\t', b';', b','].into_iter().max_by_key(|sign| ours(*sign)).unwrap_or(b',')
}

fn row<'r>(record: &'r ByteRecord, columns: &[Option<Column>]) -> Row<'r> {
    let mut row = Row::default();
    if record.len() != columns.len() {
        row.tear(format!("its number of fields is {}, and that of the first line {}", record.len(), columns.len()));
    }
    if swallows_rows(record, columns) {
        row.tear("a quote in it is not closed, so it takes other rows in");
    }
    // The cells of a torn row may have moved; the customer counts only where no other cell could be one.
    let is_torn = row.fault().is_some();
    if is_torn && (memchr::memchr(b'\n', record.as_slice()).is_some() || addresses(record) > 1) {
        return row;
    }
    for (bytes, column) in record.iter().zip(columns) {
        let Some(column) = *column else { continue };
        let names = Column::WHO.contains(&column);
        match str::from_utf8(bytes) {
            Ok(text) if names || !is_torn => row.set(column, text),
            Ok(_) => {}
            Err(_) if names => row.tear(format!("{column} is not UTF-8")),
            Err(_) => row.fail(format!("{column} is not UTF-8")),
        }
    }
    row
}

/// Whether a quote that is not closed has made one row of several: a cell goes on over lines, and is one that never does,
/// its first line holds the rest of the row, or another of its lines a whole one.
fn swallows_rows(record: &ByteRecord, columns: &[Option<Column>]) -> bool {
    if memchr::memchr(b'\n', record.as_slice()).is_none() {
        return false;
    }
    let goes_on = |cell: &[u8]| memchr::memchr(b'\n', cell.trim_ascii()).is_some();
    let signs = |line: &[u8]| line.iter().filter(|byte| matches!(byte, b',' | b';' | b'\t')).count();
    let has_row = |place: usize, cell: &[u8]| {
        let mut lines = cell.split(|byte| *byte == b'\n');
        let left = columns.len().saturating_sub(place + 1);
        let has_rest = left > 0 && lines.clone().next().is_some_and(|line| signs(line) >= left);
        has_rest || lines.any(|line| signs(line) + 1 >= columns.len())
    };
    let mut cells = record.iter().zip(columns).enumerate();
    cells.any(|(place, (cell, column))| goes_on(cell) && (column.is_some() || has_row(place, cell)))
}

/// How many cells look like addresses.
fn addresses(record: &ByteRecord) -> usize {
    record.iter().filter(|cell| cell.contains(&b'@')).count()
}

/// The line a record begins in, counted back from its end: where its reader says it began is before blank lines.
fn line(reader: &Reader<impl Read>, record: &ByteRecord) -> u64 {
    let inside = memchr::memchr_iter(b'\n', record.as_slice()).count();
    reader.position().line().saturating_sub(inside as u64 + 1)
}

fn unusable(error: csv::Error) -> Unusable {
    let text = error.to_string();
    match error.into_kind() {
        ErrorKind::Io(error) => Unusable::Io(error),
        _ => Unusable::Content(format!("is no CSV: {text}"), super::HOW_TO_WRITE.to_owned()),
    }
}
