//! A phase's variants for people: named, in reading order, each compared with the most common.

use std::collections::HashSet;

use super::difference::{self, Line, Mark};
use super::lock::{Lock, Locked};
use super::sorting::concerns;
use super::template::{Inputs, Provenance};
use super::variant::{Texts, Variant};
use crate::campaign::definition::{Campaign, Change};
use crate::campaign::text::{Text, presentable};

/// One variant to review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its name in the drafts folder: the segment, with a number if the segment has several.
    pub name: String,
    /// The variant.
    pub variant: Variant,
    /// How it compares with the last lock.
    pub since: Since,
    /// How it differs from the phase's most common variant; `None` for that one.
    pub differs: Option<Differs>,
    /// What its template was based on, if a model wrote it.
    pub composed: Option<Provenance>,
}

/// How a draft compares with the last lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// The lock has no such draft.
    New,
    /// The text changed. Has the reviewed text, if the draft file still contains it.
    Changed(Option<Text>),
    /// The text is the locked one.
    Same,
}

/// How a variant differs from the most common one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differs {
    /// The name of the most common variant.
    pub from: String,
    /// What causes the difference, in words.
    pub why: Vec<String>,
    /// The lines of both texts.
    pub lines: Vec<Line>,
    /// Whether enough lines are the same for the others to show the difference.
    pub alike: bool,
}

/// The drafts of a phase, and their lock.
#[derive(Debug)]
pub struct Edition {
    /// The drafts, in reading order; only of the requested segments.
    pub drafts: Vec<Draft>,
    /// The lock.
    pub lock: Lock,
    /// Drafts of the last lock that are no longer made, by name.
    pub gone: Vec<String>,
}

impl Draft {
    /// The draft as the lock keeps it.
    fn locked(&self) -> Locked {
        let Variant { text, digest, inputs, .. } = &self.variant;
        let (name, subject) = (self.name.clone(), text.subject.clone());
        Locked { name, digest: *digest, subject, inputs: inputs.clone() }
    }
}

/// A variant must be this many times as common to replace the one that others are compared with: numbers fluctuate, and
/// each replacement would make all drafts look changed.
const OVERTAKES: usize = 2;

/// Makes drafts from variants. `old` is the last lock, and `reviewed` reads a text in it. If `segments` is
/// not empty, the variants are only of those, and the other segments' drafts stay as they are.
pub fn edition(
    texts: &Texts<'_>,
    variants: Vec<Variant>,
    old: Option<&Lock>,
    segments: &[String],
    reviewed: impl Fn(&Locked) -> Option<Text>,
) -> Edition {
    let kept = match old {
        // With another deadline, the other segments' texts are void.
        Some(old) if !segments.is_empty() && old.is_for(texts.campaign()) => old.without(segments),
        _ => Vec::new(),
    };
    let mut drafts = named(variants, old, &kept);
    for draft in &mut drafts {
        draft.since = since(draft, old, &reviewed);
        let template = texts.templates().source(&draft.variant.template);
        draft.composed = template.and_then(|file| Provenance::of(&file.text));
    }
    let commonest = commonest(&drafts, old, &kept);
    if let Some((name, inputs, text)) = commonest.clone().and_then(|name| known(name, &drafts, &kept, &reviewed)) {
        for draft in drafts.iter_mut().filter(|draft| draft.name != name) {
            draft.differs = Some(differs(texts.campaign(), draft, &name, &inputs, &text));
        }
    }
    let lock = Lock::new(texts, drafts.iter().map(Draft::locked).collect(), kept, commonest);
    let made = |locked: &&Locked| lock.variants.iter().any(|own| own.name == locked.name);
    let before = old.iter().flat_map(|old| &old.variants);
    let gone = before.filter(|locked| !made(locked)).map(|locked| locked.name.clone()).collect();
    Edition { drafts, lock, gone }
}

/// Each variant with the name that its readers had in the last lock, otherwise with the next free one. A text that
/// another segment keeps shares its draft.
fn named(variants: Vec<Variant>, old: Option<&Lock>, kept: &[Locked]) -> Vec<Draft> {
    let mut taken: HashSet<String> = kept.iter().map(|locked| locked.name.clone()).collect();
    let mut names: Vec<Option<String>> = variants
        .iter()
        .map(|variant| {
            let shared = kept.iter().find(|locked| locked.digest == variant.digest);
            let before = || old.and_then(|old| old.name_before(variant, &taken));
            let name = shared.map(|locked| locked.name.clone()).or_else(before)?;
            taken.insert(name.clone());
            Some(name)
        })
        .collect();
    for (name, variant) in names.iter_mut().zip(&variants).filter(|(name, _)| name.is_none()) {
        let segment = variant.segment();
        let numbered = (2..).map(|number| format!("{segment}-{number}"));
        let free = std::iter::once(segment.to_owned()).chain(numbered).find(|name| !taken.contains(name));
        taken.extend(free.clone());
        *name = free;
    }
    let draft = |(name, mut variant): (Option<String>, Variant)| {
        if let Some(shared) = kept.iter().find(|locked| locked.digest == variant.digest) {
            variant.inputs.splice(0..0, shared.inputs.iter().cloned());
        }
        Draft { name: name.unwrap_or_default(), variant, since: Since::New, differs: None, composed: None }
    };
    names.into_iter().zip(variants).map(draft).collect()
}

