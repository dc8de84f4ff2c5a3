//! The only deciding loop: decide about a mail, write down who decided what. What no longer waits is looked up.

use std::cell::{Cell, RefCell};

use futures_util::{StreamExt, stream};

use crate::api::{Api, ApiError, Decided, Verdict};
use crate::app::clock::Clock;
use crate::app::stop::Stop;
use crate::app::track::as_seen;
use crate::campaign::Time;
use crate::campaign::mail::{Accepted, Approval, Course, Fate, Outcome, Rejection};
use crate::campaign::people::recipient::Entry;
use crate::store::local::{Journal, LedgerError};

/// A mail to decide about.
#[derive(Debug, Clone)]
pub struct Case {
    /// The recipient's key in the ledger.
    pub key: String,
    /// The phase.
    pub phase: String,
    /// The mailbox it waits in.
    pub mailbox_id: String,
    /// What is known of it.
    pub accepted: Accepted,
    /// When the server was told to let it out; `None` is at once.
    pub send_at: Option<Time>,
    /// Whether it was still in the queue a moment ago.
    pub waits: bool,
}

/// A person's decision.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What was decided.
    pub verdict: Verdict,
    /// Who decided.
    pub by: String,
    /// Whether it is the text that is rejected, not a mail alone.
    pub whole_text: bool,
}

/// What became of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Let out by us.
    Approved,
    /// Rejected by us.
    Rejected,
    /// Somebody else decided, or it was withdrawn; what the server says of it, where it may be asked.
    Elsewhere(Option<Outcome>),
    /// The server did not do it, in its own words.
    Failed(String),
}

/// Why it ended before all cases were decided.
#[derive(Debug)]
pub enum Halt {
    /// Somebody asked for it.
    Interrupted,
    /// The server said no to all of it: a limit, the key, or it cannot be reached.
    Api(ApiError),
    /// Too many failures in a row.
    TooManyFailures(usize),
    /// The journal cannot be written; nothing more is decided.
    Ledger(LedgerError),
}

/// How cases are decided.
#[derive(Debug)]
pub struct Deciding<'a> {
    /// The server, with the reviewer's key.
    pub api: &'a Api,
    /// Where every decision is written down.
    pub journal: &'a Journal,
    /// The time.
    pub clock: &'a Clock,
    /// Whether to go on.
    pub stop: &'a Stop,
    /// Decisions in flight.
    pub concurrency: usize,
    /// The decision.
    pub decision: &'a Decision,
}

/// An entry that is durable, and when it was made.
pub type Noted = Option<(Time, Entry)>;

/// So many failures in a row are no bad luck.
const TOO_MANY: usize = 10;

