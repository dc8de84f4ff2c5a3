//! How each segment's customers see a campaign: their own deadline, and every date that depends on it.

use std::collections::HashSet;

use mmig::campaign::decide::admission::{Admission, Decision, Overrides, Reason};
use mmig::campaign::decide::gates::{NoDeparture, SendWhen, ServerState, departure};
use mmig::campaign::decide::plan::{Scope, plan};
use mmig::campaign::decide::withdrawal::overtaken;
use mmig::campaign::definition::dates::Timing;
use mmig::campaign::definition::problem::{Problem, Source};
use mmig::campaign::definition::reader::DateOf;
use mmig::campaign::definition::{Campaign, CampaignState, read};
use mmig::campaign::mail::withdrawal::Withdrawal;
use mmig::campaign::mail::{Course, Mail};
use mmig::campaign::people::records::Records;
use mmig::campaign::text::draft::edition;
use mmig::campaign::text::template::Inputs;
use mmig::campaign::text::variant::Texts;
use mmig::campaign::view::missed::missed;

use crate::build::{accepted, at, campaign_of, mail, now, recipient, templates};

/// A realistic campaign: an hour, brownouts, a removal, an extension.
const REAL: &str = r#"
[campaign]
title = "API v2"
company = "Acme"
product = "Orders API"
from = "migrations@example.com"
deadline = 2027-04-30T14:00:00
timezone = "Europe/Berlin"
guide_url = "https://docs.example.com/v2"
[campaign.dates]
brownout = { at = 2027-04-06T14:00:00, lasts = "3h" }
night = { at = 2027-03-27T23:00:00, lasts = "5h" }
removal = { days_after = 15 }
launch = { on = 2020-01-01, past = true }
freeze = { on = 2027-04-12, until = 2027-04-16 }
[[segment]]
name = "partners"
tags = "api-v1,partner"
deadline = 2027-07-31
guide_url = "https://docs.example.com/partners"
support = "partners@example.com"
[[segment]]
name = "rest"
tags = "api-v1"
[[phase]]
name = "announce"
days_before = 90
audience = "all"
[[phase]]
name = "final"
days_before = 7
automatic = true
[[phase]]
name = "brownout-notice"
of = "brownout"
days_before = 2
segments = ["rest"]
template = "announce"
send_time = 09:00:00
[[phase]]
name = "off"
days_after = 1
"#;

fn real() -> Campaign {
    campaign_of(REAL)
}

fn problems(text: &str) -> Vec<Problem> {
    match read("api-v2", &Source::new("campaign.toml", text)) {
        Ok((_, warnings)) => warnings,
        Err(problems) => problems,
    }
}

fn said(text: &str) -> Vec<String> {
    problems(text).into_iter().map(|problem| problem.what).collect()
}

#[test]
fn each_segments_phases_follow_its_own_deadline() {
    let campaign = real();
    let due = |segment: &str, phase: &str| {
        campaign.reader(segment).due(campaign.phase(phase).unwrap()).map(|due| due.to_rfc3339())
    };
    assert_eq!(due("rest", "final").unwrap(), "2027-04-23T12:00:00+00:00");
    assert_eq!(due("partners", "final").unwrap(), "2027-07-24T12:00:00+00:00");
    // Counted from its own date, at its own time; the day after the end.
    assert_eq!(due("rest", "brownout-notice").unwrap(), "2027-04-04T07:00:00+00:00");
    assert_eq!(due("rest", "off").unwrap(), "2027-05-01T12:00:00+00:00");
    let reader = campaign.reader("partners");
    assert_eq!(reader.days_left(at("2027-07-30T12:00:00Z")), 1);
    assert_eq!(
        (reader.guide_url(), reader.support()),
        (Some("https://docs.example.com/partners"), Some("partners@example.com"))
    );
    assert_eq!(campaign.reader("rest").support(), None);
    assert_eq!(
        (reader.ends_at(), campaign.reader("rest").ends_at()),
        (at("2027-07-31T21:59:59Z"), at("2027-04-30T12:00:00Z"))
    );
    assert_eq!(campaign.last_deadline(), reader.deadline());
}

