//! What all mails together say to a segment: each of its changes, the deadline and what happens after it, the guide,
//! how to go back. A customer may read any of the mails first, so something missing from one mail is not an error;
//! missing from all of them, it is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex_lite::Regex;

use super::calendar::dates;
use super::checked::Checked;
use super::claims::telling_words;
use super::facts::{Fact, Facts};
use super::parsed_text::{Finding, ParsedText};
use super::reading::{first_line, folded, pattern};
use crate::campaign::definition::problem::Problem;
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{Change, Phase, When};
use crate::campaign::digest::Digest;
use crate::campaign::text::Text;
use crate::campaign::text::template::{Inputs, Part};

/// How to go back if something fails, in folded letters.
static WAY_BACK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:(?:go|going|switch|switching|roll|rolling|get|change|fall) (?:\w+ )?back|rollback|roll-back|reverts?|reverting|way back|(?:put|bring|deploy|restore|keep|use|release) (?:\w+ ){0,4}(?:old|previous|former|current)|undo|zuruck|rollen|ruckgangig|revenir|retour|retablir|volver|revertir|restaurar|voltar|reverter)\b|戻",
    )
});
/// Numbered steps.
static STEPS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^\s*2[.)]\s"));
/// What happens after the deadline, in folded letters.
static AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:after (?:that|this|it|the)|afterwards|thereafter|from then|from that|from this|no longer|not work|stops?|stopped|stopping|fails?|failing|rejects?|rejected|refused?|switch(?:ed)? off|turned? off|shut|removed?|unavailable|gone|lose|danach|nicht mehr|abgeschaltet|plus|cesser\w*|apres|dejar\w*|despues|apaga\w*|deixa\w*|depois|[45]\d\d)\b|終了|停止",
    )
});

/// Finds texts that name some of their readers' changes and leave others out.
pub fn missing_changes(parsed: &ParsedText<'_>) -> Vec<Finding> {
    if parsed.inputs.changes.len() < 2 || !matches!(parsed.phase.when, When::Dated(_)) {
        return Vec::new();
    }
    let wording = Wording::of(parsed.text);
    let own = parsed.campaign.changes.iter().filter(|change| parsed.inputs.changes.contains(&change.id));
    let (named, missing): (Vec<_>, Vec<_>) = own.partition(|change| wording.names(change));
    let Some(missing) = missing.first().filter(|_| !named.is_empty()) else { return Vec::new() };
    let what = format!("change `{}` concerns these readers, and the text names others but not this one", missing.id);
    let fix = "write {% for change in changes %}: each reader's changes are listed, and all of them";
    let line = first_line(&parsed.text.body).len();
    vec![Finding::error(Rule::MissingChange, Part::Body, 0..line, what, fix).into_warning()]
}

/// A text, prepared for the search for changes.
struct Wording {
    letters: String,
    words: BTreeSet<String>,
}

/// Fewer letters may occur by chance.
const ENOUGH: usize = 6;

impl Wording {
    fn of(text: &Text) -> Self {
        let all = format!("{}\n{}", text.subject, text.body);
        Self { letters: letters(&all), words: telling_words(&all) }
    }

    /// Whether a change is named: by one of its parts word for word, or by all words of its title or task.
    fn names(&self, change: &Change) -> bool {
        let lines = [Some(&change.title), change.task.as_ref()];
        let more = [Some(&change.text), change.before.as_ref(), change.after.as_ref(), change.url.as_ref()];
        let has = |part: &&String| {
            let letters = letters(part);
            letters.len() >= ENOUGH && self.letters.contains(&letters)
        };
        let says = |line: &&String| telling_words(line).is_subset(&self.words);
        lines.iter().flatten().any(says) || lines.iter().chain(&more).flatten().any(has)
    }
}

/// Letters and digits only: they do not depend on escapes and line breaks.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What the dated mails say, by segment.
#[derive(Debug, Default)]
pub struct Told<'a> {
    segments: BTreeMap<&'a str, ToldSegment>,
    known: BTreeSet<(&'a str, Digest)>,
}

#[derive(Debug, Default)]
struct ToldSegment {
    /// The changes of its readers, and those that some mail names.
    changes: BTreeSet<String>,
    named: BTreeSet<String>,
    deadline: bool,
    guide: bool,
    after: bool,
    /// Whether a mail guides them through steps with code, and whether any says how to go back.
    steps: bool,
    way_back: bool,
}

