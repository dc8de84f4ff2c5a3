//! The snapshot: plain TOML with a line a recipient, so that it can be read, searched and compared.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use chrono::SecondsFormat;

use super::inline::{Item, item, write_string};
use super::{LedgerError, contents, recipient_line};
use crate::campaign::Time;
use crate::campaign::records::Records;

const VERSION: i64 = 1;
const HEAD: &str =
    "# What was done for each recipient. Written by mmig alone. Holds personal data: back it up, do not commit it.\n";
const OPENING: &str = "recipients = [\n";
const CLOSING: &str = "]\n";

/// What stands before the recipients.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    version: i64,
    /// The last journal line that is contained.
    sequence: u64,
    #[serde(default)]
    segmented: Option<toml::value::Datetime>,
    #[serde(default)]
    tracked: Option<toml::value::Datetime>,
    #[serde(default)]
    tags_stopped: Option<String>,
}

/// Replaces the snapshot as a whole: after a crash there is the old one or the new one, never a part of one.
pub(super) fn write(path: &Path, records: &Records, sequence: u64) -> Result<(), LedgerError> {
    let failed = |error| LedgerError::io(path, "write", error);
    let text = to_toml(records, sequence);
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A temporary file is readable by its owner alone, and stays so.
    let mut file = tempfile::Builder::new().prefix(".state-").tempfile_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    sync_folder(folder).map_err(failed)
}

/// Makes the new name itself durable; only some systems let a folder be opened for that.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { fs::metadata(folder).map(drop) }
}

/// Reads the snapshot; `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<(Records, u64)>, LedgerError> {
    let Some(bytes) = contents(path)? else { return Ok(None) };
    let text = String::from_utf8(bytes).map_err(|error| {
        LedgerError::damaged(path, Some(error.utf8_error().valid_up_to() as u64), "it is not UTF-8")
    })?;
    if let Some(newer) = version(&text).filter(|version| *version > VERSION) {
        return Err(LedgerError::Newer { file: path.to_owned(), version: newer });
    }
    match from_our_own(&text) {
        Some(read) => Ok(Some(read)),
        None => from_any(path, &text).map(Some),
    }
}

/// The format, as far as it can be told before anything else is.
fn version(text: &str) -> Option<i64> {
    let line = text.lines().find(|line| line.starts_with("version"))?;
    line.split_once('=')?.1.trim().parse().ok()
}

fn to_toml(records: &Records, sequence: u64) -> String {
    let time = |time: Time| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut text = format!("{HEAD}version = {VERSION}\nsequence = {sequence}\n");
    for (name, moment) in [("segmented", records.segmented), ("tracked", records.tracked)] {
        text.extend(moment.map(|moment| format!("{name} = {}\n", time(moment))));
    }
    if let Some(why) = &records.tags_stopped {
        text.push_str("tags_stopped = ");
        write_string(why, &mut text);
        text.push('\n');
    }
    text.reserve(records.recipients().len() * 300);
    text.push_str(OPENING);
    for recipient in records.recipients() {
        text.push_str("  ");
        recipient_line::write(recipient, &mut text);
        text.push_str(",\n");
    }
    text.push_str(CLOSING);
    text
}

/// Reads what we wrote; `None` at the first thing that is written differently.
fn from_our_own(text: &str) -> Option<(Records, u64)> {
    let (head, rest) = text.split_once(OPENING)?;
    let head: Head = toml::from_str(head).ok()?;
    let body = rest.strip_suffix(CLOSING)?;
    let mut records = Records::with_capacity(body.len() / 200);
    for line in body.split_terminator('\n') {
        let (item, rest) = item(line.strip_prefix("  ")?)?;
        if rest != "," {
            return None;
        }
        records.insert_new(recipient_line::read(item).ok()?).ok()?;
    }
    take_head(&head, &mut records)?;
    Some((records, head.sequence))
}

fn take_head(head: &Head, records: &mut Records) -> Option<()> {
    let moment = |datetime: &Option<toml::value::Datetime>| -> Option<Option<Time>> {
        datetime.as_ref().map(|datetime| datetime.to_string().parse().ok()).map_or(Some(None), |time| time.map(Some))
    };
    records.segmented = moment(&head.segmented)?;
    records.tracked = moment(&head.tracked)?;
    records.tags_stopped.clone_from(&head.tags_stopped);
    Some(())
}

/// Reads any TOML that says the same, also if a person or a tool has reformatted it.
fn from_any(path: &Path, text: &str) -> Result<(Records, u64), LedgerError> {
    let damaged = |what: String| LedgerError::damaged(path, None, what);
    let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let offset = error.span().map(|span| span.start as u64);
        LedgerError::damaged(path, offset, error.message())
    })?;
    let recipients = table.remove("recipients").ok_or_else(|| damaged("it has no recipients".to_owned()))?;
    let head: Head = table.try_into().map_err(|error: toml::de::Error| damaged(error.message().to_owned()))?;
    if head.version != VERSION {
        return Err(damaged(format!("there is no format {}", head.version)));
    }
    let Item::List(items) = Item::from(recipients) else { return Err(damaged("`recipients` is no list".to_owned())) };
    let mut records = Records::default();
    for (number, item) in items.into_iter().enumerate() {
        let recipient =
            recipient_line::read(item).map_err(|what| damaged(format!("recipient {}: {what}", number + 1)))?;
        records.insert_new(recipient).map_err(|_| damaged(format!("recipient {} stands there twice", number + 1)))?;
    }
    take_head(&head, &mut records).ok_or_else(|| damaged("a time in its head cannot be read".to_owned()))?;
    Ok((records, head.sequence))
}

#[cfg(test)]
mod tests;
