//! What the ledger costs: reading and replacing a large one, and lines of the journal a second.
//!
//! `cargo bench --bench ledger`. Medians, on the disk that holds the target folder; the rates depend on its sync.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // A bench prints, and may fail like a test.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use mmig::campaign::Time;
use mmig::campaign::digest::Digest;
use mmig::campaign::mail::{Accepted, Course, Fate, Mail};
use mmig::campaign::recipient::{Entry, Recipient};
use mmig::ledger::{self, Holder, JOURNAL, Ledger, STATE};

const RECIPIENTS: usize = 100_000;
const LINES: usize = 20_000;
/// Names the folder to read, for the process that tells its peak memory.
const READ_ONLY: &str = "BENCH_LEDGER_READ";

fn main() {
    if let Some(dir) = std::env::var_os(READ_ONLY) {
        // A process of its own, so that its peak is that of reading alone.
        black_box(ledger::read(Path::new(&dir)).unwrap());
        return println!("{}", memory("VmHWM:"));
    }
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut ledger = Ledger::open(dir.path(), &Holder { command: "bench".to_owned(), at: at() }, false).unwrap();
    (0..RECIPIENTS).for_each(|number| ledger.records_mut().insert(recipient(number)));

    println!("{RECIPIENTS} recipients, one delivered mail each");
    let written = median(7, || ledger.save().unwrap());
    let read = median(7, || drop(black_box(ledger::read(dir.path()).unwrap())));
    let text = fs::read_to_string(dir.path().join(STATE)).unwrap();
    let general = median(3, || drop(black_box(toml::from_str::<toml::Table>(&text).unwrap())));
    show("replace state.toml, durably", written, "");
    show("read state.toml", read, "");
    show("the toml crate, into its own table", general, &format!("{:.0} times as long", ratio(general, read)));
    println!("  {:<38} {:>9.1} MB", "size of state.toml", megabytes(text.len()));
    println!("  {:<38} {:>9} MB", "peak memory of a process that reads it", peak(dir.path()) / 1000);

    println!("\njournal, {LINES} lines");
    for waiting in [1, 16, 64, 256] {
        let lines = if waiting == 1 { LINES / 10 } else { LINES };
        ledger.save().unwrap();
        let took = record(&mut ledger, lines, waiting);
        show(&format!("durable, {waiting} waiting at a time"), took, &rate(lines, took));
    }
    let lines = fs::read(dir.path().join(JOURNAL)).unwrap();
    let took = write_plainly(&dir.path().join("plain"), &lines);
    show("the same bytes, a write a line, no sync", took, &rate(LINES, took));
    let took = median(5, || drop(black_box(ledger::read(dir.path()).unwrap())));
    show("read state.toml and replay the lines", took, "");
}

fn at() -> Time {
    Time::from_timestamp(1_801_310_400, 0).unwrap()
}

fn recipient(number: usize) -> Recipient {
    let course = Course::Delivered { when: at() };
    let id = format!("01JXMAIL{number:018}");
    let accepted =
        Accepted { id, thread: format!("01JXTHRD{number:018}"), at: at(), labelled: true, approved: None, course };
    let mail = Mail {
        phase: "announce".to_owned(),
        variant: Digest::of(&["body"]),
        to: None,
        sending: at(),
        send_at: None,
        fate: Fate::Accepted(accepted),
    };
    Recipient {
        id: key(number),
        email: format!("person.{number}@customer-{}.example", number % 977),
        name: format!("Person Number {number}"),
        tags: vec!["api-v1".to_owned(), "webhooks".to_owned()],
        segment: "webhooks".to_owned(),
        since: at(),
        left: None,
        marks: Vec::new(),
        mails: vec![mail],
    }
}

fn key(number: usize) -> String {
    format!("01JXCONT{number:018}")
}

/// Records lines with so many callers waiting at a time.
fn record(ledger: &mut Ledger, lines: usize, waiting: usize) -> Duration {
    let journal = ledger.journal().unwrap();
    let entry = Entry::Sending { phase: "prepare".to_owned(), variant: Digest::of(&["body"]), send_at: None };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let start = Instant::now();
    runtime.block_on(stream::iter(0..lines).map(|number| (journal.clone(), key(number), &entry)).for_each_concurrent(
        waiting,
        async |(journal, key, entry)| {
            journal.record(at(), &key, entry).await.unwrap();
        },
    ));
    start.elapsed()
}

fn write_plainly(path: &Path, lines: &[u8]) -> Duration {
    let mut file = File::create(path).unwrap();
    let start = Instant::now();
    lines.split_inclusive(|byte| *byte == b'\n').for_each(|line| file.write_all(line).unwrap());
    start.elapsed()
}

fn median(times: usize, mut run: impl FnMut()) -> Duration {
    let mut all: Vec<Duration> = (0..times)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    all.sort_unstable();
    all[times / 2]
}

fn show(what: &str, took: Duration, more: &str) {
    println!("  {what:<38} {:>9.1} ms  {more}", took.as_secs_f64() * 1000.0);
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}

fn rate(lines: usize, took: Duration) -> String {
    let a_second = u128::try_from(lines).unwrap_or_default() * 1_000_000_000 / took.as_nanos().max(1);
    format!("{a_second} lines/s")
}

#[allow(clippy::cast_precision_loss)] // For a person's eyes.
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// The peak memory of a process that only reads the ledger, in kB; 0 where the system does not tell.
fn peak(dir: &Path) -> u64 {
    let own = std::env::current_exe().unwrap();
    let told = std::process::Command::new(own).env(READ_ONLY, dir).output().unwrap().stdout;
    String::from_utf8(told).unwrap().trim().parse().unwrap_or_default()
}

/// A figure of this process's memory in kB, where the system tells.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or_default()
}
