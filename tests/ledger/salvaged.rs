//! What can be read of a damaged ledger, to rebuild it.

use std::fs;
use std::path::Path;

use mmig::campaign::mail::{Fate, Outcome};
use mmig::store::local::{Holder, JOURNAL, Ledger, LedgerError, Remains, STATE};
use tempfile::TempDir;

use super::{at, fate, open, outcome, read, record, sending, started};

fn salvage(dir: &Path) -> Result<(Ledger, Remains), LedgerError> {
    Ledger::salvage(dir, &Holder { command: "track --rebuild".to_owned(), at: at(0) }, false)
}

fn failed() -> mmig::campaign::people::recipient::Entry {
    fate(Fate::Failed { at: at(2), words: "no".to_owned() })
}

#[test]
fn a_whole_ledger_is_read_as_ever_and_nothing_is_written() {
    let dir = TempDir::new().unwrap();
    let mut ledger = started(dir.path(), &["a"]);
    record(&mut ledger, &[("a", sending())]);
    drop(ledger);
    let journal = fs::read(dir.path().join(JOURNAL)).unwrap();
    let (ledger, remains) = salvage(dir.path()).unwrap();
    assert_eq!((outcome(ledger.records(), "a"), remains.damaged), (Some(Outcome::Sending), false));
    drop(ledger);
    assert_eq!(fs::read(dir.path().join(JOURNAL)).unwrap(), journal);
}

#[test]
fn every_line_is_read_independently() {
    let dir = TempDir::new().unwrap();
    let mut ledger = started(dir.path(), &["a", "b", "c"]);
    record(&mut ledger, &[("a", sending()), ("b", sending()), ("c", sending()), ("a", failed()), ("c", failed())]);
    drop(ledger);
    let state = fs::read_to_string(dir.path().join(STATE)).unwrap();
    fs::write(dir.path().join(STATE), state.replacen("{ id = \"c\"", "{ id = ", 1)).unwrap();
    let journal = fs::read_to_string(dir.path().join(JOURNAL)).unwrap();
    let lines: Vec<&str> = journal.split_inclusive('\n').collect();
    let broken = [lines[0], &lines[1].replacen('s', "S", 1), lines[2], lines[3], lines[4]].concat();
    fs::write(dir.path().join(JOURNAL), &broken).unwrap();
    assert!(open(dir.path()).is_err());
    let (mut ledger, remains) = salvage(dir.path()).unwrap();
    let known = ledger.records();
    assert_eq!((outcome(known, "a"), outcome(known, "b")), (Some(Outcome::Failed), None));
    assert!(known.get("c").is_none());
    let of_c: Vec<_> = remains.entries.iter().map(|(_, who, _)| who.as_str()).collect();
    assert_eq!((of_c, remains.unreadable), (vec!["c", "c"], 2));
    // The damaged files are kept, each time with a new name, and the new ledger continues.
    let kept = [ledger.set_aside(at(5)).unwrap(), ledger.set_aside(at(5)).unwrap()].concat();
    assert_eq!(kept.len(), 4);
    ledger.save().unwrap();
    record(&mut ledger, &[("b", sending())]);
    drop(ledger);
    assert_eq!(outcome(&read(dir.path()), "b"), Some(Outcome::Sending));
    assert!(kept.iter().any(|path| fs::read_to_string(path).unwrap() == broken));
}

#[test]
fn a_snapshot_without_a_readable_head_does_not_apply_a_line_twice() {
    let dir = TempDir::new().unwrap();
    let mut ledger = started(dir.path(), &["a"]);
    record(&mut ledger, &[("a", sending()), ("a", failed())]);
    let journal = fs::read(dir.path().join(JOURNAL)).unwrap();
    ledger.save().unwrap();
    drop(ledger);
    // A crash before the journal was emptied left both.
    fs::write(dir.path().join(JOURNAL), journal).unwrap();
    let state = fs::read_to_string(dir.path().join(STATE)).unwrap();
    fs::write(dir.path().join(STATE), state.replacen("sequence = ", "sequins = ", 1)).unwrap();
    let (ledger, _) = salvage(dir.path()).unwrap();
    let recipient = ledger.records().get("a").unwrap();
    assert_eq!((recipient.mails.len(), recipient.mails[0].outcome()), (1, Outcome::Failed));
}

#[test]
fn what_a_later_version_wrote_is_not_salvaged_either() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join(STATE), "version = 3\nsomething = \"new\"\n").unwrap();
    assert!(matches!(salvage(dir.path()), Err(LedgerError::Newer { version: 3, .. })));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_what_is_set_aside() {
    use std::os::unix::fs::PermissionsExt;
    let dir = TempDir::new().unwrap();
    let ledger = started(dir.path(), &["a"]);
    let [kept] = ledger.set_aside(at(5)).unwrap().try_into().unwrap();
    assert_eq!(fs::metadata(kept).unwrap().permissions().mode() & 0o777, 0o600);
}
