//! The decisions that keep two runs apart: whose an object is, whether a holder is dead, and the times. Without
//! requests or clocks, so that every order of events can be tested.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The times shared by all machines of a ledger. They derive from one: how long a holder must be silent before another
/// run may take over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// How long a lease is watched without a change before its holder counts as dead.
    pub watch: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self { watch: Duration::from_secs(90) }
    }
}

impl Times {
    /// How often a holder renews its lease.
    pub fn beat(self) -> Duration {
        self.watch * 2 / 9
    }

    /// How long after a line was written its request may start. The rest of `watch` is for the request itself.
    pub fn leave(self) -> Duration {
        self.watch / 3
    }

    /// How often a lease is checked while it is watched.
    pub fn look(self) -> Duration {
        self.watch / 18
    }
}

/// Identifies the writer of an object: a run, and the number of its attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The run's unique name.
    pub run: String,
    /// The number of the object within the run.
    pub nonce: u64,
}

/// Who wrote the object that conflicts with one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// It is the one we are writing: it was stored, and the reply was lost.
    ThisOne,
    /// An earlier one of ours that we gave up: it was stored late.
    OneOfOurs,
    /// Another run wrote it.
    Anothers,
    /// There is none: the refusal had another reason, such as two simultaneous writes, and nothing was
    /// stored.
    Nobodys,
}

/// Who wrote the object found where ours was refused.
pub fn whose(ours: &Author, found: Option<&Author>) -> Whose {
    match found {
        None => Whose::Nobodys,
        Some(found) if found == ours => Whose::ThisOne,
        Some(found) if found.run == ours.run => Whose::OneOfOurs,
        Some(_) => Whose::Anothers,
    }
}

/// What to do about a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It is free: take it.
    Take,
    /// It has a holder who may be dead: watch it.
    Watch,
    /// It has a holder who was active just now.
    Refuse,
}

/// What to do about a lease that is `held`, `None` if there is none. `journal` says whether there are segments, and
/// `heard` how long ago its holder wrote to it, by its clock and ours, which may differ: so it can only ever lead to a
/// refusal.
pub fn claim(held: Option<bool>, journal: bool, heard: Option<Duration>, insist: bool, times: Times) -> Claim {
    match held {
        Some(false) => Claim::Take,
        Some(true) if !insist && heard.is_some_and(|heard| heard < times.watch / 2) => Claim::Refuse,
        Some(true) => Claim::Watch,
        // Someone removed the lease. The writer of the segments may still be active.
        None if journal => Claim::Watch,
        None => Claim::Take,
    }
}

/// Watches a lease: what was seen, and since when, only by the watcher's own monotonic clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch<T> {
    seen: T,
    since: Duration,
}

/// The result of watching so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It changed: its holder is alive.
    Alive,
    /// Not watched long enough to know.
    Waiting,
    /// It did not change for long enough: its holder starts no more requests.
    Dead,
}

impl<T: PartialEq> Watch<T> {
    /// Starts with the current state.
    pub fn begin(seen: T, now: Duration) -> Self {
        Self { seen, since: now }
    }

    /// The conclusion from the current state. The moment must have been taken before reading it.
    pub fn look(&self, seen: &T, before: Duration, times: Times) -> Seen {
        if *seen != self.seen {
            Seen::Alive
        } else if before.saturating_sub(self.since) >= times.watch {
            Seen::Dead
        } else {
            Seen::Waiting
        }
    }
}

/// Whether the run that fenced the journal must wait before it acts: another run wrote a segment after the watch
/// began, and may start requests until its permission ends.
pub fn must_wait(tail_when_watched: u64, fence: u64) -> bool {
    fence > tail_when_watched + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn author(run: &str, nonce: u64) -> Author {
        Author { run: run.to_owned(), nonce }
    }

    #[test]
    fn a_refused_create_is_ours_only_if_run_and_nonce_are() {
        let ours = author("a", 2);
        assert_eq!(whose(&ours, Some(&author("a", 2))), Whose::ThisOne);
        assert_eq!(whose(&ours, Some(&author("a", 1))), Whose::OneOfOurs);
        assert_eq!(whose(&ours, Some(&author("b", 2))), Whose::Anothers);
        assert_eq!(whose(&ours, None), Whose::Nobodys);
    }

    #[test]
    fn a_lease_is_taken_where_it_is_free_and_watched_where_its_holder_may_be_dead() {
        let times = Times::default();
        assert_eq!(claim(Some(false), true, None, false, times), Claim::Take);
        assert_eq!(claim(None, false, None, false, times), Claim::Take);
        assert_eq!(claim(None, true, None, false, times), Claim::Watch);
        assert_eq!(claim(Some(true), true, Some(SECOND), false, times), Claim::Refuse);
        assert_eq!(claim(Some(true), true, Some(SECOND), true, times), Claim::Watch);
        assert_eq!(claim(Some(true), true, Some(60 * SECOND), false, times), Claim::Watch);
        assert_eq!(claim(Some(true), true, None, false, times), Claim::Watch);
    }

    #[test]
    fn a_holder_is_dead_only_after_the_whole_watch_without_a_change() {
        let times = Times::default();
        let watch = Watch::begin(7, 10 * SECOND);
        assert_eq!(watch.look(&7, 99 * SECOND, times), Seen::Waiting);
        assert_eq!(watch.look(&7, 100 * SECOND, times), Seen::Dead);
        assert_eq!(watch.look(&8, 200 * SECOND, times), Seen::Alive);
    }

    #[test]
    fn the_times_leave_room_for_a_request_on_its_way() {
        let times = Times::default();
        let all = [times.beat(), times.leave(), times.look()].map(|time| time.as_secs());
        assert_eq!(all, [20, 30, 5]);
        // The last renewal, the last request started, and a minute for that to arrive.
        assert!(times.leave() + 60 * SECOND <= times.watch && times.beat() < times.leave());
    }

    #[test]
    fn a_segment_that_came_during_the_watch_is_waited_for() {
        assert!(!must_wait(4, 5));
        assert!(must_wait(4, 6));
    }
}
