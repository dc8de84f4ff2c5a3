//! Finds what an author meant to replace before customers read it.

use std::sync::LazyLock;

use regex_lite::{Match, Regex};

use super::parsed_text::{Finding, ParsedText};
use super::reading::{one_line, pattern};
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;

static NOTES: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:TODO|FIXME)\b"));
static PROSE_NOTES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:TODO|FIXME|XXX+|TBD|TBC|CHANGE_?ME)\b|\?\?\?+|(?i:\btodo:|lorem ipsum)|\{\{[^{}\n]*\}\}|\{%[^{}\n]*%\}|\{#|#\}|\{\{|\}\}|\{%|%\}",
    )
});
/// Placeholders of other programs' form letters: `[First name]`, `${name}`, `%NAME%`, `*|FNAME|*`; and bracketed notes
/// about missing text.
static BLANKS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\[(?i:(?:your|first|last|full|customer|company|contact)?[ _-]?name)\]|\$\{\w[\w.]*\}|%[A-Z]+(?:_[A-Z]+)*%|\{(?i:(?:first|last|full|customer|company|user)?_?name)\}|\*\|[A-Z_:]+\|\*|<<\w+>>|%%\w+%%|@@\w+@@|#\{\w+\}|\[(?i:(?:insert|add|enter|fill in|your|link to|see) [^\]\n]{1,40}|(?:insert|link|url|date|deadline|version|product(?: name)?|team(?: name)?|email|phone|number|placeholder|tbd|x{2,}|\.{3}|…))\]",
    )
});
/// Dates to be filled in: `YYYY-MM-DD`, `XX April`; and those that programs write for a missing one.
static DATES: LazyLock<Regex> = LazyLock::new(|| {
    let month = "(?:January|February|March|April|May|June|July|August|September|October|November|December|MONTH|Month)";
    pattern(&format!(
        r"\b(?:YYYY[-/.]MM[-/.]DD|DD[-/.]MM[-/.]YYYY|MM/DD/YYYY|TT\.MM\.JJJJ|[Xx]{{2}}[./-][Xx]{{2}}[./-](?:[Xx]{{4}}|20\d\d)|20\d\d-(?:XX|xx|MM|\d\d)-(?:XX|xx|DD)|(?:XX|DD|__+)\.?[ \u{{A0}}]+{month}|{month}[ \u{{A0}}]+(?:XX|DD|__+)|20[Xx?]{{2}}-\d\d-\d\d|(?:1970|1900)-01-01|9999-12-31|0000-00-00|00\.00\.0000)\b"
    ))
});
/// Words that show that a date format is meant, not a date.
static OF_FORMS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:formats?|formatted|form|written|iso|rfc|pattern|strings?|fields?|values?|default|epoch|null|parse[sd]?|unix)\b",
    )
});
/// Filler text, and notes between authors.
static FILLER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:asdf+|foo ?bar baz|blah blah|placeholder text|insert (?:link|date|text|name|url) here|link goes here|(?:text|copy) goes here|to be (?:written|confirmed|determined|decided|announced|completed|filled in)|add (?:link|date|text) here|draft only|do not send|internal only|for internal use|note to self|needs? review by|ask legal|@(?:legal|marketing|product|devrel))\b",
    )
});
/// Braces have many meanings in code; with a name that only templates know, they mean a template.
static UNRENDERED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\{\{-?\s*(?:contact|campaign|vars|segment|phase|changes|usage|days_left|send_date)\b|\{%-?\s*(?:if|for|include|set|endif|endfor)\b",
    )
});
static CONFLICT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^(?:<{7} .*|={7}|>{7} .*)$"));
static EXAMPLE_HOST: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:[A-Za-z0-9-]+\.)*example\.(?:com|org|net)\b"));
static NOBODYS_HOST: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:://|@)(?:[A-Za-z0-9-]+\.)+(?:example|test|invalid)\b"));
static TO_REPLACE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:[A-Za-z0-9-]+\.)*your-company\.com\b"));

/// Finds notes to oneself, filler text, and template code that was not rendered.
pub fn leftovers(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let prose = parsed.parts().into_iter().flat_map(|(part, prose)| {
        let blanks = BLANKS.find_iter(prose).map(move |found| blank(part, found.range(), found.as_str()));
        found(&PROSE_NOTES, part, prose, 0).chain(blanks)
    });
    let spans = parsed.spans.iter().flat_map(|span| {
        let code = &parsed.text.body[span.clone()];
        found(&NOTES, Part::Body, code, span.start).chain(found(&UNRENDERED, Part::Body, code, span.start))
    });
    let mut findings: Vec<Finding> = prose.chain(spans).collect();
    for block in &parsed.blocks {
        for shape in [&*NOTES, &*UNRENDERED] {
            let places = shape.find_iter(&block.code).map(|found| (block.places(found.range()), found.as_str()));
            findings.extend(places.map(|(at, words)| leftover(Part::Body, at, words)));
        }
    }
    let marks = CONFLICT.find_iter(&parsed.text.body);
    findings.extend(marks.map(|found| leftover(Part::Body, found.range(), "a conflict of git's")));
    findings
}

