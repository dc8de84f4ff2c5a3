//! When customers reached which stage, and whether they will be done in time.

use mmig::campaign::definition::Scope;
use mmig::campaign::mail::{Addressee, Course, Outcome};
use mmig::campaign::people::recipient::Recipient;
use mmig::campaign::people::records::Records;
use mmig::campaign::people::search::{Found, find};
use mmig::campaign::people::stage::{Evidence, Mark, Stage};
use mmig::campaign::view::behind::behind;
use mmig::campaign::view::forecast::{Forecast, Verdict};
use mmig::campaign::view::overview::overview;
use mmig::campaign::view::timeline::timeline;

use crate::build::{accepted, at, campaign, mail, recipient};

const TOLD: &str = "2027-02-01T13:00:00Z";

/// A customer who was notified on 1 February, with these marks.
fn told(id: &str, marks: &[(&str, Stage, Evidence)]) -> Recipient {
    let mut one = recipient(id, "rest", &["api-v1", "rest"]);
    one.mails.push(mail("announce", accepted(Course::Delivered { when: at(TOLD) })));
    let mark = |(when, stage, by): &(&str, Stage, Evidence)| Mark {
        stage: *stage,
        at: at(when),
        by: *by,
        note: String::new(),
    };
    one.marks = marks.iter().map(mark).collect();
    one
}

/// This many customers found done on each of these days, and this many not done.
fn customers(done: &[(&str, usize)], behind: usize) -> Records {
    let done = done.iter().flat_map(|(day, count)| (0..*count).map(move |number| (*day, number)));
    let done = done.map(|(day, number)| told(&format!("{day}-{number}"), &[(day, Stage::Completed, Evidence::Tag)]));
    let behind = (0..behind).map(|number| told(&format!("b{number}"), &[]));
    done.chain(behind).collect()
}

fn forecast(records: &Records, now: &str) -> Forecast {
    overview(&campaign(), records, at(now), Scope::default()).forecast
}

#[track_caller]
fn words(records: &Records, now: &str) -> String {
    forecast(records, now).in_words
}

#[test]
fn the_steps_of_a_customer_follow_the_evidence_and_may_go_back() {
    let one = told(
        "c",
        &[
            ("2027-02-03T00:00:00Z", Stage::Acknowledged, Evidence::Reply),
            ("2027-03-01T00:00:00Z", Stage::Completed, Evidence::Tag),
            ("2027-03-05T00:00:00Z", Stage::Completed, Evidence::TagGone),
        ],
    );
    let steps: Vec<_> = one.steps().iter().map(|(at, stage)| (at.date_naive().to_string(), *stage)).collect();
    let expected = [
        ("2027-02-01", Stage::Notified),
        ("2027-02-03", Stage::Acknowledged),
        ("2027-03-01", Stage::Completed),
        ("2027-03-05", Stage::Acknowledged),
    ];
    assert_eq!(steps, expected.map(|(day, stage)| (day.to_owned(), stage)));
    assert_eq!((one.stage(), one.completed_at()), (Stage::Acknowledged, None));
    assert_eq!(one.stage_at(at("2027-03-02T00:00:00Z")), Stage::Completed);
}

#[test]
fn the_pace_of_the_last_two_weeks_says_how_many_will_miss_the_deadline() {
    // 20 days to the deadline; what was done three weeks ago does not count for today's pace.
    let records = customers(&[("2027-03-15T00:00:00Z", 30), ("2027-04-05T00:00:00Z", 7)], 15);
    let expected =
        Verdict::AtThisPace { days: 14, completed: 7, behind: 15, days_left: 20, will_complete: 10, will_miss: 5 };
    assert_eq!(forecast(&records, "2027-04-10T12:00:00Z").verdict, expected);
    assert_eq!(
        words(&records, "2027-04-10T12:00:00Z"),
        "at the pace of the last 14 days (7 found done, 0.5 a day) 10 more will be done by 2027-04-30; 5 will miss it"
    );
}

#[test]
fn the_forecast_says_if_all_will_make_it_or_no_one_progresses() {
    let fast = customers(&[("2027-04-05T00:00:00Z", 28)], 15);
    assert!(words(&fast, "2027-04-10T12:00:00Z").ends_with("the 15 who are behind will be done by 2027-04-30"));
    let still = customers(&[("2027-03-01T00:00:00Z", 28)], 15);
    assert_eq!(
        words(&still, "2027-04-10T12:00:00Z"),
        "no one finished in the last 14 days; at this rate 15 will miss 2027-04-30"
    );
}

#[test]
fn a_few_days_or_a_few_customers_are_too_little_to_tell() {
    let early = customers(&[("2027-02-03T00:00:00Z", 5)], 15);
    assert!(words(&early, "2027-02-05T00:00:00Z").contains("too little to tell"));
    let few = customers(&[("2027-04-05T00:00:00Z", 2)], 15);
    assert!(words(&few, "2027-04-10T00:00:00Z").ends_with("only 2 found done in the last 14 days"));
    assert!(words(&Records::default(), "2027-04-10T00:00:00Z").contains("too little to tell"));
}

