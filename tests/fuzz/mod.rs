//! Runs every reader of external input on artificial inputs: the seeds, inputs that broke one before, and mutations of
//! both.
//!
//! It takes one second per target, or `FUZZ_SECONDS`; `FUZZ_SEED` gives other mutations. Stable Rust's test builds have
//! no coverage to follow, so an input with a new outcome joins the corpus. `fuzz/run` follows coverage, and goes
//! deeper.
//!
//! An input on which a reader panics, or takes longer than five seconds, is written to target/fuzz/found; put it into
//! fuzz/found/TARGET, where this and the fuzzer try it first from then on.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // A test's own helpers may fail like a test.

mod mutate;
#[path = "../../fuzz/readers/mod.rs"]
mod readers;

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mutate::Mutator;
use readers::{TARGETS, Target};

/// An input that takes longer counts as a hang.
const HANGS: Duration = Duration::from_secs(5);
/// The same if all other tests run at the same time and keep the machine busy.
const HANGS_FOR_CERTAIN: Duration = Duration::from_mins(1);
/// The maximum memory that all targets of a run may need, in kB.
const MOST_MEMORY: u64 = 500 << 10;
/// Inputs that were kept because their outcome was new.
const CORPUS: usize = 2000;

macro_rules! targets {
    ($($test:ident: $name:literal;)*) => {
        const TESTED: &[&str] = &[$($name),*];

        $(#[test]
        fn $test() {
            fuzz(TARGETS.iter().find(|target| target.name == $name).unwrap());
        })*
    };
}

targets! {
    a_file_of_accounts: "accounts";
    what_an_agent_says: "agent";
    what_a_model_answers: "answer";
    a_ledger_in_a_bucket: "bucket";
    a_campaign_file: "campaign";
    mails_that_came_in: "inbox";
    a_journal: "journal";
    a_lock_of_drafts: "lock";
    a_changelog_of_oasdiff: "oasdiff";
    an_openapi_document: "openapi";
    what_the_server_answers: "reply";
    what_was_sent: "sent";
    a_snapshot: "state";
    a_list_of_tags: "tags";
    a_template: "template";
    a_file_of_usage: "usage";
}

#[test]
fn each_target_has_a_test_words_and_seeds_that_it_reads_in_different_ways() {
    let names: BTreeSet<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names, TESTED.iter().copied().collect());
    for target in &TARGETS {
        let outcomes: HashSet<String> = files("seeds", target.name).iter().map(|seed| (target.read)(seed)).collect();
        assert!(outcomes.len() > 1 && !words(target.name).is_empty(), "{}: {}", target.name, outcomes.len());
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A target's inputs of a kind, in order.
fn files(kind: &str, target: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder().join(kind).join(target)).into_iter().flatten();
    let paths: BTreeSet<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The words of a target's dictionary, in libFuzzer's format: one quoted word per line.
fn words(target: &str) -> Vec<Vec<u8>> {
    let text = fs::read_to_string(folder().join("words").join(target)).unwrap();
    let quoted = text.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    quoted.map(unquoted).collect()
}

fn unquoted(word: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), word);
    while let Some((before, escaped)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let length = if escaped.starts_with('x') { 3 } else { 1 };
        let (code, after) = escaped.split_at(length);
        bytes.push(u8::from_str_radix(&code[1..], 16).unwrap_or(code.as_bytes()[0]));
        rest = after;
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// Runs a reader on mutations until the time is over.
fn fuzz(target: &Target) {
    let mut corpus = files("found", target.name);
    corpus.extend(files("seeds", target.name));
    for input in &corpus {
        outcome(target, input);
    }
    let words = words(target.name);
    let mut mutator = Mutator::new(number("FUZZ_SEED", 1), &words);
    let mut outcomes = HashSet::new();
    let end = Instant::now() + Duration::from_secs(number("FUZZ_SECONDS", 1));
    let (mut tried, mut slowest) = (0_u64, Duration::ZERO);
    while Instant::now() < end {
        let input = mutator.mutated(&corpus);
        let (said, took) = outcome(target, &input);
        (tried, slowest) = (tried + 1, slowest.max(took));
        if outcomes.insert(signature(&said)) && corpus.len() < CORPUS {
            corpus.push(input);
        }
    }
    println!("{}: {tried} inputs, {} outcomes, slowest {slowest:?}", target.name, outcomes.len());
    let memory = if is_alone() { peak_memory() } else { 0 };
    assert!(memory <= MOST_MEMORY, "{}: {memory} kB", target.name);
}

/// Whether the fuzzer runs alone: only then are the time and memory of the process meaningful.
fn is_alone() -> bool {
    std::env::var_os("FUZZ_SECONDS").is_some()
}

fn longest() -> Duration {
    if is_alone() { HANGS } else { HANGS_FOR_CERTAIN }
}

/// The outcome of an input, and how long it took.
fn outcome(target: &Target, input: &[u8]) -> (String, Duration) {
    let start = Instant::now();
    let read = catch_unwind(AssertUnwindSafe(|| (target.read)(input)));
    let took = start.elapsed();
    let Ok(said) = read else { panic!("{} panics; the input is in {}", target.name, kept(target, input).display()) };
    assert!(took <= longest(), "{} hangs: {took:?}; the input is in {}", target.name, kept(target, input).display());
    (said, took)
}

/// An outcome without numbers and names, so that outcomes of one kind are equal.
fn signature(said: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for part in said.split('`').step_by(2) {
        part.split(|c: char| c.is_ascii_digit()).collect::<String>().hash(&mut hasher);
    }
    hasher.finish()
}

fn kept(target: &Target, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../fuzz/found");
    fs::create_dir_all(&folder).unwrap();
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let path = folder.join(format!("{}-{:016x}", target.name, hasher.finish()));
    fs::write(&path, input).unwrap();
    path
}

/// The peak memory of this process, in kB; 0 if the system does not report it.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
