//! Carries out decisions: approves or rejects a mail, then records who decided what. A mail that no longer
//! waits is looked up.

use super::request::ReviewDecision;
use super::results::MailState;
use crate::api::{Api, ApiError, Decided, Verdict};
use crate::app::App;
use crate::app::batch::{Batch, Halt, Pace, Step};
use crate::app::track::seen::as_seen;
use crate::campaign::Time;
use crate::campaign::mail::{Accepted, Approval, Course, Fate, Rejection};
use crate::campaign::people::recipient::Entry;
use crate::store::local::{Journal, LedgerError};

/// A mail to decide.
#[derive(Debug, Clone)]
pub struct Case {
    /// The recipient's key in the ledger.
    pub key: String,
    /// The phase.
    pub phase: String,
    /// The mailbox it waits in.
    pub mailbox_id: String,
    /// What the ledger knows about it.
    pub accepted: Accepted,
    /// The send time the server was given; `None` means at once.
    pub send_at: Option<Time>,
    /// Whether it is decided together with its text, not individually.
    pub whole_text: bool,
    /// Whether it was still in the queue when last read.
    pub waits: bool,
}

/// How cases are decided.
pub struct Deciding<'a> {
    /// The time, and the signal to stop.
    pub app: &'a App<'a>,
    /// The server, with the reviewer's key.
    pub api: &'a Api,
    /// Where every decision is recorded.
    pub journal: &'a Journal,
    /// The maximum number of decisions in flight.
    pub concurrency: usize,
    /// The decision.
    pub decision: &'a ReviewDecision,
}

/// A durable journal entry and its time, if there is one.
pub type Noted = Option<(Time, Entry)>;

impl Deciding<'_> {
    /// Decides cases, several at a time. `done` is called for each, once its result is durable.
    pub async fn run(&self, cases: Vec<Case>, mut done: impl FnMut(&Case, Noted, MailState)) -> Option<Halt> {
        let batch = Batch { stop: &self.app.stop, pace: Pace::steady(self.concurrency), brake: None };
        let work = async |case: Case| match self.decide(&case).await {
            Ok((noted, state @ MailState::Failed(_))) => Step::bad(Some((case, noted, state))),
            Ok((noted, state)) => Step::good(Some((case, noted, state))),
            Err(halt) => Step::last(None, halt),
        };
        let each = |decided: Option<(Case, Noted, MailState)>| {
            if let Some((case, noted, state)) = decided {
                done(&case, noted, state);
            }
        };
        batch.run(cases, work, each).await
    }

    async fn decide(&self, case: &Case) -> Result<(Noted, MailState), Halt> {
        let asked = if case.waits {
            self.api.decide(&case.accepted.id, &self.decision.verdict).await
        } else {
            Ok(Decided::NotWaiting)
        };
        let (known, state) = match asked {
            Ok(Decided::Approved | Decided::ApprovedAndSent) => (Some(self.approved(case)), MailState::Approved),
            Ok(Decided::Rejected) => (Some(self.rejected(case)), MailState::Rejected),
            Ok(Decided::NotWaiting) => self.look(case, false).await,
            Ok(Decided::PerhapsByUs) => self.look(case, true).await,
            Err(error) if error.stops_everything() => return Err(Halt::Api(error)),
            Err(error @ ApiError::NotDone { .. }) => match self.look(case, true).await {
                (None, _) => (None, MailState::Failed(error.to_string())),
                seen => seen,
            },
            Err(error) => (None, MailState::Failed(error.to_string())),
        };
        let noted = match known.filter(|known| *known != case.accepted) {
            Some(known) => Some(self.note(case, known).await.map_err(Halt::Ledger)?),
            None => None,
        };
        Ok((noted, state))
    }

    async fn note(&self, case: &Case, known: Accepted) -> Result<(Time, Entry), LedgerError> {
        let at = self.app.clock.now();
        let entry = Entry::Fate { phase: case.phase.clone(), fate: Fate::Accepted(known) };
        self.journal.record(at, &case.key, &entry).await?;
        Ok((at, entry))
    }

    fn approved(&self, case: &Case) -> Accepted {
        let at = self.app.clock.now();
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
            when: self.app.clock.now(),
            reason: reason.clone(),
            by: self.decision.by.clone(),
            whole_text: case.whole_text,
        };
        Accepted { course: Course::Rejected(Box::new(rejection)), ..case.accepted.clone() }
    }

    /// Looks up a mail that no longer waits. If our own decision may have reached the server and the mail's status
    /// matches it, the decision was ours.
    async fn look(&self, case: &Case, perhaps_ours: bool) -> (Option<Accepted>, MailState) {
        let Ok(mail) = self.api.mail(&case.mailbox_id, &case.accepted.id).await else {
            return (None, MailState::Elsewhere(None));
        };
        let seen = as_seen(&mail.view, &case.accepted, self.app.clock.now());
        match (&seen.course, &self.decision.verdict) {
            (Course::PendingApproval, _) => {
                (None, MailState::Failed("the server says both that it is waiting and that it is not".into()))
            }
            (Course::Rejected(_), Verdict::Reject { .. }) if perhaps_ours => {
                (Some(self.rejected(case)), MailState::Rejected)
            }
            (Course::Rejected(_) | Course::Cancelled { .. } | Course::Failed { .. }, _) => elsewhere(seen),
            (_, Verdict::Approve) if perhaps_ours => {
                let at = seen.approved.as_ref().map_or_else(|| self.app.clock.now(), |approval| approval.at);
                (Some(Accepted { approved: Some(self.approval(at)), ..seen }), MailState::Approved)
            }
            _ => elsewhere(seen),
        }
    }
}

fn elsewhere(seen: Accepted) -> (Option<Accepted>, MailState) {
    let outcome = seen.outcome();
    (Some(seen), MailState::Elsewhere(Some(outcome)))
}
