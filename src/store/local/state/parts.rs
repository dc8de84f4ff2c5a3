//! Reading the recipients' lines in parts, by as many threads as there are processors: at a hundred thousand recipients
//! with a few mails each, nothing else takes a command as long as this.

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
/// How many parts each thread has at the most: one that it reads, one that waits for it.
const EACH: usize = 2;

/// Reads the recipients that a file goes on with, up to its end, and `take`s them in their order. `None` at the first
/// thing that is written differently than we write.
pub(super) fn read(file: &mut impl BufRead, mut take: impl FnMut(Recipient) -> Option<()>) -> Option<()> {
    scope(|scope| {
        let threads = available_parallelism().map_or(1, NonZero::get);
        // They take turns: what each gives back in its turn is in the file's order.
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

/// A thread that reads the parts it is given, one after the other, until there is no more [`Reader`] to give it any.
struct Reader {
    to_read: Sender<Part>,
    /// The same parts, read; nothing in place of one that cannot be.
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

/// Some of the file's lines, and the recipients on them. It is used again and again: most of what new memory costs is
/// its first use.
#[derive(Default)]
struct Part {
    lines: Vec<u8>,
    recipients: Vec<Recipient>,
}

impl Part {
    /// Takes in the file's next lines, without the one that closes the list. Gives whether they are the last.
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
            // Room for one more, which a run adds to each: without it, it would have to move all others.
            recipient.marks.shrink_to(recipient.marks.len() + 1);
            recipient.mails.shrink_to(recipient.mails.len() + 1);
            self.recipients.push(recipient);
            rest = behind.strip_prefix(",\n")?;
        }
        Some(self)
    }
}
