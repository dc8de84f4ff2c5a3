//! Whether a store keeps its word. Some answer yes to every conditional write, and then two runs would both believe that
//! the journal is theirs.

use super::bucket::{Bucket, Put};
use crate::store::LedgerError;

/// How often a probe is begun that the line cuts off.
const TRIES: u32 = 4;

/// Creates an object twice and replaces it with a version that is not its own: both must be refused.
///
/// # Errors
/// They are not, or the store cannot be written.
pub async fn probe(bucket: &Bucket, run: &str) -> Result<(), LedgerError> {
    let mut last = Ok(());
    for number in 0..TRIES {
        last = once(bucket, &format!("probe-{run}-{number}")).await;
        if !matches!(last, Err(LedgerError::Store { denied: false, .. })) {
            break;
        }
    }
    last
}

/// The same with an object of a name that nobody else has.
async fn once(bucket: &Bucket, name: &str) -> Result<(), LedgerError> {
    let lies = |what: &'static str| LedgerError::Lies { place: bucket.shown().to_owned(), what };
    let first = match bucket.create(name, b"1".to_vec()).await {
        Put::Done(version) => version,
        // Nobody else knows this name: what is there is ours, from a try whose reply was lost.
        Put::Refused => bucket.get(name).await?.ok_or_else(|| lies("it refuses to create what is not there"))?.version,
        Put::Unsure(error) => return Err(error),
    };
    let probed = async {
        if let Put::Done(_) = sure(bucket.create(name, b"2".to_vec()).await)? {
            return Err(lies("it creates an object a second time"));
        }
        match sure(bucket.update(name, b"3".to_vec(), &first).await)? {
            Put::Done(_) => {}
            _ => return Err(lies("it refuses to replace an object that did not change")),
        }
        if let Put::Done(_) = sure(bucket.update(name, b"4".to_vec(), &first).await)? {
            return Err(lies("it replaces an object that was changed since"));
        }
        match bucket.get(name).await? {
            Some(found) if found.bytes == b"3" => Ok(()),
            _ => Err(lies("it does not hold what was written last")),
        }
    };
    let probed = probed.await;
    // One that stays there is in nobody's way.
    let _ = bucket.delete(name).await;
    probed
}

fn sure(put: Put) -> Result<Put, LedgerError> {
    match put {
        Put::Unsure(error) => Err(error),
        put => Ok(put),
    }
}
