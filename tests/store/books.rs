//! The ledger as a run and a reader see it, without faults.

use std::sync::Arc;

use mmig::campaign::mail::{Mail, Outcome};
use mmig::store::LedgerStore;
use mmig::store::local::LedgerError;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};

use super::{failed, open, record, remote, sending, started};

fn outcome(store: &Arc<InMemory>, id: &str) -> Option<Outcome> {
    remote(store).read().unwrap()?.records.get(id)?.mail("announce").map(Mail::outcome)
}

fn object(name: &str) -> Path {
    Path::from(format!("teams/ledger/api-v2/{name}"))
}

async fn put(store: &InMemory, name: &str, bytes: &[u8]) {
    store.put(&object(name), PutPayload::from(bytes.to_vec())).await.unwrap();
}

async fn bytes(store: &InMemory, name: &str) -> Vec<u8> {
    store.get(&object(name)).await.unwrap().bytes().await.unwrap().to_vec()
}

fn block<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

#[test]
fn where_there_is_nothing_there_is_no_ledger_and_reading_writes_nothing() {
    let store = Arc::new(InMemory::new());
    assert_eq!(remote(&store).read().unwrap(), None);
    assert!(block(store.list_with_delimiter(None)).unwrap().common_prefixes.is_empty());
}

#[test]
fn what_was_recorded_is_there_at_once_and_after_the_run() {
    let store = Arc::new(InMemory::new());
    let mut ledger = started(&store, &["a", "b"]);
    record(&mut ledger, &[("a", sending()), ("b", sending()), ("a", failed("no"))]).unwrap();
    assert_eq!(outcome(&store, "a"), Some(Outcome::Failed));
    drop(ledger);
    let mut ledger = open(&store).unwrap();
    assert_eq!(ledger.records().get("b").unwrap().mail("announce").unwrap().outcome(), Outcome::Sending);
    record(&mut ledger, &[("b", failed("no"))]).unwrap();
    ledger.save().unwrap();
    drop(ledger);
    assert_eq!((outcome(&store, "a"), outcome(&store, "b")), (Some(Outcome::Failed), Some(Outcome::Failed)));
}

#[test]
fn objects_are_called_as_published() {
    let store = Arc::new(InMemory::new());
    let mut ledger = started(&store, &["a"]);
    record(&mut ledger, &[("a", sending())]).unwrap();
    ledger.save().unwrap();
    drop(ledger);
    let latest = String::from_utf8(block(bytes(&store, "latest"))).unwrap();
    assert_eq!(latest, "4\n");
    let names = ["journal/000000000001", "journal/000000000003", "snapshot-4.toml", "lease"];
    for name in names {
        assert!(!block(bytes(&store, name)).is_empty(), "{name}");
    }
}

#[test]
fn a_snapshot_that_latest_does_not_name_yet_is_found_by_its_segment() {
    let store = Arc::new(InMemory::new());
    let mut ledger = started(&store, &["a"]);
    let before = block(bytes(&store, "latest"));
    ledger.records_mut().insert(super::recipient("b"));
    ledger.save().unwrap();
    record(&mut ledger, &[("b", sending())]).unwrap();
    block(put(&store, "latest", &before));
    assert_eq!(outcome(&store, "b"), Some(Outcome::Sending));
    block(store.delete(&object("latest"))).unwrap();
    assert_eq!(outcome(&store, "b"), Some(Outcome::Sending));
}

#[test]
fn what_is_missing_damaged_or_newer_is_said_and_nothing_is_written() {
    let store = Arc::new(InMemory::new());
    let mut ledger = started(&store, &["a"]);
    record(&mut ledger, &[("a", sending()), ("a", failed("no"))]).unwrap();
    drop(ledger);
    let refused = |why: fn(&LedgerError) -> bool| {
        let error = remote(&store).read().unwrap_err();
        assert!(why(&error), "{error}");
        assert!(why(&open(&store).unwrap_err()));
    };
    let third = block(bytes(&store, "journal/000000000003"));
    block(store.delete(&object("journal/000000000003"))).unwrap();
    refused(|error| matches!(error, LedgerError::Damaged { .. }));
    let mut flipped = third.clone();
    *flipped.last_mut().unwrap() ^= 1;
    block(put(&store, "journal/000000000003", &flipped));
    refused(|error| matches!(error, LedgerError::Damaged { .. }));
    let json = br#"{"format":2}"#;
    let newer = [format!("{:08x} ", crc32fast::hash(json)).as_bytes(), json, b"\n"].concat();
    block(put(&store, "journal/000000000003", &newer));
    refused(|error| matches!(error, LedgerError::Newer { version: 2, .. }));
    block(put(&store, "journal/000000000003", &third));
    assert_eq!(outcome(&store, "a"), Some(Outcome::Failed));
    block(put(&store, "snapshot-2.toml", b"version = 1\n"));
    refused(|error| matches!(error, LedgerError::Damaged { .. }));
}

#[test]
fn a_second_run_is_told_who_holds_it_and_a_reader_is_not_hindered() {
    let store = Arc::new(InMemory::new());
    let ledger = started(&store, &["a"]);
    let error = open(&store).unwrap_err();
    let LedgerError::Held { command, since, .. } = &error else { panic!("{error}") };
    assert_eq!(command, "submit");
    assert!(since.ends_with('Z') && remote(&store).read().unwrap().is_some());
    drop(ledger);
    assert!(open(&store).is_ok());
}

#[test]
fn a_run_that_died_is_taken_over_from_after_it_was_watched() {
    let store = Arc::new(InMemory::new());
    let mut ledger = started(&store, &["a"]);
    record(&mut ledger, &[("a", sending())]).unwrap();
    let lease = block(bytes(&store, "lease"));
    drop(ledger);
    // As if it had never been released.
    block(put(&store, "lease", &lease));
    std::thread::sleep(super::short().watch / 2);
    let ledger = open(&store).unwrap();
    assert_eq!(ledger.records().get("a").unwrap().mail("announce").unwrap().outcome(), Outcome::Sending);
}

#[test]
fn a_snapshot_that_says_nothing_new_is_not_written_again() {
    let store = Arc::new(InMemory::new());
    let mut ledger = started(&store, &["a"]);
    let before = block(bytes(&store, "latest"));
    ledger.save().unwrap();
    assert_eq!(block(bytes(&store, "latest")), before);
}

#[test]
fn a_ledger_of_another_campaign_is_refused() {
    let store = Arc::new(InMemory::new());
    drop(started(&store, &["a"]));
    let copied: Vec<_> = block(async {
        use futures_util::TryStreamExt;
        store.list(None).try_collect().await.unwrap()
    });
    for meta in copied {
        let to = Path::from(meta.location.as_ref().replace("api-v2", "api-v3"));
        block(store.copy(&meta.location, &to)).unwrap();
    }
    let store: Arc<dyn ObjectStore> = store;
    let who = mmig::store::remote::Who::default();
    let other =
        mmig::store::remote::Remote::over(store, &Path::from("teams"), "mem://b", "api-v3", super::short(), who);
    assert!(matches!(other.unwrap().read(), Err(LedgerError::OtherCampaign { .. })));
}
