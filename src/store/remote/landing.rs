//! Writes although a refusal or a lost reply may hide that the write succeeded.

use std::time::Duration;

use super::bucket::{Bucket, Put, segment_name};
use super::fence::{Author, Whose, whose};
use super::read;
use crate::store::LedgerError;

/// Creates a segment and, if that is refused or the reply is lost, finds out whose it is, until that is
/// known.
///
/// # Errors
/// The store could not be reached for as long as `patience`: the segment may or may not exist.
pub async fn land(
    bucket: &Bucket,
    number: u64,
    author: &Author,
    bytes: &[u8],
    patience: Duration,
) -> Result<Whose, LedgerError> {
    let name = segment_name(number);
    let mut waits = Waits::within(patience);
    loop {
        let put = bucket.create(&name, bytes.to_vec()).await;
        if matches!(put, Put::Done(_)) {
            return Ok(Whose::ThisOne);
        }
        match read::segment(bucket, number).await {
            Ok(found) => {
                let whose = whose(author, found.as_ref().map(|segment| &segment.author));
                if whose != Whose::Nobodys {
                    return Ok(whose);
                }
                waits.next(put.error(), bucket, &name).await?;
            }
            Err(error @ LedgerError::Store { .. }) => waits.next(Some(error), bucket, &name).await?,
            Err(error) => return Err(error),
        }
    }
}

/// The waits between attempts, each longer than the previous.
pub struct Waits {
    left: Duration,
    pause: Duration,
}

impl Waits {
    /// Waits that add up to no more than `left`.
    pub fn within(left: Duration) -> Self {
        Self { left, pause: Duration::from_millis(20) }
    }

    /// Waits before the next attempt; fails with `error` if the store denies access or the time is
    /// up.
    pub async fn next(&mut self, error: Option<LedgerError>, bucket: &Bucket, name: &str) -> Result<(), LedgerError> {
        let denied = matches!(error, Some(LedgerError::Store { denied: true, .. }));
        if denied || self.left < self.pause {
            return Err(error.unwrap_or_else(|| LedgerError::Store {
                place: bucket.place(name).display().to_string(),
                doing: "write",
                why: "the store refuses it, and nothing is there".to_owned(),
                denied: false,
            }));
        }
        self.left -= self.pause;
        tokio::time::sleep(self.pause).await;
        self.pause *= 2;
        Ok(())
    }
}
