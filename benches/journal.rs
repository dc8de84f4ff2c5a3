//! Journal lines per second, each durable before its writer continues, by how many are written at a
//! time.
//!
//! For comparison: plain appends of lines of the same length to a file, with one sync per group,
//! and without.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a benchmark prints, and may fail")]

mod common;

use std::fs::File;
use std::io::Write;
use std::time::Duration;

use common::{median, now, recipients};
use futures_util::future::join_all;
use mmig::campaign::people::recipient::{Entry, Recipient};
use mmig::campaign::text::digest::Digest;
use mmig::store::local::{Holder, JOURNAL, Ledger};
use tempfile::TempDir;

const LINES: usize = 2048;
const GROUPS: [usize; 3] = [1, 8, 64];

fn main() {
    let dir = TempDir::new().expect("a folder");
    let recipients: Vec<Recipient> = recipients().take(LINES).collect();
    println!("at a time | journal, durable | plain appends, durable | plain appends, not durable   (lines a second)");
    for group in GROUPS {
        let (durable, length) = journal(&dir, &recipients, group);
        let line = vec![b'x'; length];
        let [synced, loose] = [true, false].map(|sync| append(&dir, &line, group, sync));
        println!("{group:9} | {:16.0} | {:22.0} | {:26.0}", rate(durable), rate(synced), rate(loose));
    }
}

#[allow(clippy::cast_precision_loss, reason = "2048 has no precision to lose")]
fn rate(time: Duration) -> f64 {
    LINES as f64 / time.as_secs_f64()
}

/// The time for all lines, and the length of a line.
fn journal(dir: &TempDir, recipients: &[Recipient], group: usize) -> (Duration, usize) {
    let holder = Holder { command: "bench".to_owned(), at: now() };
    let mut ledger = Ledger::open(dir.path(), &holder, false).expect("it opens");
    let journal = ledger.journal().expect("it opens");
    let entry = Entry::Sending {
        phase: "announce".to_owned(),
        variant: Digest::of(&["a"]),
        deadline: now().date_naive().into(),
        usage: None,
        send_at: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut rounds = 0;
    let time = median(|| {
        rounds += 1;
        for together in recipients.chunks(group) {
            let lines = together.iter().map(|recipient| journal.record(now(), recipient.key(), &entry));
            runtime.block_on(join_all(lines)).into_iter().for_each(|line| drop(line.expect("room")));
        }
    });
    let file = dir.path().join(JOURNAL);
    let length = std::fs::metadata(&file).expect("it is there").len();
    drop(journal);
    drop(ledger);
    std::fs::remove_file(file).expect("it is ours");
    (time, usize::try_from(length).expect("it fits") / (LINES * rounds))
}

fn append(dir: &TempDir, line: &[u8], group: usize, sync: bool) -> Duration {
    let mut file = File::create(dir.path().join("plain")).expect("room");
    median(|| {
        for _ in 0..LINES / group {
            file.write_all(&line.repeat(group)).expect("room");
            if sync {
                file.sync_data().expect("room");
            }
        }
    })
}
