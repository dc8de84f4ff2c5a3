//! One JSON array of objects, read element by element.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, Read};

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::columns::ignored;
use super::lines::{names, row};
use super::{Each, Unusable};

pub(super) fn read(reader: impl BufRead, each: &mut Each<'_>) -> Result<Vec<String>, Unusable> {
    let line = Cell::new(1);
    let mut strange = None;
    let mut json = serde_json::Deserializer::from_reader(Counted { reader, line: &line });
    let elements = Elements { line: &line, each, strange: &mut strange };
    let read = json.deserialize_seq(elements).and_then(|()| json.end());
    match (strange, read) {
        (Some(Err(unusable)), _) => Err(unusable),
        (_, Err(error)) if error.is_io() => Err(Unusable::Io(error.into())),
        (_, Err(error)) => {
            let fix = "write one array of objects; nothing of this file was used";
            Err(Unusable::Content(format!("is no JSON array of objects: {error}"), fix.to_owned()))
        }
        (strange, Ok(())) => strange.unwrap_or_else(|| Ok(Vec::new())),
    }
}

/// Counts the lines as they are read: the parser takes byte by byte.
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

struct Elements<'l, 'e, 'f> {
    line: &'l Cell<u64>,
    each: &'e mut Each<'f>,
    /// The columns that are none of ours, by the first element.
    strange: &'e mut Option<Result<Vec<String>, Unusable>>,
}

impl<'de> Visitor<'de> for Elements<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some((line, fields)) = elements.next_element_seed(Element { line: self.line })? {
            let strange = self.strange.get_or_insert_with(|| ignored(&names(&fields)));
            if strange.is_err() {
                return Err(serde::de::Error::custom("a column"));
            }
            (self.each)(line, row(fields));
        }
        Ok(())
    }
}

/// An object, and the line it begins in.
struct Element<'l> {
    line: &'l Cell<u64>,
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = (u64, Map<String, Value>);

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = (u64, Map<String, Value>);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
        let line = self.line.get();
        Ok((line, Map::deserialize(MapAccessDeserializer::new(fields))?))
    }
}
