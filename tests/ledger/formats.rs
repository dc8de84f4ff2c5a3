//! Ledgers as each released format wrote them: every later version reads them. A new format is a new folder here.

use std::fs;
use std::path::Path;

use mmig::campaign::mail::{Accepted, Fate, Outcome};
use mmig::campaign::people::recipient::Entry;
use mmig::campaign::people::stage::Stage;
use mmig::store::local as ledger;
use mmig::store::local::{JOURNAL, LedgerError, STATE};
use tempfile::TempDir;

use super::{open, outcome};

/// A copy of the ledger in a format's folder.
fn written_by(format: &str) -> (TempDir, std::path::PathBuf) {
    let home = TempDir::new().unwrap();
    let campaign = home.path().join("api-v2");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ledger/formats").join(format);
    fs::create_dir(&campaign).unwrap();
    fs::copy(kept.join("snapshot.toml"), campaign.join(STATE)).unwrap();
    fs::copy(kept.join("journal"), campaign.join(JOURNAL)).unwrap();
    (home, campaign)
}

#[test]
fn format_1_says_what_it_said() {
    let (_home, campaign) = written_by("1");
    for folded in [false, true] {
        if folded {
            drop(open(&campaign).unwrap());
        }
        let records = ledger::read(&campaign).unwrap().unwrap();
        let ann = records.get("c1").unwrap();
        assert_eq!((ann.stage(), ann.tags.len(), ann.mails.len()), (Stage::Acknowledged, 2, 2));
        assert_eq!(outcome(&records, "c1"), Some(Outcome::Delivered));
        assert_eq!(ann.mail("prepare").unwrap().outcome(), Outcome::Submitted);
        let bob = records.get("c2").unwrap();
        assert_eq!((bob.left.is_some(), outcome(&records, "c2")), (true, Some(Outcome::Failed)));
        assert_eq!(bob.mails[0].address(bob), "old@two.example");
        let eve = records.get("eve@three.example").unwrap();
        assert_eq!((eve.stage(), eve.mails[0].outcome()), (Stage::Started, Outcome::Unknown));
        assert_eq!(records.warm_up.unwrap().most, 40);
    }
}

/// Version 0.1 reads what we write as long as it contains nothing that 0.1 does not know, and the difference between
/// two snapshots is what happened.
#[test]
fn format_1_is_written_byte_for_byte_as_it_was() {
    let (_home, campaign) = written_by("1");
    fs::remove_file(campaign.join(JOURNAL)).unwrap();
    let before = fs::read_to_string(campaign.join(STATE)).unwrap();
    open(&campaign).unwrap().save().unwrap();
    assert_eq!(fs::read_to_string(campaign.join(STATE)).unwrap(), before);
}

#[test]
fn a_later_format_is_refused_also_where_only_its_journal_is_strange() {
    let (_home, campaign) = written_by("1");
    let state = fs::read_to_string(campaign.join(STATE)).unwrap().replace("version = 1", "version = 3");
    fs::write(campaign.join(STATE), &state).unwrap();
    fs::write(campaign.join(JOURNAL), "a line of another kind\nand another\n").unwrap();
    for error in [open(&campaign).unwrap_err(), ledger::read(&campaign).unwrap_err()] {
        assert!(matches!(error, LedgerError::Newer { version: 3, .. }), "{error}");
    }
    assert_eq!(fs::read_to_string(campaign.join(STATE)).unwrap(), state);
}

#[test]
fn format_2_says_what_it_said_and_is_written_only_where_format_1_cannot_say_it() {
    let (_home, campaign) = written_by("2");
    for folded in [false, true] {
        if folded {
            open(&campaign).unwrap().save().unwrap();
        }
        let records = ledger::read(&campaign).unwrap().unwrap();
        assert_eq!((records.runs, records.mailbox.as_str(), records.adopted.is_some()), (3, "mb1", true));
        assert_eq!((records.retagged.len(), records.unapproved.len()), (1, 1));
        assert_eq!(outcome(&records, "c1"), Some(Outcome::Delivered));
    }
    let mut ledger = open(&campaign).unwrap();
    let records = ledger.records_mut();
    (records.runs, records.adopted) = (0, None);
    records.mailbox.clear();
    records.retagged.clear();
    records.unapproved.clear();
    ledger.save().unwrap();
    let written = || fs::read_to_string(campaign.join(STATE)).unwrap();
    assert!(written().contains("\nversion = 1\n"));
    // A stage that is shown on a conversation is what format 1 cannot say.
    let mail = ledger.records().get("c1").unwrap().mails[0].accepted().unwrap().clone();
    let fate = Fate::Accepted(Accepted { stage: Some(Stage::Acknowledged), ..mail });
    let now = ledger.records().segmented.unwrap();
    assert!(ledger.records_mut().apply("c1", now, Entry::Fate { phase: "announce".to_owned(), fate }));
    ledger.save().unwrap();
    assert!(
        written().contains("\nversion = 2\n") && written().contains("stage = \"acknowledged\", fate"),
        "{}",
        written()
    );
    drop(ledger);
    let records = ledger::read(&campaign).unwrap().unwrap();
    assert_eq!(records.get("c1").unwrap().mails[0].shown_stage(), Some(Stage::Acknowledged));
}
