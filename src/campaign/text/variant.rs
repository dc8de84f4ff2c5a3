//! The few texts that many recipients share.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use compact_str::CompactString;

use super::sorting::Sorting;
use super::template::{Inputs, TagsRead, Templates};
use crate::campaign::Time;
use crate::campaign::calls::QuotedUsage;
use crate::campaign::definition::facts::Facts;
use crate::campaign::definition::problem::{Problem, Source};
use crate::campaign::definition::reader::Reader;
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::digest::Digest;
use crate::campaign::mail::Mail;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::sent_facts::{Comparison, SentFacts};
use crate::campaign::text::{Form, Personal, Text, Values};

/// One distinct text of a phase, and who gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The text, with placeholders.
    pub text: Text,
    /// The text's identity.
    pub digest: Digest,
    /// The name of its template.
    pub template: String,
    /// The inputs that lead to it, in the campaign's order; never empty.
    pub inputs: Vec<Inputs>,
    /// How many recipients get it.
    pub recipients: usize,
}

impl Campaign {
    /// A recipient's personal values for a mail sent at a moment.
    pub fn values(&self, recipient: &Recipient, leaves: Time) -> Values {
        let reader = self.reader(&recipient.segment);
        let (days_left, date) = (reader.days_left(leaves), self.local_date(leaves));
        let usage = recipient.usage.as_ref().map(|usage| usage.quoted());
        let values = Values::new(&recipient.name, &recipient.email, &recipient.id, days_left, date);
        values.with_usage(usage.as_ref(), self.zone)
    }

    /// The personal values a mail was filled in with, whatever has happened to the contact and the deadline
    /// since.
    pub(crate) fn stated_values(&self, recipient: &Recipient, mail: &Mail) -> Values {
        let date = self.local_date(mail.leaves());
        let days_left = (mail.deadline.date - date).num_days();
        let values = match &mail.to {
            Some(then) => Values::new(&then.name, &then.email, &then.id, days_left, date),
            None => Values::new(&recipient.name, &recipient.email, &recipient.id, days_left, date),
        };
        values.with_usage(mail.usage.as_deref(), self.zone)
    }
}

/// The texts of a phase, each rendered once, however often it is requested.
#[derive(Debug)]
pub struct Texts<'a> {
    campaign: &'a Campaign,
    templates: &'a Templates,
    phase: &'a Phase,
    /// The contact's tags that each segment's template uses.
    tags_read: HashMap<&'a str, TagsRead>,
    /// By segment: when this phase is due, and the phases that are due after it.
    later: HashMap<&'a str, (Option<Time>, Vec<&'a str>)>,
    /// See [`Campaign::operations_asked_about`].
    among: CompactString,
    comparison: Comparison<'a>,
    rendered: HashMap<Inputs, Rc<Rendered>>,
}

/// A rendered text, ready to be filled in.
#[derive(Debug)]
pub struct Rendered {
    /// The text, with placeholders.
    pub text: Text,
    /// Its identity.
    pub digest: Digest,
    /// The name of its template.
    pub template: String,
    /// The same, with the placeholders located.
    pub form: Form,
}

impl Rendered {
    /// What a recipient's mail quotes of their usage: kept, since it changes.
    pub(crate) fn usage_told(&self, recipient: &Recipient) -> Option<QuotedUsage> {
        let usage = recipient.usage.as_ref().filter(|_| self.form.personal_values().any(Personal::is_of_usage))?;
        let mut quoted = usage.quoted();
        if !self.form.personal_values().any(Personal::names_endpoints) {
            quoted.endpoints.clear();
        }
        Some(quoted)
    }

    /// Whether it states something unknown about the recipient's usage.
    pub fn lacks(&self, recipient: &Recipient) -> bool {
        let usage = recipient.usage.as_ref().map(|usage| usage.quoted());
        self.form.personal_values().any(|personal| match personal {
            Personal::OldCalls | Personal::NewCalls => usage.is_none(),
            Personal::LastSeen => usage.as_ref().and_then(|usage| usage.calls.last_seen).is_none(),
            Personal::Endpoints => usage.as_ref().is_none_or(|usage| usage.endpoints.is_empty()),
            Personal::Name
            | Personal::Email
            | Personal::Id
            | Personal::DaysLeft
            | Personal::SendDate
            | Personal::UsageSummary => false,
        })
    }
}

impl<'a> Texts<'a> {
    /// Renders nothing yet.
    pub fn new(campaign: &'a Campaign, templates: &'a Templates, phase: &'a Phase) -> Self {
        let read = campaign.segments.iter().map(|segment| {
            let read = templates.entry(phase, segment).map_or(TagsRead::None, |entry| templates.tags_read(entry));
            (segment.name.as_str(), read)
        });
        let (tags_read, among) = (read.collect(), campaign.operations_asked_about());
        let later = campaign.segments.iter().map(|segment| {
            let reader = Reader::of(campaign, Some(segment));
            let phases = reader.phases_after(phase).into_iter().map(|(next, _)| next.name.as_str());
            (segment.name.as_str(), (reader.due(phase), phases.collect()))
        });
        let comparison = Comparison::new(campaign, &Arc::default());
        Self {
            campaign,
            templates,
            phase,
            tags_read,
            later: later.collect(),
            among,
            comparison,
            rendered: HashMap::new(),
        }
    }

