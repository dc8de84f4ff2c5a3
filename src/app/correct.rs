//! Finding who was told what is wrong by now, and preparing the mail that corrects it; or recording that nobody need hear of it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::deadline::Correction;
use crate::app::failure::{Failure, Kind};
use crate::app::observer::{Question, agreed};
use crate::app::{App, Outcome, lost};
use crate::campaign::definition::Campaign;
use crate::campaign::definition::facts::Fact;
use crate::campaign::hint::Action;
use crate::campaign::people::records::Records;
use crate::campaign::people::told::{Comparison, Dismissed};
use crate::campaign::view::deadline::Move;
use crate::campaign::view::outdated::OutdatedFact;
use crate::hint;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct CorrectRequest {
    /// Why nobody need hear of the differences: they are recorded as needing no mail. `None` prepares a mail.
    pub dismiss: Option<String>,
    /// Of those, only these, by the facts' names; all but the deadline where none is named.
    pub facts: Vec<String>,
    /// Do not ask.
    pub yes: bool,
}

/// Which customers have outdated facts, and what was done about it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CorrectOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// The facts that have changed since customers who are not done received them; for a dismissal, the dismissed
    /// facts.
    pub facts: Vec<OutdatedFact>,
    /// How many customers received any of them.
    pub customers: usize,
    /// The phase that corrects them; null if no customer can be reached, and for a dismissal.
    pub correction: Option<Correction>,
    /// By phase, how many mails with outdated facts wait at the server: their customers are not corrected until those
    /// are replaced or cancelled.
    pub waiting: BTreeMap<String, usize>,
    /// How many customers have a mail whose facts, other than the deadline, are unknown: it was sent before facts were
    /// recorded.
    pub unknown: usize,
    /// Whether campaign.toml has the phase because of this run.
    pub prepared: bool,
    /// Whether these facts were recorded as needing no correction.
    pub dismissed: bool,
    /// Why not all was done, if so.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for CorrectOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// Compares what customers were told with what the campaign says today, and prepares the phase that corrects it, for exactly those
/// who were told what is wrong; or records that it needs no mail. Where all holds, nothing is written.
///
/// # Errors
/// No campaign, the ledger cannot be read, a fact was named that nobody was told wrong, the deadline was to be dismissed, or a file
/// cannot be written.
pub async fn correct(app: &App<'_>, request: CorrectRequest) -> Result<CorrectOutcome, Failure> {
    let folder = app.folder()?;
    let definition = folder.definition()?;
    let campaign = &definition.campaign;
    let records = lost::read(app, &folder, campaign)?;
    let moved = Move::new(campaign, &records, campaign.deadline, &[], app.clock.now());
    let mut outcome = CorrectOutcome::new(campaign, &records, &moved);
    if outcome.facts.is_empty() {
        return Ok(outcome);
    }
    if let Some(reason) = &request.dismiss {
        outcome.correction = None;
        outcome.facts = to_dismiss(outcome.facts, &request.facts)?;
        let again = Action::new("correct").flag("dismiss").option("reason", reason).options("fact", &request.facts);
        if let Err(failure) = agreed(app, request.yes, Question::Dismiss(&outcome), again).await {
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
    if let Err(failure) = agreed(app, request.yes, Question::Correct(&outcome), Action::new("correct")).await {
        return Ok(CorrectOutcome { failure: Some(failure), ..outcome });
    }
    change.write()?;
    outcome.prepared = true;
    Ok(outcome)
}

impl CorrectOutcome {
    fn new(campaign: &Campaign, records: &Records, moved: &Move) -> Self {
        let comparison = Comparison::new(campaign, &records.told);
        let (mut customers, mut unknown, mut waiting) = (0, 0, BTreeMap::new());
        for recipient in records.recipients().iter().filter(|own| own.goes_by_what_was_told()) {
            customers += usize::from(comparison.outdated(recipient, None).is_some());
            unknown += usize::from(comparison.is_unknown(recipient));
            for mail in recipient.mails.iter().filter(|mail| mail.waits() && comparison.tells_wrong(recipient, mail)) {
                *waiting.entry(mail.phase.to_string()).or_default() += 1;
            }
        }
        // Those who are only about to read something outdated have nothing to be corrected yet.
        let has_readers = moved.to_tell > 0 && !moved.outdated.is_empty();
        let correction = moved.after.correction().filter(|_| has_readers).map(|phase| Correction {
            phase: phase.name.clone(),
            recipients: moved.to_tell,
            added: moved.added.is_some(),
        });
        Self {
            campaign: campaign.name.clone(),
            facts: moved.outdated.clone(),
            customers,
            correction,
            waiting,
            unknown,
            prepared: false,
            dismissed: false,
            failure: None,
        }
    }
}

/// The facts that are dismissed: those named, or all but the deadline.
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
