//! Submits phase after phase, and again after a limit resets if the user wants to wait.
//!
//! Each round asks the server again and locks the campaign only while it works: while one waits, others may track
//! and mark, and customers who finish in the meantime are not mailed.

use std::time::Duration;

use chrono::{TimeDelta, Utc};

use super::PhaseRequest;
use super::carry_out::carry_out;
use super::delivery_outcome::{DeliveryOutcome, local, ways_on};
use super::outcome::{Earlier, PhaseOutcome, Totals};
use super::prepare::{Prepared, prepare};
use crate::app::batch::Halt;
use crate::app::cancel::{Cancelled, WaitingMail, cancel_mails, without};
use crate::app::failure::{Failure, Kind};
use crate::app::lost::refuse_if_lost;
use crate::app::observer::{Question, Work};
use crate::app::remote::refuse_a_wrong_clock;
use crate::app::session::{LedgerView, Session};
use crate::app::track::track;
use crate::app::{App, Run};
use crate::campaign::Time;
use crate::campaign::decide::older_text::older_texts;
use crate::campaign::decide::withdrawal::Target;
use crate::campaign::digest::Digest;
use crate::campaign::hint::Action;
use crate::campaign::mail::withdrawal::Withdrawal;
use crate::campaign::people::records::Records;
use crate::campaign::text::template::Templates;
use crate::campaign::text::variant::Texts;

/// The options of a submission.
#[derive(Debug, Clone)]
pub struct SubmitOptions {
    /// The command, shown to other runs that find the campaign locked.
    pub command: &'static str,
    /// The action that continues where this run stops.
    pub again: Action,
    /// Do not ask for confirmation.
    pub yes: bool,
    /// Only make the plans.
    pub dry_run: bool,
    /// First cancel the mails that wait at the server and are obsolete.
    pub cancels: bool,
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
    /// Wait for limits to reset, and continue.
    pub wait: bool,
    /// The digest of the plan an agent was shown; any other plan is refused, and so is a mailbox that sends mails
    /// unapproved.
    pub agreed: Option<Digest>,
}

/// The result of a submission.
#[derive(Debug)]
pub struct Submitted {
    /// Phase by phase.
    pub phases: Vec<PhaseOutcome>,
    /// What was cancelled first; `None` on a dry run.
    pub cancelled: Option<Cancelled>,
    /// What would be cancelled, on a dry run.
    pub to_cancel: Vec<WaitingMail>,
}

/// One phase of a submission.
#[derive(Debug)]
struct Part<'a> {
    request: &'a PhaseRequest<'a>,
    /// The plan, the last one if there were several.
    prepared: Prepared,
    /// The result of carrying it out; `None` if it was not.
    delivery: Option<DeliveryOutcome>,
    /// Why a later round could not make a plan.
    failure: Option<Failure>,
}

/// The rounds of a submission so far.
#[derive(Debug)]
struct Rounds<'a> {
    parts: Vec<Part<'a>>,
    cancelled: Option<Cancelled>,
    to_cancel: Vec<WaitingMail>,
}

/// How long a run that only tracks or marks may take.
const BUSY: TimeDelta = TimeDelta::seconds(30);

/// Submits phases. Asks for confirmation before the first mail is sent; the question shows the plans and what will
/// be cancelled.
///
/// # Errors
/// Another run holds the ledger, the server cannot be reached, no plan can be made, or the user declined: nothing was
/// sent. A later failure is in the result.
pub async fn submit_phases<'a>(
    run: &Run<'_>,
    options: &SubmitOptions,
    templates: &Templates,
    requests: &'a [PhaseRequest<'a>],
) -> Result<Submitted, Failure> {
    let mut rounds = round(run, options, templates, requests, true).await?;
    let mut moment = rounds.resume().filter(|_| options.wait);
    while let Some(until) = moment {
        if !wait(run, options, &rounds.parts, until).await {
            rounds.interrupted();
            break;
        }
        moment = match round(run, options, templates, requests, false).await {
            Ok(later) => {
                rounds = rounds.then(later);
                rounds.resume()
            }
            // Another run tracks or marks: that takes only a moment.
            Err(failure) if failure.kind == Kind::Busy => Some(run.app.clock.now() + BUSY),
            Err(failure) => {
                if let Some(part) = rounds.parts.last_mut() {
                    part.failure = Some(failure);
                }
                None
            }
        };
    }
    let phases = rounds.parts.into_iter().map(|part| part.outcome(run, options)).collect();
    Ok(Submitted { phases, cancelled: rounds.cancelled, to_cancel: rounds.to_cancel })
}

