//! Reading a table from the line it stands on. Only what `write` writes is understood, and that fast.

use std::borrow::Cow;

use compact_str::CompactString;

use crate::ledger::table::Table;

/// A line being read. Its errors say nothing: what is not written our way is read again by a reader that explains.
pub(in crate::ledger) struct Line<'a> {
    what: &'static str,
    /// The key of the field that is next; empty behind a table's last field.
    key: &'a str,
    /// What follows it: its value first.
    rest: &'a str,
}

impl<'a> Line<'a> {
    /// Reads the table that a text begins with, and gives what follows it. `None` where it is not written our way.
    pub(in crate::ledger) fn read<T>(
        text: &'a str,
        what: &'static str,
        read: impl Fn(&mut Self) -> Result<T, String>,
    ) -> Option<(T, &'a str)> {
        let mut line = Self { what, key: "", rest: text.strip_prefix("{ ")? };
        line.find_key()?;
        let table = read(&mut line).ok().filter(|_| line.key.is_empty())?;
        Some((table, line.rest.strip_prefix(" }")?))
    }

    fn skip(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    fn find_key(&mut self) -> Option<()> {
        let end = self.rest.bytes().position(|byte| !(byte.is_ascii_lowercase() || byte == b'_'))?;
        (self.key, self.rest) = self.rest.split_at(end);
        self.skip(" = ").filter(|()| end > 0)
    }

    /// Takes out a field, if it is the next one.
    fn field<T>(&mut self, key: &str, value: impl Fn(&mut Self) -> Option<T>) -> Result<Option<T>, String> {
        if self.key != key {
            return Ok(None);
        }
        let mut taken = || {
            let value = value(self)?;
            self.key = "";
            if self.skip(", ").is_some() {
                self.find_key()?;
            }
            Some(value)
        };
        taken().map(Some).ok_or_else(String::new)
    }

    fn inner<T>(&mut self, what: &'static str, read: impl Fn(&mut Self) -> Result<T, String>) -> Option<T> {
        let (table, rest) = Self::read(self.rest, what, read)?;
        self.rest = rest;
        Some(table)
    }

    fn list<T>(&mut self, key: &str, item: impl Fn(&mut Self) -> Option<T>) -> Result<Vec<T>, String> {
        let items = |line: &mut Self| {
            line.skip("[")?;
            let mut items = vec![item(line)?];
            while line.skip("]").is_none() {
                line.skip(", ")?;
                items.push(item(line)?);
            }
            // Most have few: room for more would be most of a large ledger's memory.
            items.shrink_to_fit();
            Some(items)
        };
        Ok(self.field(key, items)?.unwrap_or_default())
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        let inside = self.rest.strip_prefix('"')?;
        let stop = memchr::memchr2(b'"', b'\\', inside.as_bytes())?;
        if inside.as_bytes()[stop] == b'"' {
            self.rest = &inside[stop + 1..];
            return Some(Cow::Borrowed(&inside[..stop]));
        }
        let mut text = inside[..stop].to_owned();
        let mut chars = inside[stop..].chars();
        loop {
            match chars.next()? {
                '"' => break,
                '\\' => text.push(escaped(&mut chars)?),
                plain => text.push(plain),
            }
        }
        self.rest = chars.as_str();
        Some(Cow::Owned(text))
    }

    fn word(&mut self) -> Option<Cow<'a, str>> {
        let outside = |byte: &u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b':' | b'.' | b'+'));
        let end = self.rest.as_bytes().iter().position(outside).filter(|end| *end > 0)?;
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(Cow::Borrowed(word))
    }
}

/// The character that an escape stands for, from behind the backslash on.
fn escaped(chars: &mut std::str::Chars<'_>) -> Option<char> {
    Some(match chars.next()? {
        '"' => '"',
        '\\' => '\\',
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'u' => {
            let digits: String = chars.by_ref().take(4).collect();
            char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?
        }
        _ => return None,
    })
}

impl<'a> Table<'a> for Line<'a> {
    fn what(&self) -> &'static str {
        self.what
    }

    fn text(&mut self, key: &str) -> Result<Option<Cow<'a, str>>, String> {
        self.field(key, Self::string)
    }

    fn bare(&mut self, key: &str) -> Result<Option<Cow<'a, str>>, String> {
        self.field(key, Self::word)
    }

    fn texts(&mut self, key: &str) -> Result<Vec<CompactString>, String> {
        self.list(key, |line| line.string().map(CompactString::from))
    }

    fn table<T>(
        &mut self,
        key: &str,
        what: &'static str,
        read: impl Fn(&mut Self) -> Result<T, String>,
    ) -> Result<Option<T>, String> {
        self.field(key, |line| line.inner(what, &read))
    }

    fn tables<T>(
        &mut self,
        key: &str,
        what: &'static str,
        read: impl Fn(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        self.list(key, |line| line.inner(what, &read))
    }
}
