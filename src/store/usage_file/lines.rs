//! JSON lines: one object per line.

use std::io::{BufRead, Read};

use serde_json::{Map, Value};

use super::columns::{complete, shape};
use super::shape::{Each, Format, Rest, Shape, Unusable};
use crate::campaign::usage::{Column, Layout, Row};

/// The maximum length of a line, in bytes. A longer one is not a row, and would fill the memory.
const LONGEST: u64 = 1 << 20;

/// Calls `take` with each line and its number; `fix` says what to do about a line that does not end.
pub(super) fn each_line(
    rest: Rest<impl BufRead>,
    fix: &'static str,
    mut take: impl FnMut(u64, &[u8]) -> Result<(), Unusable>,
) -> Result<(), Unusable> {
    let Rest { mut reader, lines_before } = rest;
    let mut bytes = Vec::new();
    for line in lines_before + 1.. {
        bytes.clear();
        let length = (&mut reader).take(LONGEST).read_until(b'\n', &mut bytes)?;
        if length == 0 {
            break;
        }
        if length as u64 == LONGEST {
            return Err(Unusable::content(format!("has a line {line} that does not end"), fix));
        }
        take(line, &bytes)?;
    }
    Ok(())
}

pub(super) fn read(rest: Rest<impl BufRead>, layout: &Layout, each: &mut Each<'_>) -> Result<Shape, Unusable> {
    let mut found = None;
    each_line(rest, "write one object per line, or one array of objects", |line, bytes| {
        let text = str::from_utf8(bytes).ok().and_then(object).map_or(bytes.trim_ascii(), str::as_bytes);
        if text.is_empty() {
            return Ok(());
        }
        match serde_json::from_slice::<Map<String, Value>>(text) {
            Ok(fields) => {
                if found.is_none() {
                    found = Some(shape_of(Format::JsonLines, &fields, layout)?);
                }
                each(line, row(&fields, layout));
            }
            Err(error) => {
                let mut torn = Row::default();
                torn.tear(format!("it is not a JSON object: {error}"));
                each(line, torn);
            }
        }
        Ok(())
    })?;
    Ok(found.unwrap_or(Shape { format: Format::JsonLines, columns: Vec::new(), ignored: Vec::new() }))
}

/// The object on a line: some programs write the time before it.
pub(super) fn object(line: &str) -> Option<&str> {
    let line = line.trim();
    if line.starts_with('{') {
        return Some(line);
    }
    let (time, object) = line.split_once([' ', '\t'])?;
    let is_time = time.len() >= 10 && time.starts_with(|c: char| c.is_ascii_digit());
    (is_time && object.trim_start().starts_with('{') && object.ends_with('}')).then(|| object.trim_start())
}

/// How objects with these fields are interpreted.
pub(super) fn shape_of(format: Format, fields: &Map<String, Value>, layout: &Layout) -> Result<Shape, Unusable> {
    let names: Vec<&str> = fields.keys().map(String::as_str).collect();
    let has = |name: &str| find(fields, name).is_some() || names.iter().any(|own| name.split('.').next() == Some(own));
    let shape = shape(format, &names, layout, has)?;
    // A field may be missing from one object, but not from all.
    if shape.columns.is_empty() { complete(&names, layout, |_| false).map(|()| shape) } else { Ok(shape) }
}

/// A row from an object's fields.
pub(super) fn row(fields: &Map<String, Value>, layout: &Layout) -> Row<'static> {
    let mut row = Row::default();
    for (column, name) in layout.columns() {
        match find(fields, name) {
            Some(Value::String(text)) => row.set(column, text),
            Some(Value::Number(number)) => row.set(column, number.to_string()),
            None | Some(Value::Null) => {}
            Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
                let why = format!("{column} is neither a text nor a number");
                if Column::WHO.contains(&column) { row.tear(why) } else { row.fail(why) }
            }
        }
    }
    row
}

/// The value with this name; dots reach into objects, including those stored as text.
fn find(fields: &Map<String, Value>, name: &str) -> Option<Value> {
    if let Some(value) = fields.get(name) {
        return Some(value.clone());
    }
    name.match_indices('.').find_map(|(dot, _)| match fields.get(&name[..dot])? {
        Value::Object(inner) => find(inner, &name[dot + 1..]),
        Value::String(text) if text.trim_start().starts_with('{') => {
            find(&serde_json::from_str(text).ok()?, &name[dot + 1..])
        }
        _ => None,
    })
}
