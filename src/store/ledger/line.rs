//! One line of the journal: the CRC-32 of its JSON in eight hexadecimal digits, a space, the JSON, a line break.

use serde::{Deserialize, Serialize};

use crate::campaign::Time;
use crate::campaign::people::recipient::Entry;

/// A line, as read.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::store) struct Line {
    /// Its number; each is one higher than the previous, across all snapshots.
    pub seq: u64,
    /// When it happened.
    pub at: Time,
    /// The key of its recipient.
    pub who: String,
    /// What happened.
    pub entry: Entry,
}

/// Why bytes are not a valid line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) enum Unreadable {
    /// They are not what was written: a crash cut the line, or something changed it later.
    Torn(&'static str),
    /// They were written like this, by a program with a different format. A crash never causes this.
    Strange(String),
}

#[cfg(feature = "remote")]
impl Unreadable {
    /// What is wrong with them.
    pub fn what(self) -> String {
        match self {
            Self::Torn(what) => what.to_owned(),
            Self::Strange(what) => what,
        }
    }
}

#[derive(Serialize)]
struct Written<'a> {
    seq: u64,
    at: Time,
    who: &'a str,
    what: &'a Entry,
}

#[derive(Deserialize)]
struct Read {
    seq: u64,
    at: Time,
    who: String,
    what: Entry,
}

/// The bytes of a line.
pub(super) fn write(seq: u64, at: Time, who: &str, what: &Entry) -> serde_json::Result<Vec<u8>> {
    let json = serde_json::to_vec(&Written { seq, at, who, what })?;
    let mut line = format!("{:08x} ", crc32fast::hash(&json)).into_bytes();
    line.extend(json);
    line.push(b'\n');
    Ok(line)
}

/// Parses a line including its end.
pub(in crate::store) fn read(raw: &[u8]) -> Result<Line, Unreadable> {
    let whole = raw.strip_suffix(b"\n").ok_or(Unreadable::Torn("the line does not end"))?;
    let (sum, json) = whole.split_at_checked(9).ok_or(Unreadable::Torn("the line is too short"))?;
    let sum = std::str::from_utf8(sum).ok().and_then(|sum| u32::from_str_radix(sum.strip_suffix(' ')?, 16).ok());
    if sum != Some(crc32fast::hash(json)) {
        return Err(Unreadable::Torn("the line does not fit its checksum"));
    }
    let Read { seq, at, who, what: entry } =
        serde_json::from_slice(json).map_err(|error| Unreadable::Strange(error.to_string()))?;
    Ok(Line { seq, at, who, entry })
}
