//! A ledger in a remote store, for machines that come and go.
//!
//! `journal/` has a numbered segment for each batch of lines, created only if its number is unused. A snapshot counts
//! once the segment with its number confirms it, and `latest` says where to start reading. The `lease` says who works
//! on it. What excludes an overtaken run is the number of the next segment; see [`fence`].

pub mod bucket;
mod connect;
pub mod fence;
mod landing;
pub mod lease;
pub mod occupant;
mod probe;
pub mod read;
pub mod scribe;
pub mod segment;
mod worker;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use object_store::ObjectStore;
use object_store::path::Path;
use tokio::sync::{mpsc, oneshot};

use super::leave::{Leave, OfMachine};
use super::local::{Remains, salvaged, state};
use super::{Contents, Holder, LedgerError, LedgerStore};
use crate::campaign::people::records::Records;
use bucket::Bucket;
use fence::Times;
use lease::Hold;
use occupant::Occupant;
use scribe::{Scribe, Task};
use worker::Worker;

pub use occupant::Who;

/// How long segments and snapshots are kept that no reader needs any more.
const KEPT: chrono::TimeDelta = chrono::TimeDelta::days(30);

/// A campaign's ledger in a remote store.
#[derive(Debug)]
pub struct Remote {
    campaign: String,
    bucket: Bucket,
    times: Times,
    who: Who,
    worker: Worker,
}

/// One run's hold, and its writer. Dropping it writes what is queued and releases the lease.
#[derive(Debug)]
pub struct Lease {
    hold: Arc<Hold>,
    tasks: Mutex<Option<mpsc::UnboundedSender<Task>>>,
    ended: Option<oneshot::Receiver<()>>,
    worker: Worker,
}

/// The size of a ledger in a store.
#[derive(Debug, Clone, Copy, Default)]
pub struct Size {
    /// The number of objects.
    pub objects: u64,
    /// The size of all of them, in bytes.
    pub bytes: u64,
    /// The size of the newest snapshot, in bytes.
    pub snapshot: u64,
    /// The number of segments after it.
    pub segments: u64,
}

impl Remote {
    /// The ledger of a campaign at a URL such as `s3://bucket/path`. Makes no request yet.
    ///
    /// # Errors
    /// The URL is not that of a store, or the environment has a setting that it does not understand.
    pub fn open(
        address: &str,
        campaign: &str,
        environment: &[(String, String)],
        who: Who,
    ) -> Result<Self, LedgerError> {
        let (plain, times) = timed(address)?;
        let (store, base) = connect::connect(&plain, environment)?;
        Self::over(store, &base, &plain, campaign, times, who)
    }

    /// The same for an existing store.
    ///
    /// # Errors
    /// The system cannot start a thread.
    pub fn over(
        store: Arc<dyn ObjectStore>,
        base: &Path,
        shown: &str,
        campaign: &str,
        times: Times,
        who: Who,
    ) -> Result<Self, LedgerError> {
        let bucket = Bucket::new(store, base, campaign, shown);
        Ok(Self { campaign: campaign.to_owned(), bucket, times, who, worker: Worker::start()? })
    }

    /// Its location, for people.
    pub fn shown(&self) -> &str {
        self.bucket.shown()
    }

