//! Every reader of what comes from outside, on inputs that nobody wrote: mutations of a seed corpus, as many as fit in the time.
//!
//! `cargo test --test fuzz` takes a second a target; `FUZZ_SECONDS=600 FUZZ_SEED=7 cargo test --release --test fuzz -- --test-threads 1
//! --nocapture` ten minutes each, on other inputs. An input on which a reader panics, or takes longer than five seconds, is written to
//! target/fuzz; put it into tests/fuzz/found/TARGET, where it is tried first ever after.
//!
//! An input whose outcome was not seen before joins the corpus: that leads deeper than mutating the seeds alone.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)] // A test's own helpers may fail like a test.

mod mutate;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mmig::campaign::definition::oasdiff::{Group, Level, Wanted};
use mmig::campaign::definition::problem::{Problem, Source};
use mmig::campaign::definition::usage::UsageRules;
use mmig::campaign::definition::{self, Campaign, oasdiff, openapi};
use mmig::campaign::lint::Checked;
use mmig::campaign::people::records::Records;
use mmig::campaign::text::lock::Lock;
use mmig::campaign::text::template::Templates;
use mmig::campaign::usage::Layout;
use mmig::store::input::Input;
use mmig::store::{local, usage_file};
use mutate::Mutator;

/// An input that takes longer hangs, for whoever waits for it.
const HANGS: Duration = Duration::from_secs(5);
/// The most memory that all targets of a run may need, in kB.
const MOST_MEMORY: u64 = 500 << 10;
/// Inputs that are kept because their outcome was new.
const CORPUS: usize = 2000;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The files of these folders and names, seen from the repository.
fn seeds(paths: &[&str]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for path in paths.iter().map(|path| root().join(path)) {
        if path.is_dir() {
            let mut files: Vec<_> = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).collect();
            files.sort();
            found.extend(files.into_iter().filter(|file| file.is_file()).map(|file| fs::read(file).unwrap()));
        } else {
            found.push(fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
        }
    }
    found
}

/// Runs a reader on mutations until the time is over. It returns what came of an input, in words.
fn fuzz(target: &str, mut corpus: Vec<Vec<u8>>, words: &[&str], read: impl Fn(&[u8]) -> String) {
    let known = root().join("tests/fuzz/found").join(target);
    let found: Vec<Vec<u8>> =
        fs::read_dir(known).into_iter().flatten().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
    let outcome = |input: &[u8]| {
        let start = Instant::now();
        let read = catch_unwind(AssertUnwindSafe(|| read(input)));
        let took = start.elapsed();
        if read.is_err() || took > HANGS {
            let path = kept(target, input);
            panic!(
                "{target}: {} after {took:?}; the input is in {}",
                if read.is_err() { "a panic" } else { "it hangs" },
                path.display()
            );
        }
        (read.unwrap_or_default(), took)
    };
    for input in found.iter().chain(&corpus) {
        outcome(input);
    }
    corpus.extend(found);
    let mut mutator = Mutator::new(number("FUZZ_SEED", 1), words);
    let mut outcomes = HashSet::new();
    let (end, mut tried, mut slowest) =
        (Instant::now() + Duration::from_secs(number("FUZZ_SECONDS", 1)), 0_u64, Duration::ZERO);
    while Instant::now() < end {
        let input = mutator.mutated(&corpus);
        let (said, took) = outcome(&input);
        (tried, slowest) = (tried + 1, slowest.max(took));
        if outcomes.insert(signature(&said)) && corpus.len() < CORPUS {
            corpus.push(input);
        }
    }
    println!("{target}: {tried} inputs, {} outcomes, slowest {slowest:?}", outcomes.len());
    let memory = peak_memory();
    assert!(memory <= MOST_MEMORY, "{target}: {memory} kB");
}

/// What an outcome says without numbers and names: two of one kind are one.
fn signature(said: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for part in said.split('`').step_by(2) {
        part.split(|c: char| c.is_ascii_digit()).collect::<String>().hash(&mut hasher);
    }
    hasher.finish()
}

fn kept(target: &str, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../fuzz");
    fs::create_dir_all(&folder).unwrap();
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let path = folder.join(format!("{target}-{:016x}", hasher.finish()));
    fs::write(&path, input).unwrap();
    path
}

