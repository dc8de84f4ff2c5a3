//! One JSON document: an array of objects, or an object that contains one, as services return. Read element by element.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, Read};

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::bounded::{Bounded, Room};
use super::lines::{row, shape_of};
use super::shape::{Each, Format, Rest, Shape, Unusable};
use crate::campaign::usage::Layout;

/// Names that services use for the rows of a reply, or for what contains them.
const LISTS: [&str; 12] = [
    "data",
    "rows",
    "results",
    "result",
    "records",
    "items",
    "hits",
    "events",
    "logs",
    "logEvents",
    "entries",
    "values",
];

/// Names that services use for the next page of a reply.
const NEXT: [&str; 11] = [
    "after",
    "hasMore",
    "nextToken",
    "next_token",
    "nextForwardToken",
    "nextPageToken",
    "next_page_token",
    "pageToken",
    "next_page",
    "next_cursor",
    "next",
];

/// Names that services use for the object with paging information.
const AROUND: [&str; 5] = ["meta", "links", "page", "paging", "pagination"];

pub(super) fn read(rest: Rest<impl BufRead>, layout: &Layout, each: &mut Each<'_>) -> Result<Shape, Unusable> {
    let line = Cell::new(rest.lines_before + 1);
    let mut found = Found::default();
    let room = Room::new();
    let reader = Bounded { reader: rest.reader, room: &room };
    let mut json = serde_json::Deserializer::from_reader(Counted { reader, line: &line });
    let mut list = List { line: &line, room: &room, layout, each, found: &mut found, depth: 0 };
    let read = json.deserialize_any(&mut list).and_then(|()| json.end());
    match (found.refusal, read) {
        (Some(unusable), _) => Err(unusable),
        (_, Err(error)) if error.is_io() => Err(Unusable::Io(error.into())),
        (_, Err(error)) => {
            let fix = "write one array of objects; nothing of this file was used";
            Err(Unusable::content(format!("is not a JSON array of objects: {error}"), fix))
        }
        (None, Ok(())) if !found.has_list => {
            let fix = "write one array of objects, or one object per line";
            Err(Unusable::content("is a JSON document without a list of rows", fix))
        }
        (None, Ok(())) => {
            Ok(found.shape.unwrap_or(Shape { format: Format::Json, columns: Vec::new(), ignored: Vec::new() }))
        }
    }
}

/// Whether a text that starts as an object names a list of rows.
pub(super) fn names_rows(text: &str) -> bool {
    LISTS.iter().any(|name| text.contains(&format!("\"{name}\"")))
}

/// Whether a value contains rows, and is not a row itself.
pub(super) fn has_rows(value: &Value) -> bool {
    let Some(fields) = value.as_object() else { return false };
    LISTS.iter().filter_map(|name| fields.get(*name)).any(|value| match value {
        Value::Array(items) => items.iter().all(|item| item.is_object() || item.is_array()),
        other => has_rows(other),
    })
}

#[derive(Default)]
struct Found {
    shape: Option<Shape>,
    has_list: bool,
    refusal: Option<Unusable>,
}

/// Counts the lines as they are read: the parser reads byte by byte.
struct Counted<'l, R> {
    reader: R,
    line: &'l Cell<u64>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(bytes)?;
        let ends = memchr::memchr_iter(b'\n', &bytes[..length]).count();
        self.line.set(self.line.get() + ends as u64);
        Ok(length)
    }
}

/// A list of rows, or a value that contains one.
struct List<'l, 'e, 'f> {
    line: &'l Cell<u64>,
    room: &'l Room,
    layout: &'l Layout,
    each: &'e mut Each<'f>,
    found: &'l mut Found,
    depth: usize,
}

impl List<'_, '_, '_> {
    /// Passes a row on; an error ends the reading and is kept separately.
    fn take<E: Error>(&mut self, line: u64, item: Value) -> Result<(), E> {
        let fields = match item {
            Value::Object(fields) => fields,
            Value::Array(cells) => {
                pairs(cells).ok_or_else(|| E::custom("invalid type: an element is not an object"))?
            }
            _ => return Err(E::custom("invalid type: an element is not an object")),
        };
        if self.found.shape.is_none() {
            match shape_of(Format::Json, &fields, self.layout) {
                Ok(shape) => self.found.shape = Some(shape),
                Err(unusable) => return self.refuse(unusable),
            }
        }
        (self.each)(line, row(&fields, self.layout));
        Ok(())
    }

    fn refuse<E: Error>(&mut self, unusable: Unusable) -> Result<(), E> {
        self.found.refusal = Some(unusable);
        Err(E::custom("refused"))
    }
}

/// The sign that a reply is one page of several, or that its query has not finished.
fn not_whole<'de, A: MapAccess<'de>>(name: &str, fields: &mut A) -> Result<Option<String>, A::Error> {
    if !NEXT.contains(&name) && !AROUND.contains(&name) && name != "status" {
        return fields.next_value::<IgnoredAny>().map(|_| None);
    }
    Ok(more_follows(name, &fields.next_value()?))
}

fn more_follows(name: &str, value: &Value) -> Option<String> {
    let says_so = match value {
        Value::Object(inner) => {
            let mut inner = inner.iter().filter(|_| AROUND.contains(&name) || NEXT.contains(&name));
            return inner.find_map(|(name, value)| more_follows(name, value));
        }
        Value::String(text) if name == "status" => matches!(text.as_str(), "Running" | "Scheduled"),
        Value::String(text) => NEXT.contains(&name) && !text.is_empty(),
        Value::Bool(goes_on) => NEXT.contains(&name) && *goes_on,
        _ => false,
    };
    says_so.then(|| name.to_owned())
}

/// A row as a list of its fields: `[{"field": "contact", "value": "a@b.example"}, …]`.
fn pairs(cells: Vec<Value>) -> Option<Map<String, Value>> {
    let pair = |cell: Value| match cell {
        Value::Object(mut cell) => Some((cell.remove("field")?.as_str()?.to_owned(), cell.remove("value")?)),
        _ => None,
    };
    cells.into_iter().map(pair).collect()
}

impl<'de> Visitor<'de> for &mut List<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        self.found.has_list = true;
        while let Some((line, item)) = elements.next_element_seed(Element { line: self.line })? {
            self.room.renew();
            self.take(line, item)?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while let Some(name) = fields.next_key::<String>()? {
            if LISTS.contains(&name.as_str()) && self.depth < 3 {
                self.depth += 1;
                fields.next_value_seed(&mut *self)?;
                self.depth -= 1;
            } else if let Some(sign) = not_whole(&name, &mut fields)? {
                let what = format!("is incomplete: its `{sign}` says that more follows");
                return self.refuse(Unusable::content(what, "export all pages, and pass all files at once"));
            }
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut List<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

/// An element and the line on which it starts.
struct Element<'l> {
    line: &'l Cell<u64>,
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = (u64, Value);

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = (u64, Value);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
        let line = self.line.get();
        Ok((line, Value::Object(Map::deserialize(MapAccessDeserializer::new(fields))?)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let line = self.line.get();
        let mut items = Vec::new();
        while let Some(item) = elements.next_element()? {
            items.push(item);
        }
        Ok((line, Value::Array(items)))
    }
}
