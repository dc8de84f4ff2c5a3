//! Tests whether a store is reliable. Some accept every conditional write; then two runs would both believe that the
//! journal is theirs.

use std::time::Duration;

use object_store::UpdateVersion;

use super::bucket::{Bucket, Object, Put};
use crate::store::LedgerError;

/// How many attempts a write without a reply gets.
const TRIES: u32 = 6;
/// The wait between attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// Creates an object twice and replaces it with a wrong version: the store must refuse both.
///
/// # Errors
/// It does not refuse them, or cannot be written.
pub async fn probe(bucket: &Bucket, run: &str) -> Result<(), LedgerError> {
    // No one else knows this name: what is there is ours.
    let name = format!("probe-{run}");
    let probed = once(bucket, &name).await;
    // If it stays there, it does no harm.
    let _ = bucket.delete(&name).await;
    probed
}

async fn once(bucket: &Bucket, name: &str) -> Result<(), LedgerError> {
    let lies = |what: &'static str| LedgerError::Lies { place: bucket.shown().to_owned(), what };
    let holds = async |bytes: &[u8]| Ok::<_, LedgerError>(bucket.get(name).await?.filter(|found| found.bytes == bytes));
    let created = landed(async || bucket.create(name, b"1".to_vec()).await, async || holds(b"1").await).await?;
    let Some(first) = created else {
        return Err(lies("it refuses to create what is not there"));
    };
    if certain(async || bucket.create(name, b"2".to_vec()).await).await?.is_some() {
        return Err(lies("it creates an object a second time"));
    }
    if landed(async || bucket.update(name, b"3".to_vec(), &first).await, async || holds(b"3").await).await?.is_none() {
        return Err(lies("it refuses to replace an object that did not change"));
    }
    if certain(async || bucket.update(name, b"4".to_vec(), &first).await).await?.is_some() {
        return Err(lies("it replaces an object that was changed since"));
    }
    match holds(b"3").await? {
        Some(_) => Ok(()),
        None => Err(lies("it does not hold what was written last")),
    }
}

/// A write that must succeed: repeated until it did, according to the reply or the stored object.
async fn landed(
    write: impl AsyncFn() -> Put,
    there: impl AsyncFn() -> Result<Option<Object>, LedgerError>,
) -> Result<Option<UpdateVersion>, LedgerError> {
    let mut last = None;
    for _ in 0..TRIES {
        match write().await {
            Put::Done(version) => return Ok(Some(version)),
            put => last = put.error(),
        }
        if let Some(found) = there().await? {
            return Ok(Some(found.version));
        }
        tokio::time::sleep(PAUSE).await;
    }
    last.map_or(Ok(None), Err)
}

/// A write that must fail: repeated until the store says whether it did.
async fn certain(write: impl AsyncFn() -> Put) -> Result<Option<UpdateVersion>, LedgerError> {
    let mut last = None;
    for _ in 0..TRIES {
        match write().await {
            Put::Done(version) => return Ok(Some(version)),
            Put::Refused => return Ok(None),
            Put::Unsure(error) => last = Some(error),
        }
        tokio::time::sleep(PAUSE).await;
    }
    last.map_or(Ok(None), Err)
}
