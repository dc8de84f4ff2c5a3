//! Several requests at a time: the one loop that sends, decides, cancels, tags and looks up. It stops on Ctrl-C, when
//! the server refuses everything, and after ten bad results in a row; what is in flight is finished and recorded.

use std::cell::Cell;
use std::fmt;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::ApiError;
use crate::app::failure::{Failure, Kind};
use crate::app::stop::Stop;
use crate::campaign::hint::{Action, Hint};
use crate::campaign::people::bounces::Bounces;
use crate::hint;
use crate::store::local::LedgerError;

/// This many bad results in a row are not chance: something is wrong with all of them.
pub const TOO_MANY: usize = 10;

/// Why a batch ended before all of it was done.
#[derive(Debug)]
pub enum Halt {
    /// Ctrl-C, or a signal to end.
    Interrupted,
    /// The server refused everything: a limit, a bad key, or it cannot be reached.
    Api(ApiError),
    /// The account may not send, for this reason.
    Disabled(String),
    /// Too many bad results in a row: this many.
    TooManyFailures(usize),
    /// Too many mails bounced.
    Bounces(Bounces),
    /// The mailbox switched to this oversight mode, in which the campaign does not send.
    Mode(String),
    /// The journal cannot be written, so nothing more is requested.
    Ledger(LedgerError),
}

impl Halt {
    /// This early end as a failure. `again` is the action that continues with the rest.
    pub fn failure(&self, again: &Action) -> Failure {
        let (kind, message) = match self {
            Self::Interrupted => {
                (Kind::Interrupted, "interrupted; what was in flight is finished and recorded".to_owned())
            }
            Self::Api(error) => {
                let failure = Failure::from(error.clone());
                (failure.kind, failure.message)
            }
            Self::Disabled(why) => (Kind::Partial, format!("the account may not send: {why}")),
            Self::TooManyFailures(number) => (Kind::Partial, format!("stopped after {number} failures in a row")),
            Self::Bounces(bounces) => (
                Kind::Partial,
                format!(
                    "stopped: {} of {} mails bounced ({:.1} %), and above 5 % the account is suspended",
                    bounces.bounced,
                    bounces.known,
                    bounces.percent()
                ),
            ),
            Self::Mode(mode) => (
                Kind::Refused,
                format!("stopped: the mailbox changed to `{mode}`, so mails may be sent without approval"),
            ),
            Self::Ledger(error @ LedgerError::Overtaken { .. }) => (Kind::Busy, format!("stopped: {error}")),
            Self::Ledger(error) => (Kind::Ledger, format!("stopped: {error}")),
        };
        Failure::new(kind, message, self.hint(again))
    }

    fn hint(&self, again: &Action) -> Hint {
        let again = again.clone();
        match self {
            Self::Interrupted => hint![again, " goes on with them"],
            Self::Api(error) => {
                let Failure { kind, hint, .. } = Failure::from(error.clone());
                if kind == Kind::Auth { hint } else { hint.and(hint!["; ", again, " goes on with them"]) }
            }
            Self::Disabled(_) => hint!["settle it with MultiMail; then ", again, " goes on"],
            Self::TooManyFailures(_) => {
                hint!["find out why (", Action::new("status"), "); then ", again, " goes on with them"]
            }
            Self::Bounces(_) => hint![
                "correct the addresses that ",
                Action::new("status"),
                " lists; then raise [limits] max_bounces, and ",
                again,
                " goes on"
            ],
            Self::Mode(_) => hint![
                Action::new("track"),
                " finds those that left unapproved, and ",
                Action::new("status"),
                " lists them; set the mailbox's mode back in MultiMail, then ",
                again,
                " goes on"
            ],
            Self::Ledger(error) => error.hint().into(),
        }
    }
}

/// A mail that the server refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FailedMail {
    /// The customer's address.
    pub contact: String,
    /// Why, in the server's words.
    pub words: String,
}

impl fmt::Display for FailedMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.contact, self.words)
    }
}

/// The result of one item.
#[derive(Debug)]
pub struct Step<R> {
    /// The result.
    pub result: R,
    /// Whether it counts as a bad result in a row.
    pub bad: bool,
    /// Why nothing more should start, if anything.
    pub halt: Option<Halt>,
}

impl<R> Step<R> {
    /// A result that is fine.
    pub fn good(result: R) -> Self {
        Self { result, bad: false, halt: None }
    }

