//! Finds technical claims: sentences that say how a service behaves, although no change, variable or date of the
//! campaign says so.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::calendar::dates;
use super::parsed_text::{Finding, ParsedText};
use super::reading::{one_line, pattern};
use super::versions::Versions;
use crate::campaign::definition::rule::Rule;

/// A statement of fact about a service, in folded letters.
static CLAIM: LazyLock<Regex> = LazyLock::new(|| {
    let states = "down|unavailable|offline|broken|disabled|mandatory|required|deprecated|unsupported|read[- ]only";
    let does = "supports?|accepts?|returns?|requires?|ignores?|sends?|contains?|includes?|exists?";
    pattern(&format!(
        r"\b(?:(?:is|are) (?:currently|now|temporarily|presently) (?:{states})|now (?:requires?|needs?|fails?|rejects?|returns?|ignores?|breaks?|answers? with)|no longer (?:{does})|(?:was|were|has been|have been|is|are|will be) (?:removed|renamed|replaced|deprecated|dropped|made (?:mandatory|required)))\b"
    ))
});
/// Words that turn a claim into an instruction, a condition, or a statement about the old version
/// as a whole.
static OTHERWISE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:if|when|whenever|once|unless|until|while|whether|should|may|might|can|could|check|search|look|test|old|previous|deadline|last day)\b|\?",
    )
});

/// Finds sentences that claim something and share no word with the campaign file.
pub fn unfounded_claims(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for sentence in &parsed.sentences {
        let words = sentence.words();
        let Some(claim) = CLAIM.find(words).filter(|_| !OTHERWISE.is_match(words)) else { continue };
        let raw = &parsed.raw(sentence.part)[sentence.at.clone()];
        // A sentence with a date, or about the version that ends, is what the rules of those judge.
        let judged = !dates(raw).is_empty() || is_of_the_version(parsed, words);
        if judged || !telling_words(raw).is_disjoint(&known(parsed)) {
            continue;
        }
        let at = sentence.folded.place(&claim.range());
        let what = format!("`{}`: nothing in campaign.toml says this", one_line(raw));
        let fix = "say it in the change it is about, in that change's words, or leave it out";
        found.push(Finding::error(Rule::Claim, sentence.part, at, what, fix).into_warning());
    }
    found
}

fn is_of_the_version(parsed: &ParsedText<'_>, words: &str) -> bool {
    let campaign = parsed.campaign;
    let named =
        [Versions::of(campaign).old, Some(campaign.title.to_lowercase()), Some(campaign.product().to_lowercase())];
    named.into_iter().flatten().any(|name| words.contains(&name))
}

/// The words of everything the campaign says to these readers.
fn known(parsed: &ParsedText<'_>) -> BTreeSet<String> {
    let campaign = parsed.campaign;
    let own = campaign.changes.iter().filter(|change| parsed.inputs.changes.contains(&change.id));
    let changes = own.flat_map(|change| {
        let more = [&change.task, &change.before, &change.after];
        [&change.title, &change.text].into_iter().chain(more.into_iter().flatten())
    });
    let segment = campaign.segment(&parsed.inputs.segment).map(|segment| &segment.vars);
    let vars = campaign.vars.values().chain(segment.into_iter().flat_map(|vars| vars.values()));
    let said = changes.map(String::as_str).chain(vars.filter_map(|value| value.as_str()));
    said.flat_map(telling_words).collect()
}

/// The stems of the words that carry meaning, in small letters: those of more than three letters that are not in every sentence.
pub fn telling_words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 3);
    let stem = |word: &str| {
        let word = word.to_lowercase();
        let cut = ["ing", "ed", "es", "s"].iter().find_map(|end| word.strip_suffix(end).filter(|stem| stem.len() > 3));
        cut.map_or_else(|| word.clone(), str::to_owned)
    };
    words.map(stem).filter(|word| !COMMON.contains(&word.as_str())).collect()
}

const COMMON: [&str; 24] = [
    "that", "this", "with", "your", "from", "have", "will", "when", "what", "which", "must", "should", "they", "them",
    "there", "then", "stay", "write", "place", "change", "request", "every", "each", "into",
];