#[test]
fn a_date_lasts_as_long_as_it_says_also_where_the_clocks_change() {
    let campaign = real();
    let end = |name: &str| campaign.reader("rest").date(name).unwrap().end.map(|end| end.to_string());
    assert_eq!(end("brownout").unwrap(), "2027-04-06 17:00");
    assert_eq!(end("night").unwrap(), "2027-03-28 05:00");
    assert_eq!((end("removal"), end("freeze").unwrap().as_str()), (None, "2027-04-16"));
    let day = |segment: &str| campaign.reader(segment).date("removal").unwrap().start.to_string();
    assert_eq!((day("rest"), day("partners")), ("2027-05-15 14:00".to_owned(), "2027-08-15".to_owned()));
}

#[test]
fn only_phases_after_the_end_may_be_sent_after_it() {
    let campaign = real();
    let server = |now: &str| ServerState { mode: None, schedules: true, now: at(now) };
    let leaves = |segment: &str, phase: &str, when, now: &str| {
        departure(campaign.reader(segment), campaign.phase(phase).unwrap(), when, &server(now))
    };
    let after = "2027-04-30T13:00:00Z";
    for when in [SendWhen::OnItsDate, SendWhen::WhenDue, SendWhen::Now, SendWhen::At(at("2027-05-01T12:00:00Z"))] {
        let Err(NoDeparture::TooLate(refusal)) = leaves("rest", "final", when, after) else { panic!("{when:?}") };
        assert!(refusal.what.contains("has passed"), "{}", refusal.what);
        assert!(leaves("rest", "off", SendWhen::Now, "2027-05-01T13:00:00Z").is_ok());
    }
    let day = SendWhen::On("2027-04-30".parse().unwrap());
    assert!(leaves("rest", "final", day, "2027-04-24T12:00:00Z").is_ok(), "14:00 is the last moment");
    for late in [SendWhen::At(at("2027-04-30T12:00:01Z")), SendWhen::On("2027-05-01".parse().unwrap())] {
        let Err(NoDeparture::Refused(refusal)) = leaves("rest", "final", late, "2027-04-24T12:00:00Z") else {
            panic!("{late:?}")
        };
        assert!(refusal.what.contains("after the deadline"), "{}", refusal.what);
    }
    assert!(leaves("partners", "final", SendWhen::At(at("2027-07-20T12:00:00Z")), after).is_ok(), "an extension");
    // max_late ends with the deadline: a phase due on 29 April could otherwise be sent until 2 May.
    let near = campaign_of(&REAL.replace("days_before = 7", "days_before = 1"));
    let timing = |now: &str| near.reader("rest").timing(near.phase("final").unwrap(), at(now));
    assert_eq!((timing("2027-04-30T12:00:00Z"), timing("2027-04-30T12:00:01Z")), (Timing::Due, Timing::Late));
}

#[test]
fn a_phase_is_sent_to_each_reader_on_their_own_day_and_only_to_its_segments() {
    let campaign = real();
    let templates = templates("x", &[("off.md", "+++\nsubject = \"s\"\n+++\nx")]);
    let people = [recipient("a", "rest", &["api-v1"]), recipient("p", "partners", &["api-v1", "partner"])];
    let records: Records = people.iter().cloned().collect();
    let nobody = HashSet::new();
    let admission = Admission::new(&campaign, &records, &nobody, Overrides::default());
    let planned = |phase: &str, when, now: &str| {
        let phase = campaign.phase(phase).unwrap();
        let mut texts = Texts::new(&campaign, &templates, phase);
        let variants = texts.variants(people.iter()).unwrap();
        let lock = edition(&texts, variants, None, &[], |_| None).lock;
        let mut plan = plan(&admission, Scope::Everybody, Some(&lock), &mut texts).unwrap();
        let server = ServerState { mode: None, schedules: true, now: at(now) };
        let refused = plan.depart(|segment| departure(campaign.reader(segment), phase, when, &server));
        let sends: Vec<_> = plan.sends.iter().map(|send| (send.key.to_string(), send.send_at)).collect();
        (sends, plan.excluded, refused.len())
    };
    let (sends, excluded, refused) = planned("final", SendWhen::WhenDue, "2027-04-23T12:00:00Z");
    assert_eq!((sends, refused), (vec![("a".to_owned(), None)], 0));
    assert_eq!(excluded[&Reason::NotYetDue], ["p"]);
    let (sends, ..) = planned("final", SendWhen::OnItsDate, "2027-04-23T12:00:00Z");
    assert_eq!(sends[1], ("p".to_owned(), Some(at("2027-07-24T12:00:00Z"))));
    let (sends, excluded, refused) = planned("final", SendWhen::WhenDue, "2027-07-24T12:00:00Z");
    assert_eq!((sends, refused), (vec![("p".to_owned(), None)], 0));
    assert_eq!(excluded[&Reason::TooLate], ["a"]);
    let (_, _, refused) = planned("final", SendWhen::WhenDue, "2027-08-24T12:00:00Z");
    assert_eq!(refused, 2, "too late for both, each for a reason of their own");
    let (sends, excluded, _) = planned("brownout-notice", SendWhen::WhenDue, "2027-04-04T07:00:00Z");
    assert_eq!((sends.len(), excluded[&Reason::OtherSegment].as_slice()), (1, ["p".to_owned()].as_slice()));
    let missing = missed(&campaign, &records, at("2027-05-10T12:00:00Z"));
    let missing: Vec<_> = missing.iter().map(|phase| (phase.phase.as_str(), phase.contacts.as_slice())).collect();
    assert_eq!(missing, [("final", ["a@a.example".to_owned()].as_slice())], "announce is not automatic");
}

