//! The sandbox's own time: the real one plus an offset that can be moved.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset: TimeDelta,
}

impl Clock {
    /// A clock that shows `start` now and runs on from there.
    pub fn starting_at(start: Option<DateTime<Utc>>) -> Self {
        let mut clock = Self::default();
        if let Some(start) = start {
            clock.set(start);
        }
        clock
    }

    /// To the millisecond, as the vendor writes times.
    pub fn now(&self) -> DateTime<Utc> {
        let real = Utc::now();
        real.checked_add_signed(self.offset).unwrap_or(real).trunc_subsecs(3)
    }

    pub fn set(&mut self, now: DateTime<Utc>) {
        self.offset = now - Utc::now();
    }

    pub fn advance(&mut self, by: TimeDelta) {
        self.offset = self.offset.checked_add(&by).unwrap_or(self.offset);
    }
}
