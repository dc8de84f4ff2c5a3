//! The five traps, each with a connection that causes it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mmig::campaign::mail::{Mail, Outcome};
use mmig::store::LedgerStore;
use mmig::store::local::{Holder, LedgerError};
use object_store::PutMode;
use object_store::memory::InMemory;
use object_store::path::Path;

use super::weather::{Fate, Weather};
use super::{failed, open, record, remote, sending, started};

const AT_ONCE: Fate = Fate::Arrives(Duration::ZERO);

/// Applies a fate to every other write of a kind.
fn every_other(kind: &'static str, fate: Fate) -> impl FnMut(&Path, &PutMode) -> Fate {
    let mut seen = 0;
    move |path, _| {
        if !path.as_ref().contains(kind) {
            return AT_ONCE;
        }
        seen += 1;
        if seen % 2 == 1 { fate } else { AT_ONCE }
    }
}

fn outcome(store: &Arc<InMemory>, id: &str) -> Option<Outcome> {
    remote(store).read().unwrap()?.records.get(id)?.mail("announce").map(Mail::outcome)
}

#[test]
fn our_own_object_in_the_way_is_known_by_run_and_nonce() {
    for kind in ["/journal/", "/lease", "/snapshot-", "/latest", "/probe-"] {
        let inner = Arc::new(InMemory::new());
        let store = Weather::over(&inner, every_other(kind, Fate::ReplyLost));
        let mut ledger = started(&store, &["a"]);
        record(&mut ledger, &[("a", sending()), ("a", failed("no"))]).unwrap();
        ledger.save().unwrap();
        drop(ledger);
        assert_eq!(outcome(&inner, "a"), Some(Outcome::Failed), "{kind}");
        assert_eq!(remote(&inner).read().unwrap().unwrap().records.get("a").unwrap().mails.len(), 1);
    }
}

#[test]
fn a_conflict_in_which_nothing_landed_is_tried_again() {
    for kind in ["/journal/", "/lease", "/snapshot-", "/latest", "/probe-"] {
        for fate in [Fate::Conflict, Fate::Lost] {
            let inner = Arc::new(InMemory::new());
            let store = Weather::over(&inner, every_other(kind, fate));
            let mut ledger = started(&store, &["a"]);
            record(&mut ledger, &[("a", sending()), ("a", failed("no"))]).unwrap();
            ledger.save().unwrap();
            drop(ledger);
            assert_eq!(outcome(&inner, "a"), Some(Outcome::Failed), "{kind} {fate:?}");
        }
    }
}

#[test]
fn a_store_that_says_yes_to_everything_is_refused_before_anything_is_written() {
    let inner = Arc::new(InMemory::new());
    let store = Weather::over(&inner, |_, mode| if *mode == PutMode::Overwrite { AT_ONCE } else { Fate::Lie });
    assert!(matches!(open(&store), Err(LedgerError::Lies { .. })));
    assert!(matches!(remote(&store).probe(), Err(LedgerError::Lies { .. })));
    assert_eq!(remote(&inner).size().unwrap().objects, 0);
    let only_updates = |_: &Path, mode: &PutMode| if matches!(mode, PutMode::Update(_)) { Fate::Lie } else { AT_ONCE };
    assert!(matches!(open(&Weather::over(&inner, only_updates)), Err(LedgerError::Lies { .. })));
    assert!(remote(&inner).probe().is_ok());
}

#[test]
fn a_run_that_was_overtaken_writes_nothing_and_says_by_whom() {
    let inner = Arc::new(InMemory::new());
    // Its renewals and segments stop arriving after a while, as if its machine slept.
    let asleep = Arc::new(AtomicU32::new(0));
    let sleeper = Arc::clone(&asleep);
    let line =
        Weather::over(&inner, move |_, _| if sleeper.load(Ordering::SeqCst) == 1 { Fate::Lost } else { AT_ONCE });
    let mut ledger = started(&line, &["a", "b"]);
    record(&mut ledger, &[("a", sending())]).unwrap();
    let journal = ledger.journal().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let leave = runtime.block_on(journal.leave()).unwrap();
    assert!(leave.is_good());
    asleep.store(1, Ordering::SeqCst);
    std::thread::sleep(super::short().watch / 2);
    let second = open(&Weather::fair(&inner)).unwrap();
    assert!(!leave.is_good());
    asleep.store(0, Ordering::SeqCst);
    let error = record(&mut ledger, &[("b", sending())]).unwrap_err();
    assert!(matches!(error, LedgerError::Overtaken { .. }), "{error}");
    assert!(matches!(ledger.save(), Err(LedgerError::Overtaken { .. })));
    drop(ledger);
    assert_eq!(second.records().get("b").unwrap().mails.len(), 0);
    drop(second);
    assert_eq!((outcome(&inner, "a"), outcome(&inner, "b")), (Some(Outcome::Sending), None));
}

#[test]
fn a_ledger_that_was_moved_away_refuses_every_run_and_says_where_it_went() {
    let store = Arc::new(InMemory::new());
    drop(started(&store, &["a"]));
    let old = remote(&store);
    let lease = old.lease(&Holder { command: "ledger move".to_owned(), at: chrono::Utc::now() }, false).unwrap();
    old.leave_tombstone(&lease, "s3://elsewhere").unwrap();
    drop(lease);
    let moved = |error: &LedgerError| matches!(error, LedgerError::Moved { to, .. } if to == "s3://elsewhere");
    assert!(moved(&open(&store).unwrap_err()));
    assert!(moved(&remote(&store).read().unwrap_err()));
    // It may be moved back and away again; in a folder it is on one machine.
    let lease = old.lease(&Holder { command: "ledger move".to_owned(), at: chrono::Utc::now() }, false).unwrap();
    old.leave_tombstone(&lease, "local").unwrap();
    drop(lease);
    assert!(open(&store).unwrap_err().to_string().contains("to local on "));
}

#[test]
fn of_many_runs_at_once_one_gets_the_ledger() {
    let store = Arc::new(InMemory::new());
    drop(started(&store, &["a"]));
    let runs: Vec<_> = (0..8)
        .map(|_| {
            let store = Arc::clone(&store);
            std::thread::spawn(move || open(&store))
        })
        .collect();
    let ended: Vec<_> = runs.into_iter().map(|run| run.join().unwrap()).collect();
    assert_eq!(ended.iter().filter(|ended| ended.is_ok()).count(), 1);
    assert!(
        ended.iter().filter_map(|ended| ended.as_ref().err()).all(|error| matches!(error, LedgerError::Held { .. }))
    );
}