#[test]
fn a_phase_that_was_given_up_is_not_sent_and_not_missed_unless_it_is_asked_for_again() {
    let campaign = real();
    let mut given_up = recipient("a", "rest", &["api-v1"]);
    let entry =
        mmig::campaign::people::recipient::Entry::Skipped { phase: "final".into(), reason: "told by phone".into() };
    given_up.apply(now(), entry);
    let records: Records = [given_up].into_iter().collect();
    assert_eq!(missed(&campaign, &records, at("2027-05-10T12:00:00Z")), []);
    let nobody = HashSet::new();
    for (retry_failed, expected) in [(false, Decision::Excluded(Reason::Skipped)), (true, Decision::Send)] {
        let overrides = Overrides { retry_failed, ..Overrides::default() };
        let admission = Admission::new(&campaign, &records, &nobody, overrides);
        let decided: Vec<_> =
            admission.decisions(campaign.phase("final").unwrap()).map(|(_, decision)| decision).collect();
        assert_eq!(decided, [expected]);
    }
}

#[test]
fn who_came_after_a_phase_did_not_miss_it() {
    let campaign = real();
    let late = mmig::campaign::people::recipient::Recipient {
        since: at("2027-05-02T00:00:00Z"),
        ..recipient("a", "rest", &["api-v1"])
    };
    assert_eq!(missed(&campaign, &[late].into_iter().collect(), at("2027-05-10T12:00:00Z")), []);
}

#[test]
fn what_waits_in_a_campaign_that_is_paused_must_not_leave() {
    let waits = Mail { ..mail("announce", accepted(Course::Scheduled)) };
    let mut customer = recipient("a", "rest", &["api-v1"]);
    customer.mails.push(waits);
    let records: Records = [customer].into_iter().collect();
    let nobody = HashSet::new();
    for (state, expected) in [
        (CampaignState::Active, None),
        (CampaignState::Paused, Some(Withdrawal::Paused)),
        (CampaignState::Ended, Some(Withdrawal::Paused)),
    ] {
        let campaign = Campaign { state, ..real() };
        let why = overtaken(&campaign, &records, &nobody).first().and_then(|target| target.why);
        assert_eq!(why, expected, "{state}");
    }
}

#[test]
fn a_text_may_name_its_readers_dates_and_no_others() {
    let campaign = real();
    let phase = campaign.phase("announce").unwrap();
    let tellable = campaign.reader("partners").tellable(phase);
    let is = |day: &str| tellable.on(day.parse().unwrap()).next();
    assert_eq!(is("2027-07-31"), Some(DateOf::Deadline));
    assert_eq!(is("2027-04-30"), None, "another's deadline");
    assert_eq!(is("2027-07-24"), Some(DateOf::Phase("final")));
    assert!(matches!(is("2027-04-14"), Some(DateOf::Named(date)) if date.name == "freeze"), "between begin and end");
    assert!(matches!(is("2020-01-01"), Some(DateOf::Named(date)) if date.past));
    assert_eq!(tellable.leaves, Some(("2027-05-02".parse().unwrap(), "2027-05-05".parse().unwrap())));
    let passed: Vec<_> = tellable.passed().map(|date| date.name).collect();
    assert_eq!(passed, ["brownout", "night", "freeze"], "history may be named, these are over when it leaves");
    let zone = |at: &str| tellable.reader.zone_at(at.parse().unwrap()).name;
    assert_eq!((zone("2027-01-30T12:00:00"), zone("2027-04-30T12:00:00")), ("CET".to_owned(), "CEST".to_owned()));
}

