//! Moves the deadline: cancels the mails that wait with the old date, changes the campaign file, and adds a phase that
//! corrects what was sent with the old date.

pub mod outcome;

use std::path::PathBuf;

use crate::app::batch::Halt;
use crate::app::calendar::write_calendar;
use crate::app::cancel::{Cancelled, cancel_mails, without};
use crate::app::failure::{Failure, Kind};
use crate::app::observer::Question;
use crate::app::remote::Remote;
use crate::app::settings::KEY;
use crate::app::track::outbound;
use crate::app::{App, Run, ledger, lost, selection};
use crate::campaign::definition::{Campaign, When};
use crate::campaign::hint::Action;
use crate::campaign::mail::Mail;
use crate::campaign::moment::LocalMoment;
use crate::campaign::view::deadline::{Move, outdated};
use crate::store::Ledger;
use crate::store::folder::Definition;

pub use outcome::{DeadlineOutcome, DeadlinePlan};

/// The arguments of [`deadline`].
#[derive(Debug, Clone)]
pub struct DeadlineRequest {
    /// The new deadline: the last moment at which the old version works.
    pub date: LocalMoment,
    /// The phases to repeat, under new names, for customers who are not done.
    pub again: Vec<String>,
    /// Do not ask for confirmation.
    pub yes: bool,
    /// Also write the new dates to this file, for a calendar.
    pub ics: Option<PathBuf>,
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
}

/// Moves the deadline, and cancels the mails that wait with another one. Without a key only the campaign file is changed.
///
/// # Errors
/// No campaign, another run holds the ledger, the date is in the past, the server cannot be reached, or the campaign
/// file cannot be changed; the deadline is then unchanged.
pub async fn deadline(app: &App<'_>, request: DeadlineRequest) -> Result<DeadlineOutcome, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    // Before anything is opened: what is refused leaves no trace.
    refuse(&Run { app, folder: &folder, campaign: &campaign }, &request)?;
    let mut ledger = ledger::open(app, &folder, &campaign, "deadline", request.break_lock).await?;
    let definition = folder.definition()?;
    let run = Run { app, folder: &folder, campaign: &definition.campaign };
    refuse(&run, &request)?;
    let mut outcome = move_to(&run, &request, &definition, &mut ledger).await?;
    if let Some(file) = request.ics.as_ref().filter(|_| outcome.failure.is_none()) {
        outcome.failure = write_calendar(app, file).err();
    }
    Ok(outcome)
}

/// Refuses a date that cannot be the deadline, and phases that cannot be repeated.
fn refuse(run: &Run<'_>, request: &DeadlineRequest) -> Result<(), Failure> {
    refuse_past(run, request.date)?;
    refuse_before_extensions(run, request.date)?;
    let again = selection::phases(run.campaign, &request.again)?;
    match again.iter().find(|phase| !request.again.is_empty() && !matches!(phase.when, When::Dated(_))) {
        None => Ok(()),
        Some(phase) => {
            let message = format!("phase `{}` has no date, so it cannot be repeated", phase.name);
            Err(Failure::new(Kind::Usage, message, "name phases that count from a date"))
        }
    }
}

fn refuse_past(run: &Run<'_>, date: LocalMoment) -> Result<(), Failure> {
    let now = run.app.clock.now();
    if run.campaign.moment(date.last()).is_some_and(|ends| ends >= now) {
        return Ok(());
    }
    let today = run.campaign.local_date(now);
    Err(Failure::new(Kind::Usage, format!("{date} is in the past"), format!("name a day from {today} on")))
}

/// Refuses a deadline after a segment's own one: that segment would have less time than the others.
fn refuse_before_extensions(run: &Run<'_>, date: LocalMoment) -> Result<(), Failure> {
    let shorter = run.campaign.segments.iter().find(|own| own.deadline.is_some_and(|deadline| deadline < date));
    let Some((segment, own)) = shorter.and_then(|own| Some((&own.name, own.deadline?))) else { return Ok(()) };
    let message = format!("segment `{segment}` has a deadline of its own, {own}, which would be before {date}");
    let hint = "first change or remove `deadline` in its [[segment]], then run the same command again";
    Err(Failure::new(Kind::Usage, message, hint))
}

/// Cancels first, then changes the file: a run that is interrupted in between has moved nothing, and can be
/// repeated.
async fn move_to(
    run: &Run<'_>,
    request: &DeadlineRequest,
    definition: &Definition,
    ledger: &mut Ledger,
) -> Result<DeadlineOutcome, Failure> {
    let Run { app, folder, campaign } = *run;
    let (date, now) = (request.date, app.clock.now());
    let remote = ask(run, ledger).await?;
    let remote = remote.filter(|remote| remote.api.capabilities().cancels);
    let after = Campaign { deadline: date, ..campaign.clone() };
    let targets = outdated(&after, ledger.records());
    let cancelled = remote.as_ref().map(|_| without(ledger.records(), &targets, now));
    let moved = Move::new(campaign, cancelled.as_ref().unwrap_or(ledger.records()), date, &request.again, now);
    let plan = DeadlinePlan::new(campaign, folder, &moved, &targets, remote.is_some());
    if !plan.changes_anything() {
        return Ok(plan.into());
    }
    // Find out before anything is done whether the file can be changed.
    folder.change(definition, &moved.after)?;
    let again = Action::new("deadline").value(date.iso()).options("again", &request.again);
    if let Err(failure) = app.agreed(request.yes, Question::MoveDeadline(&plan), again.clone()).await {
        return Ok(DeadlineOutcome { failure: Some(failure), ..plan.into() });
    }
    let mut cancelled = Cancelled::default();
    if let Some(remote) = &remote {
        cancelled = cancel_mails(run, targets, ledger, remote).await?;
        ledger.save()?;
    }
    let failure = cancelled.failure(&again);
    if matches!(cancelled.halt, Some(Halt::Interrupted)) {
        return Ok(DeadlineOutcome { cancelled, failure, ..plan.into() });
    }
    // Some may not have been cancelled: who needs the correction depends on the ledger now.
    let moved = Move::new(campaign, ledger.records(), date, &request.again, now);
    folder.change(definition, &moved.after)?.write()?;
    let plan = DeadlinePlan::new(campaign, folder, &moved, &outdated(&moved.after, ledger.records()), false);
    Ok(DeadlineOutcome { plan, moved: true, cancelled, failure })
}

/// Connects to the server, if there is a key, and updates the mails' status. Without a key only the file
/// can be changed.
async fn ask(run: &Run<'_>, ledger: &mut Ledger) -> Result<Option<Remote>, Failure> {
    let any = ledger.records().recipients().iter().flat_map(|own| &own.mails).any(Mail::is_out);
    if !any || run.app.keys.send.is_none() {
        return Ok(None);
    }
    let offline = |failure: Failure| {
        let hint = failure.hint.and(format!("; or, without {KEY} set, only the file is changed"));
        Failure { hint, ..failure }
    };
    let remote = Remote::open(run.app, run.campaign).await.map_err(offline)?;
    lost::refuse_another_mailbox(ledger.records(), remote.mailbox_id())?;
    if remote.api.capabilities().lists_mail {
        outbound(run, ledger.records_mut(), &remote).await.map_err(offline)?;
    }
    Ok(Some(remote))
}
