//! Giving a phase up for those who never got it. Nothing is sent, and no server is asked.

use chrono::SubsecRound;
use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::Failure;
use crate::app::observer::{Question, agreed};
use crate::app::{App, Outcome, ledger, selection};
use crate::campaign::decide::admission::{Admission, Decision, Overrides, Reason};
use crate::campaign::hint::Action;
use crate::campaign::people::recipient::Entry;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct SkipRequest {
    /// The phases; at least one.
    pub phases: Vec<String>,
    /// Only these segments; all where none is named.
    pub segments: Vec<String>,
    /// Why, in the person's words.
    pub reason: String,
    /// Only show for whom.
    pub dry_run: bool,
    /// Do not ask.
    pub yes: bool,
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
}

/// The phases that were skipped.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SkipOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// Whether nothing was to be changed.
    pub dry_run: bool,
    /// Why, in the person's words.
    pub reason: String,
    /// Phase by phase.
    pub skipped: Vec<SkippedPhase>,
}

/// A phase that was given up.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SkippedPhase {
    /// Its name.
    pub phase: String,
    /// The addresses of customers who never got it and will not.
    pub contacts: Vec<String>,
}

impl Outcome for SkipOutcome {}

/// Gives phases up for those who never got them.
///
/// # Errors
/// Nothing like it was found, another run holds the ledger, the answer was no, or the ledger cannot be written.
pub async fn skip(app: &App<'_>, request: SkipRequest) -> Result<SkipOutcome, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let phases = selection::named_phases(&campaign, &request.phases)?;
    let segments = selection::segments(&campaign, &request.segments)?;
    let now = app.clock.now().trunc_subsecs(0);
    let mut ledger = ledger::open(app, &folder, &campaign, "submit", request.break_lock).await?;
    let records = ledger.records();
    let admission = Admission::new(&campaign, records, &records.suppressed(), Overrides::default());
    let mut given_up = Vec::new();
    let mut skipped = Vec::new();
    for phase in phases {
        let never_got_it = admission.decisions(phase).filter(|(recipient, decision)| {
            let missed = matches!(
                decision,
                Decision::Send | Decision::Excluded(Reason::FailedBefore | Reason::Unknown | Reason::Cancelled)
            );
            segments.contain(&recipient.segment) && missed
        });
        let (keys, contacts): (Vec<_>, Vec<_>) = never_got_it
            .map(|(recipient, _)| ((phase.name.clone(), recipient.key().to_owned()), recipient.email.to_string()))
            .unzip();
        given_up.extend(keys);
        skipped.push(SkippedPhase { phase: phase.name.clone(), contacts });
    }
    let SkipRequest { dry_run, reason, .. } = request;
    if !given_up.is_empty() && !dry_run {
        let again = Action::new("submit").options("phase", &request.phases).options("segment", &request.segments);
        let again = again.flag("skip").option("reason", reason.as_str());
        agreed(app, request.yes, Question::Skip(&skipped), again).await?;
        for (phase, key) in given_up {
            let entry = Entry::Skipped { phase, reason: reason.clone() };
            ledger.records_mut().apply(&key, now, entry);
        }
        ledger.save()?;
    }
    Ok(SkipOutcome { campaign: campaign.name, dry_run, reason, skipped })
}
