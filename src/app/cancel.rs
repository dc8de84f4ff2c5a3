//! Cancelling mails that wait at the server. The reason is recorded before the server is asked: if the reply is lost,
//! the next look at the mail shows whether it was cancelled.

pub mod outcome;

use std::cell::RefCell;

use crate::api::{ApiError, Cancel};
use crate::app::batch::{Batch, Halt, Pace, Step};
use crate::app::failure::{Failure, Kind};
use crate::app::observer::{Question, Work};
use crate::app::remote::Remote;
use crate::app::selection::{self, Segments};
use crate::app::{App, Run, ledger, lost};
use crate::campaign::Time;
use crate::campaign::decide::withdrawal::Target;
use crate::campaign::definition::Campaign;
use crate::campaign::hint::Action;
use crate::campaign::mail::withdrawal::Withdrawal;
use crate::campaign::mail::{Accepted, Course, Fate, Outcome as MailOutcome};
use crate::campaign::people::recipient::Entry;
use crate::campaign::people::records::Records;
use crate::hint;
use crate::store::local::{Journal, Ledger, LedgerError};

pub use outcome::{CancelOutcome, Cancelled, WaitingMail};

/// The arguments of [`cancel`].
#[derive(Debug, Clone, Default)]
pub struct CancelRequest {
    /// The phases; empty means all.
    pub phases: Vec<String>,
    /// Only these segments; empty means all.
    pub segments: Vec<String>,
    /// Only these customers; empty means all.
    pub contacts: Vec<String>,
    /// Do not ask for confirmation.
    pub yes: bool,
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
}

/// Cancels the mails that have not been sent yet.
///
/// # Errors
/// No match, another run holds the ledger, the user declined, the server cannot be reached or cannot cancel, or the
/// ledger cannot be written.
pub async fn cancel(app: &App<'_>, request: CancelRequest) -> Result<CancelOutcome, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let phases = selection::phases(&campaign, &request.phases)?;
    let phases: Vec<String> = phases.into_iter().map(|phase| phase.name.clone()).collect();
    let segments = selection::segments(&campaign, &request.segments)?;
    let mut ledger = ledger::open(app, &folder, &campaign, "cancel", request.break_lock).await?;
    let targets = targets(&campaign, ledger.records(), &phases, &segments, &request.contacts)?;
    let settled = settle(app, &mut ledger, &phases, &segments, &request.contacts)?;
    let phase = if let [phase] = phases.as_slice() { Some(phase.clone()) } else { None };
    let planned = targets.len();
    let mut outcome =
        CancelOutcome { campaign: campaign.name.clone(), phase, phases, planned, settled, ..Default::default() };
    if targets.is_empty() {
        return Ok(outcome);
    }
    let again = again(&request);
    let question = Question::Cancel { phases: &outcome.phases, mails: planned };
    app.agreed(request.yes, question, again.clone()).await?;
    let remote = Remote::open(app, &campaign).await?;
    lost::refuse_another_mailbox(ledger.records(), remote.mailbox_id())?;
    let run = Run { app, folder: &folder, campaign: &campaign };
    let cancelled = cancel_mails(&run, targets, &mut ledger, &remote).await?;
    outcome.failure = cancelled.failure(&again);
    outcome.cancelled = cancelled.cancelled.len();
    outcome.too_late = cancelled.too_late.into_iter().map(|mail| mail.contact).collect();
    outcome.failed = cancelled.failed.len();
    outcome.failures = cancelled.failed;
    Ok(outcome)
}

/// The action that repeats this request.
fn again(request: &CancelRequest) -> Action {
    let CancelRequest { phases, segments, contacts, .. } = request;
    Action::new("cancel").options("phase", phases).options("segment", segments).options("contact", contacts)
}

/// The mails that may still be cancelled. The server is asked about each, whatever the ledger says.
fn targets(
    campaign: &Campaign,
    records: &Records,
    phases: &[String],
    segments: &Segments,
    contacts: &[String],
) -> Result<Vec<Target>, Failure> {
    // Several contacts may share the address the user named.
    let named = selection::customers(records, contacts)?;
    let addresses: Vec<_> = named.into_iter().map(|customer| customer.email.to_lowercase()).collect();
    let in_question = records.recipients().iter().filter(|recipient| {
        let named = || addresses.iter().any(|address| recipient.email.to_lowercase() == *address);
        segments.contain(&recipient.segment) && (addresses.is_empty() || named())
    });
    let mails = in_question.flat_map(|recipient| phases.iter().map(move |phase| (recipient, recipient.mail(phase))));
    let open = mails.filter_map(|(recipient, mail)| {
        let mail = mail.filter(|mail| mail.is_open())?;
        // A mail cancelled because of its date may be sent again with the new one.
        let moved = mail.deadline != campaign.reader(&recipient.segment).deadline();
        Target::of(recipient, mail, moved.then_some(Withdrawal::DeadlineMoved))
    });
    Ok(open.collect())
}

