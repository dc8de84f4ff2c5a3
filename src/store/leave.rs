//! How long a run may act on what it recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment by two clocks. The monotonic clock is never set, but may stop while a machine sleeps; the wall clock
/// then continues, but may be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// By the monotonic clock, since an arbitrary start.
    pub steady: Duration,
    /// By the wall clock, since 1970.
    pub wall: Duration,
}

impl Moment {
    /// The time until `now`, by the clock that shows more. If the wall clock was set back, it cannot be trusted:
    /// then the result is the maximum.
    pub fn age(self, now: Self) -> Duration {
        let steady = now.steady.saturating_sub(self.steady);
        now.wall.checked_sub(self.wall).map_or(Duration::MAX, |wall| steady.max(wall))
    }
}

/// A source of moments: this machine, or a test.
pub trait Clocks: std::fmt::Debug + Send + Sync {
    /// The current moment.
    fn now(&self) -> Moment;
}

/// This machine's clocks.
#[derive(Debug)]
pub struct OfMachine(Instant);

impl Default for OfMachine {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clocks for OfMachine {
    fn now(&self) -> Moment {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment { steady: self.0.elapsed(), wall }
    }
}

/// Permission to start a request about what was recorded. Another run may take the ledger over from one that is
/// silent for long enough; a request started later than this could send a mail twice.
#[derive(Debug, Clone, Default)]
pub struct Leave(Option<Bound>);

#[derive(Debug, Clone)]
struct Bound {
    since: Moment,
    lasts: Duration,
    clocks: Arc<dyn Clocks>,
    overtaken: Arc<AtomicBool>,
}

impl Leave {
    /// Valid as long as the run lives: no other can take over from it.
    pub fn unbounded() -> Self {
        Self(None)
    }

    /// Valid for a time, and only until another run has taken over.
    pub fn bounded(since: Moment, lasts: Duration, clocks: Arc<dyn Clocks>, overtaken: Arc<AtomicBool>) -> Self {
        Self(Some(Bound { since, lasts, clocks, overtaken }))
    }

    /// Whether a request may start now.
    pub fn is_good(&self) -> bool {
        self.0.as_ref().is_none_or(|Bound { since, lasts, clocks, overtaken }| {
            since.age(clocks.now()) <= *lasts && !overtaken.load(Ordering::SeqCst)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(steady: u64, wall: u64) -> Moment {
        Moment { steady: Duration::from_secs(steady), wall: Duration::from_secs(1_000_000 + wall) }
    }

    #[test]
    fn an_age_uses_the_clock_that_shows_more() {
        assert_eq!(at(5, 5).age(at(15, 14)), Duration::from_secs(10));
        // The laptop slept: the monotonic clock stopped.
        assert_eq!(at(5, 5).age(at(6, 3605)), Duration::from_hours(1));
        assert_eq!(at(5, 5).age(at(6, 4)), Duration::MAX);
    }

    #[derive(Debug)]
    struct Fixed(Moment);

    impl Clocks for Fixed {
        fn now(&self) -> Moment {
            self.0
        }
    }

    #[test]
    fn a_leave_ends_with_its_time_and_when_another_run_took_over() {
        let overtaken = Arc::new(AtomicBool::new(false));
        let leave =
            |now| Leave::bounded(at(0, 0), Duration::from_secs(30), Arc::new(Fixed(now)), Arc::clone(&overtaken));
        assert!(leave(at(30, 30)).is_good() && !leave(at(31, 30)).is_good() && !leave(at(1, 31)).is_good());
        overtaken.store(true, Ordering::SeqCst);
        assert!(!leave(at(0, 0)).is_good() && Leave::unbounded().is_good());
    }
}