    /// The same with the facts that earlier texts stated, which a correcting phase needs.
    #[must_use]
    pub fn knowing(self, sent_facts: &Arc<SentFacts>) -> Self {
        Self { comparison: Comparison::new(self.campaign, sent_facts), ..self }
    }

    /// The texts' campaign.
    pub fn campaign(&self) -> &'a Campaign {
        self.campaign
    }

    /// The texts' phase.
    pub fn phase(&self) -> &'a Phase {
        self.phase
    }

    /// Their templates.
    pub fn templates(&self) -> &'a Templates {
        self.templates
    }

    /// The inputs of a recipient's text.
    pub fn inputs(&self, recipient: &Recipient) -> Inputs {
        let read = self.tags_read.get(recipient.segment.as_str()).unwrap_or(&TagsRead::None);
        let inputs = Inputs::of(&self.comparison, self.phase, recipient, read, &self.among);
        Inputs { had: self.had(recipient), ..inputs }
    }

    /// The phases due after this one whose mail left before this one's: after a postponement they are due again, for others.
    fn had(&self, recipient: &Recipient) -> Vec<String> {
        let Some((Some(due), later)) = self.later.get(recipient.segment.as_str()) else { return Vec::new() };
        let leaves = recipient.mail(&self.phase.name).map_or(*due, Mail::leaves);
        let has = |name: &&&str| recipient.mail(name).is_some_and(|mail| !mail.is_void() && mail.leaves() < leaves);
        later.iter().filter(has).map(|name| (*name).to_owned()).collect()
    }

    /// Whether the phase has anything for a recipient: it may be for other segments, or a correction may have nothing
    /// to correct.
    pub fn concerns(&self, recipient: &Recipient) -> bool {
        let is_wrong = || self.comparison.outdated(recipient, Some(&self.phase.name)).is_some();
        self.phase.is_for(&recipient.segment) && (!self.phase.corrects() || is_wrong())
    }

    /// The facts that the text for these inputs states.
    ///
    /// # Errors
    /// It cannot be rendered.
    pub fn facts(&self, inputs: &Inputs) -> Result<Facts, Problem> {
        self.templates.stated_facts(self.campaign, self.phase, inputs)
    }

    /// The text for these inputs.
    pub fn render(&mut self, inputs: &Inputs) -> Result<Rc<Rendered>, Problem> {
        if let Some(rendered) = self.rendered.get(inputs) {
            return Ok(Rc::clone(rendered));
        }
        let text = self.templates.render(self.campaign, self.phase, inputs)?;
        self.requires_corrections(inputs)?;
        let form = Form::of(&text).map_err(|mangled| {
            let definition = Source::new("campaign.toml", "");
            Problem::error(&definition, 0..0, mangled.to_string(), "").of(Rule::PersonalValue)
        })?;
        let template = self.template(&inputs.segment).unwrap_or_default().to_owned();
        let rendered = Rc::new(Rendered { digest: text.digest(), text, template, form });
        self.rendered.insert(inputs.clone(), Rc::clone(&rendered));
        Ok(rendered)
    }

    /// Requires a correction to say what was wrong: an older template may only know dates.
    fn requires_corrections(&self, inputs: &Inputs) -> Result<(), Problem> {
        if inputs.corrections.is_empty() {
            return Ok(());
        }
        let told = self.facts(inputs)?;
        let missing = inputs.corrections.iter().find(|wrong| !told.0.contains_key(&wrong.fact));
        missing.map_or(Ok(()), |wrong| {
            let entry = self.template(&inputs.segment).unwrap_or_default();
            let source = self.templates.source(entry).cloned().unwrap_or_else(|| Source::new(entry, ""));
            let what = format!("it does not state the current value of {}, which customers received wrong", wrong.fact);
            let fix = "print what `corrections` lists, as the built-in correction.md does";
            Err(Problem::error(&source, 0..0, what, fix).of(Rule::Template))
        })
    }

    /// The name of the template for a segment.
    fn template(&self, segment: &str) -> Option<&'a str> {
        self.templates.entry(self.phase, self.campaign.segment(segment)?)
    }

    /// The rules for who gets which text, apart from the contacts' own tags and usage.
    pub fn sorting(&self) -> Sorting {
        Sorting::of(self.campaign, |segment| self.tags_read.get(segment).unwrap_or(&TagsRead::None))
    }

    /// The variants of these recipients, in reading order. Returns all findings at once.
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

    /// The variants of these inputs, with their numbers of recipients: by segment, most common first.
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
        // Equally common ones stay in the order of their inputs.
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
