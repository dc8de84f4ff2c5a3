//! The dates as a calendar file, parsed by its own reader.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::TZ_VARIANTS;
use mmig::campaign::Time;
use mmig::campaign::definition::Campaign;
use mmig::campaign::text::presentable;
use mmig::campaign::view::calendar::calendar;
use proptest::prelude::*;

use crate::build::{campaign, now};

/// The lines before folding.
fn unfolded(file: &str) -> Vec<String> {
    let whole = file.strip_suffix("\r\n").unwrap().replace("\r\n ", "");
    whole.split("\r\n").map(str::to_owned).collect()
}

/// The events, each as the names and values of its lines.
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

fn moment(text: &str) -> Time {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").unwrap().and_utc()
}

#[test]
fn the_deadline_is_a_day_and_each_dated_phase_a_moment_in_utc() {
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
    // 14:00 in Berlin, before and after the clocks change.
    assert_eq!(events[1]["DTSTART"], "20270130T130000Z");
    assert_eq!(events[3]["DTSTART"], "20270331T120000Z");
    assert_eq!(events[3]["DTSTAMP"], "20270130T140000Z");
    insta::assert_snapshot!(file.replace("\r\n", "\n"));
}

#[test]
fn a_later_file_moves_the_events_of_an_earlier_one() {
    let moved = Campaign { deadline: NaiveDate::from_ymd_opt(2027, 5, 30).unwrap().into(), ..campaign() };
    let (first, second) =
        (events(&calendar(&campaign(), now())), events(&calendar(&moved, now() + TimeDelta::minutes(1))));
    for (old, new) in first.iter().zip(&second) {
        assert_eq!(old["UID"], new["UID"]);
        let number = |event: &BTreeMap<String, String>| event["SEQUENCE"].parse::<i32>().unwrap();
        assert!(number(old) < number(new) && old["DTSTAMP"] < new["DTSTAMP"]);
    }
    assert_eq!(second[4]["DTSTART"], "20270523T120000Z");
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
        let campaign = Campaign { zone, deadline: deadline.into(), send_time, ..campaign() };
        let file = calendar(&campaign, now());
        let dated = campaign.phases.iter().filter_map(|phase| campaign.due(phase));
        for (due, event) in dated.zip(&events(&file)[1..]) {
            prop_assert_eq!(moment(&event["DTSTART"]), due, "{}", zone);
        }
        prop_assert!(!file.contains("TZID"));
    }
}
