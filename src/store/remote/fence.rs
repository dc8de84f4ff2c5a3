//! What keeps two runs apart, as decisions alone: whose an object is, whether a holder is dead, and the times. No
//! request is made here and no clock is read, so that all of it can be tried in every order.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The times that all machines of a ledger keep. They all follow from one: for how long a holder must be silent before
/// another run may take over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// How long a lease is watched, unchanged, before its holder is taken for dead.
    pub watch: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self { watch: Duration::from_secs(90) }
    }
}

impl Times {
    /// How often a holder shows that it is alive.
    pub fn beat(self) -> Duration {
        self.watch * 2 / 9
    }

    /// How long after a line was written its request may start. What is left of `watch` is for the request's own way.
    pub fn leave(self) -> Duration {
        self.watch / 3
    }

    /// How often a lease is looked at while it is watched.
    pub fn look(self) -> Duration {
        self.watch / 18
    }
}

/// What marks an object as one writer's: a run, and the number of its attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// The run, which no other run is called.
    pub run: String,
    /// Which of the run's objects it is.
    pub nonce: u64,
}

/// Whose the object is that is in the way of one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The very one we are writing: it landed, and the reply was lost.
    ThisOne,
    /// One we wrote before and gave up: it landed late.
    OneOfOurs,
    /// Another run's.
    Anothers,
    /// There is none: the refusal was about something else, such as two writes at once, and nothing landed.
    Nobodys,
}

/// Whose the object is that was found where ours was refused.
pub fn whose(ours: &Author, found: Option<&Author>) -> Whose {
    match found {
        None => Whose::Nobodys,
        Some(found) if found == ours => Whose::ThisOne,
        Some(found) if found.run == ours.run => Whose::OneOfOurs,
        Some(_) => Whose::Anothers,
    }
}

/// What is to be done about a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Nobody has it: take it.
    Take,
    /// Somebody has it, who may be dead: watch.
    Watch,
    /// Somebody has it, who was heard of just now.
    Refuse,
}

/// What is to be done where a lease is `held`, `None` where there is none. `journal` is whether there are segments, and
/// `heard` how long ago its holder wrote to it, by its clock and ours, which may differ: that may only ever refuse.
pub fn claim(held: Option<bool>, journal: bool, heard: Option<Duration>, insist: bool, times: Times) -> Claim {
    match held {
        Some(false) => Claim::Take,
        Some(true) if !insist && heard.is_some_and(|heard| heard < times.watch / 2) => Claim::Refuse,
        Some(true) => Claim::Watch,
        // Somebody removed it. Whoever wrote the segments may still be at it.
        None if journal => Claim::Watch,
        None => Claim::Take,
    }
}

/// Watching a lease: what was seen, and since when, by the watcher's own steady clock alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch<T> {
    seen: T,
    since: Duration,
}

/// What watching says so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It changed: its holder is alive.
    Alive,
    /// Not long enough to know.
    Waiting,
    /// It did not change for long enough: its holder starts no more requests.
    Dead,
}

impl<T: PartialEq> Watch<T> {
    /// Begins with what is seen now.
    pub fn begin(seen: T, now: Duration) -> Self {
        Self { seen, since: now }
    }

    /// What is seen now says. The moment must have been taken before the look.
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

/// Whether whoever fenced the journal has to let time pass before it acts: another run wrote a segment after the watch
/// began, and its requests may start until its leave ends.
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
        // The last beat that was written, the request that started last, and a minute for it to arrive.
        assert!(times.leave() + 60 * SECOND <= times.watch && times.beat() < times.leave());
    }

    #[test]
    fn a_segment_that_came_during_the_watch_is_waited_for() {
        assert!(!must_wait(4, 5));
        assert!(must_wait(4, 6));
    }
}