    /// A result that is bad, and only alarming if repeated.
    pub fn bad(result: R) -> Self {
        Self { result, bad: true, halt: None }
    }

    /// A result after which nothing more is started.
    pub fn last(result: R, halt: Halt) -> Self {
        Self { result, bad: false, halt: Some(halt) }
    }
}

/// How many items are in flight.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The number to begin with.
    pub at_first: usize,
    /// One more is allowed after this many good results.
    pub step: usize,
    /// The maximum.
    pub most: usize,
}

impl Pace {
    /// The same number throughout.
    pub fn steady(number: usize) -> Self {
        Self { at_first: number, step: 1, most: number }
    }

    /// Few at first, more as the server accepts them: if it refuses everything, little is in flight.
    pub fn growing(most: usize) -> Self {
        Self { at_first: 8, step: 4, most }
    }

    fn room(self, good: usize) -> usize {
        self.most.min(self.at_first + good / self.step).max(1)
    }
}

/// How to run a batch.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// The signal to stop.
    pub stop: &'a Stop,
    /// How many items are in flight.
    pub pace: Pace,
    /// Set by other code that finds out, during the batch, that nothing more should start.
    pub brake: Option<&'a Cell<bool>>,
}

impl Batch<'_> {
    /// Runs `work` on each item, several at a time, and passes each result to `done` as it arrives. Items that were not
    /// started stay in the iterator: what `done` did not see was not tried.
    pub async fn run<T, R>(
        &self,
        items: impl IntoIterator<Item = T>,
        work: impl AsyncFn(T) -> Step<R>,
        mut done: impl FnMut(R),
    ) -> Option<Halt> {
        let mut items = items.into_iter();
        let mut in_flight = FuturesUnordered::new();
        let (mut halt, mut in_a_row, mut good) = (None, 0, 0);
        loop {
            while halt.is_none() && !self.braked() && in_flight.len() < self.pace.room(good) {
                let Some(item) = items.next() else { break };
                if self.stop.asked() {
                    halt = Some(Halt::Interrupted);
                } else {
                    in_flight.push(work(item));
                }
            }
            let Some(step) = in_flight.next().await else { break };
            (in_a_row, good) = if step.bad { (in_a_row + 1, good) } else { (0, good + 1) };
            halt = halt.or(step.halt).or((in_a_row >= TOO_MANY).then_some(Halt::TooManyFailures(TOO_MANY)));
            done(step.result);
        }
        halt
    }

    fn braked(&self) -> bool {
        self.brake.is_some_and(Cell::get)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn run(stop: &Stop, work: impl AsyncFn(usize) -> Step<usize>) -> (Vec<usize>, Option<Halt>) {
        let batch = Batch { stop, pace: Pace::steady(1), brake: None };
        let mut seen = Vec::new();
        let halt = batch.run(0..100, work, |result| seen.push(result)).await;
        (seen, halt)
    }

    #[tokio::test]
    async fn everything_is_done_where_nothing_is_in_the_way() {
        let (seen, halt) = run(&Stop::default(), async |item| Step::good(item)).await;
        assert_eq!((seen.len(), halt.is_none()), (100, true));
    }

    #[tokio::test]
    async fn ten_bad_results_in_a_row_end_it_and_a_good_one_between_does_not() {
        let (seen, halt) = run(&Stop::default(), async |item| Step::bad(item)).await;
        assert!(seen.len() == TOO_MANY && matches!(halt, Some(Halt::TooManyFailures(TOO_MANY))));
        let mixed = async |item| if item % TOO_MANY == 0 { Step::good(item) } else { Step::bad(item) };
        assert_eq!(run(&Stop::default(), mixed).await.0.len(), 100);
    }

    #[tokio::test]
    async fn nothing_starts_after_a_halt_and_its_own_result_is_seen() {
        let halting = async |item| {
            if item == 3 { Step::last(item, Halt::Disabled("spam".to_owned())) } else { Step::good(item) }
        };
        let (seen, halt) = run(&Stop::default(), halting).await;
        assert!(seen == [0, 1, 2, 3] && matches!(halt, Some(Halt::Disabled(_))));
    }

    #[tokio::test]
    async fn nothing_starts_once_a_stop_was_asked_for() {
        let stop = Stop::default();
        let (seen, halt) = run(&stop, async |item| {
            if item == 1 {
                stop.ask();
            }
            Step::good(item)
        })
        .await;
        assert!(seen == [0, 1] && matches!(halt, Some(Halt::Interrupted)));
    }
}