    /// Who holds it, and whether that run has renewed its lease in time.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub fn held(&self) -> Result<Option<(Occupant, bool)>, LedgerError> {
        let (bucket, times) = (self.bucket.clone(), self.times);
        let held = self.worker.run(move || async move { lease::held(&bucket).await })??;
        let wall = chrono::Utc::now().timestamp().cast_unsigned();
        let heard = |lease: &lease::Lease| Duration::from_secs(wall.saturating_sub(lease.at)) < times.watch / 2;
        Ok(held.map(|lease| (lease.by.clone(), heard(&lease))))
    }

    /// Tests whether the store handles two simultaneous writes correctly.
    ///
    /// # Errors
    /// It does not, or cannot be written.
    pub fn probe(&self) -> Result<(), LedgerError> {
        let (bucket, run) = (self.bucket.clone(), new_run());
        self.worker.run(move || async move { probe::probe(&bucket, &run).await })?
    }

    /// The size of the ledger.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub fn size(&self) -> Result<Size, LedgerError> {
        let bucket = self.bucket.clone();
        self.worker.run(move || async move {
            let stored = bucket.inventory().await?;
            let latest = read::latest(&bucket).await?;
            let name = bucket::snapshot_name(latest);
            let of = |object: &&bucket::Stored| object.name == name;
            Ok(Size {
                objects: stored.len() as u64,
                bytes: stored.iter().map(|object| object.size).sum(),
                snapshot: stored.iter().find(of).map_or(0, |object| object.size),
                segments: bucket.segments_after(latest).await?.len() as u64,
            })
        })?
    }

    /// What can be read of a damaged ledger: the newest snapshot, and all lines after it.
    pub(super) fn salvage(&self) -> Result<(Contents, Remains), LedgerError> {
        let bucket = self.bucket.clone();
        let (snapshot, segments) = self.worker.run(move || async move {
            let stored = bucket.inventory().await?;
            let number = |object: &bucket::Stored| {
                object.name.strip_prefix("snapshot-")?.strip_suffix(".toml")?.parse::<u64>().ok()
            };
            let newest = stored.iter().filter_map(number).max().unwrap_or(0);
            let snapshot = bucket.get(&bucket::snapshot_name(newest)).await?;
            let mut segments = Vec::new();
            for number in bucket.segments_after(newest).await? {
                segments.extend(bucket.get(&bucket::segment_name(number)).await?.map(|object| object.bytes));
            }
            Ok::<_, LedgerError>((snapshot.map(|object| object.bytes).unwrap_or_default(), segments))
        })??;
        // The first line of a segment is its header.
        let lines = segments.iter().flat_map(|bytes| bytes.split_inclusive(|byte| *byte == b'\n').skip(1));
        Ok(salvaged(&snapshot, lines))
    }

    /// Records that the ledger is kept elsewhere now. After that no run can use it here, except one that moves it
    /// back.
    ///
    /// # Errors
    /// Another run took over, or the store cannot be written.
    pub fn leave_tombstone(&self, lease: &Lease, to: &str) -> Result<(), LedgerError> {
        // A folder is somewhere: others have to know on which machine.
        let to = if to == "local" { format!("local on {}", super::local::host()) } else { to.to_owned() };
        lease.ask(|reply| Task::Moved(to, reply)).and_then(|waits| self.worker.wait(waits))
    }
}

/// Splits the waiting time, `?watch=` in seconds, from the URL of a store.
fn timed(address: &str) -> Result<(String, Times), LedgerError> {
    let Some((plain, query)) = address.split_once('?') else { return Ok((address.to_owned(), Times::default())) };
    let wrong = |why: &str| LedgerError::Address { address: address.to_owned(), why: why.to_owned() };
    let seconds = query.strip_prefix("watch=").and_then(|seconds| seconds.parse::<f64>().ok());
    let watch = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let watch = watch.ok_or_else(|| wrong("after `?` it may only say watch=SECONDS"))?;
    // Shorter ones are for tests, which have no minute to lose.
    if watch < Times::default().watch && env!("MMIG_PROFILE") == "release" {
        return Err(wrong("watch is at least 90 seconds: a request may be that long on its way"));
    }
    Ok((plain.to_owned(), Times { watch }))
}

/// A unique name for a run.
fn new_run() -> String {
    let number = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", number(), number())
}

impl LedgerStore for Remote {
    type Lease = Lease;

    fn read(&self) -> Result<Option<Contents>, LedgerError> {
        let (bucket, campaign) = (self.bucket.clone(), self.campaign.clone());
        let read = move || async move {
            // A run that replaces the snapshot and continues while we read shows us its old start and its new end.
            // Damage that is seen twice is real.
            match read::read(&bucket, &campaign).await {
                Err(LedgerError::Damaged { .. }) => read::read(&bucket, &campaign).await,
                read => read,
            }
        };
        Ok(self.worker.run(read)??.contents)
    }

