//! Reads a ledger: the newest snapshot that a segment confirms, and the segments after it.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::bucket::{Bucket, LATEST, segment_name, snapshot_name};
use super::segment::{Segment, Unreadable, What};
use crate::store::ledger::read_line;
use crate::store::local::state;
use crate::store::{Contents, LedgerError};

/// How many segments are read at a time.
const AT_ONCE: usize = 16;

/// The result of reading.
#[derive(Debug, Default)]
pub struct Reading {
    /// Snapshot and journal together; `None` if there is no ledger yet.
    pub contents: Option<Contents>,
    /// The newest segment's number; 0 if there is none.
    pub tail: u64,
}

/// The newest snapshot's number, as far as the store says; the segments after it may show a later one.
pub async fn latest(bucket: &Bucket) -> Result<u64, LedgerError> {
    let Some(found) = bucket.get(LATEST).await? else { return Ok(0) };
    let number = std::str::from_utf8(&found.bytes).ok().and_then(|text| text.trim().parse().ok());
    number.ok_or_else(|| LedgerError::damaged(&bucket.place(LATEST), None, "it is not a number"))
}

/// The newest segment's number; 0 if there is none.
pub async fn tail(bucket: &Bucket) -> Result<u64, LedgerError> {
    let from = latest(bucket).await?;
    Ok(bucket.segments_after(from).await?.last().copied().unwrap_or(from))
}

/// A segment; `None` if it does not exist.
pub async fn segment(bucket: &Bucket, number: u64) -> Result<Option<Segment>, LedgerError> {
    let name = segment_name(number);
    let Some(object) = bucket.get(&name).await? else { return Ok(None) };
    Segment::read(&object.bytes).map(Some).map_err(|why| match why {
        Unreadable::Newer(version) => LedgerError::Newer { file: bucket.place(&name), version },
        Unreadable::Damaged(what) => LedgerError::damaged(&bucket.place(&name), None, what),
    })
}

/// Reads the whole ledger.
///
/// # Errors
/// The store cannot be reached, something is missing or differs from what was written, or the ledger
/// was moved.
pub async fn read(bucket: &Bucket, campaign: &str) -> Result<Reading, LedgerError> {
    let from = latest(bucket).await?;
    let numbers = bucket.segments_after(from).await?;
    for (number, expected) in numbers.iter().zip(from + 1..) {
        if *number != expected {
            let file = bucket.place(&segment_name(expected));
            return Err(LedgerError::damaged(&file, None, format!("it is missing, although number {number} exists")));
        }
    }
    let mut segments: Vec<(u64, Segment)> = stream::iter(numbers)
        .map(|number| async move {
            let gone = || LedgerError::damaged(&bucket.place(&segment_name(number)), None, "it is gone");
            Ok::<_, LedgerError>((number, segment(bucket, number).await?.ok_or_else(gone)?))
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let tail = segments.last().map_or(from, |(number, _)| *number);
    // A run that was killed before it recorded the newest snapshot left a newer one.
    let newest = segments.iter().rposition(|(_, segment)| matches!(segment.what, What::Snapshot { .. }));
    let after = &segments[newest.map_or(0, |place| place + 1)..];
    if let Some(to) = after.iter().rev().find_map(|(_, segment)| segment.what.moved_to()) {
        return Err(LedgerError::Moved { place: bucket.shown().to_owned(), to: to.to_owned() });
    }
    let vouched = match newest {
        Some(place) => segments.drain(..=place).next_back(),
        None if from > 0 => segment(bucket, from).await?.map(|segment| (from, segment)),
        None => None,
    };
    let mut contents = match &vouched {
        Some((number, segment)) => Some(snapshot(bucket, campaign, *number, Some(segment)).await?),
        // Segments are removed after a while; then a snapshot is all there is.
        None if from > 0 => Some(snapshot(bucket, campaign, from, None).await?),
        None => None,
    };
    for (number, segment) in &segments {
        if segment.what == What::Lines {
            let file = segment_name(*number);
            let Some(contents) = &mut contents else {
                let what = "it continues a snapshot that is gone";
                return Err(LedgerError::damaged(&bucket.place(&file), None, what));
            };
            add(bucket, &file, contents, &segment.lines)?;
        }
    }
    Ok(Reading { contents, tail })
}

/// A snapshot, verified with the segment of its number.
async fn snapshot(
    bucket: &Bucket,
    campaign: &str,
    number: u64,
    vouched: Option<&Segment>,
) -> Result<Contents, LedgerError> {
    let name = snapshot_name(number);
    let place = bucket.place(&name);
    let damaged = |what: &str| LedgerError::damaged(&place, None, what);
    let bytes = bucket.get(&name).await?.ok_or_else(|| damaged("it is gone"))?.bytes;
    if let Some(What::Snapshot { length, sum }) = vouched.map(|segment| &segment.what)
        && (*length != bytes.len() as u64 || *sum != crc32fast::hash(&bytes))
    {
        return Err(damaged("it does not fit its checksum"));
    }
    let snapshot = state::parse(&place, bytes)?;
    if !snapshot.campaign.is_empty() && snapshot.campaign != campaign {
        let (campaign, folder) = (snapshot.campaign, campaign.to_owned());
        return Err(LedgerError::OtherCampaign { file: place, campaign, folder });
    }
    Ok(Contents { records: snapshot.records, sequence: snapshot.sequence, interrupted: false })
}

/// Adds the lines of a segment.
fn add(bucket: &Bucket, file: &str, contents: &mut Contents, lines: &[u8]) -> Result<(), LedgerError> {
    let damaged = |what: String| LedgerError::damaged(&bucket.place(file), None, what);
    for raw in lines.split_inclusive(|byte| *byte == b'\n') {
        let line = read_line(raw).map_err(|why| damaged(why.what()))?;
        if line.seq <= contents.sequence {
            continue;
        }
        if line.seq != contents.sequence + 1 {
            return Err(damaged(format!("number {} follows number {}", line.seq, contents.sequence)));
        }
        if !contents.records.apply(&line.who, line.at, line.entry) {
            return Err(damaged(format!("it is about `{}`, which is not in the snapshot", line.who)));
        }
        (contents.sequence, contents.interrupted) = (line.seq, true);
    }
    Ok(())
}
