//! Submits phases: plan, gates, delivery. `submit` and `remind` are two ways to request it.

mod carry_out;
mod changes;
pub mod deliver;
mod delivery_outcome;
mod linted;
pub mod outcome;
mod outlook;
mod prepare;
mod rounds;
mod settling;
pub mod skip;
mod test_mails;
mod watch;

use chrono::SecondsFormat;

use crate::app::failure::{Failure, Kind};
use crate::app::{App, Run, selection};
use crate::campaign::decide::gates::SendWhen;
use crate::campaign::definition::{CampaignState, Phase};
use crate::campaign::digest::Digest;
use crate::campaign::hint::{Action, Hint};
use crate::campaign::plural;
use crate::campaign::text::template::Templates;
use crate::hint;

pub use outcome::{
    Earlier, PhaseOutcome, PhasePlan, PhasesOutcome, SkipOutcome, SkippedPhase, SubmitOutcome, TestMailsOutcome,
    TestRow, Totals, UnknownMail,
};
pub use outlook::{NarrowLimit, Outlook};
pub use rounds::{SubmitOptions, Submitted, submit_phases};
pub use test_mails::{TestMailsRequest, test_mails};

/// The arguments of [`submit`].
#[derive(Debug, Clone, Default)]
pub struct SubmitRequest {
    /// The phases; at least one.
    pub phases: Vec<String>,
    /// Only these segments; empty means all.
    pub segments: Vec<String>,
    /// At most this many mails of a phase.
    pub limit: Option<usize>,
    /// Only this many mails of a phase, spread across all texts.
    pub canary: Option<usize>,
    /// Send again mails that failed, were rejected or were cancelled.
    pub retry_failed: bool,
    /// Cancel waiting mails whose text is older than the draft, and send the current text instead.
    pub replace: bool,
    /// Customers to whom an unknown mail is sent again; if any are named, no one else is mailed.
    pub resend_unknown: Vec<String>,
    /// When the mails should be sent.
    pub when: SendWhen,
    /// Only make the plan.
    pub dry_run: bool,
    /// Do not ask for confirmation.
    pub yes: bool,
    /// Wait for limits to reset, and continue.
    pub wait: bool,
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
    /// The digest of the plan an agent was shown: no other plan is carried out, and only if a person approves each
    /// mail. `None` applies no such rule.
    pub agreed: Option<Digest>,
}

impl SubmitRequest {
    /// The action that continues where this run stops.
    fn again(&self) -> Action {
        let again = Action::new("submit").options("phase", &self.phases).options("segment", &self.segments);
        let again = again.flag_if(self.replace, "replace");
        match self.when {
            SendWhen::At(at) => again.option("at", at.to_rfc3339_opts(SecondsFormat::Secs, true)),
            SendWhen::On(day) => again.option("at", day.to_string()),
            SendWhen::Now => again.flag("now"),
            SendWhen::OnItsDate | SendWhen::WhenDue => again,
        }
    }

    fn of<'a>(&self, phase: &'a Phase) -> PhaseRequest<'a> {
        PhaseRequest {
            phase,
            segments: self.segments.clone(),
            limit: self.limit,
            canary: self.canary,
            retry_failed: self.retry_failed,
            replace: self.replace,
            resend_unknown: self.resend_unknown.clone(),
            when: self.when,
        }
    }
}

/// The request for one phase.
#[derive(Debug, Clone)]
pub struct PhaseRequest<'a> {
    /// The phase.
    pub phase: &'a Phase,
    /// Only these segments; empty means all.
    pub segments: Vec<String>,
    /// At most this many mails.
    pub limit: Option<usize>,
    /// Only this many mails, spread across all texts.
    pub canary: Option<usize>,
    /// Send again mails that failed, were rejected or were cancelled.
    pub retry_failed: bool,
    /// Cancel waiting mails whose text is older than the draft, and send the current text instead.
    pub replace: bool,
    /// Customers to whom an unknown mail is sent again; if any are named, no one else is mailed.
    pub resend_unknown: Vec<String>,
    /// When the mails should be sent.
    pub when: SendWhen,
}

impl<'a> PhaseRequest<'a> {
    /// A request for all mails of a phase.
    pub fn all_of(phase: &'a Phase, when: SendWhen) -> Self {
        SubmitRequest { when, ..SubmitRequest::default() }.of(phase)
    }
}

/// Sends phases' reviewed texts to the customers who do not have them yet.
///
/// # Errors
/// No match, the campaign or a template is invalid, another run holds the ledger, the user declined, or the server
/// cannot be reached: nothing was sent. A later failure is in the outcome.
pub async fn submit(app: &App<'_>, request: SubmitRequest) -> Result<SubmitOutcome, Failure> {
    let folder = app.folder()?;
    let definition = folder.definition()?;
    let campaign = &definition.campaign;
    let phases = selection::named_phases(campaign, &request.phases)?;
    selection::segments(campaign, &request.segments)?;
    let templates = folder.vetted(&definition)?;
    let requests: Vec<_> = phases.into_iter().map(|phase| request.of(phase)).collect();
    let run = Run { app, folder: &folder, campaign };
    let options = SubmitOptions {
        command: "submit",
        again: request.again(),
        yes: request.yes,
        dry_run: request.dry_run,
        cancels: false,
        break_lock: request.break_lock,
        wait: request.wait,
        agreed: request.agreed,
    };
    if campaign.state != CampaignState::Active {
        return Err(not_active(&run, &options, &templates).await);
    }
    let mut phases = replaced(submit_phases(&run, &options, &templates, &requests).await?, &options.again);
    Ok(match phases.pop() {
        Some(phase) if phases.is_empty() => SubmitOutcome::Phase(Box::new(phase)),
        last => {
            phases.extend(last);
            SubmitOutcome::Phases(PhasesOutcome::new(campaign.name.clone(), options.dry_run, phases))
        }
    })
}

/// The phases, each with how many mails were cancelled because their text was replaced. If not all could be cancelled,
/// that is the phase's failure.
fn replaced(submitted: Submitted, again: &Action) -> Vec<PhaseOutcome> {
    let Submitted { mut phases, cancelled, .. } = submitted;
    let Some(cancelled) = cancelled else { return phases };
    for phase in &mut phases {
        phase.replaced = cancelled.cancelled.iter().filter(|mail| mail.phase == phase.plan.phase).count();
    }
    if let Some(first) = phases.first_mut().filter(|phase| phase.failure.is_none()) {
        first.failure = cancelled.failure(again);
    }
    phases
}

/// The refusal of a campaign that is paused or has ended. What waits is cancelled first, if the server can be reached.
async fn not_active(run: &Run<'_>, options: &SubmitOptions, templates: &Templates) -> Failure {
    let state = run.campaign.state;
    let message = format!("the campaign is {state}: nothing was sent");
    let hint = hint!["`state = \"active\"` in [campaign] sends again; ", Action::new("remind"), " cancels what waits"];
    let failure = Failure::new(Kind::Refused, message, hint);
    if options.dry_run || run.app.keys.send.is_none() {
        return failure;
    }
    let options = SubmitOptions { cancels: true, ..options.clone() };
    let details: Vec<Hint> = match submit_phases(run, &options, templates, &[]).await {
        Ok(submitted) => {
            let cancelled = submitted.cancelled.map_or(0, |cancelled| cancelled.cancelled.len());
            Some(format!("cancelled {}", plural(cancelled, "mail")).into())
                .filter(|_| cancelled > 0)
                .into_iter()
                .collect()
        }
        Err(why) => vec![format!("what waits was not cancelled: {}", why.message).into()],
    };
    failure.with_details(details)
}
