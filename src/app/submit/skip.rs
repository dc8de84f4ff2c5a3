//! Gives up a phase for customers who never got it. Nothing is sent, and the server is not
//! contacted.

use chrono::SubsecRound;

use super::outcome::{SkipOutcome, SkippedPhase};
use crate::app::failure::Failure;
use crate::app::observer::Question;
use crate::app::{App, ledger, selection};
use crate::campaign::decide::admission::{Admission, Decision, Overrides, Reason};
use crate::campaign::hint::Action;
use crate::campaign::people::recipient::Entry;

/// The arguments of [`skip`].
#[derive(Debug, Clone, Default)]
pub struct SkipRequest {
    /// The phases; at least one.
    pub phases: Vec<String>,
    /// Only these segments; empty means all.
    pub segments: Vec<String>,
    /// The reason, in the user's words.
    pub reason: String,
    /// Only show which customers are affected.
    pub dry_run: bool,
    /// Do not ask for confirmation.
    pub yes: bool,
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
}

/// Gives up phases for customers who never got them.
///
/// # Errors
/// No match, another run holds the ledger, the user declined, or the ledger cannot be written.
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
        app.agreed(request.yes, Question::Skip(&skipped), again).await?;
        for (phase, key) in given_up {
            let entry = Entry::Skipped { phase, reason: reason.clone() };
            ledger.records_mut().apply(&key, now, entry);
        }
        ledger.save()?;
    }
    Ok(SkipOutcome { campaign: campaign.name, dry_run, reason, skipped })
}
