//! The lease: who works on the ledger, with a regular renewal that shows it is alive. It informs others and measures
//! time; what actually excludes an overtaken run is the number of the next segment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use object_store::UpdateVersion;
use serde::{Deserialize, Serialize};

use super::bucket::{Bucket, LEASE, Object, Put};
use super::fence::{Author, Claim, Seen, Times, Watch, Whose, claim, must_wait, whose};
use super::landing::{Waits, land};
use super::occupant::Occupant;
use super::read;
use super::segment::{Segment, What};
use crate::store::LedgerError;
use crate::store::leave::{Clocks, Leave, Moment};

/// The lease's object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lease {
    /// The run, and the number of its renewal.
    #[serde(flatten)]
    pub author: Author,
    /// Whether it is held; otherwise it was released.
    pub held: bool,
    /// Who holds it.
    #[serde(flatten)]
    pub by: Occupant,
    /// When it was written, by the holder's clock, in seconds since 1970.
    pub at: u64,
    /// How long the holder must be silent before another run takes over, in seconds.
    pub watch: f64,
}

impl Lease {
    /// Parses a lease; an unreadable one is treated like one without information: it is watched.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

/// A run's hold on a ledger, shared by everything it does.
#[derive(Debug)]
pub struct Hold {
    /// The campaign's objects.
    pub bucket: Bucket,
    /// The clocks.
    pub clocks: Arc<dyn Clocks>,
    /// The times.
    pub times: Times,
    /// The run.
    pub run: String,
    by: Occupant,
    /// Whether another run took over; then nothing more may start or be written.
    overtaken: Arc<AtomicBool>,
    /// Which run that was, if known.
    overtaker: Mutex<Option<Occupant>>,
    /// The last moment at which we certainly held it.
    proof: Mutex<Moment>,
    /// The number of the run's next object.
    nonce: Mutex<u64>,
    /// The lease as we last wrote it.
    lease: Mutex<Option<UpdateVersion>>,
}

impl Hold {
    /// For a run that holds nothing yet.
    pub fn new(bucket: Bucket, clocks: Arc<dyn Clocks>, times: Times, run: String, by: Occupant) -> Self {
        let proof = Mutex::new(clocks.now());
        Self {
            bucket,
            clocks,
            times,
            run,
            by,
            overtaken: Arc::default(),
            overtaker: Mutex::default(),
            proof,
            nonce: Mutex::new(0),
            lease: Mutex::default(),
        }
    }

    /// Identifies the run's next object.
    pub fn author(&self) -> Author {
        let mut nonce = self.nonce.lock().unwrap_or_else(PoisonError::into_inner);
        *nonce += 1;
        Author { run: self.run.clone(), nonce: *nonce }
    }

    /// Records that a write of ours that was started at this moment succeeded.
    pub fn proved(&self, begun: Moment) {
        let mut proof = self.proof.lock().unwrap_or_else(PoisonError::into_inner);
        if begun.steady > proof.steady {
            *proof = begun;
        }
    }

    /// Permission to start a request about something that was known to be ours at this moment.
    pub fn leave(&self, since: Moment) -> Leave {
        Leave::bounded(since, self.times.leave(), Arc::clone(&self.clocks), Arc::clone(&self.overtaken))
    }