#[test]
fn templates_see_the_readers_own_dates_with_their_hours() {
    let campaign = real();
    let body = "{{ campaign.company }}|{{ campaign.product }}|{{ campaign.deadline }}|{{ campaign.ends_at }}|\
        {{ campaign.ends_at | date(format=\"%H:%M %Z\") }}|{{ campaign.ends_at | date(format=\"%H:%M\", timezone=\"UTC\") }}|\
        {{ timezone_name }}|{{ dates.brownout }}|{{ dates.brownout.at }}|{{ dates.brownout.until | date(format=\"%H\") }}|\
        {{ dates.removal | date }}|{{ dates.launch.date }}|{{ dates.night }}|{{ dates.freeze }}|\
        {% for next in next_dates %}{{ next.phase }} {{ next.date }} {{ next.at }};{% endfor %}|\
        {% for name, date in dates %}{% if date.to_come %}{{ name }}: {{ date.text }};{% endif %}{% endfor %}|{{ campaign.support }}";
    let own = [("announce.md", format!("+++\nsubject = \"{{{{ campaign.ends_at }}}}\"\n+++\n{body}"))];
    let own: Vec<(&str, &str)> = own.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let templates = templates("x", &own);
    let render = |segment: &str| {
        let inputs = Inputs {
            segment: segment.to_owned(),
            changes: Vec::new(),
            tags: None,
            had: Vec::new(),
            told_deadline: None,
            corrections: Vec::new(),
            rest_holds: false,
        };
        templates
            .render(&campaign, campaign.phase("announce").unwrap(), &inputs)
            .unwrap_or_else(|why| panic!("{}", why.what))
    };
    let text = render("partners");
    assert_eq!(text.subject, "31 July 2027, 23:59 CEST (21:59 UTC)");
    let parts: Vec<&str> = text.body.trim().split('|').collect();
    assert_eq!(
        parts,
        [
            "Acme",
            "Orders API",
            "2027-07-31",
            "31 July 2027, 23:59 CEST (21:59 UTC)",
            "23:59 CEST",
            "21:59",
            "CEST",
            "6 April 2027, 14:00 to 17:00 CEST (12:00 to 15:00 UTC)",
            "6 April 2027, 14:00 CEST (12:00 UTC)",
            "17",
            "15 August 2027",
            "2020-01-01",
            "27 March 2027, 23:00 CET (22:00 UTC) to 28 March 2027, 05:00 CEST (03:00 UTC)",
            "12 April 2027 to 16 April 2027",
            "final 2027-07-24 24 July 2027, 14:00 CEST (12:00 UTC);off 2027-08-01 1 August 2027, 14:00 CEST (12:00 UTC);",
            "removal: 15 August 2027;",
            "partners@example.com",
        ]
    );
}

#[test]
fn what_a_date_does_not_have_and_arguments_that_there_are_not_are_refused() {
    let campaign = real();
    let refused = |body: &str| {
        let text = format!("+++\nsubject = \"s\"\n+++\n{body}");
        let own = [("announce.md", text.as_str()), ("off.md", "+++\nsubject = \"s\"\n+++\nx")];
        let templates = templates("x", &own);
        let found = templates.vet(&campaign, &campaign.source);
        let inputs = Inputs {
            segment: "rest".to_owned(),
            changes: Vec::new(),
            tags: None,
            had: Vec::new(),
            told_deadline: None,
            corrections: Vec::new(),
            rest_holds: false,
        };
        let rendered = templates.render(&campaign, campaign.phase("announce").unwrap(), &inputs);
        let what = found.first().map(|problem| problem.what.clone());
        what.or_else(|| rendered.err().map(|problem| problem.what)).unwrap_or_default()
    };
    for (body, said) in [
        ("{{ dates.brownuot }}", "there is no `dates.brownuot`"),
        ("{{ dates.launch.at }}", "`dates.launch` has no hour"),
        ("{{ dates.removal.until }}", "`dates.removal` has no end"),
        ("{{ dates.removal.day }}", "there is no `dates.removal.day`"),
        ("{{ dates }}", "`dates` cannot be used as a whole"),
        ("{{ changes }}", "`changes` is a list"),
        ("{{ next_dates.date }}", "there is no `next_dates.date`"),
        ("{% for next in next_dates %}{{ next.name }}{% endfor %}", "there is no `next.name`"),
        ("{{ campaign.deadline | date(locale=\"de_DE\") }}", "`date` has no argument `locale`"),
        (
            "{{ campaign.deadline | date(timezone=\"UTC\") }}",
            "a day without a time cannot be moved to another time zone",
        ),
        ("{{ campaign.ends_at | date(timezone=\"Mars\") }}", "not an IANA name"),
    ] {
        assert!(refused(body).contains(said), "{body}: {}", refused(body));
    }
    assert_eq!(refused("{{ dates[\"brownout\"] }} {% if dates.removal.at is defined %}x{% endif %}"), "");
}

