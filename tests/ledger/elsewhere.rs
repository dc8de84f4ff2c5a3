//! A store without files: a run uses a ledger in the same way wherever it is kept.

use std::cell::RefCell;
use std::rc::Rc;

use mmig::campaign::mail::Outcome;
use mmig::campaign::people::records::Records;
use mmig::store::{Contents, Holder, Leave, Ledger, LedgerError, LedgerStore};

use super::{at, outcome, recipient, sending};

/// What several runs share: the snapshot, the lines after it, and whether someone has the lease.
#[derive(Debug, Clone, Default)]
struct Memory(Rc<RefCell<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    snapshot: Option<(Records, u64)>,
    lines: Vec<Vec<u8>>,
    is_leased: bool,
    replaced: usize,
}

#[derive(Debug)]
struct Lease(Memory);

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.0.borrow_mut().is_leased = false;
    }
}

impl LedgerStore for Memory {
    type Lease = Lease;

    fn read(&self) -> Result<Option<Contents>, LedgerError> {
        let kept = self.0.borrow();
        let interrupted = !kept.lines.is_empty();
        Ok(kept.snapshot.clone().map(|(records, sequence)| Contents { records, sequence, interrupted }))
    }

    fn lease(&self, holder: &Holder, _: bool) -> Result<Lease, LedgerError> {
        if std::mem::replace(&mut self.0.borrow_mut().is_leased, true) {
            let Holder { command, at } = holder.clone();
            return Err(LedgerError::Held { pid: 1, host: "here".to_owned(), since: at.to_rfc3339(), command });
        }
        Ok(Lease(self.clone()))
    }

    fn append(&self, _: &Lease, line: Vec<u8>) -> impl Future<Output = Result<Leave, LedgerError>> + Send + use<> {
        self.0.borrow_mut().lines.push(line);
        std::future::ready(Ok(Leave::unbounded()))
    }

    fn leave(&self, _: &Lease) -> impl Future<Output = Result<Leave, LedgerError>> + Send + use<> {
        std::future::ready(Ok(Leave::unbounded()))
    }

    fn replace(&self, _: &Lease, records: &Records, sequence: u64) -> Result<(), LedgerError> {
        let mut kept = self.0.borrow_mut();
        kept.snapshot = Some((records.clone(), sequence));
        kept.lines.clear();
        kept.replaced += 1;
        Ok(())
    }
}

#[tokio::test]
async fn a_run_leases_saves_and_numbers_its_lines_whatever_the_store() {
    let store = Memory::default();
    let holder = Holder { command: "submit".to_owned(), at: at(0) };
    let mut ledger = Ledger::take(store.clone(), &holder, false).unwrap();
    assert!(matches!(Ledger::take(store.clone(), &holder, false), Err(LedgerError::Held { .. })));
    ledger.records_mut().insert(recipient("a"));
    let journal = ledger.journal().unwrap();
    assert_eq!(store.0.borrow().replaced, 1, "a line about a recipient that the snapshot does not know");
    for second in [1, 2] {
        journal.record(at(second), "a", &sending()).await.unwrap();
        ledger.records_mut().apply("a", at(second), sending());
    }
    let numbered = |number: usize, line: &[u8]| String::from_utf8_lossy(line).contains(&format!("\"seq\":{number},"));
    assert!(store.0.borrow().lines.iter().zip(1..).all(|(line, number)| numbered(number, line)));
    ledger.save().unwrap();
    assert!(journal.record(at(3), "a", &sending()).await.is_err(), "the journal of before the save");
    drop(ledger);
    assert_eq!(store.0.borrow().snapshot.as_ref().unwrap().1, 2);
    // The journal still lives, the lease does not. What a run left is merged before anything is appended.
    store.0.borrow_mut().lines.push(b"half a line".to_vec());
    let ledger = Ledger::take(store.clone(), &holder, false).unwrap();
    assert_eq!(outcome(ledger.records(), "a"), Some(Outcome::Sending));
    assert_eq!((store.0.borrow().lines.len(), store.0.borrow().replaced), (0, 3));
}