    /// The same, since the last moment at which we certainly held the ledger.
    pub fn leave_by_proof(&self) -> Leave {
        self.leave(*self.proof.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Records that another run took over.
    pub fn lose(&self, to: Option<Occupant>) {
        self.overtaken.store(true, Ordering::SeqCst);
        let mut overtaker = self.overtaker.lock().unwrap_or_else(PoisonError::into_inner);
        *overtaker = overtaker.take().or(to);
    }

    /// Why nothing more may be written, if so.
    pub fn lost(&self) -> Option<LedgerError> {
        if !self.overtaken.load(Ordering::SeqCst) {
            return None;
        }
        let overtaker = self.overtaker.lock().unwrap_or_else(PoisonError::into_inner);
        let unknown = || Occupant {
            command: "mmig".to_owned(),
            user: String::new(),
            host: "another machine".to_owned(),
            pid: 0,
            job: String::new(),
            since: "a moment ago".to_owned(),
        };
        Some(overtaker.clone().unwrap_or_else(unknown).took_over())
    }

    fn document(&self, held: bool) -> Lease {
        let at = self.clocks.now().wall.as_secs();
        Lease { author: self.author(), held, by: self.by.clone(), at, watch: self.times.watch.as_secs_f64() }
    }

    fn version(&self) -> Option<UpdateVersion> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_version(&self, version: UpdateVersion) {
        *self.lease.lock().unwrap_or_else(PoisonError::into_inner) = Some(version);
    }

    /// Writes the lease over the version we know. Returns false if another run has it now.
    ///
    /// # Errors
    /// It may or may not have been written.
    async fn write(&self, document: &Lease) -> Result<bool, LedgerError> {
        let bytes = serde_json::to_vec(document).unwrap_or_default();
        let mut waits = Waits::within(self.times.beat() / 4);
        loop {
            let begun = self.clocks.now();
            let put = match self.version() {
                Some(version) => self.bucket.update(LEASE, bytes.clone(), &version).await,
                None => self.bucket.create(LEASE, bytes.clone()).await,
            };
            if let Put::Done(version) = put {
                self.set_version(version);
                self.proved(begun);
                return Ok(true);
            }
            // A lost reply, and the store's own retry, look like another run.
            let found = self.bucket.get(LEASE).await?;
            let lease = found.as_ref().and_then(|found| Lease::read(&found.bytes));
            match (put, whose(&document.author, lease.as_ref().map(|lease| &lease.author)), found) {
                (_, Whose::ThisOne, Some(found)) => {
                    self.set_version(found.version);
                    self.proved(begun);
                    return Ok(true);
                }
                // An earlier write of ours was stored late, or two simultaneous writes were both
                // refused.
                (put, Whose::OneOfOurs, Some(found)) => {
                    self.set_version(found.version);
                    waits.next(put.error(), &self.bucket, LEASE).await?;
                }
                (put, Whose::Nobodys, None) if self.version().is_none() => {
                    waits.next(put.error(), &self.bucket, LEASE).await?;
                }
                (Put::Unsure(error), Whose::Nobodys, _) => return Err(error),
                _ => {
                    self.lose(lease.map(|lease| lease.by));
                    return Ok(false);
                }
            }
        }
    }

    /// Renews the lease. Returns false once another run has taken over.
    pub async fn beat(&self) -> bool {
        if self.lost().is_some() {
            return false;
        }
        let document = self.document(true);
        // If the store cannot be reached, no permission is renewed, and sending ends by itself.
        self.write(&document).await.unwrap_or(true)
    }

    /// Keeps renewing the lease, until another run takes over.
    pub async fn keep_alive(&self) {
        while self.beat().await {
            tokio::time::sleep(self.times.beat()).await;
        }
    }

    /// Releases the lease, if it is still ours.
    pub async fn give_back(&self) {
        if self.lost().is_none() {
            let document = self.document(false);
            // If the others cannot be informed, they will find out.
            let _ = self.write(&document).await;
        }
    }
}

/// How long ago a lease was written, by its holder's clock and ours.
fn heard(lease: &Lease, now: Moment) -> Option<Duration> {
    now.wall.checked_sub(Duration::from_secs(lease.at))
}

/// Who holds a ledger; `None` if it is free.
///
/// # Errors
/// The store cannot be reached.
pub async fn held(bucket: &Bucket) -> Result<Option<Lease>, LedgerError> {
    let found = bucket.get(LEASE).await?.and_then(|found| Lease::read(&found.bytes));
    Ok(found.filter(|lease| lease.held))
}

/// Takes the lease and fences the journal: when this returns, no earlier run can write, and none can start a request.
/// Returns the number of the next segment.
///
/// # Errors
/// Another run has it, the ledger was moved, or the store cannot be reached.
pub async fn take(hold: &Hold, insist: bool) -> Result<u64, LedgerError> {
    let tail = read::tail(&hold.bucket).await?;
    let found = hold.bucket.get(LEASE).await?;
    let lease = found.as_ref().and_then(|found| Lease::read(&found.bytes));
    let taken = match (&found, &lease) {
        (None, _) => None,
        (Some(_), lease) => Some(lease.as_ref().is_none_or(|lease| lease.held)),
    };
    let heard = lease.as_ref().and_then(|lease| heard(lease, hold.clocks.now()));
    match claim(taken, tail > 0, heard, insist, hold.times) {
        Claim::Refuse => return Err(lease.map_or_else(|| Occupant::unknown().holds(), |lease| lease.by.holds())),
        Claim::Watch => watch(hold, found.as_ref(), lease.as_ref()).await?,
        Claim::Take => {}
    }
    if let Some(found) = found {
        hold.set_version(found.version);
    }
    let document = hold.document(true);
    if !hold.write(&document).await? {
        let by = self::held(&hold.bucket).await?.map_or_else(Occupant::unknown, |lease| lease.by);
        return Err(by.holds());
    }
    let fence = begin(hold, tail + 1).await?;
    if must_wait(tail, fence) {
        wait(hold).await?;
    }
    Ok(fence + 1)
}

/// Watches a lease until its holder is known to be dead.
async fn watch(hold: &Hold, found: Option<&Object>, lease: Option<&Lease>) -> Result<(), LedgerError> {
    // Machines that disagree on the waiting time use the longer one.
    let theirs = lease.and_then(|lease| Duration::try_from_secs_f64(lease.watch).ok()).unwrap_or_default();
    let times = Times { watch: hold.times.watch.max(theirs) };
    let bytes = found.map(|found| found.bytes.clone());
    let watch = Watch::begin(bytes, hold.clocks.now().steady);
    loop {
        tokio::time::sleep(times.look()).await;
        let before = hold.clocks.now().steady;
        let now = hold.bucket.get(LEASE).await?.map(|found| found.bytes);
        match watch.look(&now, before, times) {
            Seen::Dead => return Ok(()),
            Seen::Waiting => {}
            Seen::Alive => {
                let lease = now.as_deref().and_then(Lease::read);
                // Released in the meantime: the next run can take it.
                let by = lease.map_or_else(Occupant::unknown, |lease| lease.by);
                return Err(by.holds());
            }
        }
    }
}

/// Waits until no request of an earlier run can start any more, and renews the lease meanwhile.
async fn wait(hold: &Hold) -> Result<(), LedgerError> {
    let start = hold.clocks.now().steady;
    while hold.clocks.now().steady.saturating_sub(start) < hold.times.watch {
        tokio::time::sleep(hold.times.look()).await;
        if !hold.beat().await {
            return Err(hold.lost().unwrap_or_else(|| Occupant::unknown().took_over()));
        }
    }
    Ok(())
}

/// Records the start of the run as the next free segment. Returns its number.
async fn begin(hold: &Hold, next: u64) -> Result<u64, LedgerError> {
    let segment = Segment { author: hold.author(), what: What::Begun { by: hold.by.clone() }, lines: Vec::new() };
    let bytes = segment.to_bytes().map_err(|error| LedgerError::Journal(error.into()))?;
    let mut number = next;
    loop {
        match land(&hold.bucket, number, &segment.author, &bytes, hold.times.leave()).await? {
            Whose::ThisOne => return Ok(number),
            Whose::OneOfOurs | Whose::Anothers | Whose::Nobodys => number += 1,
        }
    }
}
