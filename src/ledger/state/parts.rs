//! Reading the recipients' lines in parts, by as many threads as there are processors: at a hundred thousand recipients
//! with a few mails each, nothing else takes a command as long as this.

use std::collections::VecDeque;
use std::io::{BufRead, Read};
use std::num::NonZero;
use std::{str, thread};

use super::CLOSING;
use crate::campaign::recipient::Recipient;
use crate::ledger::recipient_line;

/// How much of the file, in bytes, is read by one thread at a time.
const PART: usize = 1024 * 1024;

/// Reads the recipients that a file goes on with, up to its end, and `take`s them in their order. `None` at the first
/// thing that is written differently than we write.
pub(super) fn read(file: &mut impl BufRead, mut take: impl FnMut(Vec<Recipient>) -> Option<()>) -> Option<()> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let mut reading = VecDeque::new();
        loop {
            let (part, is_last) = next_part(file)?;
            reading.push_back(scope.spawn(move || read_lines(&part)));
            while reading.len() > processors || is_last && !reading.is_empty() {
                take(reading.pop_front()?.join().ok()??)?;
            }
            if is_last {
                return Some(());
            }
        }
    })
}

/// The next lines, without the one that closes the list; and whether they are the last.
fn next_part(file: &mut impl BufRead) -> Option<(Vec<u8>, bool)> {
    let mut part = Vec::with_capacity(PART);
    file.take(PART as u64).read_to_end(&mut part).and_then(|_| file.read_until(b'\n', &mut part)).ok()?;
    let is_last = file.fill_buf().ok()?.is_empty();
    if is_last {
        part.truncate(part.strip_suffix(CLOSING.as_bytes())?.len());
    }
    Some((part, is_last))
}

fn read_lines(part: &[u8]) -> Option<Vec<Recipient>> {
    let mut rest = str::from_utf8(part).ok()?;
    let mut recipients = Vec::new();
    while !rest.is_empty() {
        let (recipient, behind) = recipient_line::read(rest.strip_prefix("  ")?)?;
        recipients.push(recipient);
        rest = behind.strip_prefix(",\n")?;
    }
    Some(recipients)
}
