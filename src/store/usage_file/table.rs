//! CSV, with the names of the columns in its first line.

use std::io::{BufRead, Read};

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord, Terminator};

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
    let mut record = StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(ignored),
            Ok(true) if record.iter().all(|text| text.trim().is_empty()) => {}
            Ok(true) => each(line(&reader, &record), row(&record, &columns)),
            Err(error) if matches!(error.kind(), ErrorKind::Utf8 { .. }) => {
                record.clear();
                each(line(&reader, &record), Err("it is not UTF-8".to_owned()));
            }
            Err(error) => return Err(unusable(error)),
        }
    }
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

fn row<'r>(record: &'r StringRecord, columns: &[Option<Column>]) -> Result<Row<'r>, String> {
    if record.len() != columns.len() {
        return Err(format!("its number of fields is {}, and that of the first line {}", record.len(), columns.len()));
    }
    let mut row = Row::default();
    for (text, column) in record.iter().zip(columns) {
        if let Some(column) = column {
            row.set(*column, text);
        }
    }
    Ok(row)
}

/// The line a record begins in, counted back from its end: where its reader says it began is before blank lines.
fn line(reader: &Reader<impl Read>, record: &StringRecord) -> u64 {
    let inside = memchr::memchr_iter(b'\n', record.as_slice().as_bytes()).count();
    reader.position().line().saturating_sub(inside as u64 + 1)
}

fn unusable(error: csv::Error) -> Unusable {
    let text = error.to_string();
    match error.into_kind() {
        ErrorKind::Io(error) => Unusable::Io(error),
        _ => Unusable::Content(format!("is no CSV: {text}"), super::HOW_TO_WRITE.to_owned()),
    }
}
