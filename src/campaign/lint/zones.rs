//! Checks time zones: a time next to a date must be in a zone that is in force there that day.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate, Offset, TimeZone};
use chrono_tz::{OffsetName, Tz};
use regex_lite::Regex;

use super::calendar::{Written, dates};
use super::dates::END;
use super::parsed_text::{Finding, ParsedText};
use super::reading::{one_line, pattern};
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;

/// Zones whose abbreviations change with the season: both of them, and their offsets in minutes.
const SEASONS: [(Tz, [(&str, i32); 2]); 10] = [
    (Tz::Europe__Berlin, [("CET", 60), ("CEST", 120)]),
    (Tz::Europe__Lisbon, [("WET", 0), ("WEST", 60)]),
    (Tz::Europe__Helsinki, [("EET", 120), ("EEST", 180)]),
    (Tz::Europe__London, [("GMT", 0), ("BST", 60)]),
    (Tz::America__New_York, [("EST", -300), ("EDT", -240)]),
    (Tz::America__Chicago, [("CST", -360), ("CDT", -300)]),
    (Tz::America__Denver, [("MST", -420), ("MDT", -360)]),
    (Tz::America__Los_Angeles, [("PST", -480), ("PDT", -420)]),
    (Tz::Australia__Sydney, [("AEST", 600), ("AEDT", 660)]),
    (Tz::Pacific__Auckland, [("NZST", 720), ("NZDT", 780)]),
];
const NAMES: &str =
    "MESZ|MEZ|CEST|CET|WEST|WET|EEST|EET|BST|EST|EDT|CST|CDT|MST|MDT|PST|PDT|AEST|AEDT|NZST|NZDT|JST|IST";

/// A zone next to a time or a date: by name, or as an offset from UTC.
static ZONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"\b(?:(?P<name>{NAMES})\b|(?:UTC|GMT)[ \u{{A0}}]?(?P<sign>[+\u{{2212}}-])(?P<hours>\d{{1,2}})(?::?(?P<minutes>\d\d))?\b)"
    ))
});
/// One time in two zones: `23:59 CEST (21:59 UTC)`.
static TWICE: LazyLock<Regex> = LazyLock::new(|| {
    let one =
        |number: u8| format!(r"(?P<h{number}>\d{{1,2}})[:.](?P<m{number}>\d\d)\s{{1,3}}(?P<z{number}>UTC|GMT|{NAMES})");
    pattern(&format!(r"\b{}\s{{0,3}}[(/,=]\s{{0,3}}(?:or |i\.e\. |that is )?{}\b", one(1), one(2)))
});

/// Finds zones that are not in force on the date next to them, and times that contradict each
/// other.
pub fn zones(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let of_part = |(part, prose)| {
        let mut findings = not_in_force(parsed, part, prose);
        findings.extend(contradictions(part, prose));
        findings
    };
    parsed.parts().into_iter().flat_map(of_part).collect()
}

fn not_in_force(parsed: &ParsedText<'_>, part: Part, prose: &str) -> Vec<Finding> {
    let days = dates(prose);
    let found = ZONE.captures_iter(prose).filter_map(|captures| {
        let whole = captures.get(0)?;
        let around = parsed.sentence(part, whole.start())?;
        // The date before the zone; otherwise the one after it; otherwise the time belongs to the last day.
        let inside = || days.iter().filter(|day| around.at.contains(&day.at.start));
        let before = inside().rfind(|day| day.at.start < whole.start());
        let day = match before.or_else(|| inside().next()) {
            Some(day) => date(parsed, day)?,
            None if END.is_match(around.words()) && has_hour(prose, whole.start()) => parsed.reader().deadline().date,
            None => return None,
        };
        let words = one_line(whole.as_str());
        let own = offset(parsed.campaign.zone, day);
        let what = match captures.name("name") {
            Some(name) => out_of_season(parsed.campaign.zone, in_english(name.as_str()), day)?,
            // Another zone may be meant, but not this zone's offset of the other season.
            None if is_of_another_season(&captures, parsed.campaign.zone, own.1, day) => {
                format!("`{words}` is not in force in {} on {}", parsed.campaign.zone, shown(day))
            }
            None => return None,
        };
        let fix = format!("the zone there is {} that day; write that, or UTC", own.0);
        Some(Finding::error(Rule::TimeZone, part, whole.range(), what, fix))
    });
    found.collect()
}

