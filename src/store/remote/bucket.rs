//! The objects of one campaign's ledger: reads, creates and replaces them, with the retries that a network needs.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, UpdateVersion};

use crate::store::LedgerError;

/// How many attempts a request to the store gets, including the first.
const TRIES: u32 = 6;
/// The wait before the second attempt; doubled for each further one.
const PAUSE: Duration = Duration::from_millis(150);

/// The objects of one campaign's ledger.
#[derive(Clone)]
pub struct Bucket {
    store: Arc<dyn ObjectStore>,
    /// The path of its objects.
    root: Path,
    /// The same, as shown to people.
    shown: String,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bucket").field(&self.shown).finish()
    }
}

/// An object as it was read.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its contents.
    pub bytes: Vec<u8>,
    /// Its version.
    pub version: UpdateVersion,
}

/// The result of a conditional write.
#[derive(Debug)]
pub enum Put {
    /// It was written, with this version.
    Done(UpdateVersion),
    /// The condition did not hold, or so the store says: only reading shows whether it was written.
    Refused,
    /// It may or may not have been written.
    Unsure(LedgerError),
}

impl Put {
    /// The error, if known.
    pub fn error(self) -> Option<LedgerError> {
        if let Self::Unsure(error) = self { Some(error) } else { None }
    }
}

/// The name of a segment.
pub fn segment_name(number: u64) -> String {
    format!("journal/{number:012}")
}

/// The name of a snapshot.
pub fn snapshot_name(number: u64) -> String {
    format!("snapshot-{number}.toml")
}

/// The lease's name.
pub const LEASE: &str = "lease";
/// The name of the object that says which snapshot is the newest.
pub const LATEST: &str = "latest";

impl Bucket {
    /// The ledger of a campaign in a store. `shown` is the store's name for people.
    pub fn new(store: Arc<dyn ObjectStore>, base: &Path, campaign: &str, shown: &str) -> Self {
        let root = base.clone().join("ledger").join(campaign);
        let shown = format!("{}/ledger/{campaign}", shown.trim_end_matches('/'));
        Self { store, root, shown }
    }

    /// Its location, for people.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// An object's location, for people.
    pub fn place(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("{}/{name}", self.shown))
    }

    fn path(&self, name: &str) -> Path {
        name.split('/').fold(self.root.clone(), Path::join)
    }

    /// Reads an object; `None` if it does not exist.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn get(&self, name: &str) -> Result<Option<Object>, LedgerError> {
        let path = self.path(name);
        let once = async || {
            let found = self.store.get(&path).await?;
            let version = UpdateVersion { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
            Ok(Object { bytes: found.bytes().await?.to_vec(), version })
        };
        match patiently(once).await {
            Ok(object) => Ok(Some(object)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed(name, "read", &error)),
        }
    }

    /// Creates an object, if none has this name.
    pub async fn create(&self, name: &str, bytes: Vec<u8>) -> Put {
        self.put(name, bytes, PutMode::Create).await
    }

    /// Replaces an object, if it still has this version.
    pub async fn update(&self, name: &str, bytes: Vec<u8>, version: &UpdateVersion) -> Put {
        self.put(name, bytes, PutMode::Update(version.clone())).await
    }

    /// Replaces an object unconditionally.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn overwrite(&self, name: &str, bytes: Vec<u8>) -> Result<(), LedgerError> {
        let (path, payload) = (self.path(name), PutPayload::from(bytes));
        let once = async || self.store.put(&path, payload.clone()).await;
        patiently(once).await.map(drop).map_err(|error| self.failed(name, "write", &error))
    }

    async fn put(&self, name: &str, bytes: Vec<u8>, mode: PutMode) -> Put {
        let options = PutOptions { mode, ..PutOptions::default() };
        match self.store.put_opts(&self.path(name), PutPayload::from(bytes), options).await {
            Ok(done) => Put::Done(done.into()),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => Put::Refused,
            Err(error) => Put::Unsure(self.failed(name, "write", &error)),
        }
    }

    /// Removes an object.
    ///
    /// # Errors
    /// The store cannot be written.
    pub async fn delete(&self, name: &str) -> Result<(), LedgerError> {
        let path = self.path(name);
        match patiently(async || self.store.delete(&path).await).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failed(name, "remove", &error)),
        }
    }

    /// The numbers of the segments after this one, in order.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn segments_after(&self, number: u64) -> Result<Vec<u64>, LedgerError> {
        let (folder, offset) = (self.path("journal"), self.path(&segment_name(number)));
        let once = async || -> object_store::Result<Vec<_>> {
            self.store.list_with_offset(Some(&folder), &offset).try_collect().await
        };
        let found = patiently(once).await.map_err(|error| self.failed("journal", "list", &error))?;
        let names = found.iter().filter_map(|object| object.location.filename());
        let mut numbers: Vec<u64> =
            names.filter(|name| name.len() == 12).filter_map(|name| name.parse().ok()).collect();
        numbers.retain(|found| *found > number);
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Everything stored for this campaign: each object's name, size in bytes and age.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn inventory(&self) -> Result<Vec<Stored>, LedgerError> {
        let once = async || -> object_store::Result<Vec<_>> { self.store.list(Some(&self.root)).try_collect().await };
        let found = patiently(once).await.map_err(|error| self.failed("", "list", &error))?;
        let name = |path: &Path| {
            Some(path.prefix_match(&self.root)?.map(|part| part.as_ref().to_owned()).collect::<Vec<_>>().join("/"))
        };
        let stored = found.into_iter().filter_map(|object| {
            Some(Stored { name: name(&object.location)?, size: object.size, written: object.last_modified })
        });
        Ok(stored.collect())
    }

    fn failed(&self, name: &str, doing: &'static str, error: &object_store::Error) -> LedgerError {
        LedgerError::Store {
            place: if name.is_empty() { self.shown.clone() } else { format!("{}/{name}", self.shown) },
            doing,
            why: cause(error),
            denied: matches!(
                error,
                object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. }
            ),
        }
    }
}

/// An object of a ledger.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its name within the campaign.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was written, by the store's clock.
    pub written: chrono::DateTime<chrono::Utc>,
}

/// Retries temporary failures. Only for requests that may be repeated.
async fn patiently<T>(mut once: impl AsyncFnMut() -> object_store::Result<T>) -> object_store::Result<T> {
    let mut pause = PAUSE;
    for _ in 1..TRIES {
        match once().await {
            Err(error) if is_passing(&error) => tokio::time::sleep(pause).await,
            ended => return ended,
        }
        pause *= 2;
    }
    once().await
}

/// Whether the same request may succeed a moment later.
fn is_passing(error: &object_store::Error) -> bool {
    matches!(error, object_store::Error::Generic { .. })
}

/// The innermost cause: the outer errors describe the request, not the fault.
fn cause(error: &object_store::Error) -> String {
    let (mut cause, mut words): (&dyn std::error::Error, _) = (error, error.to_string());
    while let Some(inner) = cause.source() {
        cause = inner;
        let inner = cause.to_string();
        if !inner.is_empty() {
            words = inner;
        }
    }
    crate::campaign::characters::clean(&words).chars().take(300).collect()
}
