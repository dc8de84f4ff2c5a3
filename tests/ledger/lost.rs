//! Files that are missing, invalid or someone else's: nothing is guessed, nothing is written.

use std::fs;

use mmig::campaign::mail::Outcome;
use mmig::store::local as ledger;
use mmig::store::local::{JOURNAL, Ledger, LedgerError, STATE};
use tempfile::TempDir;

use super::{Holder, at, open, outcome, read, recipient, record, sending, started};

/// The contents of the folder, to see that nothing was written.
fn files(dir: &TempDir) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect();
    files.retain(|(name, _)| !name.ends_with(ledger::LOCK));
    files.sort();
    files
}

#[test]
fn a_lost_snapshot_beside_a_journal_is_not_taken_for_a_new_campaign() {
    for kept in [0, 7, usize::MAX] {
        let dir = TempDir::new().unwrap();
        let mut ledger = started(dir.path(), &["a"]);
        record(&mut ledger, &[("a", sending())]);
        drop(ledger);
        let journal = fs::read(dir.path().join(JOURNAL)).unwrap();
        fs::write(dir.path().join(JOURNAL), &journal[..kept.min(journal.len())]).unwrap();
        fs::remove_file(dir.path().join(STATE)).unwrap();
        let before = files(&dir);
        let error = open(dir.path()).unwrap_err().to_string();
        assert!(error.contains("state.toml that is gone"), "{kept} bytes: {error}");
        assert!(ledger::read(dir.path()).is_err());
        assert_eq!(files(&dir), before);
    }
}

#[test]
fn a_last_line_that_is_whole_but_not_understood_is_damage_and_not_left_out() {
    let dir = TempDir::new().unwrap();
    let mut ledger = started(dir.path(), &["a"]);
    record(&mut ledger, &[("a", sending())]);
    drop(ledger);
    let path = dir.path().join(JOURNAL);
    let json = r#"{"seq":2,"at":"2027-01-30T13:00:02Z","who":"a","what":{"entry":"of-next-year"}}"#;
    let mut journal = fs::read(&path).unwrap();
    journal.extend(format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes())).into_bytes());
    fs::write(&path, &journal).unwrap();
    let before = files(&dir);
    let error = open(dir.path()).unwrap_err().to_string();
    assert!(error.contains("of-next-year") && error.contains("line 2"), "{error}");
    assert_eq!(files(&dir), before);
}

#[test]
fn the_ledger_of_another_campaign_is_refused() {
    let root = TempDir::new().unwrap();
    let (old, copy) = (root.path().join("api-v2"), root.path().join("api-v3"));
    fs::create_dir(&old).unwrap();
    fs::create_dir(&copy).unwrap();
    drop(started(&old, &["a"]));
    fs::copy(old.join(STATE), copy.join(STATE)).unwrap();
    let error = open(&copy).unwrap_err();
    assert!(matches!(error, LedgerError::OtherCampaign { .. }), "{error}");
    assert!(error.to_string().contains("`api-v2`") && error.to_string().contains("`api-v3`"), "{error}");
    assert_eq!(fs::read(copy.join(STATE)).unwrap(), fs::read(old.join(STATE)).unwrap());
}

#[test]
fn a_snapshot_edited_to_nonsense_is_damage_with_its_line_and_nothing_is_written() {
    let dir = TempDir::new().unwrap();
    drop(started(dir.path(), &["a", "b"]));
    let path = dir.path().join(STATE);
    let good = fs::read_to_string(&path).unwrap();
    let line = 1 + good.lines().position(|line| line.contains("b@a.example")).unwrap();
    let (head, tail) = good.split_at(good.find("\"b\"").unwrap());
    for nonsense in ["segment = ", "sigment = \"rest\"", "segment = 3", "segment = \"rest\", segment = \"rest\""] {
        fs::write(&path, head.to_owned() + &tail.replacen("segment = \"rest\"", nonsense, 1)).unwrap();
        let before = files(&dir);
        let error = open(dir.path()).unwrap_err();
        assert!(error.to_string().contains(&format!("state.toml is damaged at line {line}")), "{nonsense}: {error}");
        assert!(error.hint().contains("backup"), "{}", error.hint());
        assert_eq!(files(&dir), before);
    }
    fs::write(&path, &good[..good.len() - 20]).unwrap();
    assert!(matches!(open(dir.path()).unwrap_err(), LedgerError::Damaged { .. }));
    fs::write(&path, b"\xff\xfe").unwrap();
    assert!(open(dir.path()).unwrap_err().to_string().contains("UTF-8"));
}

