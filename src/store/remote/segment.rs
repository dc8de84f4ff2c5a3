//! A segment of the journal, as bytes: a header line with its author and kind, then the journal's
//! lines.

use serde::{Deserialize, Serialize};

use super::fence::Author;
use super::occupant::Occupant;

/// The format written; a change that this parser would misread increases it.
const FORMAT: i64 = 1;

/// The kind of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum What {
    /// Lines of the journal.
    Lines,
    /// A run started: no segment of an earlier one can follow.
    Begun {
        /// Its run.
        by: Occupant,
    },
    /// The snapshot with this number includes everything before.
    Snapshot {
        /// Its length in bytes.
        #[serde(rename = "snapshot_length")]
        length: u64,
        /// Its CRC-32.
        #[serde(rename = "snapshot_sum")]
        sum: u32,
    },
    /// The ledger is kept elsewhere now.
    Moved {
        /// The new location.
        to: String,
    },
}

impl What {
    /// The new location, if that is its kind.
    pub fn moved_to(&self) -> Option<&str> {
        if let Self::Moved { to } = self { Some(to) } else { None }
    }
}

/// A segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its author.
    pub author: Author,
    /// Its kind.
    pub what: What,
    /// Lines of the journal, each with its end; empty unless that is its kind.
    pub lines: Vec<u8>,
}

/// Why bytes are not a valid segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// A newer version wrote it, in this format.
    Newer(i64),
    /// They are not what was written.
    Damaged(String),
}

#[derive(Serialize, Deserialize)]
struct Head {
    format: i64,
    #[serde(flatten)]
    author: Author,
    /// The length of the lines in bytes.
    length: u64,
    /// The CRC-32 of the lines.
    sum: u32,
    #[serde(flatten)]
    what: What,
}

#[derive(Deserialize)]
struct Format {
    format: i64,
}

impl Segment {
    /// Its bytes.
    ///
    /// # Errors
    /// None in practice: all its contents can be serialised.
    pub fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let head = Head {
            format: FORMAT,
            author: self.author.clone(),
            length: self.lines.len() as u64,
            sum: crc32fast::hash(&self.lines),
            what: self.what.clone(),
        };
        let head = serde_json::to_vec(&head)?;
        let mut bytes = format!("{:08x} ", crc32fast::hash(&head)).into_bytes();
        bytes.extend(head);
        bytes.push(b'\n');
        bytes.extend(&self.lines);
        Ok(bytes)
    }

    /// Parses a segment.
    ///
    /// # Errors
    /// The bytes are not one, or have a newer format.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let damaged = |what: &str| Unreadable::Damaged(what.to_owned());
        let end = memchr::memchr(b'\n', bytes).ok_or_else(|| damaged("its first line does not end"))?;
        let (head, lines) = (&bytes[..end], &bytes[end + 1..]);
        let (sum, json) = head.split_at_checked(9).ok_or_else(|| damaged("its first line is too short"))?;
        let sum = std::str::from_utf8(sum).ok().and_then(|sum| u32::from_str_radix(sum.strip_suffix(' ')?, 16).ok());
        if sum != Some(crc32fast::hash(json)) {
            return Err(damaged("its first line does not fit its checksum"));
        }
        let read = |error: serde_json::Error| Unreadable::Damaged(error.to_string());
        let Format { format } = serde_json::from_slice(json).map_err(read)?;
        if format > FORMAT {
            return Err(Unreadable::Newer(format));
        }
        let head: Head = serde_json::from_slice(json).map_err(read)?;
        if head.length != lines.len() as u64 || head.sum != crc32fast::hash(lines) {
            return Err(damaged("its lines do not fit their checksum"));
        }
        Ok(Self { author: head.author, what: head.what, lines: lines.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(what: What, lines: &[u8]) -> Segment {
        Segment { author: Author { run: "r".to_owned(), nonce: 3 }, what, lines: lines.to_vec() }
    }

    #[test]
    fn a_segment_is_read_as_it_was_written() {
        let moved = What::Moved { to: "s3://elsewhere".to_owned() };
        for what in [What::Lines, moved, What::Snapshot { length: 7, sum: 9 }] {
            let written = segment(what, b"one\ntwo\n");
            assert_eq!(Segment::read(&written.to_bytes().unwrap()), Ok(written));
        }
    }

    #[test]
    fn a_segment_that_lost_or_changed_a_byte_is_not_read() {
        let bytes = segment(What::Lines, b"one\ntwo\n").to_bytes().unwrap();
        for end in 0..bytes.len() {
            assert!(matches!(Segment::read(&bytes[..end]), Err(Unreadable::Damaged(_))), "{end}");
        }
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 4;
            assert!(matches!(Segment::read(&changed), Err(Unreadable::Damaged(_))), "{place}");
        }
    }

    #[test]
    fn a_later_format_is_said_and_not_guessed_at() {
        let json = br#"{"format":2,"new":"thing"}"#;
        let bytes = [format!("{:08x} ", crc32fast::hash(json)).as_bytes(), json, b"\n"].concat();
        assert_eq!(Segment::read(&bytes), Err(Unreadable::Newer(2)));
    }
}
