//! Submitting phases: plan, gates, delivery. `submit` and `remind` are two ways to ask for it.

mod carry_out;
mod changes;
pub mod deliver;
mod delivery_outcome;
mod linted;
mod outcome;
mod outlook;
mod prepare;
mod rounds;
mod settling;
mod test_mails;
mod watch;

use chrono::SecondsFormat;

use crate::app::failure::Failure;
use crate::app::{App, Run, selection};
use crate::campaign::decide::gates::SendWhen;
use crate::campaign::definition::Phase;
use crate::campaign::digest::Digest;
use crate::campaign::hint::Action;

pub use outcome::{Earlier, PhaseOutcome, PhasePlan, PhasesOutcome, SubmitOutcome, Totals, UnknownMail};
pub use outlook::{NarrowLimit, Outlook};
pub use rounds::{SubmitOptions, Submitted, submit_phases};
pub use test_mails::{TestMailsOutcome, TestMailsRequest, TestRow, test_mails};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct SubmitRequest {
    /// The phases; at least one.
    pub phases: Vec<String>,
    /// Only these segments; all where none is named.
    pub segments: Vec<String>,
    /// At most this many mails of a phase.
    pub limit: Option<usize>,
    /// Only this many mails of a phase, spread over all texts.
    pub canary: Option<usize>,
    /// Mails that failed, were rejected or cancelled are sent again.
    pub retry_failed: bool,
    /// Customers whose unknown mail is sent again; if there are any, nobody else is mailed.
    pub resend_unknown: Vec<String>,
    /// When the mails are to leave.
    pub when: SendWhen,
    /// Only work out the plan.
    pub dry_run: bool,
    /// Do not ask.
    pub yes: bool,
    /// Wait for the end of a limit, and go on.
    pub wait: bool,
    /// Take over the lock of a run on another host that is known to be dead.
    pub break_lock: bool,
    /// What an agent was shown: nothing else is carried out, and only where a person approves each mail. `None` asks nobody's.
    pub agreed: Option<Digest>,
}

impl SubmitRequest {
    /// The action that goes on where this one stops.
    fn again(&self) -> Action {
        let again = Action::new("submit").options("phase", &self.phases).options("segment", &self.segments);
        match self.when {
            SendWhen::At(at) => again.option("at", at.to_rfc3339_opts(SecondsFormat::Secs, true)),
            SendWhen::Now => again.flag("now"),
            SendWhen::OnItsDate => again,
        }
    }

    fn of<'a>(&self, phase: &'a Phase) -> PhaseRequest<'a> {
        PhaseRequest {
            phase,
            segments: self.segments.clone(),
            limit: self.limit,
            canary: self.canary,
            retry_failed: self.retry_failed,
            resend_unknown: self.resend_unknown.clone(),
            when: self.when,
        }
    }
}

/// What is asked for of one phase.
#[derive(Debug, Clone)]
pub struct PhaseRequest<'a> {
    /// The phase.
    pub phase: &'a Phase,
    /// Only these segments; all where none is named.
    pub segments: Vec<String>,
    /// At most this many mails.
    pub limit: Option<usize>,
    /// Only this many mails, spread over all texts.
    pub canary: Option<usize>,
    /// Mails that failed, were rejected or cancelled are sent again.
    pub retry_failed: bool,
    /// Customers whose unknown mail is sent again; if there are any, nobody else is mailed.
    pub resend_unknown: Vec<String>,
    /// When they are to leave.
    pub when: SendWhen,
}

impl<'a> PhaseRequest<'a> {
    /// All of a phase, on its date.
    pub fn all_of(phase: &'a Phase) -> Self {
        SubmitRequest::default().of(phase)
    }
}

/// Sends phases' reviewed texts to those who do not have them yet.
///
/// # Errors
/// Nothing like it was found, the campaign or a template is invalid, another run holds the ledger, the answer was no, or the
/// server cannot be asked: nothing was sent. What came after that is in the outcome.
pub async fn submit(app: &App<'_>, request: SubmitRequest) -> Result<SubmitOutcome, Failure> {
    let folder = app.folder()?;
    let definition = folder.definition()?;
    let campaign = &definition.campaign;
    let phases = selection::named_phases(campaign, &request.phases)?;
    selection::segments(campaign, &request.segments)?;
    let templates = folder.vetted(&definition)?;
    let requests: Vec<_> = phases.into_iter().map(|phase| request.of(phase)).collect();
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
    let run = Run { app, folder: &folder, campaign };
    let mut phases = submit_phases(&run, &options, &templates, &requests).await?.phases;
    Ok(match phases.pop() {
        Some(phase) if phases.is_empty() => SubmitOutcome::Phase(Box::new(phase)),
        last => {
            phases.extend(last);
            SubmitOutcome::Phases(PhasesOutcome::new(campaign.name.clone(), options.dry_run, phases))
        }
    })
}
