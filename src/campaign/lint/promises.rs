//! Checks promises: mails about migrations make them most easily, and are least often right about
//! them.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::parsed_text::{Finding, ParsedText};
use super::reading::{one_line, pattern};
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;

static PROMISE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:no(?:thing)?(?:\s+further)?\s+(?:action|change)s?\s+(?:is|are)?\s*(?:needed|required|necessary)|nothing\s+else\s+(?:changes|has\s+changed)|automatic(?:ally)?|back(?:wards?)?[-\s]compatible|guarante(?:e|es|ed)|zero[-\s]downtime|no\s+downtime|seamless(?:ly)?|without\s+(?:any\s+)?interruption|fully\s+compatible|drop-in|will\s+never|always\s+works?|you\s+need\s+(?:to\s+)?do\s+nothing)\b",
    )
});

/// The promises in a text, word for word.
pub fn promises(words: &str) -> Vec<String> {
    PROMISE.find_iter(words).map(|found| found.as_str().to_owned()).collect()
}

/// Finds promises in the body without a basis in the campaign file.
pub fn unfounded_promises(parsed: &ParsedText<'_>) -> Vec<Finding> {
    // Another rule judges "nothing to do"; what an API does by itself may not be a promise about the migration.
    let is_one = |found: &regex_lite::Match<'_>| {
        let words = found.as_str().to_lowercase();
        let sentence = parsed.sentence(Part::Body, found.start()).map_or("", |sentence| sentence.words());
        let of_the_move = ["migrat", "upgrad", "convert", "move", "switch"].iter().any(|word| sentence.contains(word));
        let of_nothing_to_do = ["action", "change", "do nothing"].iter().any(|thing| words.contains(thing));
        !of_nothing_to_do && (!words.starts_with("automatic") || of_the_move) && !in_campaign(parsed, &words)
    };
    let found = PROMISE.find_iter(&parsed.prose).filter(is_one);
    let finding = |found: regex_lite::Match<'_>| {
        let what = format!("`{}` is a promise that nothing in campaign.toml supports", one_line(found.as_str()));
        let fix = "leave it out, or say it in the change it is about";
        Finding::error(Rule::Promise, Part::Body, found.range(), what, fix).into_warning()
    };
    found.map(finding).collect()
}

fn in_campaign(parsed: &ParsedText<'_>, promise: &str) -> bool {
    let promise = one_line(promise).to_lowercase();
    let said = |text: &str| one_line(text).to_lowercase().contains(&promise);
    let campaign = parsed.campaign;
    let variables = campaign.vars.values().chain(campaign.segments.iter().flat_map(|segment| segment.vars.values()));
    campaign.changes.iter().any(|change| said(&change.text) || said(&change.title))
        || variables.filter_map(|value| value.as_str()).any(said)
}
