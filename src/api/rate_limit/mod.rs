//! The rate of all requests of the process: our own limit, and the pauses the server asks for.
//!
//! A 429 pauses everybody. When the pause is over one request goes ahead, and the others follow only once that one was
//! not refused: otherwise our own burst would earn the next 429. What was refused takes no harm and is sent again.

mod lane;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Turn, Notify};
use tokio::time::{Instant, timeout_at};

use super::contract::Traffic;
use lane::Lane;

/// The pause after a 429 that names none; it doubles with each further one in a row.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// A server that says "at once" again and again is not asked again at once.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_DOUBLED: Duration = Duration::from_mins(1);
const YEAR: Duration = Duration::from_hours(366 * 24);

/// The limit on the rate of requests, shared by all of them.
#[derive(Debug)]
pub struct RateLimit {
    state: Mutex<State>,
    changed: Notify,
    /// Who waits stands in line, sends and others each in their own; only the first watches clock and gate.
    sends: Turn<()>,
    others: Turn<()>,
    max_pause: Duration,
}

/// The server keeps us waiting for longer than we are willing to: for this long still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong(pub Duration);

#[derive(Debug)]
struct State {
    gate: Gate,
    /// Counts the pauses, so that replies to requests from before one are known as such.
    pauses: u64,
    /// Refusals since a request was last let through, and how long we waited for them.
    refusals: u32,
    waited: Duration,
    sends: Lane,
    others: Lane,
}

#[derive(Debug, Clone, Copy)]
enum Gate {
    Open,
    Paused {
        until: Instant,
    },
    /// One request is on its way to find out.
    Trying,
}

enum Step {
    Go,
    NotBefore(Instant),
    AfterTheOneOnItsWay,
    TooLong(Duration),
}

/// Leave to send one request. What became of it is to be told; dropped, it says nothing.
#[derive(Debug)]
pub struct Leave<'a> {
    limit: &'a RateLimit,
    traffic: Traffic,
    pauses: u64,
}

impl RateLimit {
    /// A limit of our own on sends a second (0 is none), and how long we let the server keep us waiting.
    pub fn new(per_second: f64, max_pause: Duration) -> Self {
        let state = State {
            gate: Gate::Open,
            pauses: 0,
            refusals: 0,
            waited: Duration::ZERO,
            sends: Lane::new(per_second),
            others: Lane::new(0.0),
        };
        let (sends, others) = (Turn::new(()), Turn::new(()));
        Self { state: Mutex::new(state), changed: Notify::new(), sends, others, max_pause }
    }

    /// Waits until a request may go.
    pub async fn leave(&self, traffic: Traffic) -> Result<Leave<'_>, TooLong> {
        let turn = match traffic {
            Traffic::Send => &self.sends,
            Traffic::Other => &self.others,
        };
        let _first = turn.lock().await;
        loop {
            // Listens before it looks, or a change in between would be missed.
            let changed = self.changed.notified();
            let (step, pauses) = {
                let mut state = self.lock();
                (state.step(traffic, Instant::now(), self.max_pause), state.pauses)
            };
            match step {
                Step::Go => return Ok(Leave { limit: self, traffic, pauses }),
                Step::NotBefore(at) => drop(timeout_at(at, changed).await),
                Step::AfterTheOneOnItsWay => changed.await,
                Step::TooLong(left) => return Err(TooLong(left)),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves nothing half done here.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Leave<'_> {
    /// The server did not refuse the request for its rate.
    pub fn passed(self) {
        let mut state = self.limit.lock();
        state.lane(self.traffic).accepted(Instant::now());
        if state.pauses == self.pauses {
            (state.refusals, state.waited, state.gate) = (0, Duration::ZERO, Gate::Open);
        }
    }

    /// The server refused the request for its rate, and may have said for how long.
    pub fn limited(self, retry_after: Option<Duration>) {
        self.limit.lock().limited(self.traffic, self.pauses, retry_after, Instant::now());
    }
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        let mut state = self.limit.lock();
        if state.pauses == self.pauses && matches!(state.gate, Gate::Trying) {
            // Neither let through nor refused: the next one has to find out.
            state.gate = Gate::Paused { until: Instant::now() };
        }
        drop(state);
        self.limit.changed.notify_waiters();
    }
}

impl State {
    fn lane(&mut self, traffic: Traffic) -> &mut Lane {
        match traffic {
            Traffic::Send => &mut self.sends,
            Traffic::Other => &mut self.others,
        }
    }

    fn step(&mut self, traffic: Traffic, now: Instant, max_pause: Duration) -> Step {
        match self.gate {
            Gate::Open => self.lane(traffic).take(now).map_or_else(Step::NotBefore, |()| Step::Go),
            Gate::Trying => Step::AfterTheOneOnItsWay,
            Gate::Paused { until } if until > now => {
                let left = until - now;
                if left > max_pause || self.waited > max_pause { Step::TooLong(left) } else { Step::NotBefore(until) }
            }
            Gate::Paused { .. } => {
                self.sends.resume(now);
                self.others.resume(now);
                let step = self.lane(traffic).take(now).map_or_else(Step::NotBefore, |()| Step::Go);
                if matches!(step, Step::Go) {
                    self.gate = Gate::Trying;
                }
                step
            }
        }
    }

    fn limited(&mut self, traffic: Traffic, pauses: u64, retry_after: Option<Duration>, now: Instant) {
        // A server can name any number; a year is as good as for ever.
        let retry_after = retry_after.map(|wait| wait.min(YEAR));
        if pauses < self.pauses {
            // Sent before the pause that is on, or over: nothing new, but perhaps a longer wait.
            if let (Gate::Paused { until }, Some(wait)) = (&mut self.gate, retry_after) {
                *until = (*until).max(now + wait);
            }
            return;
        }
        let doubled = |first: Duration| first.saturating_mul(1 << self.refusals.min(10)).min(LONGEST_DOUBLED);
        let pause = retry_after.unwrap_or_else(|| doubled(FIRST_PAUSE)).max(doubled(SHORTEST_PAUSE));
        self.refusals = self.refusals.saturating_add(1);
        self.pauses += 1;
        self.waited = self.waited.saturating_add(pause);
        self.gate = Gate::Paused { until: now + pause };
        self.lane(traffic).refused();
    }
}
