//! Reading a table from the line it stands on. Only what `write` writes is understood, and that fast.

use std::borrow::Cow;

use compact_str::CompactString;

use crate::campaign::Time;
use crate::store::local::table::{OUR_TIME, Table, our_time};

/// A line being read. Its errors say nothing: what is not written our way is read again by a reader that explains.
pub(in crate::store::local) struct Line<'a> {
    what: &'static str,
    /// The next field, from its key on; behind a table's last field, its end.
    rest: &'a str,
}

impl<'a> Line<'a> {
    /// Reads the table that a text begins with, and gives what follows it. `None` where it is not written our way.
    pub(in crate::store::local) fn read<T>(
        text: &'a str,
        what: &'static str,
        read: impl Fn(&mut Self) -> Result<T, String>,
    ) -> Option<(T, &'a str)> {
        let mut line = Self { what, rest: text.strip_prefix("{ ")? };
        let table = read(&mut line).ok()?;
        Some((table, line.rest.strip_prefix(" }")?))
    }

    fn skip(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    /// Takes out a field, if it is the next one.
    fn field<T>(&mut self, key: &str, value: impl Fn(&mut Self) -> Option<T>) -> Result<Option<T>, String> {
        // Most questions are about fields that are not there, and a look at one character answers them.
        let is_other = self.rest.as_bytes().get(key.len()) != Some(&b' ');
        if is_other || self.skip(key).is_none() {
            return Ok(None);
        }
        let mut taken = || {
            self.skip(" = ")?;
            let value = value(self)?;
            // Between two fields stands a comma, behind the last one the end: anything else is not ours.
            let more = self.skip(", ").is_some() && self.rest.starts_with(|next: char| next.is_ascii_lowercase());
            (more || self.rest.starts_with(" }")).then_some(value)
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
            let mut items = Vec::new();
            loop {
                items.push(item(line)?);
                if line.skip("]").is_some() {
                    return Some(items);
                }
                line.skip(", ")?;
            }
        };
        Ok(self.field(key, items)?.unwrap_or_default())
    }

    fn string(&mut self) -> Option<Cow<'a, str>> {
        let inside = self.rest.strip_prefix('"')?;
        let stop = memchr::memchr3(b'"', b'\\', b'\n', inside.as_bytes())?;
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
                '\n' => return None,
                plain => text.push(plain),
            }
        }
        self.rest = chars.as_str();
        Some(Cow::Owned(text))
    }

    fn word(&mut self) -> Option<Cow<'a, str>> {
        let end = memchr::memchr2(b',', b' ', self.rest.as_bytes())?;
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

    fn time(&mut self, key: &str) -> Result<Option<Time>, String> {
        self.field(key, |line| {
            let (time, rest) = line.rest.split_at_checked(OUR_TIME)?;
            line.rest = rest;
            our_time(time)
        })
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
        let mut tables = self.list(key, |line| line.inner(what, &read))?;
        // Most have one or two mails: room for more would be most of a large ledger's memory. But a run adds one to each,
        // and without room for that it would have to move all others.
        tables.shrink_to(tables.len() + 1);
        Ok(tables)
    }
}
