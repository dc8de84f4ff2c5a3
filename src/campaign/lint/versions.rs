//! Checks versions: from the old one to the new one, and no third.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::parsed_text::{Finding, ParsedText, Sentence};
use super::reading::{one_line, pattern};
use crate::campaign::definition::Campaign;
use crate::campaign::definition::rule::Rule;

/// A version: `v2`, `v2.1`, `version 2`, or a date used as a version.
static VERSION: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\bv(?:ersion )?(\d+(?:\.\d+)*)\b|\b(\d{4}-\d{2}-\d{2})\b"));
/// A version in prose, in folded text, with the word before it.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|(?P<before>[^ ]+) ?)[(]?\b(?P<version>v(?:ers(?:ion|ao) )?(?P<number>\d+(?:\.\d+)*))\b(?P<after>[^ ]*)",
    )
});
/// Things with versions of their own.
static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[^a-z])(?:tls|ssl|oauth|openid|uuid|node|nodejs|node\.js|python|java|php|ruby|go|golang|rust|net|\.net|sdks?|client|clients|library|libraries|package|packages|plugin|plugins|module|app|apps|cli|schema|openapi|swagger|graphql|http|ip|webhook|webhooks|connector|terraform|provider|signature|signatures|sigv|hmac|protocol|recaptcha|ubuntu|ios|android|chrome|driver|runtime|kotlin|swift|typescript|npm|format|envelope|manifest|template|docker|image|helm|chart|kubernetes|library's|release|releases|bibliothek|client's)[,:]?$",
    )
});
/// Ways back, which may be mentioned.
static BACK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:back|backwards?|roll(?:ed|ing)? ?back|rollback|revert\w*|return|downgrad\w*|undo|again|zuruck|revenir|retour|volver|regresar|voltar|not|never|don't|cannot|can't|unlike|nicht|nie|no|nao|ne|pas|differs?|differences?|compar\w+|mapp?\w*|translat\w+|convert\w*)\b",
    )
});

/// The old and the new version, if the campaign names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// The version customers leave.
    pub old: Option<String>,
    /// The version they move to.
    pub new: Option<String>,
}

impl Versions {
    /// The versions in `vars.old` and `vars.new`; the new one may also be in the title.
    pub fn of(campaign: &Campaign) -> Self {
        let var = |name: &str| campaign.vars.get(name).and_then(|value| value.as_str()).and_then(version);
        Self { old: var("old"), new: var("new").or_else(|| version(&campaign.title)) }
    }

    /// Both versions, if they differ.
    pub fn both(&self) -> Option<(&str, &str)> {
        let both = self.old.as_deref().zip(self.new.as_deref());
        both.filter(|(old, new)| old != new)
    }
}

/// The first version in a text: `v2` for "API v2" and "version 2", or a date.
fn version(text: &str) -> Option<String> {
    let captures = VERSION.captures(text)?;
    match captures.get(1) {
        Some(number) => Some(format!("v{}", number.as_str())),
        None => captures.get(2).map(|day| day.as_str().to_owned()),
    }
}

/// Patterns for moving from the new version to the old one. `OLD` and `NEW` are replaced by the
/// versions.
const WRONG_WAY: [&str; 7] = [
    r"(?:from|von|de|del?|da|do|der) (?:\w+ )?NEW (?:\w+ )?(?:to|back|onto|auf|zu|nach|vers|a|au|para) (?:\w+ ){0,2}OLD",
    r"(?:moves?|migrat\w+|upgrad\w+|switch\w*) (?:\w+ ){0,4}(?:to|onto) (?:\w+ )?OLD\b",
    r"(?:umstieg|wechsel\w*|migr\w+|umstell\w+|pass\w+|camb\w+|mud\w+) (?:\w+ ){0,4}(?:auf|vers|a|para|au) (?:la |die |o |a )?(?:\w+ )?OLD\b",
    r"OLD (?:\w+ )?replaces (?:\w+ ){0,2}NEW",
    r"(?:replace|replaces|replacing) (?:\w+ )?NEW (?:with|by) (?:\w+ )?OLD",
    r"NEW (?:is|are|will be|has been|gets?|was) (?:\w+ )?replaced (?:with|by) (?:\w+ ){0,2}OLD",
    r"NEW (?:-+>|=>|→) ?OLD",
];
/// What is said about a version that ends, in folded text.
const ENDS: &str = r"NEW (?:\w+ ){0,2}?(?:ends|stops|expires|is (?:being )?(?:switched off|shut down|retired|discontinued|deprecated|turned off|removed)|will (?:be (?:switched off|shut down|retired|discontinued|removed|turned off)|stop|end|go away)|goes away|reaches (?:its )?end|endet|wird (?:abgeschaltet|eingestellt)|s'arrete|sera (?:desactivee?|coupee?|supprimee?)|dej\w+ de|deix\w+ de|sera (?:desativada|desactivada))\b";