/// One round: locks the campaign, asks the server, plans, the first time asks for confirmation, cancels,
/// sends.
async fn round<'a>(
    run: &Run<'_>,
    options: &SubmitOptions,
    templates: &Templates,
    requests: &'a [PhaseRequest<'a>],
    first: bool,
) -> Result<Rounds<'a>, Failure> {
    let Run { app, folder, campaign, .. } = *run;
    let ledger =
        LedgerView::open(app, folder, campaign, options.command, options.dry_run, first && options.break_lock).await?;
    let busy = app.observer.busy(Work::Planning);
    let mut session = Session::open(app, folder, campaign, ledger).await?;
    session.refuse_if_all_left()?;
    session.refuse_mass_leaving()?;
    refuse_if_lost(run, &session).await?;
    // Customers who replied or finished since the last look must not be reminded, and bounces
    // count.
    track(run, session.ledger.records_mut(), &session.remote).await?;
    let replaced = replaced(run, session.ledger.records(), requests)?;
    let mut parts = plans_after(run, templates, requests, &mut session, &replaced).await?;
    if let Some(agreed) = options.agreed {
        let mode = session.remote.mailbox.as_ref().map(|mailbox| mailbox.oversight_mode.clone());
        for part in &mut parts {
            part.prepared.refuse_unless(agreed, mode.as_deref());
        }
    }
    drop(busy);
    if first {
        warn_of_pretended_time(app, session.remote.api.server_time());
    }
    if !options.dry_run {
        refuse_a_wrong_clock(app, &session.remote)?;
    }
    warn(run, &parts);
    let mut targets = if options.cancels { session.overtaken(campaign) } else { Vec::new() };
    // A mailbox in the wrong mode is an error even on a day with nothing to send.
    let mut refused = parts.iter().any(|part| !part.prepared.refusals.is_empty());
    let makes_room = !refused && !replaced.is_empty();
    // If nothing may replace them, they are left alone.
    targets.extend(replaced.into_iter().filter(|_| makes_room));
    let Session { ledger: LedgerView::Open(ledger), remote, .. } = &mut session else {
        let to_cancel = targets.into_iter().map(WaitingMail::from).collect();
        return Ok(Rounds { parts, cancelled: None, to_cancel });
    };
    if first {
        let stopped = parts.iter().any(|part| part.prepared.stop.is_some());
        ask(run, options, if refused || stopped { &[] } else { &parts }, &targets).await?;
    }
    let cancelled = cancel_mails(run, targets, ledger, remote).await?;
    if parts.is_empty() {
        ledger.save()?;
    }
    if makes_room && !cancelled.is_partial() {
        // Some may not have been cancelled: who gets today's text depends on the ledger now.
        parts = plans_after(run, templates, requests, &mut session, &[]).await?;
        refused = parts.iter().any(|part| !part.prepared.refusals.is_empty());
    }
    if !refused && !cancelled.is_partial() {
        send(run, templates, &mut parts, &mut session).await?;
    }
    Ok(Rounds { parts, cancelled: Some(cancelled), to_cancel: Vec::new() })
}

/// The plans once these mails are cancelled; the records change only by what was settled.
async fn plans_after<'a>(
    run: &Run<'_>,
    templates: &Templates,
    requests: &'a [PhaseRequest<'a>],
    session: &mut Session,
    cancelled: &[Target],
) -> Result<Vec<Part<'a>>, Failure> {
    let as_it_is = (!cancelled.is_empty()).then(|| session.ledger.records().clone());
    if as_it_is.is_some() {
        let records = session.ledger.records_mut();
        *records = without(records, cancelled, run.app.clock.now());
    }
    let mut parts = Vec::new();
    for request in requests {
        let mut texts =
            Texts::new(run.campaign, templates, request.phase).knowing(&session.ledger.records().sent_facts);
        let prepared = prepare(run, request, session, &mut texts).await?;
        parts.push(Part { request, prepared, delivery: None, failure: None });
    }
    if let Some(records) = as_it_is {
        *session.ledger.records_mut() = records;
    }
    Ok(parts)
}