/// Gives up the mails of the customers named that failed, that were cancelled before, or of which it is unknown whether they
/// were sent. Customers who are not named are left alone: a whole phase is given up by `submit --skip`.
fn settle(
    app: &App<'_>,
    ledger: &mut Ledger,
    phases: &[String],
    segments: &Segments,
    contacts: &[String],
) -> Result<Vec<String>, Failure> {
    let named = selection::customers(ledger.records(), contacts)?;
    let named = named.into_iter().filter(|customer| segments.contain(&customer.segment));
    let failed = named.flat_map(|customer| phases.iter().map(move |phase| (customer, phase))).filter(|(own, phase)| {
        let is_settled = own.mail(phase).is_none_or(|mail| match mail.outcome() {
            MailOutcome::Failed | MailOutcome::Unknown => false,
            MailOutcome::Cancelled => mail.withdrawal().is_some(),
            _ => true,
        });
        !is_settled && own.skip(phase).is_none()
    });
    let failed: Vec<_> =
        failed.map(|(own, phase)| (own.key().to_owned(), own.email.to_string(), phase.clone())).collect();
    if failed.is_empty() {
        return Ok(Vec::new());
    }
    let now = app.clock.now();
    for (key, _, phase) in &failed {
        let entry = Entry::Skipped { phase: phase.clone(), reason: "cancelled".to_owned() };
        ledger.records_mut().apply(key, now, entry);
    }
    ledger.save()?;
    Ok(failed.into_iter().map(|(_, email, _)| email).collect())
}

/// Cancels these mails, and saves the ledger.
///
/// # Errors
/// The server cannot cancel, or the ledger cannot be written. Answers about single mails are in the result.
pub async fn cancel_mails(
    run: &Run<'_>,
    targets: Vec<Target>,
    ledger: &mut Ledger,
    remote: &Remote,
) -> Result<Cancelled, Failure> {
    let Run { app, campaign, .. } = *run;
    let mut cancelled = Cancelled { remaining: targets.len(), ..Cancelled::default() };
    if targets.is_empty() {
        return Ok(cancelled);
    }
    if !remote.api.capabilities().cancels {
        let hint = hint!["cancel them in MultiMail itself, then run ", Action::new("track")];
        return Err(Failure::new(Kind::Refused, "this server cannot cancel mails", hint));
    }
    let progress = app.observer.progress(Work::Cancelling, targets.len());
    let journal = ledger.journal()?;
    let books = Books { app, journal: &journal, ledger: RefCell::new(ledger) };
    let batch = Batch { stop: &app.stop, pace: Pace::steady(campaign.limits.concurrency), brake: None };
    let ask = async |target: Target| match books.cancel(&target, remote).await {
        Ok(answer) => step(target, answer),
        Err(error) => Step::last(None, Halt::Ledger(error)),
    };
    let done = |ended: Option<(Target, Result<Cancel, ApiError>)>| {
        progress.step();
        if let Some((target, answer)) = ended {
            cancelled.add(target, answer);
        }
    };
    match batch.run(targets, ask, done).await {
        Some(Halt::Ledger(error)) => return Err(error.into()),
        halt => cancelled.halt = halt,
    }
    books.ledger.into_inner().save()?;
    Ok(cancelled)
}

/// What an answer means for the mails after it.
fn step(target: Target, answer: Result<Cancel, ApiError>) -> Step<Option<(Target, Result<Cancel, ApiError>)>> {
    match &answer {
        Err(error) if error.stops_everything() => {
            let halt = Halt::Api(error.clone());
            Step::last(Some((target, answer)), halt)
        }
        Err(_) => Step::bad(Some((target, answer))),
        Ok(_) => Step::good(Some((target, answer))),
    }
}

/// Where everything is recorded.
struct Books<'a> {
    app: &'a App<'a>,
    journal: &'a Journal,
    ledger: RefCell<&'a mut Ledger>,
}

impl Books<'_> {
    /// Cancels one mail, from the journal line to the server's answer.
    async fn cancel(&self, target: &Target, remote: &Remote) -> Result<Result<Cancel, ApiError>, LedgerError> {
        if target.why.is_some() {
            self.record(target, Accepted { withdrawing: target.why, ..target.accepted.clone() }).await?;
        }
        let answer = remote.api.cancel(remote.mailbox_id(), &target.accepted.id).await;
        if let Ok(answer) = &answer {
            self.record(target, answered(target, *answer, self.app.clock.now())).await?;
        }
        Ok(answer)
    }

    /// Records what is known about a target's mail.
    async fn record(&self, target: &Target, accepted: Accepted) -> Result<(), LedgerError> {
        let now = self.app.clock.now();
        let entry = Entry::Fate { phase: target.phase.clone(), fate: Fate::Accepted(accepted) };
        self.journal.record(now, &target.key, &entry).await?;
        self.ledger.borrow_mut().records_mut().apply(&target.key, now, entry);
        Ok(())
    }
}

/// The records as they would be after these mails are cancelled.
pub fn without(records: &Records, targets: &[Target], when: Time) -> Records {
    let mut records = records.clone();
    for target in targets {
        let course = Course::Cancelled { when, why: target.why };
        let fate = Fate::Accepted(Accepted { course, ..target.accepted.clone() });
        records.apply(&target.key, when, Entry::Fate { phase: target.phase.clone(), fate });
    }
    records
}

/// The mail after the server's answer.
fn answered(target: &Target, answer: Cancel, now: Time) -> Accepted {
    let known = target.accepted.clone();
    match answer {
        Cancel::Done => {
            Accepted { course: Course::Cancelled { when: now, why: target.why }, withdrawing: None, ..known }
        }
        Cancel::TooLate | Cancel::Gone => {
            // The person who asked has just been informed.
            let listed = target.why.is_some_and(Withdrawal::is_worth_a_look);
            Accepted { too_late: known.too_late.or(listed.then_some(now)), withdrawing: None, ..known }
        }
    }
}
