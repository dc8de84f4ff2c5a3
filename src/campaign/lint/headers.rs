//! Checks dates in the headers with which a server announces an end: `Sunset` and `Deprecation`. Code has many dates
//! that mean nothing to a campaign; these mean its deadline.

use std::ops::Range;
use std::sync::LazyLock;

use chrono::{DateTime, Days, NaiveDate};
use regex_lite::Regex;

use super::calendar::dates;
use super::facts::Facts;
use super::parsed_text::{Finding, ParsedText};
use super::reading::{one_line, pattern};
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;

static HEADER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)\b(?P<name>sunset|deprecation)["']?[ \t]*:[ \t]*["']?(?P<value>[^"'\n`]+)"#));

/// Finds headers that announce a different end than the campaign's.
pub fn dates_in_headers(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let facts = Facts::of(parsed);
    let body = &parsed.text.body;
    let spans = parsed.spans.iter().map(|span| (&body[span.clone()], Code::Span(span.start)));
    let blocks = parsed.blocks.iter().map(|block| (block.code.as_str(), Code::Block(block)));
    let all = spans.chain(blocks);
    let found = all.flat_map(|(code, place)| {
        HEADER
            .captures_iter(code)
            .filter_map(|captures| {
                let value = captures.name("value")?;
                let (date, wrong_weekday) = day(value.as_str().trim())?;
                let ends = captures.name("name")?.as_str().eq_ignore_ascii_case("sunset");
                let what = if wrong_weekday {
                    format!("`{}` has a weekday that does not fit", one_line(value.as_str()))
                } else if ends && !is_the_end(&facts, date) {
                    format!("`Sunset` says {}, which is not one of this campaign's dates", date.format("%-d %B %Y"))
                } else if !ends && date > parsed.reader().deadline().date {
                    "`Deprecation` lies after the deadline".to_owned()
                } else {
                    return None;
                };
                let fix = format!("the deadline is {}", parsed.reader().deadline().date.format("%a, %d %b %Y"));
                Some(Finding::error(Rule::Date, Part::Body, place.of(value.range()), what, fix))
            })
            .collect::<Vec<_>>()
    });
    found.collect()
}

/// The position of code.
enum Code<'a> {
    Span(usize),
    Block(&'a super::parsed_text::Block),
}

impl Code<'_> {
    fn of(&self, at: Range<usize>) -> Range<usize> {
        match self {
            Self::Span(start) => start + at.start..start + at.end,
            Self::Block(block) => block.places(at),
        }
    }
}

/// Whether a day is the campaign's end, or the day after: the end of a day may be the next day in another zone.
fn is_the_end(facts: &Facts, date: NaiveDate) -> bool {
    let day = Days::new(1);
    date.checked_sub_days(day)
        .zip(date.checked_add_days(day))
        .is_some_and(|(before, after)| facts.any_within(before, after))
}

/// The day in a header's value, and whether its weekday is wrong. `@1803805200` is a time in seconds.
fn day(value: &str) -> Option<(NaiveDate, bool)> {
    if let Some(seconds) = value.strip_prefix('@') {
        let seconds = seconds.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        return Some((DateTime::from_timestamp(seconds, 0)?.date_naive(), false));
    }
    let written = dates(value).into_iter().next()?;
    let date = written.readings.iter().find_map(|day| day.date())?;
    let wrong = written.weekday.is_some_and(|(weekday, _)| weekday != chrono::Datelike::weekday(&date));
    Some((date, wrong))
}