/// The mails that wait with an older text than the draft, if they are to be replaced.
fn replaced(run: &Run<'_>, records: &Records, requests: &[PhaseRequest<'_>]) -> Result<Vec<Target>, Failure> {
    let mut targets = Vec::new();
    for request in requests.iter().filter(|request| request.replace) {
        let lock = run.folder.drafts(&request.phase.name).lock()?;
        let older = older_texts(run.campaign, records, &request.phase.name, lock.as_ref());
        let wanted = older
            .filter(|(own, _)| request.segments.is_empty() || request.segments.iter().any(|name| own.segment == *name));
        targets.extend(wanted.filter_map(|(own, mail)| Target::of(own, mail, Some(Withdrawal::TextReplaced))));
    }
    Ok(targets)
}

/// Asks for confirmation, if there is anything to carry out.
async fn ask(run: &Run<'_>, options: &SubmitOptions, parts: &[Part<'_>], targets: &[Target]) -> Result<(), Failure> {
    let plans: Vec<_> = parts.iter().map(|part| &part.prepared.plan).collect();
    if targets.is_empty() && plans.iter().all(|plan| plan.mails() == 0) {
        return Ok(());
    }
    let question = Question::Submit { plans, to_cancel: targets.iter().map(WaitingMail::from).collect() };
    run.app.agreed(options.yes, question, options.again.clone()).await
}

/// Warns that `--as-of` differs from the server's time: mails are still sent on the server's day.
fn warn_of_pretended_time(app: &App<'_>, server: Option<Time>) {
    let (pretended, clock) = (app.clock.now(), server.unwrap_or_else(Utc::now));
    if app.clock.pretends() && (pretended - clock).abs() > TimeDelta::days(1) {
        let day = |time: Time| time.format("%Y-%m-%d");
        app.observer.warn(format!(
            "this runs as if it were {} (--as-of or MMIG_AS_OF), but the server's time is {}: mails are sent by its clock",
            day(pretended),
            day(clock)
        ));
    }
}

/// Shows the plans' warnings, each once.
fn warn(run: &Run<'_>, parts: &[Part<'_>]) {
    let mut said: Vec<&String> = Vec::new();
    for warning in parts.iter().flat_map(|part| &part.prepared.warnings) {
        if !said.contains(&warning) {
            run.app.observer.warn(warning.as_str());
            said.push(warning);
        }
    }
}

/// Carries out the plans, one by one, until something halts the run.
async fn send(
    run: &Run<'_>,
    templates: &Templates,
    parts: &mut [Part<'_>],
    session: &mut Session,
) -> Result<(), Failure> {
    let mut halted = false;
    for (place, part) in parts.iter_mut().enumerate() {
        let Part { request, prepared, delivery, .. } = part;
        let mut texts =
            Texts::new(run.campaign, templates, request.phase).knowing(&session.ledger.records().sent_facts);
        if place > 0 && !halted {
            // The phases before may have changed who should get this one.
            let settled = std::mem::take(&mut prepared.settled);
            *prepared = prepare(run, request, session, &mut texts).await?;
            prepared.settled = settled.and(std::mem::take(&mut prepared.settled));
            if !prepared.refusals.is_empty() {
                continue;
            }
        }
        let carried = if halted {
            DeliveryOutcome::not_tried(prepared, None)
        } else if let Some(stop) = prepared.stop.take() {
            session.ledger.save()?;
            DeliveryOutcome::not_tried(prepared, Some(stop))
        } else if prepared.plan.mails() == 0 {
            session.ledger.save()?;
            DeliveryOutcome::nothing(prepared)
        } else {
            let Session { ledger: LedgerView::Open(ledger), remote, .. } = &mut *session else { continue };
            carry_out(run, request.phase, prepared, ledger, remote, &mut texts).await?
        };
        halted |= carried.halt.is_some();
        *delivery = Some(carried);
    }
    Ok(())
}

impl Rounds<'_> {
    /// When it can continue, if only a limit is in the way.
    fn resume(&self) -> Option<Time> {
        self.parts.iter().filter_map(|part| part.delivery.as_ref()?.limit).map(|(_, ends)| ends).max()
    }

    /// Records that the user does not want to wait any longer.
    fn interrupted(&mut self) {
        if let Some(delivery) = self.parts.iter_mut().rev().find_map(|part| part.delivery.as_mut()) {
            (delivery.halt, delivery.limit) = (Some(Halt::Interrupted), None);
        }
    }

    /// Adds the next round.
    fn then(self, later: Self) -> Self {
        let mut earlier = self.parts;
        let mut parts = later.parts;
        for part in &mut parts {
            let before = earlier.iter_mut().find(|before| before.request.phase.name == part.request.phase.name);
            let before = before.and_then(|before| before.delivery.take()).unwrap_or_default();
            // If the second round was refused, the first one's mails were sent anyway.
            let after = part.delivery.take().unwrap_or_else(|| DeliveryOutcome::not_tried(&part.prepared, None));
            part.delivery = Some(before.then(after));
        }
        let cancelled = self.cancelled.zip(later.cancelled).map(|(earlier, later)| earlier.and(later));
        Self { parts, cancelled, to_cancel: later.to_cancel }
    }
}