impl<'a> Told<'a> {
    /// Whether a text has to be read: it belongs to a dated phase, and its segment was not known to get it. Adds its
    /// reader's changes.
    pub(super) fn is_new(&mut self, checked: &Checked<'a>, phase: &Phase, inputs: &Inputs, text: Digest) -> bool {
        let Some(segment) = checked.campaign.segment(&inputs.segment) else { return false };
        if !matches!(phase.when, When::Dated(_)) {
            return false;
        }
        let name = segment.name.as_str();
        self.segments.entry(name).or_default().changes.extend(inputs.changes.iter().cloned());
        self.known.insert((name, text))
    }

    /// Reads a text.
    pub(super) fn read(&mut self, parsed: &ParsedText<'_>) {
        let Some(told) = self.segments.get_mut(parsed.inputs.segment.as_str()) else { return };
        let own = parsed.campaign.changes.iter().filter(|change| parsed.inputs.changes.contains(&change.id));
        let unnamed: Vec<&Change> = own.filter(|change| !told.named.contains(&change.id)).collect();
        if !unnamed.is_empty() {
            let wording = Wording::of(parsed.text);
            let named = unnamed.into_iter().filter(|change| wording.names(change));
            told.named.extend(named.map(|change| change.id.clone()));
        }
        if !told.deadline {
            let facts = Facts::of(parsed);
            let mut days = parsed.parts().into_iter().flat_map(|(_, prose)| dates(prose));
            told.deadline =
                days.any(|day| facts.meant_by(&day.readings).iter().any(|(_, fact)| *fact == Fact::Deadline));
        }
        told.guide |= parsed.reader().guide_url().is_none_or(|url| parsed.text.body.contains(url));
        if !told.after || !told.way_back {
            let words = folded(&parsed.text.body);
            told.after |= AFTER.is_match(&words);
            told.way_back |= WAY_BACK.is_match(&words);
        }
        told.steps |= !parsed.blocks.is_empty() && STEPS.is_match(&parsed.text.body);
    }

    /// What no mail says to a segment.
    pub(super) fn gaps(&self, checked: &Checked<'_>) -> Vec<Problem> {
        let segments = checked.campaign.segments.iter().enumerate();
        let told = segments.filter_map(|(number, segment)| Some((number, self.segments.get(segment.name.as_str())?)));
        let mut problems: Vec<Problem> = told
            .flat_map(|(number, told)| {
                let name = &checked.campaign.segments[number].name;
                told.missing().map(move |(what, fix)| {
                    let what = format!("no mail to `{name}` {what}");
                    checked.warning(Rule::Incomplete, &format!("segment.{number}.name"), name, what, fix)
                })
            })
            .collect();
        let unnamed = checked.campaign.changes.iter().enumerate().filter_map(|(number, change)| {
            let is_gap = |told: &&ToldSegment| told.changes.contains(&change.id) && !told.named.contains(&change.id);
            let (name, _) = self.segments.iter().find(|(_, told)| is_gap(told))?;
            Some((number, change, *name))
        });
        problems.extend(unnamed.map(|(number, change, name)| {
            let what = format!("no mail to `{name}` names change `{}`, which concerns its customers", change.id);
            let fix = "write {% for change in changes %} in one of the templates";
            checked.warning(Rule::MissingChange, &format!("change.{number}.title"), &change.id, what, fix)
        }));
        problems
    }
}

impl ToldSegment {
    /// What is missing, and what to do, each in words.
    fn missing(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let gaps = [
            (self.deadline, "gives the deadline", "write {{ campaign.deadline | date }}, or include partials/dates.md"),
            (self.after, "says what happens after the deadline", "include partials/what-stops.md, or say it"),
            (self.guide, "links to guide_url", "write {{ campaign.guide_url }}, or include partials/dates.md"),
            (
                self.way_back || !self.steps,
                "says how to go back if something fails, though one walks them through the steps",
                "say it, such as: put your old code back",
            ),
        ];
        gaps.into_iter().filter(|(told, ..)| !told).map(|(_, what, fix)| (what, fix))
    }
}
