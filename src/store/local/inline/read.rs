//! Parses a table from its line. Only what `write` produces is supported.

use std::borrow::Cow;

use serde::de::value::{CowStrDeserializer, U64Deserializer};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};

use super::Strange;
use crate::campaign::moment::BARE;

/// Reads the table that a text begins with, and returns it with what follows.
pub fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<(T, &'a str), Strange> {
    let mut line = Line { rest: text };
    let table = T::deserialize(&mut line)?;
    Ok((table, line.rest))
}

/// A line being parsed, from the next value on.
struct Line<'a> {
    rest: &'a str,
}

impl<'a> Line<'a> {
    /// Skips a text if it comes next; returns whether it did.
    #[inline]
    fn skip(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    #[inline]
    fn expect(&mut self, text: &str) -> Result<(), Strange> {
        if self.skip(text) { Ok(()) } else { Err(Strange) }
    }

    #[inline]
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    /// An unquoted word.
    #[inline]
    fn word(&mut self) -> Result<&'a str, Strange> {
        let end = memchr::memchr2(b',', b' ', self.rest.as_bytes()).ok_or(Strange)?;
        Ok(self.take(end))
    }

    /// A word that is most likely a date, or a time in whole seconds.
    #[inline]
    fn moment(&mut self) -> Result<&'a str, Strange> {
        let bytes = self.rest.as_bytes();
        let length = match (bytes.get(10), bytes.get(19)) {
            (Some(b'T'), Some(b'Z')) => 20,
            // A local time.
            (Some(b'T'), _) => 19,
            _ => 10,
        };
        match self.rest.as_bytes().get(length) {
            Some(b',' | b' ') => Ok(self.take(length)),
            _ => self.word(),
        }
    }

    #[inline]
    fn string(&mut self) -> Result<Cow<'a, str>, Strange> {
        self.expect("\"")?;
        let stop = memchr::memchr3(b'"', b'\\', b'\n', self.rest.as_bytes()).ok_or(Strange)?;
        let plain = self.take(stop);
        if self.skip("\"") {
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = plain.to_owned();
        let mut chars = self.rest.chars();
        loop {
            match chars.next().ok_or(Strange)? {
                '"' => break,
                '\\' => text.push(escaped(&mut chars).ok_or(Strange)?),
                '\n' => return Err(Strange),
                plain => text.push(plain),
            }
        }
        self.rest = chars.as_str();
        Ok(Cow::Owned(text))
    }
}

/// The character for an escape sequence, after the backslash.
fn escaped(chars: &mut std::str::Chars<'_>) -> Option<char> {
    Some(match chars.next()? {
        '"' => '"',
        '\\' => '\\',
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'u' => {
            let digits: String = chars.by_ref().take(4).filter(char::is_ascii_hexdigit).collect();
            char::from_u32(u32::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 4)?)?
        }
        _ => return None,
    })
}

impl<'de> Deserializer<'de> for &mut Line<'de> {
    type Error = Strange;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Strange> {
        match self.rest.as_bytes().first() {
            Some(b'"') => match self.string()? {
                Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
                Cow::Owned(text) => visitor.visit_string(text),
            },
            Some(b'[') => {
                self.expect("[")?;
                visitor.visit_seq(Items { line: self, more: true })
            }
            Some(b'0'..=b'9') => {
                let word = self.word()?;
                // TOML has no leading zeros, nor numbers beyond `i64`.
                let number = word.parse::<i64>().ok().filter(|_| word == "0" || !word.starts_with('0'));
                visitor.visit_i64(number.ok_or(Strange)?)
            }
            _ => {
                self.expect("true")?;
                visitor.visit_bool(true)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Strange> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &str, visitor: V) -> Result<V::Value, Strange> {
        if name == BARE { visitor.visit_borrowed_str(self.moment()?) } else { visitor.visit_newtype_struct(self) }
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &str, _: &[&str], visitor: V) -> Result<V::Value, Strange> {
        visitor.visit_enum(CowStrDeserializer::new(self.string()?))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Strange> {
        self.expect("{ ")?;
        visitor.visit_map(Fields { line: self, names, next: 0, more: true })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// The items of a list, after its opening bracket.
struct Items<'line, 'a> {
    line: &'line mut Line<'a>,
    more: bool,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Strange;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Strange> {
        if !self.more {
            return Ok(None);
        }
        let item = seed.deserialize(&mut *self.line)?;
        self.more = self.line.skip(", ");
        if !self.more {
            self.line.expect("]")?;
        }
        Ok(Some(item))
    }

    /// Most recipients have one mail, and a run adds one to each: a vector's default capacity of four would take most
    /// of a large ledger's memory.
    fn size_hint(&self) -> Option<usize> {
        self.line.rest.starts_with('{').then_some(2)
    }
}

/// The fields of a table, after its opening brace.
struct Fields<'line, 'a> {
    line: &'line mut Line<'a>,
    /// All fields of the type, in the order in which they are written.
    names: &'static [&'static str],
    /// The first that can be next.
    next: usize,
    more: bool,
}

impl<'de> MapAccess<'de> for Fields<'_, 'de> {
    type Error = Strange;

    /// Returns the field's index: a derived type would compare a name with all its fields.
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Strange> {
        if !self.more {
            return Ok(None);
        }
        let rest = self.line.rest;
        // Most names belong to omitted fields, which comparing one character shows.
        let is_next = |name: &&str| rest.as_bytes().get(name.len()) == Some(&b' ') && rest.starts_with(*name);
        let skipped = self.names[self.next..].iter().position(is_next).ok_or(Strange)?;
        let number = self.next + skipped;
        self.next = number + 1;
        self.line.take(self.names[number].len());
        self.line.expect(" = ")?;
        seed.deserialize(U64Deserializer::new(number as u64)).map(Some)
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Strange> {
        let value = seed.deserialize(&mut *self.line)?;
        self.more = self.line.skip(", ");
        if !self.more {
            self.line.expect(" }")?;
        }
        Ok(value)
    }
}