impl Part<'_> {
    /// The outcome of the phase, however far it got.
    fn outcome(self, run: &Run<'_>, options: &SubmitOptions) -> PhaseOutcome {
        let Self { mut prepared, delivery, failure, .. } = self;
        let stop = prepared.stop.take().filter(|_| options.dry_run);
        let (phase, again) = (&prepared.plan.phase, &options.again);
        let ended = |delivery: &DeliveryOutcome| delivery.failure(phase, again, run.campaign.zone);
        let own = match (&delivery, stop) {
            (Some(delivery), _) => ended(delivery).or_else(|| left_over(phase, &prepared.plan.earlier)),
            (None, Some(stop)) => ended(&DeliveryOutcome::not_tried(&prepared, Some(stop))),
            (None, None) => None,
        };
        let failure = failure.or_else(|| prepared.refused()).or(own);
        let carried_out = delivery.is_some();
        let mut delivery = delivery.unwrap_or_else(|| DeliveryOutcome::nothing(&prepared));
        if options.dry_run {
            delivery.remaining = prepared.plan.mails() + prepared.plan.beyond;
        }
        let totals = Totals {
            planned: delivery.planned,
            accepted: delivery.sent(),
            already: prepared.plan.already,
            failed: delivery.failed.len(),
            unknown: delivery.uncertain(),
            remaining: delivery.remaining,
        };
        delivery.unknown.append(&mut delivery.open);
        PhaseOutcome {
            campaign: run.campaign.name.clone(),
            plan: prepared.plan,
            dry_run: options.dry_run,
            totals,
            failures: delivery.failed,
            unknowns: delivery.unknown,
            replaced: 0,
            resumes: delivery.limit.map(|(_, ends)| ends),
            carried_out,
            again: again.clone(),
            failure,
        }
    }
}

/// The failure of a run in which nothing went wrong, but some customers still do not have the mail.
fn left_over(phase: &str, earlier: &Earlier) -> Option<Failure> {
    let (failed, unknown) = (earlier.failures.len(), earlier.unknowns.len());
    (failed + unknown > 0).then(|| {
        let message = format!("{failed} failed and {unknown} unknown from earlier runs");
        Failure::new(Kind::Partial, message, ways_on(phase, failed, unknown))
    })
}

/// Waits for a moment. Returns false if the user does not want to wait any longer.
async fn wait(run: &Run<'_>, options: &SubmitOptions, parts: &[Part<'_>], moment: Time) -> bool {
    /// The maximum sleep, so that a machine that was suspended notices soon.
    const SLICE: Duration = Duration::from_mins(1);
    let Run { app, campaign, .. } = *run;
    let limited = parts.iter().filter_map(|part| part.delivery.as_ref()).find(|delivery| delivery.limit.is_some());
    let why = limited.map(|delivery| delivery.why(&options.again)).unwrap_or_default();
    app.observer.note(format!(
        "{why}. Waiting until {}, then it goes on; Ctrl-C ends that, and nothing is lost",
        local(moment, campaign.zone)
    ));
    loop {
        let Some(left) = (moment - app.clock.now()).to_std().ok().filter(|left| !left.is_zero()) else {
            return true;
        };
        tokio::select! {
            biased;
            () = app.stop.once() => return false,
            () = tokio::time::sleep(left.min(SLICE)) => {}
        }
    }
}
