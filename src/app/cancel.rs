//! Cancelling mails that wait at the server. Why is written down before the server is asked: if the answer is lost, what
//! became of the mail shows.

use std::cell::RefCell;

use schemars::JsonSchema;
use serde::Serialize;

use crate::api::{ApiError, Cancel};
use crate::app::batch::{Batch, FailedMail, Halt, Pace, Step};
use crate::app::failure::{Failure, Kind};
use crate::app::observer::{Question, Work, agreed};
use crate::app::remote::Remote;
use crate::app::selection::{self, Segments};
use crate::app::{App, Outcome, Run, ledger, lost};
use crate::campaign::Time;
use crate::campaign::decide::withdrawal::Target;
use crate::campaign::definition::Campaign;
use crate::campaign::hint::Action;
use crate::campaign::mail::withdrawal::Withdrawal;
use crate::campaign::mail::{Accepted, Course, Fate, Outcome as MailOutcome};
use crate::campaign::people::recipient::Entry;
use crate::campaign::people::records::Records;
use crate::campaign::plural;
use crate::hint;
use crate::store::local::{Journal, Ledger, LedgerError};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct CancelRequest {
    /// The phases; all where none is named.
    pub phases: Vec<String>,
    /// Only these segments; all where none is named.
    pub segments: Vec<String>,
    /// Only these customers; all where none is named.
    pub contacts: Vec<String>,
    /// Do not ask.
    pub yes: bool,
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
}

/// What was cancelled.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct CancelOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// The phase; left out where several were named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// The phases.
    pub phases: Vec<String>,
    /// How many mails were to be cancelled.
    pub planned: usize,
    /// How many will not be sent.
    pub cancelled: usize,
    /// The customers whose mail was out already.
    pub too_late: Vec<String>,
    /// How many the server failed to cancel.
    pub failed: usize,
    /// The same, one by one.
    pub failures: Vec<FailedMail>,
    /// The customers named whose mail had failed, was cancelled before, or may or may not have been sent: it is given up.
    pub settled: Vec<String>,
    /// Why not all of them were cancelled.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for CancelOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// Cancels the mails that have not been sent yet.
///
/// # Errors
/// Nothing like it was found, another run holds the ledger, the answer was no, the server cannot be asked or cannot cancel, or
/// the ledger cannot be written.
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
    agreed(app, request.yes, question, again.clone()).await?;
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

/// The action that asks for the same again.
fn again(request: &CancelRequest) -> Action {
    let CancelRequest { phases, segments, contacts, .. } = request;
    Action::new("cancel").options("phase", phases).options("segment", segments).options("contact", contacts)
}

/// The mails that may still be cancelled: the server is asked about each, whatever we last heard.
fn targets(
    campaign: &Campaign,
    records: &Records,
    phases: &[String],
    segments: &Segments,
    contacts: &[String],
) -> Result<Vec<Target>, Failure> {
    // Several contacts may share the address that was meant.
    let named = selection::customers(records, contacts)?;
    let addresses: Vec<_> = named.into_iter().map(|customer| customer.email.to_lowercase()).collect();
    let in_question = records.recipients().iter().filter(|recipient| {
        let named = || addresses.iter().any(|address| recipient.email.to_lowercase() == *address);
        segments.contain(&recipient.segment) && (addresses.is_empty() || named())
    });
    let mails = in_question.flat_map(|recipient| phases.iter().map(move |phase| (recipient, recipient.mail(phase))));
    let open = mails.filter_map(|(recipient, mail)| {
        let mail = mail.filter(|mail| mail.is_open())?;
        // Cancelled for its date, a mail may be sent again with the new one.
        let moved = mail.deadline != campaign.reader(&recipient.segment).deadline();
        Target::of(recipient, mail, moved.then_some(Withdrawal::DeadlineMoved))
    });
    Ok(open.collect())
}

/// Gives up the mails of the customers named that failed, that were cancelled before, or of which it is unknown whether they
/// were sent. Whom nobody named is left alone: a whole phase is given up by `submit --skip`.
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

/// A mail that waits, or waited, at the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WaitingMail {
    /// The customer's address.
    pub contact: String,
    /// The phase.
    pub phase: String,
    /// Why it must not be sent; `null` where a person wants it.
    pub why: Option<Withdrawal>,
}

impl From<Target> for WaitingMail {
    fn from(target: Target) -> Self {
        Self { contact: target.email, phase: target.phase, why: target.why }
    }
}

