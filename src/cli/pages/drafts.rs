//! The page for reviewing drafts: each text as its reader sees it, beside its source.

use serde::Serialize;

use super::{BrokenPage, mail, render};
use crate::app::draft::Comparison;
use crate::campaign::Time;
use crate::campaign::compose::facts::SegmentFacts;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::lint::{CodeRuns, Verified, verified_variant};
use crate::campaign::text::difference;
use crate::campaign::text::difference::{Line, Mark};
use crate::campaign::text::draft::{Draft, Edition, Since};
use crate::campaign::text::presentable;
use crate::campaign::text::template::{Inputs, Provenance, RestsOn};

/// The page with these drafts. `runs` are the code examples that were run.
pub fn page(campaign: &Campaign, editions: &[Edition], runs: &CodeRuns, now: Time) -> Result<String, BrokenPage> {
    let phases: Vec<PhasePart> = editions.iter().map(|edition| PhasePart::of(campaign, edition, runs, now)).collect();
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
    sentences: Vec<ComposedSentence>,
}

/// A sentence of it, and the facts it is based on.
#[derive(Serialize)]
struct ComposedSentence {
    words: String,
    facts: Vec<ComposedFact>,
    /// Whether the program prints all of it.
    printed: bool,
}

/// A fact, and its value for the text's readers.
#[derive(Serialize)]
struct ComposedFact {
    id: String,
    says: String,
}

impl ComposedPart {
    fn of(provenance: &Provenance, facts: Option<&SegmentFacts>) -> Self {
        let Provenance { head, edited, sentences } = provenance;
        let fact = |id: &String| {
            let says = facts.and_then(|facts| facts.fact(id)).map(|fact| fact.says.clone());
            ComposedFact { id: id.clone(), says: says.unwrap_or_default() }
        };
        let sentence = |rests: &RestsOn| ComposedSentence {
            words: rests.words.trim_start_matches(['#', ' ']).to_owned(),
            facts: rests.facts.iter().map(fact).collect(),
            printed: rests.facts.iter().any(|id| rests.words.trim_start_matches("- [ ] ") == format!("⟨{id}⟩")),
        };
        Self {
            model: head.model.clone(),
            host: head.host.clone(),
            at: head.at.clone(),
            tries: head.tries,
            edited: *edited,
            sentences: sentences.iter().map(sentence).collect(),
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
    fn of(campaign: &Campaign, edition: &Edition, runs: &CodeRuns, now: Time) -> Self {
        let verified = |draft: &Draft| verified_variant(campaign, &edition.lock.phase, &draft.variant, runs, now);
        let phase = campaign.phase(&edition.lock.phase);
        let due = phase.and_then(|phase| campaign.due(phase));
        let undated = if phase.is_some_and(Phase::corrects) {
            "at once, to customers with an outdated fact"
        } else {
            "to each customer once they are done"
        };
        Self {
            name: edition.lock.phase.clone(),
            due: due.map_or_else(
                || undated.to_owned(),
                |due| due.with_timezone(&campaign.zone).format("%A, %-d %B %Y, %H:%M %Z").to_string(),
            ),
            recipients: edition.drafts.iter().map(|draft| draft.variant.recipients).sum(),
            drafts: edition.drafts.iter().map(|draft| DraftPart::of(campaign, draft, verified(draft))).collect(),
            gone: edition.gone.clone(),
        }
    }
}

impl DraftPart {
    fn of(campaign: &Campaign, draft: &Draft, verified: Verified) -> Self {
        let (variant, differs) = (&draft.variant, draft.differs.as_ref());
        let segment = variant.inputs.first().and_then(|inputs| campaign.segment(&inputs.segment));
        let facts = segment.map(|segment| SegmentFacts::of(campaign, segment));
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
            composed: draft.composed.as_ref().map(|provenance| ComposedPart::of(provenance, facts.as_ref())),
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
