//! Which customers have outdated facts, and what is done about it, as documents.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::document::Outcome;
use crate::app::failure::Failure;
use crate::campaign::definition::Campaign;
use crate::campaign::people::records::Records;
use crate::campaign::people::sent_facts::Comparison;
use crate::campaign::view::deadline::Move;
use crate::campaign::view::outdated::OutdatedFact;

/// The phase that corrects outdated facts.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Correction {
    /// Its name.
    pub phase: String,
    /// How many customers it goes to.
    pub recipients: usize,
    /// Whether the move adds it to the campaign file.
    pub added: bool,
}

impl Correction {
    /// The correcting phase of a campaign after a move; `None` if no customer needs it.
    pub fn of(moved: &Move) -> Option<Self> {
        let phase = moved.after.correction().filter(|_| moved.to_tell > 0)?;
        Some(Self { phase: phase.name.clone(), recipients: moved.to_tell, added: moved.added.is_some() })
    }
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
    /// How many mails with outdated facts wait at the server, by phase: their customers get no correction until those
    /// mails are replaced or cancelled.
    pub waiting: BTreeMap<String, usize>,
    /// How many customers have a mail that was sent before facts were recorded, so that only its deadline is known.
    pub unknown: usize,
    /// Whether this run added the phase to campaign.toml.
    pub prepared: bool,
    /// Whether this run recorded that these facts need no correction.
    pub dismissed: bool,
    /// Why the request was not completed, if it was not.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for CorrectOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

impl CorrectOutcome {
    pub(super) fn new(campaign: &Campaign, records: &Records, moved: &Move) -> Self {
        let comparison = Comparison::new(campaign, &records.sent_facts);
        let (mut customers, mut unknown, mut waiting) = (0, 0, BTreeMap::new());
        for recipient in records.recipients().iter().filter(|own| own.has_work_to_do()) {
            customers += usize::from(comparison.outdated(recipient, None).is_some());
            unknown += usize::from(comparison.is_unknown(recipient));
            for mail in
                recipient.mails.iter().filter(|mail| mail.waits() && comparison.states_outdated(recipient, mail))
            {
                *waiting.entry(mail.phase.to_string()).or_default() += 1;
            }
        }
        // Customers who are only about to read something outdated have nothing to be corrected yet.
        let correction = Correction::of(moved).filter(|_| !moved.outdated.is_empty());
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