    fn lease(&self, holder: &Holder, break_lock: bool) -> Result<Lease, LedgerError> {
        let by = Occupant::ours(holder, &self.who);
        let clocks = Arc::new(OfMachine::default());
        let hold = Arc::new(Hold::new(self.bucket.clone(), clocks, self.times, new_run(), by));
        let (to_scribe, tasks) = mpsc::unbounded_channel();
        let (end, ended) = oneshot::channel();
        let own = Arc::clone(&hold);
        self.worker.run(move || async move {
            probe::probe(&own.bucket, &own.run).await?;
            let next = lease::take(&own, break_lock).await?;
            tokio::task::spawn_local(prune(own.bucket.clone(), next - 1));
            tokio::task::spawn_local(async move {
                tokio::select! {
                    () = Scribe::new(Arc::clone(&own), next).work(tasks) => own.give_back().await,
                    () = async { own.keep_alive().await; std::future::pending().await } => {}
                }
                drop(end);
            });
            Ok::<(), LedgerError>(())
        })??;
        Ok(Lease { hold, tasks: Mutex::new(Some(to_scribe)), ended: Some(ended), worker: self.worker.clone() })
    }

    fn is_far(&self) -> bool {
        true
    }

    fn append(&self, lease: &Lease, line: Vec<u8>) -> impl Future<Output = Result<Leave, LedgerError>> + Send + use<> {
        let asked = lease.ask(|reply| Task::Line(line, reply));
        async move { asked?.await.unwrap_or_else(|_| Err(scribe::closed())) }
    }

    fn leave(&self, lease: &Lease) -> impl Future<Output = Result<Leave, LedgerError>> + Send + use<> {
        let quick = Some(lease.hold.leave_by_proof()).filter(Leave::is_good);
        let asked = if quick.is_some() { None } else { Some(lease.ask(Task::Leave)) };
        async move {
            match (quick, asked) {
                (Some(good), _) => Ok(good),
                (None, Some(asked)) => asked?.await.unwrap_or_else(|_| Err(scribe::closed())),
                (None, None) => Err(scribe::closed()),
            }
        }
    }

    fn replace(&self, lease: &Lease, records: &Records, sequence: u64) -> Result<(), LedgerError> {
        let bytes = state::to_bytes(&self.campaign, records, sequence)
            .map_err(|error| LedgerError::io(&self.bucket.place("snapshot"), "write", error))?;
        lease.ask(|reply| Task::Snapshot(bytes, reply)).and_then(|waits| self.worker.wait(waits))
    }
}

impl Lease {
    /// Gives the scribe a task.
    fn ask<T>(
        &self,
        task: impl FnOnce(oneshot::Sender<Result<T, LedgerError>>) -> Task,
    ) -> Result<oneshot::Receiver<Result<T, LedgerError>>, LedgerError> {
        let (reply, waits) = oneshot::channel();
        let tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = tasks.as_ref().is_some_and(|tasks| tasks.send(task(reply)).is_ok());
        if sent { Ok(waits) } else { Err(scribe::closed()) }
    }
}

impl Drop for Lease {
    /// The scribe writes what is queued, and then releases the lease.
    fn drop(&mut self) {
        self.tasks.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(ended) = self.ended.take() {
            let most = self.hold.times.leave();
            let _ = self.worker.run(move || async move { tokio::time::timeout(most, ended).await.is_ok() });
        }
    }
}

/// Removes what no reader has needed for a month. If that fails, it only takes some space.
async fn prune(bucket: Bucket, newest: u64) {
    let (Ok(stored), Ok(latest)) = (bucket.inventory().await, read::latest(&bucket).await) else { return };
    let own = bucket::segment_name(newest);
    let Some(now) = stored.iter().find(|object| object.name == own).map(|object| object.written) else { return };
    let kept = bucket::snapshot_name(latest);
    for object in stored.iter().filter(|object| now - object.written > KEPT) {
        let segment = object.name.strip_prefix("journal/").and_then(|number| number.parse::<u64>().ok());
        let is_old = segment.is_some_and(|number| number < latest)
            || object.name.starts_with("snapshot-") && object.name != kept
            || object.name.starts_with("probe-");
        if is_old && bucket.delete(&object.name).await.is_err() {
            return;
        }
    }
}