fn since(draft: &Draft, old: Option<&Lock>, reviewed: impl Fn(&Locked) -> Option<Text>) -> Since {
    match old.and_then(|old| old.variants.iter().find(|locked| locked.name == draft.name)) {
        None => Since::New,
        Some(locked) if locked.digest == draft.variant.digest => Since::Same,
        Some(locked) => Since::Changed(reviewed(locked)),
    }
}

/// The name of the variant that the others are compared with.
fn commonest(drafts: &[Draft], old: Option<&Lock>, kept: &[Locked]) -> Option<String> {
    // Of equally common ones, the first in reading order.
    let most = drafts.iter().rev().max_by_key(|draft| draft.variant.recipients)?;
    let before = old.and_then(|old| old.commonest.as_ref());
    let stays = |name: &&String| {
        let drafted = drafts.iter().find(|draft| draft.name == **name);
        let enough = |draft: &Draft| draft.variant.recipients * OVERTAKES >= most.variant.recipients;
        drafted.is_some_and(enough) || kept.iter().any(|locked| locked.name == **name)
    };
    before.filter(stays).or(Some(&most.name)).cloned()
}

/// The most common variant's name, inputs and text; `None` if its text can no longer be read.
fn known(
    name: String,
    drafts: &[Draft],
    kept: &[Locked],
    reviewed: impl Fn(&Locked) -> Option<Text>,
) -> Option<(String, Vec<Inputs>, Text)> {
    if let Some(draft) = drafts.iter().find(|draft| draft.name == name) {
        return Some((name, draft.variant.inputs.clone(), draft.variant.text.clone()));
    }
    let locked = kept.iter().find(|locked| locked.name == name)?;
    Some((name, locked.inputs.clone(), reviewed(locked)?))
}

fn differs(campaign: &Campaign, draft: &Draft, from: &str, inputs: &[Inputs], text: &Text) -> Differs {
    let lines = difference::lines(text, &draft.variant.text);
    let same = lines.iter().filter(|line| line.mark == Mark::Same).count();
    let alike = same * 2 >= lines.len();
    Differs { from: from.to_owned(), why: why(campaign, &draft.variant.inputs, inputs), lines, alike }
}

/// Why a text differs from the most common one, in words: the segment, the changes, the tags.
fn why(campaign: &Campaign, inputs: &[Inputs], common: &[Inputs]) -> Vec<String> {
    let Some(own) = inputs.first() else { return Vec::new() };
    let Some(other) = common.iter().find(|other| other.segment == own.segment).or(common.first()) else {
        return Vec::new();
    };
    let mut why = Vec::new();
    if own.segment != other.segment {
        why.push(format!("segment {}, not {}", own.segment, other.segment));
    }
    let change = |id: &String| {
        let known = campaign.changes.iter().find(|change| change.id == *id);
        known.map_or_else(|| id.clone(), |change: &Change| format!("{id} ({})", concerns(change)))
    };
    let missing = |all: &[String], some: &[String]| -> Vec<String> {
        all.iter().filter(|one| !some.contains(one)).cloned().collect()
    };
    why.extend(missing(&own.changes, &other.changes).iter().map(|id| format!("with change {}", change(id))));
    why.extend(missing(&other.changes, &own.changes).iter().map(|id| format!("without change {}", change(id))));
    let (own_tags, other_tags) = (own.tags.as_deref().unwrap_or_default(), other.tags.as_deref().unwrap_or_default());
    why.extend(missing(own_tags, other_tags).iter().map(|tag| format!("with tag {}", presentable(tag))));
    why.extend(missing(other_tags, own_tags).iter().map(|tag| format!("without tag {}", presentable(tag))));
    why.extend(missing(&own.had, &other.had).iter().map(|phase| format!("who already have phase {phase}")));
    why.extend(missing(&other.had, &own.had).iter().map(|phase| format!("who have not had phase {phase}")));
    if own.told_deadline != other.told_deadline {
        why.extend(own.told_deadline.map(|told| format!("who were given the deadline {told}")));
    }
    why
}