/// The most memory this process has had, in kB; 0 where the system does not say.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

fn problems(found: &[Problem]) -> String {
    found.iter().map(|problem| format!("{:?} {}\n", problem.place(), problem.what)).collect()
}

/// The built-in templates, with this one in place of the first phase's.
fn templates(announce: &str) -> Result<Templates, Vec<Problem>> {
    let built_in = mmig::store::folder::built_in_templates();
    let mut sources: BTreeMap<_, _> = built_in.into_iter().map(|(name, file)| (name, file.source)).collect();
    sources.insert("announce.md".to_owned(), Source::new("announce.md", announce));
    Templates::load(sources)
}

fn campaign(text: &str) -> Result<Campaign, Vec<Problem>> {
    definition::read("api-v2", &Source::new("campaign.toml", text)).map(|(campaign, _)| campaign)
}

/// Everything that `check` finds.
fn checked(campaign: &Campaign, templates: &Templates) -> String {
    let records = Records::default();
    let now = "2027-01-30T14:00:00Z".parse().unwrap();
    let (texts, linted) = Checked::new(campaign, templates, &records, now).all("templates");
    format!("{texts} {}", problems(&linted.problems))
}

#[test]
fn a_campaign_file() {
    let seeds = seeds(&["campaigns/api-v2/campaign.toml", "src/app/init.toml"]);
    let words = [
        "[[change]]",
        "[[phase]]",
        "[[segment]]",
        "deadline = ",
        "2027-04-30T14:00:00",
        "days_before = ",
        "\"\"\"",
        "'''",
        "={}",
        "[usage]",
    ];
    let templates =
        templates("+++\nsubject = \"x\"\n+++\n{{ campaign.title }} {% for c in changes %}{{ c.text }}{% endfor %}")
            .unwrap();
    fuzz("campaign", seeds, &words, |input| match campaign(&String::from_utf8_lossy(input)) {
        Ok(campaign) => checked(&campaign, &templates),
        Err(found) => problems(&found),
    });
}

#[test]
fn a_template() {
    let seeds = seeds(&["templates", "templates/partials", "campaigns/api-v2/templates"]);
    let words = [
        "{{ ",
        " }}",
        "{% for x in changes %}",
        "{% endfor %}",
        "{% set x = x ~ x %}",
        "range(end=9999)",
        "{% include \"partials/help.md\" %}",
        " | join(sep=x)",
        " | date(format=\"%",
        "{% raw %}",
        "```json\n",
        "{% if ",
        "-%}",
        "+++\n",
    ];
    let campaign = campaign(&fs::read_to_string(root().join("campaigns/api-v2/campaign.toml")).unwrap()).unwrap();
    fuzz("template", seeds, &words, |input| match templates(&String::from_utf8_lossy(input)) {
        Ok(templates) => checked(&campaign, &templates),
        Err(found) => problems(&found),
    });
}

#[test]
fn a_changelog_of_oasdiff() {
    let seeds = seeds(&["tests/campaign/oasdiff/newer.json", "tests/campaign/oasdiff/older.json"]);
    let words = [
        "`",
        "'",
        "\"level\": 3",
        "\"operation\":",
        "\"path\": \"/",
        "response property",
        "status `",
        "null",
        "\\u0000",
    ];
    let campaign = campaign(&fs::read_to_string(root().join("campaigns/api-v2/campaign.toml")).unwrap()).unwrap();
    fuzz("oasdiff", seeds, &words, |input| {
        let text = String::from_utf8_lossy(input);
        let findings = match oasdiff::read(&text) {
            Ok(findings) => findings,
            Err(why) => return why,
        };
        let wanted = Wanted { level: Level::Info, path: None };
        let added: Vec<_> = oasdiff::compare(&campaign, &findings, &wanted).new.iter().map(Group::to_change).collect();
        assert!(added.iter().all(|change| definition::is_name(&change.id)), "{added:?}");
        let mut after = campaign.clone();
        after.changes.extend(added.iter().cloned());
        let again = oasdiff::compare(&after, &findings, &wanted);
        assert!(again.new.is_empty() && again.gone.is_empty(), "what was imported is known again");
        added.iter().map(|change| format!("{}\n", change.id)).collect()
    });
}

