//! Whether a store keeps its word. Some answer yes to every conditional write, and then two runs would both believe that
//! the journal is theirs.

use std::time::Duration;

use object_store::UpdateVersion;

use super::bucket::{Bucket, Object, Put};
use crate::store::LedgerError;

/// How often a write is tried whose reply does not come.
const TRIES: u32 = 6;
/// The wait before it is tried again.
const PAUSE: Duration = Duration::from_millis(50);

/// Creates an object twice and replaces it with a version that is not its own: both must be refused.
///
/// # Errors
/// They are not, or the store cannot be written.
pub async fn probe(bucket: &Bucket, run: &str) -> Result<(), LedgerError> {
    // Nobody else knows this name: what is there is ours.
    let name = format!("probe-{run}");
    let probed = once(bucket, &name).await;
    // One that stays there is in nobody's way.
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

/// A write that must land: tried until it did, by the reply or by what is there.
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

/// A write that must not land: tried until the store says whether it did.
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