#[test]
fn each_mistake_in_a_date_is_found_with_its_fix() {
    let date = |entry: &str| REAL.replace("launch = { on = 2020-01-01, past = true }", entry);
    for (text, expected) in [
        (date("x = { on = 2027-02-30 }"), "invalid date"),
        (date("x = { at = 2027-03-01 }"), "`at` has no time"),
        (date("x = { on = 2027-03-01T10:00:00 }"), "`on` is a whole day"),
        (date("x = { at = 2027-03-01T10:00:00Z }"), "`at` in [campaign.dates.NAME] is not what it should be"),
        (date("x = { }"), "does not say when it is"),
        (date("x = { on = 2027-03-01, days_after = 3 }"), "says in two ways when it is"),
        (date("x = { on = 2027-03-01, lasts = \"2h\" }"), "says no hour at which it begins"),
        (date("x = { at = 2027-03-01T10:00:00, lasts = \"three hours\" }"), "`three hours` is not a length of time"),
        (date("x = { at = 2027-03-01T10:00:00, lasts = \"3h\", until = 2027-03-02 }"), "both `lasts` and `until`"),
        (date("x = { at = 2027-03-01T10:00:00, until = 2027-03-01T09:00:00 }"), "`x` ends before it begins"),
        (date("x = { days_after = 15, past = true }"), "a past date does not move"),
        (date("x = { on = 2027-03-01, lsats = \"3h\" }"), "unknown key `lsats`"),
        (date("x = { days_after = 4000000000 }"), "`days_after` is out of range"),
        (date("x = 2027-03-01"), "`x` in `dates` is not a table"),
        (
            REAL.replace("of = \"brownout\"", "of = \"brwnout\""),
            "counts from `brwnout`, which is not in [campaign.dates]",
        ),
        (REAL.replace("segments = [\"rest\"]", "segments = [\"rst\"]"), "phase `brownout-notice` is for segment `rst`"),
        (REAL.replace("segments = [\"rest\"]", "segments = []"), "a phase without segments"),
        (REAL.replace("template = \"announce\"", "template = \"../x\""), "`../x` cannot name a template"),
        (REAL.replace("deadline = 2027-07-31", "deadline = 2027-03-31"), "is before the campaign's"),
        (REAL.replace("of = \"brownout\"", "of = \"removal\""), "would leave 2027-05-13 09:00, after the deadline"),
        (
            REAL.replace("days_before = 7", "days_before = 0\nsend_time = 15:00:00"),
            "would leave 2027-04-30 15:00, after the deadline",
        ),
        (
            REAL.replace("\ndays_after = 1\n", "\ndays_after = 1\ndays_before = 1\n"),
            "both `days_before` and `days_after`",
        ),
        (REAL.replace("\ndays_after = 1\n", "\ndays_after = 1\non = \"completed\"\n"), "both `days_after` and `on`"),
        (REAL.replace("\ndays_after = 1\n", "\non = \"completed\"\nof = \"removal\"\n"), "both `of` and `on`"),
        (REAL.replace("title = ", "state = \"pausd\"\ntitle = "), "unknown state `pausd`"),
        (REAL.replace("Orders API", ""), "`product` is not one line of text"),
    ] {
        let said = said(&text);
        assert!(said.iter().any(|what| what.contains(expected)), "{expected}: {said:#?}");
        assert!(problems(&text).iter().all(|problem| !problem.fix.is_empty()), "{said:?}");
    }
    assert_eq!(said(REAL), [""; 0]);
}
