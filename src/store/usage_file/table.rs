//! CSV, with the column names in its first line.

use std::io::{BufRead, Read};

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder, Terminator};

use super::bounded::{Bounded, Room};
use super::columns::{complete, shape};
use super::shape::{Each, Format, HOW_TO_WRITE, Rest, Shape, Unusable};
use crate::campaign::usage::{Column, Layout, Row};

/// Reads a table whose first line is `header`; `sign` is the delimiter if the file names one.
pub(super) fn read(
    rest: Rest<impl BufRead>,
    header: &str,
    sign: Option<u8>,
    layout: &Layout,
    each: &mut Each<'_>,
) -> Result<Shape, Unusable> {
    let mut builder = ReaderBuilder::new();
    // Cells are trimmed, so a carriage return before the line break does no harm; accepting it as a line break
    // would hide a line.
    let sign = sign.unwrap_or_else(|| delimiter(header, layout));
    builder.delimiter(sign).flexible(true).terminator(Terminator::Any(b'\n'));
    let room = Room::new();
    // Ensures that the last line ends, too.
    let mut reader = builder.from_reader(Bounded { reader: rest.reader.chain(&b"\n"[..]), room: &room });
    let names = reader.headers().map_err(unusable)?.clone();
    let names: Vec<&str> = names.iter().map(str::trim).collect();
    let columns: Vec<Option<Column>> = names.iter().map(|name| layout.column(name)).collect();
    let has = |name: &str| names.contains(&name);
    let shape = shape(Format::Csv, &names, layout, has)?;
    complete(&names, layout, has)?;
    let twice =
        columns.iter().flatten().find(|column| columns.iter().flatten().filter(|own| own == column).count() > 1);
    if let Some(name) = twice.and_then(|column| layout.name(*column)) {
        return Err(Unusable::content(format!("has two columns `{name}`"), "leave one out"));
    }
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(unusable)? {
        room.renew();
        if !says_nothing(&record, &names) {
            each(rest.lines_before + line(&reader, &record), row(&record, &columns));
        }
    }
    Ok(shape)
}

/// A blank line, a comment, a repeated header where files were joined, or a row count that a database writes at the
/// end.
fn says_nothing(record: &ByteRecord, names: &[&str]) -> bool {
    let is_blank = record.iter().all(|cell| cell.trim_ascii().is_empty());
    let first = record.get(0).unwrap_or_default().trim_ascii();
    let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
    if record.len() == names.len() {
        let others = record.iter().skip(1).zip(&names[1..]);
        let are_names =
            || names[0].as_bytes() == first && others.clone().all(|(cell, name)| cell.trim_ascii() == name.as_bytes());
        return is_blank && names.len() > 1 || are_names();
    }
    let is_number = |text: &[u8]| text.iter().all(u8::is_ascii_digit) && !text.is_empty();
    let counted = |end: &[u8]| first.strip_prefix(b"(").and_then(|text| text.strip_suffix(end)).is_some_and(is_number);
    is_blank || first.starts_with(b"# ") || record.len() == 1 && (counted(b" rows)") || counted(b" row)"))
}

/// The delimiter that results in most of our names: some programs use semicolons or tabs.
fn delimiter(header: &str, layout: &Layout) -> u8 {
    let ours = |sign: u8| {
        let is_ours = |name: &&str| layout.column(name.trim_matches([' ', '"', '\r'])).is_some();
        header.split(char::from(sign)).filter(is_ours).count()
    };
    // Of equal ones, the last wins.
    [b'\t', b';', b','].into_iter().max_by_key(|sign| ours(*sign)).unwrap_or(b',')
}

fn row<'r>(record: &'r ByteRecord, columns: &[Option<Column>]) -> Row<'r> {
    let mut row = Row::default();
    if record.len() != columns.len() {
        row.tear(format!("has {} fields; the first line has {}", record.len(), columns.len()));
    }
    if swallows_rows(record, columns) {
        row.tear("a quote in it is not closed, so it takes other rows in");
    }
    // The cells of a damaged row may have shifted; the customer counts only if no other cell could be
    // one.
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

/// Whether an unclosed quote has merged several rows: a cell spans lines, and either its column never does, or its
/// first line contains the rest of the row, or another line a complete one.
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

/// The line on which a record starts, calculated from its end: the reader's own value does not skip blank lines.
fn line(reader: &Reader<impl Read>, record: &ByteRecord) -> u64 {
    let inside = memchr::memchr_iter(b'\n', record.as_slice()).count();
    reader.position().line().saturating_sub(inside as u64 + 1)
}

fn unusable(error: csv::Error) -> Unusable {
    let text = error.to_string();
    match error.into_kind() {
        ErrorKind::Io(error) => Unusable::Io(error),
        _ => Unusable::Content(format!("is no CSV: {text}"), HOW_TO_WRITE.to_owned()),
    }
}
