//! Writes a table on one line.

use std::fmt::{Display, Write};

use serde::ser::{Impossible, SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};

use super::Strange;
use crate::campaign::moment::BARE;

/// Writes a table on one line, without the line's end.
pub fn write(table: &impl Serialize, out: &mut String) -> Result<(), Strange> {
    table.serialize(Value::new(Lead::default(), out))
}

/// Writes a table with each field on its own line and without braces: a complete TOML document.
pub fn write_lines(table: &impl Serialize, out: &mut String) -> Result<(), Strange> {
    table.serialize(Value { on_lines: true, ..Value::new(Lead::default(), out) })
}

/// What precedes a value: the separator from the previous one, and its key, if it has one.
#[derive(Clone, Copy, Default)]
struct Lead {
    gap: &'static str,
    key: &'static str,
}

impl Lead {
    fn write(self, out: &mut String) {
        out.push_str(self.gap);
        if !self.key.is_empty() {
            out.push_str(self.key);
            out.push_str(" = ");
        }
    }
}

/// The position of a value. What precedes it is written only with a value: TOML has no null, so a field is
/// omitted.
struct Value<'a> {
    lead: Lead,
    /// Whether an empty text, an empty list or a false is omitted too.
    skip_empty: bool,
    /// Whether text is written without quotes.
    bare: bool,
    /// Whether a table's fields are on separate lines.
    on_lines: bool,
    out: &'a mut String,
}

impl<'a> Value<'a> {
    fn new(lead: Lead, out: &'a mut String) -> Self {
        Self { lead, skip_empty: false, bare: false, on_lines: false, out }
    }
}

/// Types that we do not use.
type Refused = Impossible<(), Strange>;

macro_rules! refuse {
    ($($method:ident($($kind:ty),*) -> $written:ty;)*) => {
        $(fn $method(self, $(_: $kind),*) -> Result<$written, Strange> {
            Err(Strange)
        })*
    };
}

impl<'a> Serializer for Value<'a> {
    type Ok = ();
    type Error = Strange;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Refused;
    type SerializeTupleStruct = Refused;
    type SerializeTupleVariant = Refused;
    type SerializeMap = Refused;
    type SerializeStruct = Fields<'a>;
    type SerializeStructVariant = Refused;

    fn serialize_str(self, text: &str) -> Result<(), Strange> {
        if text.is_empty() && self.skip_empty {
            return Ok(());
        }
        self.lead.write(self.out);
        write_string(text, self.out);
        Ok(())
    }

    fn collect_str<T: Display + ?Sized>(self, text: &T) -> Result<(), Strange> {
        if !self.bare {
            return self.serialize_str(&text.to_string());
        }
        self.lead.write(self.out);
        write!(self.out, "{text}").map_err(|_| Strange)
    }

    fn serialize_u64(self, number: u64) -> Result<(), Strange> {
        Value { bare: true, ..self }.collect_str(&number)
    }

    fn serialize_i64(self, number: i64) -> Result<(), Strange> {
        Value { bare: true, ..self }.collect_str(&number)
    }

    fn serialize_bool(self, flag: bool) -> Result<(), Strange> {
        if self.skip_empty && !flag { Ok(()) } else { Value { bare: true, ..self }.collect_str(&flag) }
    }

    fn serialize_none(self) -> Result<(), Strange> {
        if self.lead.key.is_empty() { Err(Strange) } else { Ok(()) }
    }

    /// Including empty values: empty is not the same as absent.
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Strange> {
        value.serialize(Value { skip_empty: false, ..self })
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<(), Strange> {
        value.serialize(Value { bare: name == BARE, ..self })
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Strange> {
        self.serialize_str(variant)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items<'a>, Strange> {
        if self.skip_empty && length == Some(0) {
            return Ok(Items { gap: "", end: "", out: self.out });
        }
        self.lead.write(self.out);
        self.out.push('[');
        Ok(Items { gap: "", end: "]", out: self.out })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'a>, Strange> {
        self.lead.write(self.out);
        if self.on_lines {
            return Ok(Fields { gap: "", next: "\n", end: "\n", out: self.out });
        }
        self.out.push('{');
        Ok(Fields { gap: " ", next: ", ", end: " }", out: self.out })
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Strange> {
        Err(Strange)
    }

    refuse! {
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_tuple(usize) -> Refused;
        serialize_tuple_struct(&'static str, usize) -> Refused;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Refused;
        serialize_map(Option<usize>) -> Refused;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Refused;
    }
}

/// A list being written.
struct Items<'a> {
    gap: &'static str,
    end: &'static str,
    out: &'a mut String,
}

impl SerializeSeq for Items<'_> {
    type Ok = ();
    type Error = Strange;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Strange> {
        let lead = Lead { gap: self.gap, key: "" };
        self.gap = ", ";
        item.serialize(Value::new(lead, self.out))
    }

    fn end(self) -> Result<(), Strange> {
        self.out.push_str(self.end);
        Ok(())
    }
}

/// A table being written.
struct Fields<'a> {
    gap: &'static str,
    next: &'static str,
    end: &'static str,
    out: &'a mut String,
}

impl SerializeStruct for Fields<'_> {
    type Ok = ();
    type Error = Strange;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Strange> {
        let before = self.out.len();
        let lead = Lead { gap: self.gap, key };
        value.serialize(Value { skip_empty: true, ..Value::new(lead, self.out) })?;
        if self.out.len() > before {
            self.gap = self.next;
        }
        Ok(())
    }

    fn end(self) -> Result<(), Strange> {
        self.out.push_str(self.end);
        Ok(())
    }
}

/// Writes a text as standard TOML: on one line, control characters escaped.
fn write_string(text: &str, out: &mut String) {
    out.push('"');
    // Nearly all texts are this simple.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\') {
        out.push_str(text);
    } else {
        text.chars().for_each(|c| write_char(c, out));
    }
    out.push('"');
}

fn write_char(c: char, out: &mut String) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        // Some programs also treat the last two as line ends.
        c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
            out.push_str(&format!("\\u{:04X}", u32::from(c)));
        }
        c => out.push(c),
    }
}
