//! The dates as a calendar file, read by a reader of its own.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::{TZ_VARIANTS, Tz};
use mmig::campaign::Time;
use mmig::campaign::definition::Campaign;
use mmig::campaign::text::presentable;
use mmig::campaign::view::calendar::calendar;
use proptest::prelude::*;

use crate::build::{at, campaign, now};

/// The lines as they were before they were folded.
fn unfolded(file: &str) -> Vec<String> {
    let whole = file.strip_suffix("\r\n").unwrap().replace("\r\n ", "");
    whole.split("\r\n").map(str::to_owned).collect()
}

/// The events, each as name and value of its lines.
fn events(file: &str) -> Vec<BTreeMap<String, String>> {
    let mut events = Vec::new();
    for line in unfolded(file) {
        if line == "BEGIN:VEVENT" {
            events.push(BTreeMap::new());
        }
        let (name, value) = line.split_once(':').unwrap();
        if let Some(event) = events.last_mut() {
            event.insert(name.to_owned(), value.to_owned());
        }
    }
    events
}

fn moment(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").unwrap()
}

fn seconds(offset: &str) -> i64 {
    let part = |at: usize| offset.get(at..at + 2).map_or(0, |digits| digits.parse::<i64>().unwrap());
    let all = part(1) * 3600 + part(3) * 60 + part(5);
    if offset.starts_with('-') { -all } else { all }
}

/// The moment that a local time is, by the file's own zone: the last change before it says how far the clocks are off.
fn resolved(file: &str, local: NaiveDateTime) -> Time {
    let mut changes: Vec<(NaiveDateTime, i64)> = Vec::new();
    for line in unfolded(file) {
        match line.split_once(':').unwrap() {
            ("BEGIN", "STANDARD" | "DAYLIGHT") => changes.push((NaiveDateTime::MIN, 0)),
            ("DTSTART", value) if !changes.is_empty() => changes.last_mut().unwrap().0 = moment(value),
            ("TZOFFSETTO", value) => changes.last_mut().unwrap().1 = seconds(value),
            ("END", "VTIMEZONE") => break,
            _ => {}
        }
    }
    // Clocks set back show an hour twice; by the clocks before the change it has not come, and so the first is meant.
    let begun = |change: &&(NaiveDateTime, i64)| local >= change.0;
    let found = changes.iter().rfind(begun).unwrap();
    DateTime::from_naive_utc_and_offset(local - TimeDelta::seconds(found.1), chrono::Utc)
}

#[test]
fn the_deadline_is_a_day_and_each_dated_phase_a_local_time() {
    let file = calendar(&campaign(), now());
    let events = events(&file);
    let told: Vec<_> = events.iter().map(|event| (event["SUMMARY"].as_str(), event["UID"].as_str())).collect();
    assert_eq!(
        told,
        [
            ("API v2: deadline", "mmig.api-v2.deadline@example.com"),
            ("API v2: phase announce", "mmig.api-v2.phase.announce@example.com"),
            ("API v2: phase prepare", "mmig.api-v2.phase.prepare@example.com"),
            ("API v2: phase window", "mmig.api-v2.phase.window@example.com"),
            ("API v2: phase final", "mmig.api-v2.phase.final@example.com"),
        ]
    );
    assert_eq!(events[0]["DTSTART;VALUE=DATE"], "20270430");
    assert_eq!(events[3]["DTSTART;TZID=Europe/Berlin"], "20270331T140000");
    assert_eq!(events[3]["DTSTAMP"], "20270130T140000Z");
    insta::assert_snapshot!(file.replace("\r\n", "\n"));
}

#[test]
fn a_later_file_moves_the_events_of_an_earlier_one() {
    let moved = Campaign { deadline: NaiveDate::from_ymd_opt(2027, 5, 30).unwrap(), ..campaign() };
    let (first, second) =
        (events(&calendar(&campaign(), now())), events(&calendar(&moved, now() + TimeDelta::minutes(1))));
    for (old, new) in first.iter().zip(&second) {
        assert_eq!(old["UID"], new["UID"]);
        let number = |event: &BTreeMap<String, String>| event["SEQUENCE"].parse::<i32>().unwrap();
        assert!(number(old) < number(new) && old["DTSTAMP"] < new["DTSTAMP"]);
    }
    assert_eq!(second[4]["DTSTART;TZID=Europe/Berlin"], "20270523T140000");
}

#[test]
fn in_utc_times_need_no_zone() {
    let file = calendar(&Campaign { zone: Tz::UTC, ..campaign() }, now());
    assert!(!file.contains("TZID") && !file.contains("VTIMEZONE"));
    assert_eq!(events(&file)[1]["DTSTART"], "20270130T140000Z");
    assert_eq!(at("2027-01-30T14:00:00Z"), moment("20270130T140000").and_utc());
}

proptest! {
    #[test]
    fn whatever_the_title_is_the_file_is_whole(title in any::<String>(), support in "[;,\\\\\n\r\u{7}a老 ]{0,60}") {
        let title = format!("{title}{support}");
        let file = calendar(&Campaign { title: title.clone(), ..campaign() }, now());
        for line in file.split_inclusive("\r\n") {
            let content = line.strip_suffix("\r\n").unwrap();
            prop_assert!(content.len() <= 75 && !content.chars().any(char::is_control), "{content:?}");
        }
        let mut summary = events(&file)[0]["SUMMARY"].clone();
        for (escaped, plain) in [("\\;", ";"), ("\\,", ","), ("\\\\", "\\")] {
            summary = summary.replace(escaped, plain);
        }
        prop_assert_eq!(summary, format!("{}: deadline", presentable(&title)));
    }

    #[test]
    fn in_every_zone_the_file_names_the_moment_at_which_the_phase_leaves(
        zone in proptest::sample::select(&TZ_VARIANTS[..]), day in 0_u64..9000, minute in 0_u32..1440)
    {
        let deadline = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + Days::new(day);
        let send_time = NaiveTime::from_num_seconds_from_midnight_opt(minute * 60, 0).unwrap();
        let campaign = Campaign { zone, deadline, send_time, ..campaign() };
        let file = calendar(&campaign, now());
        let dated = campaign.phases.iter().filter_map(|phase| campaign.due(phase));
        for (due, event) in dated.zip(&events(&file)[1..]) {
            let (name, value) = event.iter().find(|(name, _)| name.starts_with("DTSTART")).unwrap();
            let read = if name == "DTSTART" {
                moment(value.strip_suffix('Z').unwrap()).and_utc()
            } else {
                resolved(&file, moment(value))
            };
            prop_assert_eq!(read, due, "{}", zone);
        }
    }
}