impl From<&Target> for WaitingMail {
    fn from(target: &Target) -> Self {
        Self { contact: target.email.clone(), phase: target.phase.clone(), why: target.why }
    }
}

/// What cancelling mails came to; a part of several documents.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Cancelled {
    /// They will not be sent.
    #[serde(rename = "withdrawn")]
    pub cancelled: Vec<WaitingMail>,
    /// Mails that were already sent, or that the server did not cancel.
    #[serde(rename = "too_late_to_withdraw")]
    pub too_late: Vec<WaitingMail>,
    /// The server failed to cancel them.
    #[serde(skip)]
    pub failed: Vec<FailedMail>,
    /// How many were not tried.
    #[serde(skip)]
    pub remaining: usize,
    /// Why it ended early.
    #[serde(skip)]
    pub halt: Option<Halt>,
}

/// How many mails a failure names.
const SHOWN: usize = 10;

impl Cancelled {
    /// Counts what became of a mail. One that the server did not even look at remains.
    fn add(&mut self, target: Target, answer: Result<Cancel, ApiError>) {
        match answer {
            Err(error) if error.stops_everything() => return,
            Ok(Cancel::Done) => self.cancelled.push(target.into()),
            Ok(Cancel::TooLate | Cancel::Gone) => self.too_late.push(target.into()),
            Err(error) => self.failed.push(FailedMail { contact: target.email, words: error.to_string() }),
        }
        self.remaining -= 1;
    }

    /// This and what was cancelled after it.
    #[must_use]
    pub fn and(mut self, later: Self) -> Self {
        self.cancelled.extend(later.cancelled);
        self.too_late.extend(later.too_late);
        Self { failed: later.failed, remaining: later.remaining, halt: later.halt, ..self }
    }

    /// Whether not all of them are settled.
    pub fn is_partial(&self) -> bool {
        self.halt.is_some() || !self.failed.is_empty()
    }

    /// The failure this amounts to, if any. `again` is the action that goes on with what is left.
    pub fn failure(&self, again: &Action) -> Option<Failure> {
        if let Some(halt) = &self.halt {
            let failure = halt.failure(again);
            let rest = if self.remaining == 0 { String::new() } else { format!("; {} not cancelled", self.remaining) };
            return Some(Failure { message: failure.message + &rest, ..failure });
        }
        if self.failed.is_empty() {
            return None;
        }
        let message = format!("{} could not be cancelled", plural(self.failed.len(), "mail"));
        let failure = Failure::new(Kind::Partial, message, hint![again.clone(), " tries again"]);
        Some(failure.with_details(self.failed.iter().take(SHOWN).map(FailedMail::to_string)))
    }
}

/// Cancels these mails, and saves the ledger.
///
/// # Errors
/// The server cannot cancel, or the ledger cannot be written; what the server says of a mail is in the result.
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

/// Where it is all written down.
struct Books<'a> {
    app: &'a App<'a>,
    journal: &'a Journal,
    ledger: RefCell<&'a mut Ledger>,
}

impl Books<'_> {
    /// One mail's whole way.
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

    /// Writes down what is known of a target's mail.
    async fn record(&self, target: &Target, accepted: Accepted) -> Result<(), LedgerError> {
        let now = self.app.clock.now();
        let entry = Entry::Fate { phase: target.phase.clone(), fate: Fate::Accepted(accepted) };
        self.journal.record(now, &target.key, &entry).await?;
        self.ledger.borrow_mut().records_mut().apply(&target.key, now, entry);
        Ok(())
    }
}

/// The records as they are once these mails are cancelled.
pub fn without(records: &Records, targets: &[Target], when: Time) -> Records {
    let mut records = records.clone();
    for target in targets {
        let course = Course::Cancelled { when, why: target.why };
        let fate = Fate::Accepted(Accepted { course, ..target.accepted.clone() });
        records.apply(&target.key, when, Entry::Fate { phase: target.phase.clone(), fate });
    }
    records
}

/// The mail as the server's answer leaves it.
fn answered(target: &Target, answer: Cancel, now: Time) -> Accepted {
    let known = target.accepted.clone();
    match answer {
        Cancel::Done => {
            Accepted { course: Course::Cancelled { when: now, why: target.why }, withdrawing: None, ..known }
        }
        Cancel::TooLate | Cancel::Gone => {
            // A person was just told.
            let listed = target.why.is_some_and(Withdrawal::is_worth_a_look);
            Accepted { too_late: known.too_late.or(listed.then_some(now)), withdrawing: None, ..known }
        }
    }
}