impl Deciding<'_> {
    /// Decides about cases, several at a time. What is in flight when it halts is finished and recorded. `done` is told
    /// of each, once what became of it is durable.
    pub async fn run(&self, cases: Vec<Case>, mut done: impl FnMut(&Case, Noted, Ending)) -> Option<Halt> {
        let halt = RefCell::new(None);
        let in_a_row = Cell::new(0);
        let go_on = |_: &Case| {
            if self.stop.asked() {
                halt.borrow_mut().get_or_insert(Halt::Interrupted);
            }
            halt.borrow().is_none()
        };
        let decisions = stream::iter(cases.into_iter().take_while(go_on))
            .map(|case| async move { (self.decide(&case).await, case) });
        let mut decisions = std::pin::pin!(decisions.buffer_unordered(self.concurrency));
        while let Some((decided, case)) = decisions.next().await {
            match decided {
                Ok((noted, ending)) => {
                    let bad = matches!(ending, Ending::Failed(_));
                    in_a_row.set(if bad { in_a_row.get() + 1 } else { 0 });
                    if in_a_row.get() >= TOO_MANY {
                        halt.borrow_mut().get_or_insert(Halt::TooManyFailures(TOO_MANY));
                    }
                    done(&case, noted, ending);
                }
                Err(why) => drop(halt.borrow_mut().get_or_insert(why)),
            }
        }
        halt.take()
    }

    /// One case's whole way.
    async fn decide(&self, case: &Case) -> Result<(Noted, Ending), Halt> {
        let asked = if case.waits {
            self.api.decide(&case.accepted.id, &self.decision.verdict).await
        } else {
            Ok(Decided::NotWaiting)
        };
        let (known, ending) = match asked {
            Ok(Decided::Approved | Decided::ApprovedAndSent) => (Some(self.approved(case)), Ending::Approved),
            Ok(Decided::Rejected) => (Some(self.rejected(case)), Ending::Rejected),
            Ok(Decided::NotWaiting) => self.look(case, false).await,
            Ok(Decided::PerhapsByUs) => self.look(case, true).await,
            Err(error) if error.stops_everything() => return Err(Halt::Api(error)),
            Err(error) => (None, Ending::Failed(error.to_string())),
        };
        let noted = match known.filter(|known| *known != case.accepted) {
            Some(known) => Some(self.note(case, known).await.map_err(Halt::Ledger)?),
            None => None,
        };
        Ok((noted, ending))
    }

    async fn note(&self, case: &Case, known: Accepted) -> Result<(Time, Entry), LedgerError> {
        let at = self.clock.now();
        let entry = Entry::Fate { phase: case.phase.clone(), fate: Fate::Accepted(known) };
        self.journal.record(at, &case.key, &entry).await?;
        Ok((at, entry))
    }

    fn approved(&self, case: &Case) -> Accepted {
        let at = self.clock.now();
        let later = case.send_at.is_some_and(|send_at| send_at > at);
        let course = if later { Course::Scheduled } else { Course::Submitted };
        Accepted { approved: Some(self.approval(at)), course, ..case.accepted.clone() }
    }

    fn approval(&self, at: Time) -> Approval {
        Approval { at, by: self.decision.by.as_str().into() }
    }

    fn rejected(&self, case: &Case) -> Accepted {
        let Verdict::Reject { reason } = &self.decision.verdict else { return case.accepted.clone() };
        let rejection = Rejection {
            when: self.clock.now(),
            reason: reason.clone(),
            by: self.decision.by.clone(),
            whole_text: self.decision.whole_text,
        };
        Accepted { course: Course::Rejected(Box::new(rejection)), ..case.accepted.clone() }
    }

    /// Looks up a mail that no longer waits. If our own decision may have arrived and the mail is where it leads to, it
    /// was ours.
    async fn look(&self, case: &Case, perhaps_ours: bool) -> (Option<Accepted>, Ending) {
        let Ok(mail) = self.api.mail(&case.mailbox_id, &case.accepted.id).await else {
            return (None, Ending::Elsewhere(None));
        };
        let seen = as_seen(&mail.view, &case.accepted, self.clock.now());
        match (&seen.course, &self.decision.verdict) {
            (Course::PendingApproval, _) => {
                (None, Ending::Failed("the server says that it waits, and that it does not".into()))
            }
            (Course::Rejected(_), Verdict::Reject { .. }) if perhaps_ours => {
                (Some(self.rejected(case)), Ending::Rejected)
            }
            (Course::Rejected(_) | Course::Cancelled { .. } | Course::Failed { .. }, _) => elsewhere(seen),
            (_, Verdict::Approve) if perhaps_ours => {
                let at = seen.approved.as_ref().map_or_else(|| self.clock.now(), |approval| approval.at);
                (Some(Accepted { approved: Some(self.approval(at)), ..seen }), Ending::Approved)
            }
            _ => elsewhere(seen),
        }
    }
}

fn elsewhere(seen: Accepted) -> (Option<Accepted>, Ending) {
    let outcome = seen.outcome();
    (Some(seen), Ending::Elsewhere(Some(outcome)))
}
