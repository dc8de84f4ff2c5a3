//! The time, read once at the start of a run and advanced from there, so that `--as-of` applies to the whole
//! run.

use std::time::Instant;

use chrono::{SubsecRound, TimeDelta, Utc};

use crate::campaign::Time;

/// The run's clock. It returns whole seconds, as the ledger stores them.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Time,
    began: Instant,
    pretends: bool,
}

impl Clock {
    /// A clock that starts at `as_of`, or at the machine's time.
    pub fn start(as_of: Option<Time>) -> Self {
        Self { start: as_of.unwrap_or_else(Utc::now), began: Instant::now(), pretends: as_of.is_some() }
    }

    /// Whether the time was set with `--as-of`: the machine's own time may be any other.
    pub fn pretends(&self) -> bool {
        self.pretends
    }

    /// The time now.
    pub fn now(&self) -> Time {
        let elapsed = TimeDelta::from_std(self.began.elapsed()).unwrap_or_default();
        (self.start + elapsed).trunc_subsecs(0)
    }
}
