//! The few texts that many recipients share.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::Time;
use super::definition::{Campaign, Phase};
use super::digest::Digest;
use super::mail::Mail;
use super::problem::Problem;
use super::recipient::Recipient;
use super::template::{Inputs, Templates};
use super::text::{Form, Personal, Text, Values};
use super::usage::Calls;

/// One distinct text of a phase, and who gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Its name in the drafts folder: the segment, numbered where the segment has several.
    pub name: String,
    /// The text, with placeholders.
    pub text: Text,
    /// The text's identity.
    pub digest: Digest,
    /// The inputs that lead to it, in order.
    pub inputs: Vec<Inputs>,
    /// How many recipients get it.
    pub recipients: usize,
}

impl Campaign {
    /// A recipient's personal values for a mail that leaves at a moment.
    pub fn values(&self, recipient: &Recipient, leaves: Time) -> Values {
        let (days_left, date) = (self.days_left(leaves), self.local_date(leaves));
        let calls = recipient.usage.as_ref().map(|usage| &usage.calls);
        Values::new(&recipient.name, &recipient.email, &recipient.id, days_left, date).with_usage(calls, self.zone)
    }

    /// The personal values a mail was filled in with, whatever has become of the contact and the deadline since.
    pub fn values_told(&self, recipient: &Recipient, mail: &Mail) -> Values {
        let date = self.local_date(mail.leaves());
        let days_left = (mail.deadline - date).num_days();
        let values = match &mail.to {
            Some(then) => Values::new(&then.name, &then.email, &then.id, days_left, date),
            None => Values::new(&recipient.name, &recipient.email, &recipient.id, days_left, date),
        };
        values.with_usage(mail.usage.as_deref(), self.zone)
    }
}

/// The texts of a phase, each rendered once, whoever asks for it.
#[derive(Debug)]
pub struct Texts<'a> {
    campaign: &'a Campaign,
    templates: &'a Templates,
    phase: &'a Phase,
    /// By segment: whether its template reads the contact's tags.
    reads_tags: HashMap<&'a str, bool>,
    rendered: HashMap<Inputs, Rc<Rendered>>,
}

/// A rendered text, ready to be filled in.
#[derive(Debug)]
pub struct Rendered {
    /// The text, with placeholders.
    pub text: Text,
    /// Its identity.
    pub digest: Digest,
    /// The same, with the placeholders located.
    pub form: Form,
}

impl Rendered {
    /// The numbers of the recipient's usage that its mail tells: kept, since they change.
    pub fn usage_told(&self, recipient: &Recipient) -> Option<Calls> {
        let tells = self.form.told().any(Personal::is_of_usage);
        recipient.usage.as_ref().filter(|_| tells).map(|usage| usage.calls)
    }

    /// Whether it tells something of the recipient's usage that is not known.
    pub fn lacks(&self, recipient: &Recipient) -> bool {
        let calls = recipient.usage.as_ref().map(|usage| usage.calls);
        self.form.told().any(|personal| match personal {
            Personal::OldCalls | Personal::NewCalls => calls.is_none(),
            Personal::LastSeen => calls.and_then(|calls| calls.last_seen).is_none(),
            Personal::Name | Personal::Email | Personal::Id | Personal::DaysLeft | Personal::SendDate => false,
        })
    }
}

impl<'a> Texts<'a> {
    /// No text is rendered until it is asked for.
    pub fn new(campaign: &'a Campaign, templates: &'a Templates, phase: &'a Phase) -> Self {
        let reads = campaign.segments.iter().map(|segment| {
            let reads = templates.entry(phase, segment).is_some_and(|entry| templates.reads_tags(entry));
            (segment.name.as_str(), reads)
        });
        Self { campaign, templates, phase, reads_tags: reads.collect(), rendered: HashMap::new() }
    }

