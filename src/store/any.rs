//! The store of a campaign's ledger: its folder, or a remote store.

use futures_util::future::Either;

use super::leave::Leave;
use super::local::{self, Local};
#[cfg(feature = "remote")]
use super::remote::{self, Remote};
use super::{Contents, Holder, LedgerError, LedgerStore};
use crate::campaign::people::records::Records;

/// Where a ledger is kept.
#[derive(Debug)]
pub enum Store {
    /// In the campaign's folder.
    Local(Local),
    /// In a remote store.
    #[cfg(feature = "remote")]
    Remote(Remote),
}

/// The right to write to it.
#[derive(Debug)]
pub enum Lease {
    /// In the campaign's folder.
    Local(local::Lease),
    /// In a remote store.
    #[cfg(feature = "remote")]
    Remote(remote::Lease),
}

/// A store never gets another store's lease.
fn mixed() -> LedgerError {
    LedgerError::Journal(std::io::Error::other("the lease is another store's"))
}

impl Store {
    /// Leaves a note that the ledger is kept elsewhere now.
    pub(super) fn leave_for(&self, lease: &Lease, to: &str) -> Result<(), LedgerError> {
        match (self, lease) {
            (Self::Local(store), Lease::Local(lease)) => store.leave_for(lease, to),
            #[cfg(feature = "remote")]
            (Self::Remote(store), Lease::Remote(lease)) => store.leave_tombstone(lease, to),
            #[cfg(feature = "remote")]
            _ => Err(mixed()),
        }
    }
}

impl LedgerStore for Store {
    type Lease = Lease;

    fn read(&self) -> Result<Option<Contents>, LedgerError> {
        match self {
            Self::Local(store) => store.read(),
            #[cfg(feature = "remote")]
            Self::Remote(store) => store.read(),
        }
    }

    fn lease(&self, holder: &Holder, break_lock: bool) -> Result<Lease, LedgerError> {
        match self {
            Self::Local(store) => store.lease(holder, break_lock).map(Lease::Local),
            #[cfg(feature = "remote")]
            Self::Remote(store) => store.lease(holder, break_lock).map(Lease::Remote),
        }
    }

    fn is_far(&self) -> bool {
        match self {
            Self::Local(store) => store.is_far(),
            #[cfg(feature = "remote")]
            Self::Remote(store) => store.is_far(),
        }
    }

    fn append(&self, lease: &Lease, line: Vec<u8>) -> impl Future<Output = Result<Leave, LedgerError>> + Send + use<> {
        match (self, lease) {
            (Self::Local(store), Lease::Local(lease)) => Either::Left(store.append(lease, line)),
            #[cfg(feature = "remote")]
            (Self::Remote(store), Lease::Remote(lease)) => Either::Right(Either::Left(store.append(lease, line))),
            #[cfg(feature = "remote")]
            _ => Either::Right(Either::Right(std::future::ready(Err(mixed())))),
            #[cfg(not(feature = "remote"))]
            _ => Either::Right(std::future::ready(Err(mixed()))),
        }
    }

    fn leave(&self, lease: &Lease) -> impl Future<Output = Result<Leave, LedgerError>> + Send + use<> {
        match (self, lease) {
            (Self::Local(store), Lease::Local(lease)) => Either::Left(store.leave(lease)),
            #[cfg(feature = "remote")]
            (Self::Remote(store), Lease::Remote(lease)) => Either::Right(Either::Left(store.leave(lease))),
            #[cfg(feature = "remote")]
            _ => Either::Right(Either::Right(std::future::ready(Err(mixed())))),
            #[cfg(not(feature = "remote"))]
            _ => Either::Right(std::future::ready(Err(mixed()))),
        }
    }

    fn replace(&self, lease: &Lease, records: &Records, sequence: u64) -> Result<(), LedgerError> {
        match (self, lease) {
            (Self::Local(store), Lease::Local(lease)) => store.replace(lease, records, sequence),
            #[cfg(feature = "remote")]
            (Self::Remote(store), Lease::Remote(lease)) => store.replace(lease, records, sequence),
            #[cfg(feature = "remote")]
            _ => Err(mixed()),
        }
    }
}
