//! How fast requests of one kind may follow each other: our own limit, and what the server's refusals taught us.

use std::time::Duration;

use tokio::time::Instant;

/// We go this much slower than what was seen to be allowed, so as not to run into the limit at once again.
const CAUTION: f64 = 0.98;
/// After so long without a refusal we go a little faster.
const CLEAN: Duration = Duration::from_secs(10);
/// The first such step; each further one is twice as large. Small first, since the limit is near; then larger, in case
/// what we saw was not the limit but a bad moment.
const FIRST_STEP: f64 = 0.01;
const LARGEST_STEP: f64 = 0.5;
/// A request each 100 µs is no limit in practice.
const NO_LIMIT: f64 = 10_000.0;
/// A silence of our own for this long says nothing about what is allowed.
const SILENCE: Duration = Duration::from_secs(5);
/// Sleeping is not exact; so much lateness is made good by the next request.
const LATENESS: Duration = Duration::from_millis(10);

/// Requests of one kind.
#[derive(Debug)]
pub struct Lane {
    own: Option<Duration>,
    learned: Option<Learned>,
    next: Option<Instant>,
    window: Option<Window>,
    refused: bool,
}

/// A rate the server was seen to allow.
#[derive(Debug)]
struct Learned {
    per_second: f64,
    step: f64,
    since: Instant,
}

/// What was accepted since the last pause ended.
#[derive(Debug)]
struct Window {
    since: Instant,
    latest: Instant,
    accepted: u32,
}

impl Lane {
    /// A lane with our own limit; 0 is none.
    pub fn new(per_second: f64) -> Self {
        let own = (per_second > 0.0).then(|| interval(per_second));
        Self { own, learned: None, next: None, window: None, refused: false }
    }

    /// When the next request may go; the moment is taken.
    pub fn reserve(&mut self, now: Instant) -> Instant {
        self.start_over_after_silence(now);
        let Some(interval) = self.interval(now) else { return now };
        let earliest = now.checked_sub(LATENESS.min(interval)).unwrap_or(now);
        let at = self.next.map_or(now, |next| next.max(earliest));
        self.next = Some(at + interval);
        at
    }

    /// A request was not refused.
    pub fn accepted(&mut self, now: Instant) {
        let window = self.window.get_or_insert(Window { since: now, latest: now, accepted: 0 });
        window.accepted += 1;
        window.latest = now;
    }

    /// A request was refused for its rate.
    pub fn refused(&mut self) {
        self.refused = true;
    }

    /// The pause is over: what was accepted since the last one, in all that time, is what the server allows. That holds
    /// for a bucket that fills at a rate, which was empty both times, as well as for so many a minute.
    pub fn resume(&mut self, now: Instant) {
        // Moments taken before the pause are void.
        self.next = None;
        if !std::mem::take(&mut self.refused) {
            return;
        }
        let Some(window) = self.window.take_if(|window| window.accepted > 0 && window.since < now) else { return };
        let seen = f64::from(window.accepted) / (now - window.since).as_secs_f64();
        self.learned = Some(Learned { per_second: seen * CAUTION, step: FIRST_STEP, since: now });
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
    fn grow(&mut self, now: Instant) {
        while now.duration_since(self.since) >= CLEAN && self.per_second < NO_LIMIT {
            self.per_second *= 1.0 + self.step;
            self.step = (self.step * 2.0).min(LARGEST_STEP);
            self.since += CLEAN;
        }
    }
}

/// The time between two requests at a rate; a rate too small for a clock is an hour.
fn interval(per_second: f64) -> Duration {
    const HOUR: Duration = Duration::from_hours(1);
    Duration::try_from_secs_f64(1.0 / per_second).map_or(HOUR, |interval| interval.min(HOUR))
}