#[test]
fn an_openapi_document() {
    let seeds = vec![
        b"{\"openapi\":\"3.0.2\",\"servers\":[{\"url\":\"https://api.box.com/2.0\"}],\"paths\":{}}".to_vec(),
        b"openapi: 3.1.0\nservers:\n  - url: https://x.com/{base}/a\n    variables:\n      base: {default: v71}\n"
            .to_vec(),
        b"swagger: '2.0'\nbasePath: /v1\n".to_vec(),
    ];
    let words = ["&a ", "*a", "<<: ", "- ", "{", "}", "servers:", "url: ", "!!binary ", "|\n", "? "];
    fuzz("openapi", seeds, &words, |input| format!("{:?}", openapi::base_paths(&String::from_utf8_lossy(input))));
}

#[test]
fn a_file_of_usage() {
    let seeds = vec![
        b"contact,old_calls,new_calls,last_seen\na@b.example,1,2,2027-01-01\n\"c\",0,5,\n".to_vec(),
        b"\xef\xbb\xbfsep=;\ncontact;method;path;calls\na@b.example;GET;/v1/x;3\n".to_vec(),
        b"[{\"contact\":\"a@b.example\",\"old_calls\":3,\"x\":{\"y\":[1]}}]".to_vec(),
        b"{\"contact\":\"a\",\"path\":\"/v1\",\"time\":1700000000}\n{\"contact\":\"b\"}\n".to_vec(),
        b"1.2.3.4 - a@b.example [10/Oct/2026:13:55:36 +0000] \"GET /v1/x HTTP/1.1\" 200 12 \"-\" \"x\"\n".to_vec(),
        "contact\told_calls\nä\t1\n".encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    let words = ["\"", "\r\n", "\r", ";", "\t", "NULL", "\\N", "\u{feff}", "sep=", "#TYPE", "[", "{", "1e999", "-1"];
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("usage");
    let campaign = campaign(&fs::read_to_string(root().join("campaigns/api-v2/campaign.toml")).unwrap()).unwrap();
    fuzz("usage", seeds, &words, |input| {
        fs::write(&file, input).unwrap();
        let mut said = String::new();
        let shape = usage_file::read(&Input::Path(file.clone()), &Layout::of(&UsageRules::default()), &mut |_, row| {
            said.push_str(&row.report(&campaign).err().unwrap_or_default());
        });
        said + &shape.map_or_else(|error| error.message, |shape| format!("{shape:?}"))
    });
}

#[test]
fn a_lock_of_drafts() {
    let seeds = seeds(&["tests/fuzz/corpus/lock"]);
    let words = ["[[variant]]", "digest = \"", "inputs = [", "deadline = ", "2027-04-30", "\"\"\"", "segment"];
    fuzz("lock", seeds, &words, |input| match Lock::parse(&String::from_utf8_lossy(input), "api-v2", "announce") {
        Ok(lock) => format!("{lock:?}"),
        Err(error) => error.to_string(),
    });
}

#[test]
fn a_ledger() {
    let formats: Vec<_> =
        fs::read_dir(root().join("tests/ledger/formats")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let read = |name: &str| formats.iter().filter_map(|folder| fs::read(folder.join(name)).ok()).collect::<Vec<_>>();
    let words = ["[[recipient]]", "\"sending\"", "mails = [", "state = ", "{", "}", "\n", "2027-01-30T14:00:00Z"];
    for (target, name, seed, beside) in
        [("state", "state.toml", "snapshot.toml", None), ("journal", "state.journal", "journal", Some("snapshot.toml"))]
    {
        let folder = tempfile::TempDir::new().unwrap();
        if let Some(beside) = beside.and_then(|beside| read(beside).first().cloned()) {
            fs::write(folder.path().join("state.toml"), beside).unwrap();
        }
        fuzz(target, read(seed), &words, |input| {
            fs::write(folder.path().join(name), input).unwrap();
            match local::read(folder.path()) {
                Ok(records) => format!("{}", records.map_or(0, |records| records.recipients().len())),
                Err(error) => error.to_string(),
            }
        });
    }
}