#[test]
fn customers_who_were_done_when_found_do_not_count_for_the_pace() {
    let mut records = Records::default();
    for mut one in customers(&[("2027-04-05T00:00:00Z", 9)], 15).recipients().iter().cloned() {
        one.since = at("2027-04-05T00:00:00Z");
        records.insert(one);
    }
    assert!(words(&records, "2027-04-10T12:00:00Z").starts_with("no one finished"));
}

#[test]
fn after_the_deadline_the_forecast_says_how_it_ended() {
    assert_eq!(words(&customers(&[(TOLD, 3)], 0), "2027-04-10T00:00:00Z"), "everyone is done");
    assert_eq!(words(&customers(&[(TOLD, 3)], 2), "2027-05-02T00:00:00Z"), "2 were not done by 2027-04-30");
}

#[test]
fn customers_behind_are_listed_by_stage_then_by_the_age_of_their_last_mail() {
    let untold = recipient("untold", "rest", &[]);
    let mut lately = told("lately", &[]);
    lately.mails.push(mail("prepare", accepted(Course::Delivered { when: at("2027-03-01T00:00:00Z") })));
    let started = told("started", &[("2027-02-02T00:00:00Z", Stage::Started, Evidence::Hand)]);
    let done = told("done", &[("2027-02-02T00:00:00Z", Stage::Completed, Evidence::Hand)]);
    let back = told(
        "back",
        &[
            ("2027-02-02T00:00:00Z", Stage::Completed, Evidence::Usage),
            ("2027-02-09T00:00:00Z", Stage::Started, Evidence::Relapse),
        ],
    );
    let records = Records::from_iter([started, back, done, lately, told("early", &[]), untold]);
    let listed: Vec<_> =
        behind(&campaign(), &records, Scope::default()).iter().map(|one| one.contact.to_string()).collect();
    assert_eq!(listed, ["untold", "early", "lately", "back", "started"].map(|id| format!("{id}@a.example")));
    assert!(behind(&campaign(), &records, Scope { segments: &["webhooks".to_owned()], phases: &[] }).is_empty());
    assert_eq!(overview(&campaign(), &records, at(TOLD), Scope::default()).segments[1].relapsed, 1);
}

#[test]
fn a_customer_is_found_by_a_part_of_the_address_or_the_name() {
    let mut ann = recipient("ann", "rest", &[]);
    ann.name = "Ann  Lee".into();
    let mut gone = recipient("ann2", "rest", &[]);
    (gone.email, gone.left) = (ann.email.clone(), Some(at(TOLD)));
    let records = Records::from_iter([gone, ann.clone(), recipient("joanna", "rest", &[])]);
    let one = Found::One(records.get("ann").unwrap());
    for who in ["ann@a.example", " ANN@A.EXAMPLE", "ann", "ann lee", "n L"] {
        assert_eq!(find(&records, who), one, "{who}");
    }
    let Found::Several(several) = find(&records, "nn") else { panic!("there are two") };
    assert_eq!(several.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["ann", "joanna"]);
    assert_eq!(find(&records, "bob"), Found::Nobody);
}

#[test]
fn the_timeline_has_every_day_and_counts_no_one_twice() {
    let mut late = told("late", &[("2027-02-03T00:00:00Z", Stage::Completed, Evidence::Tag)]);
    late.since = at("2027-02-04T10:00:00Z");
    let mut gone = told("gone", &[]);
    gone.left = Some(at("2027-02-03T10:00:00Z"));
    let one = told("one", &[("2027-02-03T12:00:00Z", Stage::Started, Evidence::Tag)]);
    let records = Records::from_iter([one, late, gone]);
    let days = timeline(&campaign(), &records, at("2027-02-05T12:00:00Z")).days;
    let shown: Vec<_> = days.iter().skip(1).map(|day| (day.date.to_string(), day.stages)).collect();
    assert_eq!((days.len(), days[0].stages), (7, [2, 0, 0, 0, 0]));
    let expected = [
        ("2027-01-31", [2, 0, 0, 0, 0]),
        ("2027-02-01", [0, 2, 0, 0, 0]),
        ("2027-02-02", [0, 2, 0, 0, 0]),
        ("2027-02-03", [0, 0, 0, 1, 0]),
        ("2027-02-04", [0, 0, 0, 1, 1]),
        ("2027-02-05", [0, 0, 0, 1, 1]),
    ];
    assert_eq!(shown, expected.map(|(date, stages)| (date.to_owned(), stages)));
}

#[test]
fn a_campaign_without_customers_has_no_timeline() {
    assert!(timeline(&campaign(), &Records::default(), at(TOLD)).days.is_empty());
}

/// The kinds of items that need attention, with their contacts.
fn attention(records: &Records, now: &str) -> Vec<(&'static str, String)> {
    let found = overview(&campaign(), records, at(now), Scope::default()).attention.into_iter();
    found.map(|one| (one.kind, one.contact.unwrap_or_default())).collect()
}