/// Finds sentences that lead from the new version to the old one.
pub fn wrong_way_round(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let versions = Versions::of(parsed.campaign);
    let Some((old, new)) = versions.both() else { return Vec::new() };
    let filled = |shape: &str| shape.replace("OLD", &spelt(old)).replace("NEW", &spelt(new));
    let shapes = WRONG_WAY.iter().map(|shape| filled(shape)).collect::<Vec<_>>().join("|");
    let (shape, ends) = (pattern(&format!(r"\b(?:{shapes})")), pattern(&format!(r"\b(?:{})", filled(ENDS))));
    let of_old = pattern(&spelt(old));
    let of_sentence = |sentence: &Sentence| {
        let words = sentence.words();
        // "Use v2 before v1 ends" is about the end of the old one.
        let new_ends = || ends.find(words).filter(|found| !of_old.is_match(found.as_str()));
        let found = shape.find(words).or_else(new_ends).filter(|_| !BACK.is_match(words))?;
        let at = sentence.folded.place(&found.range());
        let shown = one_line(&parsed.raw(sentence.part)[at.clone()]);
        let what = format!("`{shown}` has the versions swapped");
        let fix = format!("customers go from {old} to {new}");
        Some(Finding::error(Rule::Version, sentence.part, at, what, fix))
    };
    parsed.sentences.iter().filter_map(of_sentence).collect()
}

/// A pattern for a version as people write it, in folded text.
fn spelt(version: &str) -> String {
    let escape = |text: &str| text.replace('.', r"\.");
    match version.strip_prefix('v') {
        Some(number) => format!(r"(?:(?:the )?(?:api )?(?:v|ver[sz]i?(?:on|ao) )\.?{}\b)", escape(number)),
        None => format!("(?:{})", escape(version)),
    }
}

/// Finds versions that are neither the old nor the new one.
pub fn third_versions(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let versions = Versions::of(parsed.campaign);
    // A title alone may be named after what ends: then the version after it is the new one.
    let is_told = versions.old.is_some() || parsed.campaign.vars.contains_key("new");
    let Some(new) = versions.new.as_deref().filter(|_| is_told) else { return Vec::new() };
    let known = [versions.old.as_deref(), Some(new)];
    let of_sentence = |sentence: &Sentence| {
        let words = sentence.words();
        let found = NAMED.captures_iter(words).filter_map(|captures| {
            let (version, number) = (captures.name("version")?, captures.name("number")?.as_str());
            let before = captures.name("before").map_or("", |before| before.as_str());
            let after = captures.name("after").map_or("", |after| after.as_str());
            let of_it = known.iter().flatten().any(|known| belongs(number, known));
            // Inside a word or an address it is part of that; a finer number is a release of something else.
            let part = before.ends_with(['/', '@', '-', '_', '=', '.', '#'])
                || after.starts_with(['/', '-', '_', '@', '='])
                || after.starts_with('.') && after.len() > 1 && !after[1..].starts_with(|c: char| c.is_whitespace());
            let fine = number.contains('.') && !new.contains('.');
            if of_it || part || fine || OTHERS.is_match(before) || is_older(number, known[0].or(known[1])) {
                return None;
            }
            let at = sentence.folded.place(&version.range());
            let names = known.iter().flatten().copied().collect::<Vec<_>>().join(" and ");
            let what = format!("`v{number}` is neither of this campaign's versions: {names}");
            Some(Finding::error(Rule::Version, sentence.part, at, what, "write the intended version"))
        });
        found.collect::<Vec<_>>()
    };
    parsed.sentences.iter().flat_map(of_sentence).collect()
}

/// Whether a number is a version, or part of one: `2.1` of `v2`.
fn belongs(number: &str, version: &str) -> bool {
    let version = version.trim_start_matches('v');
    number == version
        || number.strip_prefix(version).is_some_and(|rest| rest.starts_with('.'))
        || version.starts_with(&format!("{number}."))
}

/// Whether a version is older than the old one, as in history.
fn is_older(number: &str, old: Option<&str>) -> bool {
    let whole = |text: &str| text.trim_start_matches('v').split('.').next().and_then(|whole| whole.parse::<u32>().ok());
    match (whole(number), old.and_then(whole)) {
        (Some(number), Some(old)) => number < old,
        _ => false,
    }
}

/// The versions that code calls by path, such as `/v2/orders`, with their ranges. Only addresses that start with the
/// version, or have it right after the host, belong to the API.
pub fn called(code: &str) -> Vec<(Range<usize>, String)> {
    static PATH: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"(?m)(?:://[\w.:$\{\}-]+|(?:^|[\s"'`(}])(?:\$\{?\w+\}?)?)/(?:api/)?(?P<version>v\d+(?:\.\d+)*)(?:[/?"'`\s)]|$)"#,
        )
    });
    let versions = PATH.captures_iter(code).filter_map(|captures| captures.name("version"));
    versions.map(|version| (version.range(), version.as_str().to_owned())).collect()
}
