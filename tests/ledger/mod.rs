//! The ledger's files, whatever happens to them.
#![allow(clippy::unwrap_used, clippy::panic)] // A test's own helpers may fail like a test.

mod elsewhere;
mod formats;
mod interleaved;
mod lost;
mod salvaged;

use std::fs;
use std::path::Path;

use mmig::campaign::Time;
use mmig::campaign::mail::{Fate, Outcome};
use mmig::campaign::people::recipient::{Entry, Recipient};
use mmig::campaign::people::records::Records;
use mmig::campaign::text::digest::Digest;
use mmig::store::local as ledger;
use mmig::store::local::{Holder, JOURNAL, Ledger, LedgerError, STATE};
use tempfile::TempDir;

pub fn at(second: u32) -> Time {
    format!("2027-01-30T13:00:{second:02}Z").parse().unwrap()
}

pub fn recipient(id: &str) -> Recipient {
    Recipient {
        id: id.into(),
        email: format!("{id}@a.example").into(),
        name: "".into(),
        tags: Vec::new(),
        segment: "rest".into(),
        since: at(0),
        left: None,
        usage: None,
        marks: Vec::new(),
        mails: Vec::new(),
        skips: Vec::new(),
    }
}

fn open(dir: &Path) -> Result<Ledger, LedgerError> {
    Ledger::open(dir, &Holder { command: "submit".to_owned(), at: at(0) }, false)
}

/// A saved ledger with these recipients.
fn started(dir: &Path, ids: &[&str]) -> Ledger {
    let mut ledger = open(dir).unwrap();
    for id in ids {
        ledger.records_mut().insert(recipient(id));
    }
    ledger.save().unwrap();
    ledger
}

pub fn sending() -> Entry {
    Entry::Sending {
        phase: "announce".to_owned(),
        variant: Digest::of(&["x"]),
        deadline: at(0).date_naive().into(),
        usage: None,
        send_at: None,
    }
}

fn fate(fate: Fate) -> Entry {
    Entry::Fate { phase: "announce".to_owned(), fate }
}

/// Writes entries to the journal, and applies them.
fn record(ledger: &mut Ledger, entries: &[(&str, Entry)]) {
    let journal = ledger.journal().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (who, entry) in entries {
        runtime.block_on(journal.record(at(1), who, entry)).unwrap();
        ledger.records_mut().apply(who, at(1), entry.clone());
    }
}

fn outcome(records: &Records, id: &str) -> Option<Outcome> {
    records.get(id)?.mail("announce").map(mmig::campaign::mail::Mail::outcome)
}

fn read(dir: &Path) -> Records {
    ledger::read(dir).unwrap().unwrap()
}

#[test]
fn recorded_lines_survive_a_crash_and_are_merged_at_the_next_start() {
    let dir = TempDir::new().unwrap();
    let mut ledger = started(dir.path(), &["a", "b"]);
    record(
        &mut ledger,
        &[("a", sending()), ("b", sending()), ("a", fate(Fate::Failed { at: at(2), words: "no".to_owned() }))],
    );
    drop(ledger);
    assert_eq!(outcome(&read(dir.path()), "a"), Some(Outcome::Failed));
    let ledger = open(dir.path()).unwrap();
    assert_eq!(outcome(ledger.records(), "b"), Some(Outcome::Sending));
    assert_eq!(fs::metadata(dir.path().join(JOURNAL)).unwrap().len(), 0);
}

#[test]
fn a_crash_between_snapshot_and_emptying_the_journal_repeats_nothing() {
    let dir = TempDir::new().unwrap();
    let mut ledger = started(dir.path(), &["a"]);
    record(&mut ledger, &[("a", sending())]);
    let journal = fs::read(dir.path().join(JOURNAL)).unwrap();
    ledger.save().unwrap();
    fs::write(dir.path().join(JOURNAL), journal).unwrap();
    drop(ledger);
    assert_eq!(read(dir.path()).get("a").unwrap().mails.len(), 1);
    let mut ledger = open(dir.path()).unwrap();
    record(&mut ledger, &[("a", fate(Fate::Failed { at: at(2), words: String::new() }))]);
    drop(ledger);
    assert_eq!(outcome(&read(dir.path()), "a"), Some(Outcome::Failed));
}

#[test]
fn a_torn_last_line_is_left_out_and_does_not_stand_in_the_way() {
    let dir = TempDir::new().unwrap();
    let mut ledger = started(dir.path(), &["a", "b"]);
    record(&mut ledger, &[("a", sending()), ("b", sending())]);
    drop(ledger);
    let path = dir.path().join(JOURNAL);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 5]).unwrap();
    assert_eq!(outcome(&read(dir.path()), "b"), None);
    let mut ledger = open(dir.path()).unwrap();
    record(&mut ledger, &[("b", sending())]);
    drop(ledger);
    assert_eq!(outcome(&read(dir.path()), "b"), Some(Outcome::Sending));
}

#[test]
fn a_journal_broken_in_the_middle_is_damage_and_nothing_is_written() {
    let dir = TempDir::new().unwrap();
    let mut ledger = started(dir.path(), &["a", "b"]);
    record(&mut ledger, &[("a", sending()), ("b", sending())]);
    drop(ledger);
    let path = dir.path().join(JOURNAL);
    let mut broken = fs::read(&path).unwrap();
    broken[20] ^= 1;
    fs::write(&path, &broken).unwrap();
    let state = fs::read(dir.path().join(STATE)).unwrap();
    let error = open(dir.path()).unwrap_err().to_string();
    assert!(error.contains("at line 1, byte 0") && error.contains("checksum"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), broken);
    assert_eq!(fs::read(dir.path().join(STATE)).unwrap(), state);
}

