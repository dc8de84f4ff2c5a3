//! The few texts that many recipients share.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::rc::Rc;

use compact_str::CompactString;

use super::sorting::Sorting;
use super::template::{Inputs, TagsRead, Templates};
use crate::campaign::Time;
use crate::campaign::calls::Calls;
use crate::campaign::definition::problem::Problem;
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::digest::Digest;
use crate::campaign::mail::Mail;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::text::{Form, Personal, Text, Values};

/// One distinct text of a phase, and who gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The text, with placeholders.
    pub text: Text,
    /// The text's identity.
    pub digest: Digest,
    /// The template it is made by, by name.
    pub template: String,
    /// The inputs that lead to it, in the campaign's order; never empty.
    pub inputs: Vec<Inputs>,
    /// How many recipients get it.
    pub recipients: usize,
}

impl Campaign {
    /// A recipient's personal values for a mail that leaves at a moment.
    pub fn values(&self, recipient: &Recipient, leaves: Time) -> Values {
        let reader = self.reader(&recipient.segment);
        let (days_left, date) = (reader.days_left(leaves), self.local_date(leaves));
        let calls = recipient.usage.as_ref().map(|usage| &usage.calls);
        Values::new(&recipient.name, &recipient.email, &recipient.id, days_left, date).with_usage(calls, self.zone)
    }

    /// The personal values a mail was filled in with, whatever has become of the contact and the deadline since.
    pub(crate) fn values_told(&self, recipient: &Recipient, mail: &Mail) -> Values {
        let date = self.local_date(mail.leaves());
        let days_left = (mail.deadline.date - date).num_days();
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
    /// By segment: which of the contact's tags its template looks at.
    tags_read: HashMap<&'a str, TagsRead>,
    /// See [`Campaign::operations_asked_about`].
    among: CompactString,
    rendered: HashMap<Inputs, Rc<Rendered>>,
}

/// A rendered text, ready to be filled in.
#[derive(Debug)]
pub struct Rendered {
    /// The text, with placeholders.
    pub text: Text,
    /// Its identity.
    pub digest: Digest,
    /// The template it was made by, by name.
    pub template: String,
    /// The same, with the placeholders located.
    pub form: Form,
}

impl Rendered {
    /// The numbers of the recipient's usage that its mail tells: kept, since they change.
    pub(crate) fn usage_told(&self, recipient: &Recipient) -> Option<Calls> {
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
        let read = campaign.segments.iter().map(|segment| {
            let read = templates.entry(phase, segment).map_or(TagsRead::None, |entry| templates.tags_read(entry));
            (segment.name.as_str(), read)
        });
        let (tags_read, among) = (read.collect(), campaign.operations_asked_about());
        Self { campaign, templates, phase, tags_read, among, rendered: HashMap::new() }
    }

    /// The campaign the texts are of.
    pub fn campaign(&self) -> &'a Campaign {
        self.campaign
    }

    /// The phase the texts are of.
    pub fn phase(&self) -> &'a Phase {
        self.phase
    }

    /// The templates they are made by.
    pub fn templates(&self) -> &'a Templates {
        self.templates
    }

    /// What shapes a recipient's text.
    pub fn inputs(&self, recipient: &Recipient) -> Inputs {
        let read = self.tags_read.get(recipient.segment.as_str()).unwrap_or(&TagsRead::None);
        Inputs::of(self.campaign, self.phase, recipient, read, &self.among)
    }

    /// Whether the phase has anything to tell a recipient: it may be for other segments, and a correction has nothing to correct where no mail told
    /// another deadline.
    pub fn concerns(&self, recipient: &Recipient) -> bool {
        let deadline = self.campaign.reader(&recipient.segment).deadline();
        self.phase.is_for(&recipient.segment)
            && (!self.phase.corrects() || self.inputs(recipient).told_deadline.is_some_and(|told| told != deadline))
    }

    /// The text for these inputs.
    pub fn render(&mut self, inputs: &Inputs) -> Result<Rc<Rendered>, Problem> {
        if let Some(rendered) = self.rendered.get(inputs) {
            return Ok(Rc::clone(rendered));
        }
        let text = self.templates.render(self.campaign, self.phase, inputs)?;
        let form = Form::of(&text).map_err(|mangled| {
            let definition = crate::campaign::definition::problem::Source::new("campaign.toml", "");
            Problem::error(&definition, 0..0, mangled.to_string(), "").of(Rule::PersonalValue)
        })?;
        let template = self.template(&inputs.segment).unwrap_or_default().to_owned();
        let rendered = Rc::new(Rendered { digest: text.digest(), text, template, form });
        self.rendered.insert(inputs.clone(), Rc::clone(&rendered));
        Ok(rendered)
    }

    /// The name of the template for a segment.
    fn template(&self, segment: &str) -> Option<&'a str> {
        self.templates.entry(self.phase, self.campaign.segment(segment)?)
    }

    /// The rules that decide who gets which text, apart from the contacts' own tags and usage.
    pub fn sorting(&self) -> Sorting {
        Sorting::of(self.campaign, |segment| self.tags_read.get(segment).unwrap_or(&TagsRead::None))
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

    /// The variants these inputs make, with how many recipients each has: by segment, the commonest first.
    pub(crate) fn variants_of(&mut self, counts: HashMap<Inputs, usize>) -> Result<Vec<Variant>, Vec<Problem>> {
        let campaign = self.campaign;
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by(|(a, _), (b, _)| (campaign.place(&a.segment), a).cmp(&(campaign.place(&b.segment), b)));
        let mut problems: Vec<Problem> = Vec::new();
        let mut variants: Vec<Variant> = Vec::new();
        let mut known: HashMap<Digest, usize> = HashMap::new();
        for (inputs, recipients) in counts {
            match self.render(&inputs) {
                Ok(rendered) => add(&mut variants, &mut known, &rendered, inputs, recipients),
                Err(problem) if problems.contains(&problem) => {}
                Err(problem) => problems.push(problem),
            }
        }
        // Of equally many, the order of their inputs stays.
        variants.sort_by_key(|variant| (campaign.place(variant.segment()), Reverse(variant.recipients)));
        if problems.is_empty() { Ok(variants) } else { Err(problems) }
    }
}

impl Variant {
    /// The first segment it is for.
    pub fn segment(&self) -> &str {
        self.inputs.first().map_or("", |inputs| &inputs.segment)
    }
}

fn add(
    variants: &mut Vec<Variant>,
    known: &mut HashMap<Digest, usize>,
    rendered: &Rendered,
    inputs: Inputs,
    recipients: usize,
) {
    if let Some(same) = known.get(&rendered.digest).and_then(|at| variants.get_mut(*at)) {
        same.inputs.push(inputs);
        same.recipients += recipients;
        return;
    }
    known.insert(rendered.digest, variants.len());
    let (text, digest, template) = (rendered.text.clone(), rendered.digest, rendered.template.clone());
    variants.push(Variant { text, digest, template, inputs: vec![inputs], recipients });
}