/// A zone's English abbreviation.
fn in_english(name: &str) -> &str {
    match name {
        "MEZ" => "CET",
        "MESZ" => "CEST",
        other => other,
    }
}

/// What is wrong with a zone's abbreviation on a day: it belongs to the other season.
fn out_of_season(own: Tz, name: &str, day: NaiveDate) -> Option<String> {
    if offset(own, day).0 == name {
        return None;
    }
    let (zone, _) = SEASONS.iter().find(|(_, names)| names.iter().any(|(known, _)| *known == name))?;
    let there = offset(*zone, day).0;
    (there != name).then(|| format!("`{name}` is not in force on {}: it is {there} then", shown(day)))
}

/// A zone's abbreviation at noon on a day, and its offset from UTC in minutes.
fn offset(zone: Tz, day: NaiveDate) -> (String, i32) {
    let noon = day.and_time(chrono::NaiveTime::MIN) + chrono::Duration::hours(12);
    let offset = zone.offset_from_utc_datetime(&noon);
    let name = offset.abbreviation().unwrap_or("UTC").to_owned();
    (name, offset.fix().local_minus_utc() / 60)
}

/// Whether an offset is the zone's own, but not on this day.
fn is_of_another_season(captures: &regex_lite::Captures<'_>, zone: Tz, on_day: i32, day: NaiveDate) -> bool {
    let year = [1, 7].into_iter().filter_map(|month| NaiveDate::from_ymd_opt(day.year(), month, 15));
    let others: Vec<i32> = year.map(|day| offset(zone, day).1).filter(|other| *other != on_day).collect();
    hours(captures).is_some_and(|offset| others.contains(&offset))
}

/// Whether a time is right before an offset: "24:00 CET", "5 pm EST", "midnight GMT".
fn has_hour(text: &str, at: usize) -> bool {
    static HOUR: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)(?:\d{1,2}[:.h]\d\d|\d ?[ap]\.?m\.?|midnight|noon|Uhr)[\s(]*$"));
    let before: String = text[..at].chars().rev().take(16).collect::<Vec<_>>().into_iter().rev().collect();
    HOUR.is_match(&before)
}

fn hours(captures: &regex_lite::Captures<'_>) -> Option<i32> {
    let number = |name: &str| captures.name(name).map_or(Some(0), |number| number.as_str().parse::<i32>().ok());
    let minutes = number("hours")? * 60 + number("minutes")?;
    Some(if captures.name("sign")?.as_str() == "+" { minutes } else { -minutes })
}

/// The day that is meant; one without a year is in the deadline's year.
fn date(parsed: &ParsedText<'_>, written: &Written) -> Option<NaiveDate> {
    let day = written.readings.iter().find(|day| day.exists())?;
    let year = day.year.unwrap_or_else(|| parsed.reader().deadline().date.year());
    NaiveDate::from_ymd_opt(year, day.month, day.number)
}

fn contradictions(part: Part, prose: &str) -> Vec<Finding> {
    let found = TWICE.captures_iter(prose).filter_map(|captures| {
        let utc = |h: &str, m: &str, z: &str| {
            let number = |name: &str| captures.name(name)?.as_str().parse::<i32>().ok();
            Some(number(h)? * 60 + number(m)? - minutes(captures.name(z)?.as_str())?)
        };
        let (one, other) = (utc("h1", "m1", "z1")?, utc("h2", "m2", "z2")?);
        let whole = captures.get(0).filter(|_| (one - other).rem_euclid(24 * 60) != 0)?;
        let what = format!("`{}` are two different hours", one_line(whole.as_str()));
        Some(Finding::error(Rule::TimeZone, part, whole.range(), what, "write the hour in one zone, or convert it"))
    });
    found.collect()
}

/// A zone's offset from UTC in minutes; `None` if its abbreviation is ambiguous.
fn minutes(name: &str) -> Option<i32> {
    let name = in_english(name);
    let known = SEASONS.iter().flat_map(|(_, names)| names).find(|(known, _)| *known == name);
    if name == "UTC" { Some(0) } else { known.map(|(_, minutes)| *minutes) }
}

fn shown(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}
