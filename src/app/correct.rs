//! Finds customers who received facts that have changed since, and prepares the mail that corrects them; or records
//! that no correction is needed.

pub mod outcome;

use crate::app::failure::{Failure, Kind};
use crate::app::observer::Question;
use crate::app::{App, ledger};
use crate::campaign::definition::facts::Fact;
use crate::campaign::hint::Action;
use crate::campaign::people::sent_facts::Dismissed;
use crate::campaign::view::deadline::Move;
use crate::campaign::view::outdated::OutdatedFact;
use crate::hint;

pub use outcome::{CorrectOutcome, Correction};

/// The arguments of [`correct`].
#[derive(Debug, Clone, Default)]
pub struct CorrectRequest {
    /// Why the differences need no mail; `None` prepares one.
    pub dismiss: Option<String>,
    /// Only these of the changed facts, by name; empty means all but the deadline.
    pub facts: Vec<String>,
    /// Do not ask for confirmation.
    pub yes: bool,
}

/// Compares the facts customers received with today's, and prepares a phase that corrects them, for exactly the
/// customers with a difference; or records that no mail is needed. If nothing differs, nothing is written.
///
/// # Errors
/// No campaign, the ledger cannot be read, a named fact was never stated wrongly, the deadline was to be dismissed, or
/// a file cannot be written.
pub async fn correct(app: &App<'_>, request: CorrectRequest) -> Result<CorrectOutcome, Failure> {
    let folder = app.folder()?;
    let definition = folder.definition()?;
    let campaign = &definition.campaign;
    let records = ledger::read_newest(app, &folder, campaign)?;
    let moved = Move::new(campaign, &records, campaign.deadline, &[], app.clock.now());
    let mut outcome = CorrectOutcome::new(campaign, &records, &moved);
    if outcome.facts.is_empty() {
        return Ok(outcome);
    }
    if let Some(reason) = &request.dismiss {
        outcome.correction = None;
        outcome.facts = to_dismiss(outcome.facts, &request.facts)?;
        let again = Action::new("correct").flag("dismiss").option("reason", reason).options("fact", &request.facts);
        if let Err(failure) = app.agreed(request.yes, Question::Dismiss(&outcome), again).await {
            return Ok(CorrectOutcome { failure: Some(failure), ..outcome });
        }
        folder.sent().dismiss(outcome.facts.iter().map(|fact| dismissal(fact, reason, app)))?;
        outcome.dismissed = true;
        return Ok(outcome);
    }
    if moved.added.is_none() {
        return Ok(outcome);
    }
    let change = folder.change(&definition, &moved.after)?;
    if let Err(failure) = app.agreed(request.yes, Question::Correct(&outcome), Action::new("correct")).await {
        return Ok(CorrectOutcome { failure: Some(failure), ..outcome });
    }
    change.write()?;
    outcome.prepared = true;
    Ok(outcome)
}

/// The facts to dismiss: those named, or all but the deadline.
fn to_dismiss(found: Vec<OutdatedFact>, named: &[String]) -> Result<Vec<OutdatedFact>, Failure> {
    let there: Vec<String> = found.iter().map(|one| one.fact.to_string()).collect();
    if let Some(name) = named.iter().find(|name| !there.contains(name)) {
        let message = format!("no customer has an outdated `{name}`");
        return Err(Failure::new(Kind::NotFound, message, format!("name one of {}", there.join(", "))));
    }
    let wanted = |one: &OutdatedFact| named.is_empty() || named.contains(&one.fact.to_string());
    let (dates, rest): (Vec<_>, Vec<_>) = found.into_iter().filter(wanted).partition(|one| one.fact == Fact::Deadline);
    if rest.is_empty() || !named.is_empty() && !dates.is_empty() {
        let message = "customers plan by the deadline, so a changed deadline cannot be dismissed";
        return Err(Failure::new(Kind::Refused, message, hint!["tell them: ", Action::new("correct")]));
    }
    Ok(rest)
}

fn dismissal(fact: &OutdatedFact, reason: &str, app: &App<'_>) -> Dismissed {
    let OutdatedFact { fact, told, now, .. } = fact.clone();
    Dismissed { fact, told, now, reason: reason.to_owned(), at: app.clock.now() }
}
