//! JSON lines: an object a line.

use std::io::{BufRead, Read};

use serde_json::{Map, Value};

use super::columns::ignored;
use super::{Each, Unusable};
use crate::campaign::usage::{Column, Row};

/// In bytes. A longer line is no row, and would be read into memory.
const LONGEST: u64 = 1 << 20;

pub(super) fn read(mut reader: impl BufRead, each: &mut Each<'_>) -> Result<Vec<String>, Unusable> {
    let mut strange = None;
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let length = (&mut reader).take(LONGEST).read_until(b'\n', &mut bytes)?;
        if length == 0 {
            break;
        }
        if length as u64 == LONGEST {
            let fix = "write an object a line, or one array of objects";
            return Err(Unusable::Content(format!("has a line {line} without an end"), fix.to_owned()));
        }
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<Map<String, Value>>(&bytes) {
            Ok(fields) => {
                if strange.is_none() {
                    strange = Some(ignored(&names(&fields))?);
                }
                each(line, row(fields));
            }
            Err(error) => {
                let mut torn = Row::default();
                torn.tear(format!("it is no JSON object: {error}"));
                each(line, torn);
            }
        }
    }
    Ok(strange.unwrap_or_default())
}

/// The names of an object's fields.
pub(super) fn names(fields: &Map<String, Value>) -> Vec<&str> {
    fields.keys().map(String::as_str).collect()
}

/// A row from an object's fields.
pub(super) fn row(fields: Map<String, Value>) -> Row<'static> {
    let mut row = Row::default();
    for (name, value) in fields {
        let Ok(column) = name.parse::<Column>() else { continue };
        match value {
            Value::String(text) => row.set(column, text),
            Value::Number(number) => row.set(column, number.to_string()),
            Value::Null => {}
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                let why = format!("{column} is neither a text nor a number");
                if Column::WHO.contains(&column) { row.tear(why) } else { row.fail(why) }
            }
        }
    }
    row
}