#[test]
fn recipients_that_were_never_saved_are_saved_before_the_journal_speaks_of_them() {
    let dir = TempDir::new().unwrap();
    let mut ledger = open(dir.path()).unwrap();
    ledger.records_mut().insert(recipient("a"));
    record(&mut ledger, &[("a", sending())]);
    drop(ledger);
    assert_eq!(outcome(&read(dir.path()), "a"), Some(Outcome::Sending));
}

#[test]
fn what_a_run_left_that_was_killed_while_saving_is_replaced_not_gathered() {
    let dir = TempDir::new().unwrap();
    drop(started(dir.path(), &["a"]));
    fs::write(dir.path().join("state.toml.new"), "version = 1\nhalf of").unwrap();
    let mut ledger = open(dir.path()).unwrap();
    ledger.records_mut().insert(recipient("b"));
    ledger.save().unwrap();
    assert_eq!(read(dir.path()).recipients().len(), 2);
    let names: Vec<_> = files(&dir).into_iter().map(|(name, _)| name).collect();
    assert!(names.iter().all(|name| !name.contains(".new")), "{names:?}");
}

/// Saving fails because a folder has the name of the new snapshot: unlike permissions, this stops the superuser
/// too.
#[test]
fn after_a_save_that_failed_the_journal_stays_closed_until_one_succeeds() {
    let dir = TempDir::new().unwrap();
    let mut ledger = started(dir.path(), &["a", "b"]);
    record(&mut ledger, &[("a", sending())]);
    let obstacle = dir.path().join("state.toml.new");
    fs::create_dir(&obstacle).unwrap();
    let error = ledger.save().unwrap_err();
    assert!(matches!(error, LedgerError::Io { .. }), "{error}");
    let journal = ledger.journal().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert!(runtime.block_on(journal.record(at(2), "b", &sending())).is_err());
    assert_eq!(outcome(&read(dir.path()), "a"), Some(Outcome::Sending));
    fs::remove_dir(&obstacle).unwrap();
    ledger.save().unwrap();
    record(&mut ledger, &[("b", sending())]);
    drop(ledger);
    let records = read(dir.path());
    assert_eq!((outcome(&records, "a"), outcome(&records, "b")), (Some(Outcome::Sending), Some(Outcome::Sending)));
}

#[test]
fn a_run_that_just_looks_at_the_lock_does_not_turn_another_away() {
    let dir = TempDir::new().unwrap();
    drop(started(dir.path(), &["a"]));
    let file = fs::File::open(dir.path().join(ledger::LOCK)).unwrap();
    file.lock_shared().unwrap();
    let looking = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(30));
        drop(file);
    });
    Ledger::open(dir.path(), &Holder { command: "remind".to_owned(), at: at(0) }, false).unwrap();
    looking.join().unwrap();
}

#[test]
fn a_last_line_that_ends_and_does_not_fit_its_checksum_was_changed_and_is_damage() {
    let dir = TempDir::new().unwrap();
    let mut ledger = started(dir.path(), &["a"]);
    record(&mut ledger, &[("a", sending())]);
    drop(ledger);
    let path = dir.path().join(JOURNAL);
    let journal = fs::read_to_string(&path).unwrap();
    fs::write(&path, journal.replace("\"sending\"", "\"sendinh\"")).unwrap();
    let before = files(&dir);
    let error = open(dir.path()).unwrap_err();
    assert!(matches!(error, LedgerError::Damaged { .. }) && error.to_string().contains("checksum"), "{error}");
    assert!(ledger::read(dir.path()).is_err());
    assert_eq!(files(&dir), before);
}

#[cfg(unix)]
#[test]
fn a_run_whose_lock_is_removed_writes_nothing_any_more() {
    let dir = TempDir::new().unwrap();
    let mut first = started(dir.path(), &["a", "b"]);
    record(&mut first, &[("a", sending())]);
    fs::remove_file(dir.path().join(ledger::LOCK)).unwrap();
    // The next run gets the campaign, and reads what was written before.
    let second = open(dir.path()).unwrap();
    assert_eq!(outcome(second.records(), "a"), Some(Outcome::Sending));
    let journal = first.journal().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let written = runtime.block_on(journal.record(at(5), "b", &sending()));
    assert!(matches!(written, Err(LedgerError::LockGone { .. })), "{written:?}");
    let before = fs::read(dir.path().join(STATE)).unwrap();
    assert!(matches!(first.save(), Err(LedgerError::LockGone { .. })));
    assert_eq!(fs::read(dir.path().join(STATE)).unwrap(), before);
    drop(second);
}