#[test]
fn a_line_that_is_missing_or_repeated_or_about_an_unknown_recipient_is_damage() {
    let dir = TempDir::new().unwrap();
    let mut ledger = started(dir.path(), &["a", "b"]);
    record(&mut ledger, &[("a", sending()), ("b", sending()), ("a", sending())]);
    drop(ledger);
    let path = dir.path().join(JOURNAL);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for (journal, said) in [
        ([lines[0], lines[2]].concat(), "number 3 follows number 1"),
        ([lines[0], lines[0], lines[1]].concat(), "number 1 follows number 1"),
        ([lines[1], lines[2]].concat(), "number 2 follows number 0"),
    ] {
        fs::write(&path, journal).unwrap();
        let error = ledger::read(dir.path()).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    fs::remove_file(dir.path().join(STATE)).unwrap();
    fs::write(&path, &text).unwrap();
    assert!(open(dir.path()).unwrap_err().to_string().contains("state.toml that is gone"));
}

#[test]
fn a_second_run_learns_who_holds_the_campaign() {
    let dir = TempDir::new().unwrap();
    let ledger = started(dir.path(), &["a"]);
    let error = open(dir.path()).unwrap_err();
    let own = format!("`submit`, process {}", std::process::id());
    assert!(matches!(error, LedgerError::Held { .. }) && error.to_string().contains(&own), "{error}");
    assert!(ledger::held(dir.path()).unwrap().is_some());
    drop(ledger);
    assert!(ledger::held(dir.path()).unwrap().is_none());
    open(dir.path()).unwrap();
}

#[test]
fn a_lock_that_a_dead_run_of_this_machine_left_heals_itself() {
    let dir = TempDir::new().unwrap();
    let ledger = started(dir.path(), &["a"]);
    let left = fs::read(dir.path().join(ledger::LOCK)).unwrap();
    drop(ledger);
    fs::write(dir.path().join(ledger::LOCK), left).unwrap();
    open(dir.path()).unwrap();
}

#[test]
fn a_lock_of_another_machine_must_be_broken_by_hand() {
    let dir = TempDir::new().unwrap();
    let left = r#"{"pid":7,"host":"elsewhere","since":"2027-01-30T13:00:00Z","command":"remind"}"#;
    fs::write(dir.path().join(ledger::LOCK), left).unwrap();
    let error = open(dir.path()).unwrap_err();
    assert!(error.to_string().contains("elsewhere") && error.hint().contains("--break-lock"), "{error}");
    Ledger::open(dir.path(), &Holder { command: "remind".to_owned(), at: at(0) }, true).unwrap();
}

#[test]
fn what_a_later_version_wrote_is_refused() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join(STATE), "version = 3\nsomething = \"new\"\n").unwrap();
    assert!(matches!(ledger::read(dir.path()), Err(LedgerError::Newer { version: 3, .. })));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let dir = TempDir::new().unwrap();
    let mut ledger = started(dir.path(), &["a"]);
    record(&mut ledger, &[("a", sending())]);
    for name in [STATE, JOURNAL, ledger::LOCK] {
        assert_eq!(fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let dir = TempDir::new().unwrap();
    let error = open(&dir.path().join("nowhere")).unwrap_err().to_string();
    assert!(error.contains("nowhere") && error.contains("state.lock"), "{error}");
}

#[test]
fn many_who_wait_share_a_sync_and_all_is_there() {
    let dir = TempDir::new().unwrap();
    let ids: Vec<String> = (0..500).map(|number| format!("c{number}")).collect();
    let mut ledger = started(dir.path(), &ids.iter().map(String::as_str).collect::<Vec<_>>());
    let journal = ledger.journal().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let entry = sending();
        futures_util::future::join_all(ids.iter().map(|id| journal.record(at(1), id, &entry)))
            .await
            .into_iter()
            .for_each(|written| drop(written.unwrap()));
    });
    drop(ledger);
    assert!(read(dir.path()).recipients().iter().all(|recipient| recipient.mails.len() == 1));
}

#[cfg(unix)]
#[test]
fn a_file_that_is_a_link_is_refused_and_a_folder_that_is_one_is_not() {
    for name in [STATE, JOURNAL, ledger::LOCK] {
        let (here, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        drop(started(here.path(), &["a"]));
        fs::write(here.path().join(JOURNAL), "").unwrap();
        fs::rename(here.path().join(name), elsewhere.path().join(name)).unwrap();
        std::os::unix::fs::symlink(elsewhere.path().join(name), here.path().join(name)).unwrap();
        let error = open(here.path()).unwrap_err();
        assert!(matches!(&error, LedgerError::Link { file } if file.ends_with(name)), "{name}: {error}");
    }
    let outside = TempDir::new().unwrap();
    let (folder, link) = (outside.path().join("api-v2"), outside.path().join("linked"));
    fs::create_dir(&folder).unwrap();
    drop(started(&folder, &["a"]));
    std::os::unix::fs::symlink(&folder, &link).unwrap();
    assert_eq!(open(&link).unwrap().records().recipients().len(), 1);
}
