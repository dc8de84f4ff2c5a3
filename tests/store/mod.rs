//! The ledger in a remote store: what happens to it if the connection is bad, two runs want it, or the store is
//! unreliable.
#![cfg(feature = "remote")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)] // A test's own helpers may fail like a test.

mod books;
#[cfg(unix)]
mod real;
mod schedules;
mod traps;
mod weather;

use std::sync::Arc;
use std::time::Duration;

use mmig::campaign::mail::Fate;
use mmig::campaign::people::recipient::Entry;
use mmig::store::Store;
use mmig::store::local::{Holder, Ledger, LedgerError};
use mmig::store::remote::fence::Times;
use mmig::store::remote::{Remote, Who};
use object_store::ObjectStore;
use object_store::path::Path;

use crate::ledger::{at, recipient, sending};

fn failed(words: &str) -> Entry {
    Entry::Fate { phase: "announce".to_owned(), fate: Fate::Failed { at: at(2), words: words.to_owned() } }
}

/// Times short enough for a test.
fn short() -> Times {
    Times { watch: Duration::from_millis(900) }
}

fn remote(store: &Arc<impl ObjectStore>) -> Remote {
    let store: Arc<dyn ObjectStore> = Arc::clone(store) as _;
    Remote::over(store, &Path::from("teams"), "mem://bucket/teams", "api-v2", short(), Who::default()).unwrap()
}

fn open(store: &Arc<impl ObjectStore>) -> Result<Ledger, LedgerError> {
    let holder = Holder { command: "submit".to_owned(), at: chrono::Utc::now() };
    Ledger::take(Store::Remote(remote(store)), &holder, false)
}

/// A saved ledger with these recipients.
fn started(store: &Arc<impl ObjectStore>, ids: &[&str]) -> Ledger {
    let mut ledger = open(store).unwrap();
    for id in ids {
        ledger.records_mut().insert(recipient(id));
    }
    ledger.save().unwrap();
    ledger
}

/// Writes entries to the journal, and applies them.
fn record(ledger: &mut Ledger, entries: &[(&str, Entry)]) -> Result<(), LedgerError> {
    let journal = ledger.journal()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for (who, entry) in entries {
        runtime.block_on(journal.record(at(1), who, entry))?;
        ledger.records_mut().apply(who, at(1), entry.clone());
    }
    Ok(())
}
