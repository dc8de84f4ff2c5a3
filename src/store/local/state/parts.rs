//! Parses the recipients' lines in parts, with as many threads as there are processors: with a hundred thousand
//! recipients and a few mails each, nothing else takes a command as long.

use std::io::{BufRead, Read};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Scope, available_parallelism, scope};
use std::{iter, str};

use crate::campaign::people::recipient::Recipient;
use crate::store::local::inline;

/// The line after the last recipient.
pub(super) const CLOSING: &str = "]\n";

/// How much of the file, in bytes, a thread reads at a time.
const PART: u64 = 256 * 1024;
/// How many parts each thread has at most: one being parsed, one waiting.
const EACH: usize = 2;

/// Parses the recipients up to the end of a file, and `take`s them in order. `None` at the first difference from our
/// format.
pub(super) fn read(file: &mut impl BufRead, mut take: impl FnMut(Recipient) -> Option<()>) -> Option<()> {
    scope(|scope| {
        let threads = available_parallelism().map_or(1, NonZero::get);
        // The threads take turns, so their results are in the file's order.
        let readers: Vec<Reader> = iter::repeat_with(|| Reader::start(scope)).take(threads).collect();
        let (mut given, mut taken, mut is_last) = (0, 0, false);
        while !is_last || taken < given {
            let mut part = Part::default();
            if is_last || given - taken == readers.len() * EACH {
                part = readers[taken % readers.len()].read.recv().ok()??;
                part.recipients.drain(..).try_for_each(&mut take)?;
                taken += 1;
            }
            if !is_last {
                is_last = part.fill(file)?;
                readers[given % readers.len()].to_read.send(part).ok()?;
                given += 1;
            }
        }
        Some(())
    })
}

/// A thread that parses the parts it is given, one by one, until its [`Reader`] is dropped.
struct Reader {
    to_read: Sender<Part>,
    /// The same parts, parsed; `None` instead of one that is invalid.
    read: Receiver<Option<Part>>,
}

impl Reader {
    fn start<'scope>(scope: &'scope Scope<'scope, '_>) -> Self {
        let (to_read, parts) = channel::<Part>();
        let (done, read) = channel();
        scope.spawn(move || parts.iter().try_for_each(|part| done.send(part.read())));
        Self { to_read, read }
    }
}

/// A number of the file's lines, and their recipients. It is reused: most of the cost of new memory is its first use.
#[derive(Default)]
struct Part {
    lines: Vec<u8>,
    recipients: Vec<Recipient>,
}

impl Part {
    /// Reads the file's next lines, without the one that closes the list. Returns whether they are the last.
    fn fill(&mut self, file: &mut impl BufRead) -> Option<bool> {
        let Self { lines, .. } = self;
        lines.clear();
        file.take(PART).read_to_end(lines).and_then(|_| file.read_until(b'\n', lines)).ok()?;
        let is_last = file.fill_buf().ok()?.is_empty();
        if is_last {
            lines.truncate(lines.strip_suffix(CLOSING.as_bytes())?.len());
        }
        Some(is_last)
    }

    fn read(mut self) -> Option<Self> {
        let mut rest = str::from_utf8(&self.lines).ok()?;
        while !rest.is_empty() {
            let (mut recipient, behind): (Recipient, _) = inline::read(rest.strip_prefix("  ")?).ok()?;
            // Space for one more, which a run adds to each: without it, it would have to move all
            // others.
            recipient.marks.shrink_to(recipient.marks.len() + 1);
            recipient.mails.shrink_to(recipient.mails.len() + 1);
            self.recipients.push(recipient);
            rest = behind.strip_prefix(",\n")?;
        }
        Some(self)
    }
}