fn found<'a>(shape: &'a Regex, part: Part, text: &'a str, offset: usize) -> impl Iterator<Item = Finding> + 'a {
    shape.find_iter(text).map(move |found| leftover(part, offset + found.start()..offset + found.end(), found.as_str()))
}

fn leftover(part: Part, at: std::ops::Range<usize>, words: &str) -> Finding {
    let (what, fix) = if words.contains(['{', '}']) {
        let fix = "values in campaign.toml are not templates: write the text itself, or move it into a template";
        ("template code would reach the customer".to_owned(), fix)
    } else {
        (format!("`{words}` was left in the text"), "write the text for customers")
    };
    Finding::error(Rule::Leftover, part, at, what, fix)
}

fn blank(part: Part, at: std::ops::Range<usize>, words: &str) -> Finding {
    let what = format!("`{words}` will not be filled in");
    Finding::error(Rule::Leftover, part, at, what, "write {{ contact.name }}, or the text for customers")
}

/// Finds dates that were not filled in, and words that were not written for customers.
pub fn fillers(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let of_forms = |part, at| parsed.sentence(part, at).is_some_and(|sentence| OF_FORMS.is_match(sentence.words()));
    let dates = parsed.parts().into_iter().flat_map(|(part, prose)| {
        let found = DATES.find_iter(prose).filter(|found| !of_forms(part, found.start()));
        let finding = |at: std::ops::Range<usize>| {
            let what = format!("`{}` is not a date yet", one_line(&prose[at.clone()]));
            Finding::error(Rule::Leftover, part, at, what, "write the date: {{ campaign.deadline | date }}")
        };
        found.map(|found| finding(found.range())).collect::<Vec<_>>()
    });
    let filler = parsed.sentences.iter().filter_map(|sentence| {
        let at = sentence.folded.place(&FILLER.find(sentence.words())?.range());
        let words = one_line(&parsed.raw(sentence.part)[at.clone()]);
        Some(leftover(sentence.part, at, &words))
    });
    dates.chain(filler).collect()
}

/// Finds documentation hosts in a real campaign.
pub fn example_hosts(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let from = parsed.campaign.from.as_str();
    if is_example(from) {
        return Vec::new();
    }
    let shapes: &[&'static Regex] = if TO_REPLACE.is_match(from) {
        &[&EXAMPLE_HOST, &NOBODYS_HOST]
    } else {
        &[&EXAMPLE_HOST, &NOBODYS_HOST, &TO_REPLACE]
    };
    let parts = [Part::Subject, Part::Body].into_iter();
    let all = parts
        .flat_map(|part| shapes.iter().flat_map(move |shape| hosts(shape, parsed.raw(part)).map(move |f| (part, f))));
    all.filter(|(_, found)| !is_readers(found.as_str()))
        .map(|(part, found)| {
            let host = found.as_str().trim_start_matches([':', '/', '@']);
            let at = found.end() - host.len()..found.end();
            let fix = "write your own; a placeholder for the reader's host starts with `your`, as in your-host.example";
            Finding::error(Rule::ExampleHost, part, at, format!("`{host}` is an example host"), fix)
        })
        .collect()
}

/// Whether an address or a host is reserved for documentation.
fn is_example(address: &str) -> bool {
    [&EXAMPLE_HOST, &NOBODYS_HOST].into_iter().any(|shape| hosts(shape, address).next().is_some())
}

/// The matches of a pattern that are a complete host, not part of another: `my-example.com`, `api.test.acme.com`.
fn hosts<'t>(shape: &'static Regex, text: &'t str) -> impl Iterator<Item = Match<'t>> {
    shape.find_iter(text).filter(|found| {
        let mut after = text[found.end()..].chars();
        let goes_on = match after.next() {
            Some('.') => after.next().is_some_and(char::is_alphanumeric),
            Some(next) => next == '-',
            None => false,
        };
        !goes_on && !text[..found.start()].ends_with('-')
    })
}

/// Whether a host stands for the reader's own.
fn is_readers(host: &str) -> bool {
    let host = host.trim_start_matches([':', '/', '@']);
    // `your-company.com` is a placeholder for the author in a new campaign.
    host.starts_with("your") && !TO_REPLACE.is_match(host)
}
