//! The rate of all requests of the process: our own limit, and the pauses the server asks for.
//!
//! A 429 pauses all requests. After the pause one request goes first, and the others follow only once it was accepted:
//! otherwise our own burst would cause the next 429. A rejected request does no harm and is sent again.

mod lane;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Turn, Notify};
use tokio::time::{Instant, timeout_at};

use super::contract::Traffic;
use lane::Lane;

/// The pause after a 429 without `Retry-After`; it doubles with each further one in a row.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The minimum pause, for a server that keeps saying "at once".
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_DOUBLED: Duration = Duration::from_mins(1);
const YEAR: Duration = Duration::from_hours(366 * 24);

/// The rate limit shared by all requests.
#[derive(Debug)]
pub struct RateLimit {
    state: Mutex<State>,
    changed: Notify,
    /// Waiting requests queue, sends and others separately; only the first in a queue watches clock and
    /// gate.
    sends: Turn<()>,
    others: Turn<()>,
    max_pause: Duration,
}

/// The server asks for a longer wait than we accept: this long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong(pub Duration);

#[derive(Debug)]
struct State {
    gate: Gate,
    /// The number of pauses so far, to recognise replies to requests from before one.
    pauses: u64,
    /// The 429 replies since a request was last accepted, and how long we have waited because of
    /// them.
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
    /// One request is testing the limit.
    Trying,
}

enum Step {
    Go,
    NotBefore(Instant),
    AfterTheOneOnItsWay,
    TooLong(Duration),
}

/// Permission to send one request. Report its result; dropping it reports none.
#[derive(Debug)]
pub struct Leave<'a> {
    limit: &'a RateLimit,
    traffic: Traffic,
    pauses: u64,
}

impl RateLimit {
    /// A rate limit of our own for sends per second (0 sets none), and the maximum total wait for the
    /// server.
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

    /// Waits until a request may be sent.
    pub async fn leave(&self, traffic: Traffic) -> Result<Leave<'_>, TooLong> {
        let turn = match traffic {
            Traffic::Send => &self.sends,
            Traffic::Other => &self.others,
        };
        let _first = turn.lock().await;
        loop {
            // Listen before looking, or a change in between would be missed.
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
        // A panic elsewhere leaves a consistent state here.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Leave<'_> {
    /// The request was not rejected with 429.
    pub fn passed(self) {
        let mut state = self.limit.lock();
        state.lane(self.traffic).accepted(Instant::now());
        if state.pauses == self.pauses {
            (state.refusals, state.waited, state.gate) = (0, Duration::ZERO, Gate::Open);
        }
    }

    /// The request was rejected with 429, perhaps with a wait.
    pub fn limited(self, retry_after: Option<Duration>) {
        self.limit.lock().limited(self.traffic, self.pauses, retry_after, Instant::now());
    }
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        let mut state = self.limit.lock();
        if state.pauses == self.pauses && matches!(state.gate, Gate::Trying) {
            // Neither accepted nor rejected: the next request has to find out.
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
        // A server can ask for any wait; a year is as good as forever.
        let retry_after = retry_after.map(|wait| wait.min(YEAR));
        if pauses < self.pauses {
            // Sent before the current or last pause: nothing new, except perhaps a longer wait.
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
