//! The snapshot: plain TOML with one recipient per line, so that people can read, search and
//! compare it.

mod head;
mod parts;
mod snapshot;

use std::io::{self, BufRead, Read, Seek, Write};
use std::path::Path;

use compact_str::CompactString;

use super::files::{open, replace};
use super::inline::{self, write, write_lines};
use crate::campaign::people::records::Records;
use crate::store::{LedgerError, Place};
use head::Head;
use parts::CLOSING;

pub(in crate::store) use snapshot::Snapshot;

/// The latest format, which differs from format 1 only in additional keys of the head and of mails. A file is written
/// in the oldest format that can hold its contents. `tests/ledger/formats` has a file of each.
const VERSION: i64 = 2;
const TITLE: &str =
    "# What was done for each recipient. Written only by mmig. Holds personal data: back it up, do not commit it.\n";
const OPENING: &str = "recipients = [\n";

/// Replaces the snapshot: after a crash the old or the new one exists.
pub(super) fn save(path: &Path, campaign: &str, records: &Records, sequence: u64) -> Result<(), LedgerError> {
    let written = replace(path, |out| to_toml(campaign, records, sequence, out));
    written.map_err(|error| LedgerError::io(path, "write", error))
}

/// Reads the snapshot; `None` if it does not exist.
pub(super) fn read(path: &Path) -> Result<Option<Snapshot>, LedgerError> {
    let Some(mut file) = open(path)? else { return Ok(None) };
    if let Some(read) = from_our_own(&mut file) {
        return Ok(Some(read));
    }
    let mut bytes = Vec::new();
    let whole = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
    whole.map_err(|error| LedgerError::io(path, "read", error))?;
    from_any_bytes(path, bytes).map(Some)
}

/// Parses a snapshot; `path` is its name in errors.
#[cfg(feature = "remote")]
pub(in crate::store) fn parse(path: &Path, bytes: Vec<u8>) -> Result<Snapshot, LedgerError> {
    match from_our_own(&mut &*bytes) {
        Some(read) => Ok(read),
        None => from_any_bytes(path, bytes),
    }
}

/// The bytes of a snapshot.
#[cfg(feature = "remote")]
pub(in crate::store) fn to_bytes(campaign: &str, records: &Records, sequence: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    to_toml(campaign, records, sequence, &mut bytes)?;
    Ok(bytes)
}

fn from_any_bytes(path: &Path, bytes: Vec<u8>) -> Result<Snapshot, LedgerError> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let place = Place::of(good, &String::from_utf8_lossy(&error.as_bytes()[..good]));
        LedgerError::damaged(path, place, "it is not UTF-8")
    })?;
    refuse_newer(path, &text)?;
    from_any(path, &text)
}

/// The maximum size of a note about a moved ledger, in bytes.
pub(super) const LONGEST_NOTE: usize = 64 * 1024;

/// Leaves a note that the ledger is kept elsewhere now.
pub(super) fn leave_note(path: &Path, to: &str) -> Result<(), LedgerError> {
    let to = toml::Value::from(to);
    let note =
        format!("# The ledger is kept elsewhere now. `mmig ledger` says where.\nversion = {NOTE}\nmoved = {to}\n");
    replace(path, |out| out.write_all(note.as_bytes())).map_err(|error| LedgerError::io(path, "write", error))
}

/// The location in a note.
pub(super) fn moved_to(text: &str) -> Option<String> {
    let note: Note = toml::from_str(text).ok().filter(|note: &Note| note.version == NOTE)?;
    Some(note.moved)
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    version: i64,
    moved: String,
}

/// The format version of a note: no snapshot has it, so that a program that does not know notes
/// refuses it.
const NOTE: i64 = 1_000_000;

