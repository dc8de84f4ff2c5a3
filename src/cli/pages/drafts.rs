//! The page for reviewing drafts: each text as its reader sees it, beside its source.

use serde::Serialize;

use super::{BrokenPage, mail, render};
use crate::app::draft::Comparison;
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::lint::{Verified, verified_variant};
use crate::campaign::text::difference;
use crate::campaign::text::difference::{Line, Mark};
use crate::campaign::text::draft::{Draft, Edition, Since};
use crate::campaign::text::presentable;
use crate::campaign::text::template::{Inputs, Provenance, RestsOn};

/// The page of these drafts.
pub fn page(campaign: &Campaign, editions: &[Edition], now: Time) -> Result<String, BrokenPage> {
    let phases: Vec<PhasePart> = editions.iter().map(|edition| PhasePart::of(campaign, edition, now)).collect();
    let drafts = || phases.iter().flat_map(|phase| &phase.drafts);
    let count = |since| drafts().filter(|draft| draft.since == since).count();
    let page = Page {
        title: format!("{}: drafts to review", campaign.title),
        campaign: &campaign.title,
        from: &campaign.from,
        deadline: campaign.deadline.in_words(),
        made: campaign.local_date(now).format("%-d %B %Y").to_string(),
        texts: drafts().count(),
        new: count(Comparison::New),
        changed: count(Comparison::Changed),
        phases,
    };
    render("drafts.html", &page)
}

#[derive(Serialize)]
struct Page<'a> {
    title: String,
    campaign: &'a str,
    from: &'a str,
    deadline: String,
    made: String,
    texts: usize,
    new: usize,
    changed: usize,
    phases: Vec<PhasePart>,
}

#[derive(Serialize)]
struct PhasePart {
    name: String,
    due: String,
    recipients: usize,
    drafts: Vec<DraftPart>,
    gone: Vec<String>,
}

#[derive(Serialize)]
struct DraftPart {
    name: String,
    /// How it compares with the last lock.
    since: Comparison,
    /// Whether the reviewed text is known, so that changes are marked.
    compared: bool,
    recipients: usize,
    readers: Vec<String>,
    template: String,
    differs_from: Option<String>,
    why: Vec<String>,
    subject: String,
    body: String,
    source: Vec<SourceLine>,
    /// What the rules verified, and what they leave to the reviewer.
    verified: Verified,
    /// What its template is based on, if a model wrote it.
    composed: Option<ComposedPart>,
}

/// What a composed template is based on.
#[derive(Serialize)]
struct ComposedPart {
    model: String,
    host: String,
    at: String,
    tries: i64,
    edited: bool,
    lines: Vec<ComposedLine>,
}

/// A line of it, and its facts.
#[derive(Serialize)]
struct ComposedLine {
    words: String,
    facts: Vec<String>,
}

impl From<&Provenance> for ComposedPart {
    fn from(provenance: &Provenance) -> Self {
        let Provenance { head, edited, lines } = provenance;
        let line = |line: &RestsOn| ComposedLine { words: line.words.clone(), facts: line.facts.clone() };
        Self {
            model: head.model.clone(),
            host: head.host.clone(),
            at: head.at.clone(),
            tries: head.tries,
            edited: *edited,
            lines: lines.iter().map(line).collect(),
        }
    }
}

#[derive(Serialize)]
struct SourceLine {
    mark: &'static str,
    /// Whether the most common text lacks this line.
    own: bool,
    html: String,
}

impl PhasePart {
    fn of(campaign: &Campaign, edition: &Edition, now: Time) -> Self {
        let due = campaign.phase(&edition.lock.phase).and_then(|phase| campaign.due(phase));
        Self {
            name: edition.lock.phase.clone(),
            due: due.map_or_else(
                || "to each customer once they are done".to_owned(),
                |due| due.with_timezone(&campaign.zone).format("%A, %-d %B %Y, %H:%M %Z").to_string(),
            ),
            recipients: edition.drafts.iter().map(|draft| draft.variant.recipients).sum(),
            drafts: edition
                .drafts
                .iter()
                .map(|draft| DraftPart::of(draft, verified_variant(campaign, &edition.lock.phase, &draft.variant, now)))
                .collect(),
            gone: edition.gone.clone(),
        }
    }
}

impl DraftPart {
    fn of(draft: &Draft, verified: Verified) -> Self {
        let (variant, differs) = (&draft.variant, draft.differs.as_ref());
        Self {
            name: draft.name.clone(),
            since: (&draft.since).into(),
            compared: matches!(draft.since, Since::Changed(Some(_))),
            recipients: variant.recipients,
            readers: variant.inputs.iter().map(readers).collect(),
            template: variant.template.clone(),
            differs_from: differs.map(|differs| differs.from.clone()),
            why: differs.map(|differs| differs.why.clone()).unwrap_or_default(),
            subject: mail::marked(&variant.text.subject),
            body: mail::html(&variant.text.body),
            source: source(draft),
            composed: draft.composed.as_ref().map(ComposedPart::from),
            verified,
        }
    }
}

fn readers(inputs: &Inputs) -> String {
    let tags = inputs.tags.iter().flatten().map(|tag| presentable(tag)).collect::<Vec<_>>();
    let tagged = if tags.is_empty() { String::new() } else { format!(", tagged {}", tags.join(", ")) };
    let told = inputs.told_deadline.map(|told| format!(", who were given the deadline {told}")).unwrap_or_default();
    format!("{}{tagged}{told}", inputs.segment)
}

/// The source, line by line: what changed since the review, and what the most common text lacks.
fn source(draft: &Draft) -> Vec<SourceLine> {
    let text = &draft.variant.text;
    let lines = match &draft.since {
        Since::Changed(Some(old)) => difference::lines(old, text),
        _ => text.page().lines().map(|line| Line { mark: Mark::Same, text: line.to_owned() }).collect(),
    };
    let compared = draft.differs.iter().filter(|differs| differs.alike).flat_map(|differs| &differs.lines);
    let mut own = compared.filter(|line| line.mark != Mark::Gone).map(|line| line.mark == Mark::New);
    let shown = |line: Line| SourceLine {
        own: line.mark != Mark::Gone && own.next().unwrap_or(false),
        mark: match line.mark {
            Mark::Same => "same",
            Mark::Gone => "gone",
            Mark::New => "new",
        },
        html: mail::marked(&line.text),
    };
    lines.into_iter().map(shown).collect()
}