    /// The campaign the texts are of.
    pub fn campaign(&self) -> &'a Campaign {
        self.campaign
    }

    /// The phase the texts are of.
    pub fn phase(&self) -> &'a Phase {
        self.phase
    }

    /// What shapes a recipient's text.
    pub fn inputs(&self, recipient: &Recipient) -> Inputs {
        let reads_tags = self.reads_tags.get(recipient.segment.as_str()).copied().unwrap_or(false);
        Inputs::of(self.campaign, self.phase, recipient, reads_tags)
    }

    /// Whether the phase has anything to tell a recipient: a correction has nothing to correct where no mail told
    /// another deadline.
    pub fn concerns(&self, recipient: &Recipient) -> bool {
        !self.phase.corrects()
            || self.inputs(recipient).told_deadline.is_some_and(|told| told != self.campaign.deadline)
    }

    /// The text for these inputs.
    pub fn render(&mut self, inputs: &Inputs) -> Result<Rc<Rendered>, Problem> {
        if let Some(rendered) = self.rendered.get(inputs) {
            return Ok(Rc::clone(rendered));
        }
        let text = self.templates.render(self.campaign, self.phase, inputs)?;
        let form = Form::of(&text).map_err(|mangled| {
            let definition = super::problem::Source::new("campaign.toml", "");
            Problem::error(&definition, 0..0, mangled.to_string(), "")
        })?;
        let rendered = Rc::new(Rendered { digest: text.digest(), text, form });
        self.rendered.insert(inputs.clone(), Rc::clone(&rendered));
        Ok(rendered)
    }

    /// A digest of everything that decides who gets which text, apart from the contacts' own tags: if it is the same
    /// as when the drafts were made, a new combination can only come from a contact.
    pub fn sorting(&self) -> Digest {
        let mut parts: Vec<String> = Vec::new();
        for segment in &self.campaign.segments {
            let reads = self.reads_tags.get(segment.name.as_str()).copied().unwrap_or(false);
            parts.push(format!("segment {} {} {reads}", segment.name, segment.tags));
        }
        parts.extend(self.campaign.changes.iter().map(|change| format!("change {} {:?}", change.id, change.concerns)));
        Digest::of(&parts.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The variants these recipients make, in reading order. All findings at once.
    pub fn variants<'r>(
        &mut self,
        recipients: impl Iterator<Item = &'r Recipient>,
    ) -> Result<Vec<Variant>, Vec<Problem>> {
        let mut counts: HashMap<Inputs, usize> = HashMap::new();
        for recipient in recipients {
            if !self.concerns(recipient) {
                continue;
            }
            *counts.entry(self.inputs(recipient)).or_default() += 1;
        }
        self.variants_of(counts)
    }

    /// The variants these inputs make, with how many recipients each has.
    pub fn variants_of(&mut self, counts: HashMap<Inputs, usize>) -> Result<Vec<Variant>, Vec<Problem>> {
        let place = |segment: &str| self.campaign.segments.iter().position(|own| own.name == segment);
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by(|(a, _), (b, _)| (place(&a.segment), a).cmp(&(place(&b.segment), b)));
        let mut problems: Vec<Problem> = Vec::new();
        let mut variants: Vec<Variant> = Vec::new();
        for (inputs, recipients) in counts {
            match self.render(&inputs) {
                Ok(rendered) => add(&mut variants, &rendered, inputs, recipients),
                Err(problem) if problems.contains(&problem) => {}
                Err(problem) => problems.push(problem),
            }
        }
        name(&mut variants);
        if problems.is_empty() { Ok(variants) } else { Err(problems) }
    }
}

fn add(variants: &mut Vec<Variant>, rendered: &Rendered, inputs: Inputs, recipients: usize) {
    if let Some(known) = variants.iter_mut().find(|variant| variant.digest == rendered.digest) {
        known.inputs.push(inputs);
        known.recipients += recipients;
        return;
    }
    variants.push(Variant {
        name: inputs.segment.clone(),
        text: rendered.text.clone(),
        digest: rendered.digest,
        inputs: vec![inputs],
        recipients,
    });
}

fn name(variants: &mut [Variant]) {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for variant in variants {
        let number = numbers.entry(variant.name.clone()).or_default();
        *number += 1;
        if *number > 1 {
            variant.name = format!("{}-{number}", variant.name);
        }
    }
}
