//! The facts that customers received and that have changed since.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::campaign::definition::Campaign;
use crate::campaign::definition::facts::{Fact, FactKind};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::sent_facts::{Comparison, Outdated, Wrong};

/// A fact that customers received and that has changed since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OutdatedFact {
    /// Its name.
    pub fact: Fact,
    /// The kind of the fact.
    pub kind: FactKind,
    /// The fact in words.
    pub what: String,
    /// The value they received; null if they were told that it no longer applies.
    pub told: Option<String>,
    /// The value now; null if it no longer applies.
    pub now: Option<String>,
    /// How many customers received it.
    pub customers: usize,
    /// Their addresses.
    pub contacts: Vec<String>,
}

/// Counts customers by outdated fact.
#[derive(Debug, Default)]
pub(crate) struct OutdatedFacts {
    found: BTreeMap<(Wrong, Option<String>), Vec<String>>,
}

impl OutdatedFacts {
    /// Counts a customer.
    pub(crate) fn count(&mut self, comparison: &Comparison<'_>, recipient: &Recipient, outdated: &Outdated) {
        for wrong in &outdated.wrong {
            let now = comparison.today(&recipient.segment, &wrong.fact).map(str::to_owned);
            self.found.entry((wrong.clone(), now)).or_default().push(recipient.email.to_string());
        }
    }

    /// The facts, the deadline first.
    pub(crate) fn list(self, campaign: &Campaign) -> Vec<OutdatedFact> {
        let fact = |((Wrong { fact, told }, now), contacts): ((Wrong, Option<String>), Vec<String>)| OutdatedFact {
            kind: fact.kind(),
            what: fact.in_words(campaign),
            customers: contacts.len(),
            fact,
            told,
            now,
            contacts,
        };
        self.found.into_iter().map(fact).collect()
    }
}
