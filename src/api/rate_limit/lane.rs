//! How fast requests of one kind may follow each other: our own limit, and what the server's 429 replies have
//! shown.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// This many pauses in a row, each after about the same rate, are needed to take that rate for the server's limit:
/// other clients of the account use it up at random, and slowing down for them would cost more than waiting as
/// requested.
const ALIKE: usize = 3;
/// Rates that differ by at most this share are about the same.
const ABOUT: f64 = 0.1;
/// We stay this much below the rate that seems to be allowed, so as not to hit the limit again at once.
const CAUTION: f64 = 0.99;
/// After this long, and this many requests, without a 429 we go a little faster.
const CLEAN: Duration = Duration::from_secs(10);
const CLEAN_REQUESTS: u32 = 20;
/// The first such increase; each further one doubles. Small at first, since the limit is near; then larger, in case we
/// only saw a bad moment and not the limit.
const FIRST_STEP: f64 = 0.01;
const LARGEST_STEP: f64 = 0.5;
/// A request every 100 µs is no limit in practice.
const NO_LIMIT: f64 = 10_000.0;
/// After we have been idle for this long, the observed rate says nothing about the limit.
const SILENCE: Duration = Duration::from_secs(5);
/// Sleeping is inexact; the next request makes up for a delay of up to this long.
const LATENESS: Duration = Duration::from_millis(10);

/// Requests of one kind.
#[derive(Debug)]
pub struct Lane {
    own: Option<Duration>,
    learned: Option<Learned>,
    next: Option<Instant>,
    window: Option<Window>,
    refused: bool,
    /// The rates seen before the latest pauses, [`ALIKE`] at most.
    seen: VecDeque<f64>,
}

/// A rate that the server was seen to allow.
#[derive(Debug)]
struct Learned {
    per_second: f64,
    step: f64,
    since: Instant,
    /// The rates one and two increases ago; 0 if there were none.
    before: f64,
    sustained: f64,
}

/// What was accepted since the last pause.
#[derive(Debug)]
struct Window {
    since: Instant,
    latest: Instant,
    accepted: u32,
}

impl Lane {
    /// A lane with our own limit; 0 sets none.
    pub fn new(per_second: f64) -> Self {
        let own = (per_second > 0.0).then(|| interval(per_second));
        Self { own, learned: None, next: None, window: None, refused: false, seen: VecDeque::new() }
    }

    /// Allows a request now, or returns when there will be room for one.
    pub fn take(&mut self, now: Instant) -> Result<(), Instant> {
        self.start_over_after_silence(now);
        let Some(interval) = self.interval(now) else { return Ok(()) };
        match self.next {
            Some(next) if next > now => Err(next),
            next => {
                let earliest = now.checked_sub(LATENESS.min(interval)).unwrap_or(now);
                self.next = Some(next.map_or(now, |next| next.max(earliest)) + interval);
                Ok(())
            }
        }
    }

    /// A request was accepted.
    pub fn accepted(&mut self, now: Instant) {
        let window = self.window.get_or_insert(Window { since: now, latest: now, accepted: 0 });
        window.accepted += 1;
        window.latest = now;
    }

    /// A request was rejected with 429.
    pub fn refused(&mut self) {
        self.refused = true;
    }

    /// The pause is over: what was accepted since the last one, in all that time, is what the server allows, if it is so again and
    /// again. That holds for a bucket that fills at a rate, which was empty both times, as well as for so many a minute. A refusal
    /// at another rate says that it was not our own haste.
    pub fn resume(&mut self, now: Instant) {
        if !std::mem::take(&mut self.refused) {
            return;
        }
        let Some(window) = self.window.take_if(|window| window.accepted > 0 && window.since < now) else { return };
        let seen = f64::from(window.accepted) / (now - window.since).as_secs_f64();
        self.seen.truncate(ALIKE - 1);
        self.seen.push_front(seen);
        self.learned = match self.learned.take() {
            // If a pause was longer than necessary, this underestimates the limit: a rate that worked for some time stays.
            Some(learned) if is_about(seen, learned.per_second) => {
                Some(Learned::new((seen * CAUTION).max(learned.sustained), now))
            }
            Some(_) => None,
            None => {
                let is_limit = self.seen.len() == ALIKE && self.seen.iter().all(|other| is_about(seen, *other));
                is_limit.then(|| Learned::new(seen * CAUTION, now))
            }
        };
        self.window = Some(Window { since: now, latest: now, accepted: 0 });
    }

    fn start_over_after_silence(&mut self, now: Instant) {
        let window = self.window.get_or_insert(Window { since: now, latest: now, accepted: 0 });
        if now.duration_since(window.latest) > SILENCE.max(self.own.unwrap_or_default() * 2) {
            *window = Window { since: now, latest: now, accepted: 0 };
        }
    }

    /// The time between two requests.
    fn interval(&mut self, now: Instant) -> Option<Duration> {
        if let Some(learned) = &mut self.learned {
            learned.grow(now);
        }
        self.learned = self.learned.take_if(|learned| learned.per_second < NO_LIMIT);
        let learned = self.learned.as_ref().map(|learned| interval(learned.per_second));
        self.own.max(learned)
    }
}

impl Learned {
    fn new(per_second: f64, now: Instant) -> Self {
        Self { per_second, step: FIRST_STEP, since: now, before: 0.0, sustained: 0.0 }
    }

    fn grow(&mut self, now: Instant) {
        let mut clean = self.clean();
        while now.duration_since(self.since) >= clean && self.per_second < NO_LIMIT {
            (self.sustained, self.before) = (self.before, self.per_second);
            self.per_second *= 1.0 + self.step;
            self.step = (self.step * 2.0).min(LARGEST_STEP);
            self.since += clean;
            clean = self.clean();
        }
    }

    fn clean(&self) -> Duration {
        CLEAN.max(interval(self.per_second) * CLEAN_REQUESTS)
    }
}

fn is_about(one: f64, other: f64) -> bool {
    (one - other).abs() <= ABOUT * other
}

/// The time between two requests at a rate; at most an hour.
fn interval(per_second: f64) -> Duration {
    const HOUR: Duration = Duration::from_hours(1);
    Duration::try_from_secs_f64(1.0 / per_second).map_or(HOUR, |interval| interval.min(HOUR))
}
