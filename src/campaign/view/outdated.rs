//! What customers were told that is another today, fact by fact.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::campaign::definition::Campaign;
use crate::campaign::definition::facts::{Fact, FactKind};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::told::{Comparison, Outdated, Wrong};

/// A fact that customers were told otherwise than it is today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OutdatedFact {
    /// Its name.
    pub fact: Fact,
    /// What kind of statement it is.
    pub kind: FactKind,
    /// What it is, in words.
    pub what: String,
    /// What they were told; null if they were told that it no longer applies.
    pub told: Option<String>,
    /// What is right; null where it no longer applies.
    pub now: Option<String>,
    /// How many customers.
    pub customers: usize,
    /// Their addresses.
    pub contacts: Vec<String>,
}

/// Facts that customers were told otherwise, while they are counted.
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