#[test]
fn a_mail_without_news_for_a_week_is_named() {
    let mut one = recipient("c1", "rest", &["api-v1", "rest"]);
    one.mails.push(mail("announce", accepted(Course::Submitted)));
    let records = Records::from_iter([one]);
    assert_eq!(attention(&records, "2027-02-06T13:00:00Z"), []);
    assert_eq!(attention(&records, "2027-02-06T15:00:00Z"), [("no-news", "c1@a.example".to_owned())]);
}

#[test]
fn a_mail_to_an_address_that_is_now_another_contacts_is_listed_and_a_corrected_address_is_not() {
    let moved = |from: &str| {
        let mut one = told("c1", &[]);
        let then = Addressee { email: from.into(), name: "".into(), id: "c1".into() };
        one.mails[0].to = Some(Box::new(then));
        Records::from_iter([one, recipient("c2", "rest", &["api-v1", "rest"])])
    };
    let day = "2027-02-02T00:00:00Z";
    assert_eq!(attention(&moved("C2@a.example"), day), [("sent-elsewhere", "c1@a.example".to_owned())]);
    assert_eq!(attention(&moved("old@a.example"), day), []);
}

#[test]
fn a_contact_that_shares_a_mailed_address_is_not_listed_as_behind() {
    let mut second = recipient("c2", "rest", &["api-v1", "rest"]);
    second.email = "C1@a.example".into();
    let records = Records::from_iter([told("c1", &[]), second]);
    let listed: Vec<_> = behind(&campaign(), &records, Scope::default()).iter().map(|one| one.stage).collect();
    assert_eq!(listed, [Stage::Notified]);
    let lines = overview(&campaign(), &records, at("2027-02-02T00:00:00Z"), Scope::default()).segments;
    assert_eq!(
        lines.iter().map(|line| line.stages.get(&Stage::Pending).copied().unwrap_or_default()).sum::<usize>(),
        0
    );
}

#[test]
fn a_run_that_is_expected_daily_and_did_not_come_is_named_until_the_deadline() {
    let mut campaign = campaign();
    let mut records = customers(&[], 1);
    records.tracked = Some(at("2027-02-01T13:00:00Z"));
    let overdue = |campaign: &_, now| {
        let overview = overview(campaign, &records, at(now), Scope::default());
        overview.attention.iter().find(|item| item.is_overdue_run()).map(|item| item.message.to_string())
    };
    assert_eq!(overdue(&campaign, "2027-02-10T13:00:00Z"), None);
    campaign.limits.expect_every = 1;
    // A schedule may start late.
    assert_eq!(overdue(&campaign, "2027-02-03T00:00:00Z"), None);
    let said = overdue(&campaign, "2027-02-04T13:00:00Z").unwrap();
    assert!(said.contains("expected daily, and the last was 3 days ago"), "{said}");
    assert_eq!(overdue(&campaign, "2027-06-01T13:00:00Z"), None);
    // One that never came counts from the day the customers were found.
    (records.tracked, records.segmented) = (None, Some(at("2027-02-01T13:00:00Z")));
    let overview = overview(&campaign, &records, at("2027-02-04T13:00:00Z"), Scope::default());
    assert!(overview.attention.iter().any(mmig::campaign::view::attention::Attention::is_overdue_run));
}

#[test]
fn a_ledger_that_was_just_rebuilt_shows_no_pace_and_later_only_its_own_days() {
    let mut records = Records::default();
    for mut one in
        customers(&[("2027-03-20T00:00:00Z", 9), ("2027-04-07T00:00:00Z", 5)], 15).recipients().iter().cloned()
    {
        one.since = at("2027-04-01T00:00:00Z");
        records.insert(one);
    }
    records.rebuilt = Some(at("2027-04-01T00:00:00Z"));
    let said = words(&records, "2027-04-06T12:00:00Z");
    assert!(
        said.ends_with("the ledger was rebuilt on 2027-04-01, and it is unknown who finished before that"),
        "{said}"
    );
    let Verdict::AtThisPace { days, completed, .. } = forecast(&records, "2027-04-10T12:00:00Z").verdict else {
        panic!("nine days are enough");
    };
    assert_eq!((days, completed), (9, 5));
    let Verdict::AtThisPace { days, .. } = forecast(&records, "2027-04-18T12:00:00Z").verdict else {
        panic!("more days are enough");
    };
    assert_eq!(days, 14);
}

#[test]
fn who_cannot_be_mailed_does_not_wait_for_the_mail_of_completion() {
    let bounced = |id: &str| {
        let mut one = recipient(id, "rest", &["api-v1", "rest"]);
        let course = Course::Bounced { when: at(TOLD), kind: "hard".into() };
        one.mails.push(mail("announce", accepted(course)));
        one
    };
    let mut invalid = recipient("c3", "rest", &["api-v1", "rest"]);
    invalid.email = "nowhere".into();
    let records = Records::from_iter([told("c1", &[]), bounced("c2"), invalid]);
    let phases = overview(&campaign(), &records, at("2027-02-02T00:00:00Z"), Scope::default()).phases;
    let complete = phases.iter().find(|line| line.name == "complete").unwrap();
    assert_eq!((complete.count(Outcome::Waiting), complete.count(Outcome::Excluded)), (1, 2));
}
