//! Which facts a text states. The template does not say so, so it is tried out: if a fact changes and the text does
//! not, the text does not state it.

use super::context::context;
use super::inputs::Inputs;
use super::load::Templates;
use crate::campaign::definition::facts::{Fact, Facts};
use crate::campaign::definition::problem::Problem;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::people::sent_facts::Wrong;
use crate::campaign::text::{Personal, Text};

impl Templates {
    /// The facts that a phase's text states for these inputs.
    pub fn stated_facts(&self, campaign: &Campaign, phase: &Phase, inputs: &Inputs) -> Result<Facts, Problem> {
        let (_, found) = self.facts(campaign, phase, inputs)?;
        let today = Facts::of(campaign, found.segment);
        let trial = Trial { templates: self, campaign, phase, inputs, text: self.plain(campaign, phase, inputs)? };
        let mut told = Facts::default();
        let all: Vec<&Fact> = today.0.keys().collect();
        trial.among(&all, &mut |fact| drop(told.0.insert(fact.clone(), today.0[fact].clone())));
        // A fact that no longer applies has no value to change.
        let gone = inputs.corrections.iter().filter(|wrong| !today.0.contains_key(&wrong.fact));
        told.0.extend(gone.filter(|wrong| trial.names(wrong)).map(|wrong| (wrong.fact.clone(), None)));
        Ok(told)
    }

    /// The text, even if something is wrong with it.
    fn plain(&self, campaign: &Campaign, phase: &Phase, inputs: &Inputs) -> Result<Text, Problem> {
        let (entry, facts) = self.facts(campaign, phase, inputs)?;
        self.text(entry, &context(&facts, Personal::placeholder))
    }
}

/// A text, and what it is made from.
struct Trial<'a> {
    templates: &'a Templates,
    campaign: &'a Campaign,
    phase: &'a Phase,
    inputs: &'a Inputs,
    text: Text,
}

impl Trial<'_> {
    /// Passes each of these facts that the text states to `tell`. Most texts state few facts: they are tried all
    /// together first, then by halves.
    fn among(&self, facts: &[&Fact], tell: &mut impl FnMut(&Fact)) {
        if facts.is_empty() || !self.differs(&self.campaign.with_altered(facts.iter().copied()), self.inputs) {
            return;
        }
        if let [fact] = facts {
            return tell(fact);
        }
        let (some, others) = facts.split_at(facts.len() / 2);
        self.among(some, tell);
        self.among(others, tell);
    }

    /// Whether the text mentions the wrong fact.
    fn names(&self, wrong: &Wrong) -> bool {
        let mut inputs = self.inputs.clone();
        for own in inputs.corrections.iter_mut().filter(|own| own.fact == wrong.fact) {
            own.told = Some(format!("ø{}", own.told.as_deref().unwrap_or_default()));
        }
        self.differs(self.campaign, &inputs)
    }

    /// Whether the text comes out differently. If it can no longer be rendered, it depends on what
    /// was changed.
    fn differs(&self, campaign: &Campaign, inputs: &Inputs) -> bool {
        self.templates.plain(campaign, self.phase, inputs).map_or(true, |text| text != self.text)
    }
}
