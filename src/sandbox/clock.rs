//! The sandbox's own time: the real time plus an adjustable offset.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset: TimeDelta,
}

impl Clock {
    /// A clock that starts at `start` and runs.
    pub fn starting_at(start: Option<DateTime<Utc>>) -> Self {
        let mut clock = Self::default();
        if let Some(start) = start {
            clock.set(start);
        }
        clock
    }

    /// The time in milliseconds, as the vendor writes times.
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