/// Refuses a newer format, which this program cannot understand, and a note that the ledger was moved.
pub(super) fn refuse_newer(path: &Path, text: &str) -> Result<(), LedgerError> {
    if let Some(to) = Some(text).filter(|text| text.len() < LONGEST_NOTE).and_then(moved_to) {
        return Err(LedgerError::Moved { place: path.display().to_string(), to });
    }
    match version(text).filter(|version| *version > VERSION) {
        Some(version) => Err(LedgerError::Newer { file: path.to_owned(), version }),
        None => Ok(()),
    }
}

/// The number of the last journal line included, from a file's head; 0 if it has none.
pub(super) fn sequence(head: &str) -> u64 {
    let line = head.lines().find_map(|line| line.trim_start().strip_prefix("sequence"));
    line.and_then(|line| line.trim_start().strip_prefix('=')?.trim().parse().ok()).unwrap_or_default()
}

fn is_known(version: i64) -> bool {
    (1..=VERSION).contains(&version)
}

/// The format version, read before anything else.
fn version(text: &str) -> Option<i64> {
    let line = text.lines().find_map(|line| line.trim_start().strip_prefix("version"))?;
    let value = line.trim_start().strip_prefix('=')?;
    value.split('#').next()?.trim().parse().ok()
}

/// Writes the snapshot, one recipient at a time: the whole text may be too large for memory.
fn to_toml(campaign: &str, records: &Records, sequence: u64, out: &mut dyn Write) -> io::Result<()> {
    let mut text = TITLE.to_owned();
    write_lines(&Head::of(campaign, records, sequence), &mut text).map_err(io::Error::other)?;
    text.push_str(OPENING);
    for recipient in records.recipients() {
        text.push_str("  ");
        write(recipient, &mut text).map_err(io::Error::other)?;
        text.push_str(",\n");
        out.write_all(text.as_bytes())?;
        text.clear();
    }
    text.push_str(CLOSING);
    out.write_all(text.as_bytes())
}

/// Parses our own format; `None` at the first difference: the full parser can then say what is wrong.
fn from_our_own(mut file: impl BufRead) -> Option<Snapshot> {
    let (mut head, mut line, mut several) = (String::new(), String::new(), None);
    while line != OPENING {
        // It may be as long as there are recipients, so it is read as these are.
        match line.strip_prefix("several = ") {
            Some(list) if several.is_none() => several = Some(list_of_our_own(list)?),
            _ => head.push_str(&line),
        }
        line.clear();
        file.read_line(&mut line).ok().filter(|length| *length > 0)?;
    }
    let mut head: Head = toml::from_str(&head).ok().filter(|head: &Head| is_known(head.version))?;
    if let Some(several) = several {
        head.list_several(several)?;
    }
    let mut records = Records::default();
    parts::read(&mut file, |recipient| records.insert_new(recipient).ok())?;
    Some(head.over(records))
}

fn list_of_our_own(text: &str) -> Option<Vec<CompactString>> {
    let (list, rest) = inline::read(text).ok()?;
    (rest == "\n").then_some(list)
}

/// Parses any equivalent TOML, even if a person or a tool has reformatted it.
fn from_any(path: &Path, text: &str) -> Result<Snapshot, LedgerError> {
    let damaged = |offset: Option<usize>, what: String| {
        LedgerError::damaged(path, offset.map(|offset| Place::of(offset, text)), what)
    };
    let mut head: Head = toml::from_str(text)
        .map_err(|error: toml::de::Error| damaged(error.span().map(|span| span.start), error.message().to_owned()))?;
    if !is_known(head.version) {
        return Err(damaged(None, format!("unknown format {}", head.version)));
    }
    let recipients = head.recipients.take().ok_or_else(|| damaged(None, "it has no recipients".to_owned()))?;
    let mut records = Records::with_capacity(recipients.len());
    for recipient in recipients {
        let offset = Some(recipient.span().start);
        records
            .insert_new(recipient.into_inner())
            .map_err(|again| damaged(offset, format!("recipient `{}` appears twice", again.key())))?;
    }
    Ok(head.over(records))
}

#[cfg(test)]
mod tests;
