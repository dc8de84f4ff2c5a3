//! Lines, saves and crashes in any order.

use std::fs;

use mmig::campaign::mail::Fate;
use mmig::campaign::people::recipient::Entry;
use mmig::campaign::people::stage::{Evidence, Mark, Stage};
use mmig::store::local::JOURNAL;
use proptest::prelude::*;
use tempfile::TempDir;

use super::{at, fate, open, read, record, sending, started};

fn entry() -> impl Strategy<Value = (usize, Entry)> {
    let entry = prop_oneof![
        Just(sending()),
        Just(Entry::NotSent { phase: "announce".to_owned() }),
        Just(fate(Fate::Failed { at: at(3), words: "no \u{1b}\n".to_owned() })),
        Just(Entry::Mark(Mark { stage: Stage::Started, at: at(4), by: Evidence::Hand, note: String::new() })),
        Just(Entry::Tagged { tags: vec!["t".to_owned()] }),
    ];
    (0..3_usize, entry)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_prefix_of_the_journal_is_the_state_after_its_last_whole_line(
        entries in proptest::collection::vec(entry(), 1..8),
        saved_after in 0_usize..8,
        cut in any::<prop::sample::Index>(),
    ) {
        const IDS: [&str; 3] = ["a", "b", "c"];
        let dir = TempDir::new().unwrap();
        let mut ledger = started(dir.path(), &IDS);
        let mut states = vec![ledger.records().clone()];
        let saved_after = saved_after.min(entries.len());
        for (index, (who, entry)) in entries.iter().enumerate() {
            if index == saved_after {
                ledger.save().unwrap();
                states = vec![ledger.records().clone()];
            }
            record(&mut ledger, &[(IDS[*who], entry.clone())]);
            states.push(ledger.records().clone());
        }
        drop(ledger);
        let path = dir.path().join(JOURNAL);
        let journal = fs::read(&path).unwrap();
        let kept = &journal[..cut.index(journal.len() + 1)];
        fs::write(&path, kept).unwrap();
        let whole_lines = memchr::memchr_iter(b'\n', kept).count();
        prop_assert_eq!(&read(dir.path()), &states[whole_lines]);
        // Opening merges it; reading again gives the same.
        let ledger = open(dir.path()).unwrap();
        prop_assert_eq!(ledger.records(), &states[whole_lines]);
        drop(ledger);
        prop_assert_eq!(&read(dir.path()), &states[whole_lines]);
    }
}

/// What happens to a ledger.
#[derive(Debug, Clone)]
enum Event {
    /// A line is written.
    Line(usize, Entry),
    /// The run ends well.
    Saved,
    /// The run dies, and this part of the journal's bytes is on disk.
    Dies(prop::sample::Index),
    /// It dies between replacing the snapshot and emptying the journal.
    DiesFolding,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => entry().prop_map(|(who, entry)| Event::Line(who, entry)),
        1 => Just(Event::Saved),
        2 => any::<prop::sample::Index>().prop_map(Event::Dies),
        1 => Just(Event::DiesFolding),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_falls_together_the_ledger_is_what_its_whole_lines_made_it(
        events in proptest::collection::vec(event(), 1..24),
    ) {
        const IDS: [&str; 3] = ["a", "b", "c"];
        let dir = TempDir::new().unwrap();
        let path = dir.path().join(JOURNAL);
        let mut ledger = started(dir.path(), &IDS);
        // After each line since the last snapshot.
        let mut states = vec![ledger.records().clone()];
        for event in events {
            match event {
                Event::Line(who, entry) => {
                    record(&mut ledger, &[(IDS[who], entry)]);
                    states.push(ledger.records().clone());
                }
                Event::Saved => {
                    ledger.save().unwrap();
                    states = states.split_off(states.len() - 1);
                }
                Event::Dies(cut) => {
                    drop(ledger);
                    let journal = fs::read(&path).unwrap_or_default();
                    let kept = &journal[..cut.index(journal.len() + 1)];
                    fs::write(&path, kept).unwrap();
                    states = vec![states[memchr::memchr_iter(b'\n', kept).count()].clone()];
                    ledger = open(dir.path()).unwrap();
                }
                Event::DiesFolding => {
                    let journal = fs::read(&path).unwrap_or_default();
                    ledger.save().unwrap();
                    drop(ledger);
                    fs::write(&path, journal).unwrap();
                    states = states.split_off(states.len() - 1);
                    ledger = open(dir.path()).unwrap();
                }
            }
            prop_assert_eq!(Some(ledger.records()), states.last());
            prop_assert_eq!(Some(&read(dir.path())), states.last());
        }
    }
}
