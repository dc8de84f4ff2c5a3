//! Submits every automatic phase that is due. Safe to run daily.

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::cancel::{Cancelled, WaitingMail};
use crate::app::failure::{Failure, Kind};
use crate::app::submit::{PhaseRequest, PhasesOutcome, SubmitOptions, submit_phases};
use crate::app::{App, Outcome, Run, ledger, selection};
use crate::campaign::decide::gates::SendWhen;
use crate::campaign::definition::dates::Timing;
use crate::campaign::definition::{Campaign, CampaignState};
use crate::campaign::hint::{Action, Hint};
use crate::campaign::plural;
use crate::campaign::view::missed::{MissedPhase, missed};
use crate::hint;
use crate::store::folder::Folder;

/// The arguments of [`remind`].
#[derive(Debug, Clone, Default)]
pub struct RemindRequest {
    /// Only these automatic phases; empty means all.
    pub phases: Vec<String>,
    /// Also submit the next one now, scheduled for its date.
    pub schedule: bool,
    /// Only make the plans.
    pub dry_run: bool,
    /// Do not ask for confirmation.
    pub yes: bool,
    /// Wait for limits to reset, and continue.
    pub wait: bool,
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
}

/// What was sent, and what was cancelled first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RemindOutcome {
    /// The phases that were due.
    #[serde(flatten)]
    pub sent: PhasesOutcome,
    /// The mails cancelled first because they were obsolete; omitted on a dry run.
    #[serde(flatten)]
    pub cancelled: Option<Cancelled>,
    /// What would be cancelled, on a dry run.
    #[serde(rename = "to_withdraw", skip_serializing_if = "Vec::is_empty")]
    pub to_cancel: Vec<WaitingMail>,
    /// The automatic phases that some customers never got, and that are too late now.
    pub missed: Vec<MissedPhase>,
    /// Whether the campaign is running; otherwise nothing is sent.
    pub state: CampaignState,
    /// Whether the next phase was requested as well.
    #[serde(skip)]
    pub schedule: bool,
    /// Why the request was not completed, if it was not.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for RemindOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.sent.failure().into_iter().chain(&self.failure).max_by_key(|failure| failure.kind)
    }
}

/// Cancels obsolete mails, and submits the automatic phases that are due.
///
/// # Errors
/// See [`submit`](crate::app::submit::submit); also if a named phase is not automatic.
pub async fn remind(app: &App<'_>, request: RemindRequest) -> Result<RemindOutcome, Failure> {
    let folder = app.folder()?;
    let definition = folder.definition()?;
    let campaign = &definition.campaign;
    let is_active = campaign.state == CampaignState::Active;
    let requests = due(app, campaign, &request)?;
    let requests = if is_active { requests } else { Vec::new() };
    if !is_active {
        app.observer.note(format!("the campaign is {}: nothing is sent, and what waits is cancelled", campaign.state));
    }
    let templates = folder.vetted(&definition)?;
    let options = SubmitOptions {
        command: "remind",
        again: Action::new("remind").options("phase", &request.phases).flag_if(request.schedule, "schedule"),
        yes: request.yes,
        dry_run: request.dry_run,
        cancels: true,
        break_lock: request.break_lock,
        agreed: None,
        wait: request.wait,
    };
    let run = Run { app, folder: &folder, campaign };
    let submitted = submit_phases(&run, &options, &templates, &requests).await?;
    let missed = if is_active { missed_of(app, &folder, campaign, &request)? } else { Vec::new() };
    let undone = submitted.cancelled.as_ref().and_then(|cancelled| cancelled.failure(&options.again));
    Ok(RemindOutcome {
        sent: PhasesOutcome::new(campaign.name.clone(), options.dry_run, submitted.phases),
        failure: undone.into_iter().chain(too_late(&missed)).max_by_key(|failure| failure.kind),
        missed,
        state: campaign.state,
        cancelled: submitted.cancelled,
        to_cancel: submitted.to_cancel,
        schedule: request.schedule,
    })
}

/// The automatic phases that some customers never got, according to the ledger after the run.
fn missed_of(
    app: &App<'_>,
    folder: &Folder,
    campaign: &Campaign,
    request: &RemindRequest,
) -> Result<Vec<MissedPhase>, Failure> {
    let records = ledger::read(app, folder, campaign)?.unwrap_or_default();
    let mut missed = missed(campaign, &records, app.clock.now());
    missed.retain(|phase| request.phases.is_empty() || request.phases.contains(&phase.phase));
    Ok(missed)
}

/// The failure for missed phases: every run fails until they are sent or given up.
fn too_late(missed: &[MissedPhase]) -> Option<Failure> {
    let first = missed.first()?;
    let message = format!(
        "phase `{}` was due {} and {} never got it; it is too late to send",
        first.phase,
        first.due,
        plural(first.recipients, "customer")
    );
    let skip = Action::new("submit").phase(&first.phase).flag("skip").option("reason", "REASON");
    let hint = hint![skip, " gives it up; before the deadline, raise [limits] max_late to send it anyway"];
    let others = missed[1..].iter().map(|phase| {
        Hint::from(format!(
            "also: phase `{}`, due {}, {}",
            phase.phase,
            phase.due,
            plural(phase.recipients, "customer")
        ))
    });
    Some(Failure::new(Kind::Refused, message, hint).with_details(others))
}

/// The automatic phases to submit: those that are due, and the next one if it is to be submitted early. One that is too
/// late is reported and skipped.
fn due<'a>(app: &App<'_>, campaign: &'a Campaign, request: &RemindRequest) -> Result<Vec<PhaseRequest<'a>>, Failure> {
    let named = selection::phases(campaign, &request.phases)?;
    if let Some(phase) = named.iter().find(|phase| !phase.automatic && !request.phases.is_empty()) {
        let message = format!("phase `{}` is not automatic, so `remind` skips it", phase.name);
        let hint = hint![Action::new("submit").phase(&phase.name), "; or write automatic = true"];
        return Err(Failure::new(Kind::Usage, message, hint));
    }
    let now = app.clock.now();
    let (mut due, mut late, mut early) = (Vec::new(), Vec::new(), Vec::new());
    for phase in named.into_iter().filter(|phase| phase.automatic) {
        match campaign.timing(phase, now) {
            Timing::Early => early.push(phase),
            Timing::Due | Timing::OnCompletion => due.push(phase),
            Timing::Late => late.push(phase.name.as_str()),
        }
    }
    let mut due: Vec<_> = due.into_iter().map(|phase| PhaseRequest::all_of(phase, SendWhen::WhenDue)).collect();
    if request.schedule {
        // One at a time: customers may finish between this one and the one after it.
        let next = early.into_iter().min_by_key(|phase| campaign.due(phase));
        due.extend(next.map(|phase| PhaseRequest::all_of(phase, SendWhen::OnItsDate)));
    }
    if !late.is_empty() {
        app.observer.detail(format!("too late for {}: more than [limits] max_late days past", late.join(", ")));
    }
    Ok(due)
}
