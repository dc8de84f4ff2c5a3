//! What API traffic shows about customers: who progresses, who relapses, and which changes concern
//! them.

use std::sync::Arc;

use mmig::campaign::Time;
use mmig::campaign::definition::Campaign;
use mmig::campaign::people::recipient::{Entry, Recipient};
use mmig::campaign::people::records::Records;
use mmig::campaign::people::sent_facts::Comparison;
use mmig::campaign::people::stage::{Evidence, Mark, Stage};
use mmig::campaign::text::template::{Inputs, TagsRead};
use mmig::campaign::usage::{Column, Findings, Fit, Row, Rules, Tallies, ingest};

use crate::build::{CHANGES, HEAD, SEGMENTS, at, campaign, campaign_of, now, recipient};

const REST: &[&str] = &["api-v1", "rest"];

/// A row from the text of its columns.
fn row<'a>(cells: &[(Column, &'a str)]) -> Row<'a> {
    let mut row = Row::default();
    for (column, text) in cells {
        row.set(*column, *text);
    }
    row
}

/// The result on `day` of a file with these counts for one customer; `last_seen` may be empty.
fn told(records: &mut Records, campaign: &Campaign, day: &str, old: &str, new: &str, last_seen: &str) -> Findings {
    let who = (Column::Contact, "c1@a.example");
    let cells = [who, (Column::OldCalls, old), (Column::NewCalls, new), (Column::LastSeen, last_seen)];
    let mut tallies = Tallies::new(campaign, records, noon(day));
    assert_eq!(tallies.add(&row(&cells), records), Fit::Added);
    ingest(campaign, &Rules::compile(&campaign.usage).unwrap(), tallies, records, noon(day)).unwrap()
}

fn noon(day: &str) -> Time {
    at(&format!("{day}T12:00:00Z"))
}

fn stage(records: &Records) -> Stage {
    records.get("c1").unwrap().stage()
}

fn marks(records: &Records) -> Vec<(Stage, Evidence)> {
    records.get("c1").unwrap().marks.iter().map(|mark| (mark.stage, mark.by)).collect()
}

fn one() -> Records {
    Records::from_iter([recipient("c1", "rest", REST)])
}

/// A person's report about the customer.
fn word(records: &mut Records, day: &str, stage: Stage) {
    let mark = Mark { stage, at: noon(day), by: Evidence::Hand, note: String::new() };
    records.apply("c1", noon(day), Entry::Mark(mark));
}

#[test]
fn who_calls_the_new_version_has_started_and_is_marked_once() {
    let (mut records, campaign) = (one(), campaign());
    for day in ["2027-02-01", "2027-02-02"] {
        told(&mut records, &campaign, day, "10", "1", "");
    }
    assert_eq!(marks(&records), [(Stage::Started, Evidence::Usage)]);
    assert_eq!(records.get("c1").unwrap().marks[0].note, "old_calls 10, new_calls 1, last old call 2027-02-01");
}

#[test]
fn completion_counts_once_the_old_version_was_quiet_for_as_many_days() {
    let (mut records, campaign) = (one(), campaign());
    assert_eq!(told(&mut records, &campaign, "2027-02-01", "0", "9", "").quiet.first, ["c1@a.example"]);
    for (day, expected) in [("2027-02-07", Stage::Started), ("2027-02-08", Stage::Completed)] {
        told(&mut records, &campaign, day, "0", "9", "");
        assert_eq!(stage(&records), expected, "{day}");
    }
}

#[test]
fn the_quiet_period_starts_at_the_last_old_call_if_reported() {
    for (last, expected) in [("2027-01-25", Stage::Completed), ("2027-01-26", Stage::Started)] {
        let mut records = one();
        told(&mut records, &campaign(), "2027-02-01", "0", "9", last);
        assert_eq!(stage(&records), expected, "{last}");
    }
}

#[test]
fn a_last_call_that_moves_on_while_the_old_version_is_not_called_is_one_of_the_new_version() {
    let (mut records, campaign) = (one(), campaign());
    for day in ["2027-02-01", "2027-02-04", "2027-02-08"] {
        told(&mut records, &campaign, day, "0", "9", day);
    }
    assert_eq!(stage(&records), Stage::Completed);
}

#[test]
fn an_old_call_restarts_the_quiet_period() {
    let (mut records, campaign) = (one(), campaign());
    for (day, old) in [("2027-02-01", "0"), ("2027-02-05", "1"), ("2027-02-06", "0"), ("2027-02-12", "0")] {
        told(&mut records, &campaign, day, old, "9", "");
        assert_eq!(stage(&records), Stage::Started, "{day}");
    }
    told(&mut records, &campaign, "2027-02-13", "0", "9", "");
    assert_eq!(stage(&records), Stage::Completed);
}

#[test]
fn a_done_customer_who_calls_the_old_version_has_relapsed_and_can_complete_again() {
    for last in ["", "2027-02-20"] {
        let (mut records, campaign) = (one(), campaign());
        told(&mut records, &campaign, "2027-02-01", "0", "9", "2027-01-01");
        assert_eq!(stage(&records), Stage::Completed);
        for day in ["2027-02-21", "2027-02-22"] {
            let found = told(&mut records, &campaign, day, "2", "9", last);
            assert_eq!(found.relapsed.count, usize::from(day == "2027-02-21"));
            assert_eq!(stage(&records), Stage::Started);
            assert!(records.get("c1").unwrap().relapse().is_some());
        }
        told(&mut records, &campaign, "2027-03-01", "0", "9", "2027-02-20");
        assert_eq!(stage(&records), Stage::Completed);
        assert!(records.get("c1").unwrap().relapse().is_none());
    }
}

#[test]
fn who_relapses_without_a_call_of_the_new_version_has_not_even_started() {
    let (mut records, campaign) = (one(), campaign());
    records.apply("c1", now(), Entry::Tagged { tags: vec!["migration-complete".to_owned()] });
    let mark = Mark { stage: Stage::Completed, at: now(), by: Evidence::Tag, note: String::new() };
    records.apply("c1", now(), Entry::Mark(mark));
    told(&mut records, &campaign, "2027-02-21", "2", "0", "2027-02-20");
    assert_eq!(stage(&records), Stage::Pending);
}

#[test]
fn old_calls_from_before_a_person_said_done_are_no_relapse() {
    for (last, relapsed) in [("2027-02-10T09:00:00Z", false), ("2027-02-10T12:00:01Z", true), ("", false)] {
        let (mut records, campaign) = (one(), campaign());
        word(&mut records, "2027-02-10", Stage::Completed);
        told(&mut records, &campaign, "2027-02-11", "500", "9", last);
        assert_eq!(stage(&records) != Stage::Completed, relapsed, "{last}");
    }
}

#[test]
fn a_persons_later_word_counts_more_than_a_relapse() {
    let (mut records, campaign) = (one(), campaign());
    told(&mut records, &campaign, "2027-02-01", "0", "9", "2027-01-01");
    told(&mut records, &campaign, "2027-02-21", "2", "9", "2027-02-20");
    word(&mut records, "2027-02-22", Stage::Completed);
    told(&mut records, &campaign, "2027-02-23", "2", "9", "2027-02-20");
    assert_eq!(stage(&records), Stage::Completed);
}

#[test]
fn what_a_person_corrected_is_not_shown_again_by_the_same_quiet() {
    let (mut records, campaign) = (one(), campaign());
    told(&mut records, &campaign, "2027-02-01", "0", "9", "2027-01-01");
    word(&mut records, "2027-02-02", Stage::Acknowledged);
    told(&mut records, &campaign, "2027-02-20", "0", "9", "2027-01-01");
    assert_eq!(stage(&records), Stage::Started);
    told(&mut records, &campaign, "2027-02-21", "1", "9", "2027-02-21");
    told(&mut records, &campaign, "2027-03-01", "0", "9", "2027-02-21");
    assert_eq!(stage(&records), Stage::Completed);
}

#[test]
fn a_person_who_said_started_before_anything_was_known_does_not_hold_up_completion() {
    let (mut records, campaign) = (one(), campaign());
    word(&mut records, "2027-02-01", Stage::Started);
    told(&mut records, &campaign, "2027-02-20", "0", "9", "2027-01-01");
    assert_eq!(stage(&records), Stage::Completed);
}

#[test]
fn rules_of_ones_own_are_judged_with_the_quiet_they_ask_for() {
    let lenient = "[usage]\ncompleted = \"new_calls >= 100 * old_calls and new_calls > 0\"\nquiet_days = 0\n";
    let campaign = campaign_of(&format!("{HEAD}{SEGMENTS}{CHANGES}{lenient}"));
    let mut records = one();
    told(&mut records, &campaign, "2027-02-01", "1", "100", "2027-02-01");
    assert_eq!(stage(&records), Stage::Completed);
    told(&mut records, &campaign, "2027-02-03", "1", "100", "2027-02-03");
    assert_eq!(stage(&records), Stage::Completed);
    told(&mut records, &campaign, "2027-02-04", "2", "100", "2027-02-04");
    assert_eq!(stage(&records), Stage::Started);
}

const OPERATIONS: &str = r#"
[[change]]
id = "hooks"
title = "Hooks"
text = "x"
operations = ["POST /hooks", "GET /v1/items/{id}"]
[[change]]
id = "lists"
title = "Lists"
text = "x"
segments = ["rest"]
operations = ["GET /v1/items"]
"#;

fn with_operations() -> Campaign {
    campaign_of(&format!("{HEAD}{SEGMENTS}{CHANGES}{OPERATIONS}"))
}

/// The changes that concern a customer after a file with these rows: old calls, method, path.
fn concern(rows: &[(&str, &str, &str)]) -> Vec<String> {
    let (mut records, campaign) = (one(), with_operations());
    take(&mut records, &campaign, rows);
    changes(&campaign, records.get("c1").unwrap())
}

fn take(records: &mut Records, campaign: &Campaign, rows: &[(&str, &str, &str)]) {
    let mut tallies = Tallies::new(campaign, records, now());
    for (old, method, path) in rows {
        let numbers = [(Column::Id, "c1"), (Column::OldCalls, *old), (Column::NewCalls, "0")];
        tallies.add(&row(&[numbers.as_slice(), &[(Column::Method, *method), (Column::Path, *path)]].concat()), records);
    }
    ingest(campaign, &Rules::compile(&campaign.usage).unwrap(), tallies, records, now()).unwrap();
}

fn changes(campaign: &Campaign, customer: &Recipient) -> Vec<String> {
    let comparison = Comparison::new(campaign, &Arc::default());
    Inputs::of(&comparison, &campaign.phases[0], customer, &TagsRead::None, &campaign.operations_asked_about()).changes
}

#[test]
fn a_customer_gets_the_changes_of_the_operations_they_call() {
    assert_eq!(concern(&[("3", "GET", "/v1/items/7")]), ["auth", "hooks"]);
    assert_eq!(concern(&[("3", "GET", "/v1/items"), ("1", "post", "/hooks")]), ["auth", "hooks", "lists"]);
    assert_eq!(concern(&[("0", "POST", "/hooks"), ("5", "GET", "/v1/items/7")]), ["auth", "hooks"]);
}

#[test]
fn without_calls_by_endpoint_no_change_is_left_out() {
    let all = ["auth", "hooks", "lists"];
    assert_eq!(concern(&[]), all);
    assert_eq!(concern(&[("3", "", "")]), all);
    assert_eq!(concern(&[("1", "GET", "/v1/items"), ("3", "", "")]), all);
    assert_eq!(concern(&[("5", "GET", "/api/v1/items"), ("0", "POST", "/hooks")]), all, "paths that fit nothing");
    assert_eq!(concern(&[("1", "GET", "/v1/items"), ("0", "", "")]), ["auth", "lists"]);
}

#[test]
fn operations_that_no_file_was_asked_about_leave_nothing_out() {
    let (mut records, campaign) = (one(), with_operations());
    take(&mut records, &campaign, &[("3", "GET", "/v1/items")]);
    let edited = campaign_of(&format!("{HEAD}{SEGMENTS}{CHANGES}{OPERATIONS}").replace("POST /hooks", "PUT /hooks"));
    assert_eq!(changes(&edited, records.get("c1").unwrap()), ["auth", "hooks", "lists"]);
    take(&mut records, &edited, &[("3", "GET", "/v1/items")]);
    assert_eq!(changes(&edited, records.get("c1").unwrap()), ["auth", "lists"]);
}

#[test]
fn who_has_no_row_stays_as_they_were_and_who_has_one_that_cannot_be_read_gets_every_change() {
    let (mut records, campaign) = (one(), with_operations());
    let mut left = recipient("c2", "rest", REST);
    left.left = Some(now());
    records.insert(left);
    take(&mut records, &campaign, &[("3", "GET", "/v1/items")]);
    let known = records.get("c1").unwrap().clone();
    let rules = Rules::compile(&campaign.usage).unwrap();
    let nothing = Tallies::new(&campaign, &records, now());
    let found = ingest(&campaign, &rules, nothing, &mut records, now()).unwrap();
    assert_eq!(found.without_row.first, ["c1@a.example"]);
    assert_eq!(*records.get("c1").unwrap(), known);
    let mut torn = Tallies::new(&campaign, &records, now());
    torn.add(&row(&[(Column::Id, "c1"), (Column::OldCalls, "0"), (Column::NewCalls, "9")]), &records);
    let bad = torn.add(&row(&[(Column::Id, "c1"), (Column::OldCalls, "many"), (Column::NewCalls, "9")]), &records);
    assert_eq!(bad, Fit::Unreadable("old_calls is `many`, which is not a whole number, 0 or more".to_owned()));
    let found = ingest(&campaign, &rules, torn, &mut records, now()).unwrap();
    assert_eq!((found.customers, found.incomplete.first), (0, vec!["c1@a.example".to_owned()]));
    let customer = records.get("c1").unwrap();
    assert_eq!((customer.stage(), &customer.marks), (known.stage(), &known.marks));
    assert_eq!(changes(&campaign, customer), ["auth", "hooks", "lists"]);
}

/// The result on `day` of a file with these rows: contact, old calls, new calls, last call.
fn told_rows(records: &mut Records, campaign: &Campaign, day: &str, rows: &[[&str; 4]]) -> Findings {
    let mut tallies = Tallies::new(campaign, records, noon(day));
    for [who, old, new, last] in rows {
        let who = (Column::Contact, *who);
        let cells = [who, (Column::OldCalls, *old), (Column::NewCalls, *new), (Column::LastSeen, *last)];
        tallies.add(&row(&cells), records);
    }
    ingest(campaign, &Rules::compile(&campaign.usage).unwrap(), tallies, records, noon(day)).unwrap()
}

const DONE: [&str; 4] = ["c1", "0", "9", "2027-01-01"];

#[test]
fn an_unreadable_row_keeps_everyone_it_may_be_about_from_being_done() {
    for (bad, stage_then) in [
        (["c1", "x", "0", ""], Stage::Pending),
        (["c1", "", "0", ""], Stage::Pending),
        (["c1", "40", "-1", ""], Stage::Pending),
        (["c1", "40", "0", "yesterday"], Stage::Pending),
        (["", "40", "0", ""], Stage::Started),
        (["c\u{fffd}", "40", "0", ""], Stage::Started),
        (["c1\nc2", "40", "0", ""], Stage::Started),
        (["c2", "x", "0", ""], Stage::Started),
        (["other@x.example", "x", "0", ""], Stage::Completed),
    ] {
        for rows in [[DONE, bad], [bad, DONE]] {
            let mut records = one();
            told_rows(&mut records, &campaign(), "2027-02-01", &rows);
            assert_eq!(stage(&records), stage_then, "{bad:?}");
        }
    }
}

#[test]
fn a_torn_row_is_its_customers_where_it_names_one_and_else_anybodys() {
    for (who, unattributed) in [("c1", 0), ("C1@a.example", 0), ("c9", 1), ("", 1)] {
        let (records, campaign) = (one(), campaign());
        let mut tallies = Tallies::new(&campaign, &records, now());
        let mut torn = row(&[(Column::Contact, who)]);
        torn.tear("torn");
        assert_eq!(tallies.add(&torn, &records), Fit::Unreadable("torn".to_owned()));
        assert_eq!(tallies.unattributed(), unattributed, "{who}");
    }
}

#[test]
fn the_quiet_does_not_go_on_through_a_file_that_could_not_be_read() {
    let quiet = ["c1", "0", "9", ""];
    for bad in [vec![["c1", "x", "0", ""]], vec![quiet, ["", "40", "0", ""]], vec![["", "40", "0", ""]]] {
        let (mut records, campaign) = (one(), campaign());
        for rows in [vec![quiet], bad] {
            told_rows(&mut records, &campaign, "2027-02-01", &rows);
        }
        told_rows(&mut records, &campaign, "2027-02-09", &[quiet]);
        assert_ne!(stage(&records), Stage::Completed);
        told_rows(&mut records, &campaign, "2027-02-16", &[quiet]);
        assert_eq!(stage(&records), Stage::Completed);
    }
}

#[test]
fn old_calls_that_can_be_read_undo_a_completion_also_beside_a_row_that_cannot() {
    let (mut records, campaign) = (one(), campaign());
    told_rows(&mut records, &campaign, "2027-02-01", &[DONE]);
    assert_eq!(stage(&records), Stage::Completed);
    let rows = [["c1", "3", "9", "2027-02-08"], ["c1", "x", "0", ""]];
    let found = told_rows(&mut records, &campaign, "2027-02-09", &rows);
    assert_eq!((found.relapsed.count, found.incomplete.count), (1, 1));
    assert_ne!(stage(&records), Stage::Completed);
}

#[test]
fn a_known_call_is_never_replaced_by_an_earlier_one() {
    let (mut records, campaign) = (one(), campaign());
    for (day, old, last) in
        [("2027-02-05", "3", "2027-02-04"), ("2027-02-06", "0", "2026-12-01"), ("2027-02-08", "0", "2026-11-01")]
    {
        told_rows(&mut records, &campaign, day, &[["c1", old, "9", last]]);
        assert_eq!(stage(&records), Stage::Started, "{day}");
    }
    let usage = records.get("c1").unwrap().usage.clone().unwrap();
    assert_eq!(usage.calls.last_seen, Some(at("2027-02-03T23:00:00Z")));
    told_rows(&mut records, &campaign, "2027-02-11", &[["c1", "0", "9", "2026-11-01"]]);
    assert_eq!(stage(&records), Stage::Completed);
}

#[test]
fn a_row_names_a_customer_by_id_or_address_and_an_address_all_who_have_it() {
    let mut records = one();
    let mut same = recipient("c2", "rest", REST);
    same.email = "C1@a.example".into();
    records.insert(same);
    let campaign = campaign();
    for (column, text, customers) in [
        (Column::Contact, " C1@A.example ", 2),
        (Column::Contact, "c2", 1),
        (Column::ContactId, "c1", 1),
        (Column::Email, "c1@a.example", 2),
        (Column::Email, "c1", 0),
        (Column::Id, "c1@a.example", 0),
    ] {
        let mut tallies = Tallies::new(&campaign, &records, now());
        let fit = tallies.add(&row(&[(column, text), (Column::OldCalls, "1.0"), (Column::NewCalls, "0")]), &records);
        assert_eq!(fit, if customers == 0 { Fit::Unmatched } else { Fit::Added }, "{column} {text}");
        let rules = Rules::compile(&campaign.usage).unwrap();
        assert_eq!(ingest(&campaign, &rules, tallies, &mut records, now()).unwrap().customers, customers);
    }
}

#[test]
fn the_usual_signs_for_a_missing_value_are_recognised() {
    for none in ["", " ", "NULL", "\\N", "null", "NaN", "NaT", "None", "(null)", "-", "N/A", "nil", "undefined"] {
        let cells =
            [(Column::Contact, "c1"), (Column::OldCalls, "0"), (Column::NewCalls, "9"), (Column::LastSeen, none)];
        assert_eq!(row(&cells).report(&campaign()).unwrap().calls.last_seen, None, "{none}");
        let cells = [(Column::Contact, "c1"), (Column::OldCalls, none), (Column::NewCalls, "9")];
        assert!(row(&cells).report(&campaign()).is_err(), "a count is not none: {none}");
        assert_eq!(row(&[(Column::Contact, none)]).label(), "");
    }
}

#[test]
fn times_are_read_as_databases_write_them() {
    let campaign = campaign();
    for (text, expected) in [
        ("2027-02-01", Some("2027-01-31T23:00:00Z")),
        ("2027-02-01T10:00:00Z", Some("2027-02-01T10:00:00Z")),
        ("2027-02-01T10:00:00.123+02:00", Some("2027-02-01T08:00:00Z")),
        ("2027-02-01 10:00:00 UTC", Some("2027-02-01T10:00:00Z")),
        ("2027-02-01 10:00:00+00", Some("2027-02-01T10:00:00Z")),
        ("2027-02-01 10:00:00.5", Some("2027-02-01T09:00:00Z")),
        ("2027-02-01T10:00:00", Some("2027-02-01T09:00:00Z")),
        ("2027-02-01 10:00", Some("2027-02-01T09:00:00Z")),
        ("2027-02-01T10:00Z", Some("2027-02-01T10:00:00Z")),
        ("2027-02-01 10:00:00 +0000 UTC", Some("2027-02-01T10:00:00Z")),
        ("2027-02-01 10:00:00 +0200 CEST", Some("2027-02-01T08:00:00Z")),
        ("2027-02-01 10:00:00 CEST", None),
        ("2027/02/01", Some("2027-01-31T23:00:00Z")),
        ("20270201", Some("2027-01-31T23:00:00Z")),
        ("1801476000", Some("2027-02-01T10:00:00Z")),
        ("1801476000.25", Some("2027-02-01T10:00:00Z")),
        ("1801476000000", Some("2027-02-01T10:00:00Z")),
        ("1801476000000000", Some("2027-02-01T10:00:00Z")),
        ("01/Feb/2027:10:00:00 +0000", Some("2027-02-01T10:00:00Z")),
        ("[01/Feb/2027:10:00:00 +0000]", Some("2027-02-01T10:00:00Z")),
        ("Mon, 1 Feb 2027 10:00:00 GMT", Some("2027-02-01T10:00:00Z")),
        ("20.10.2026", Some("2026-10-19T22:00:00Z")),
        ("10/20/2026 8:15", Some("2026-10-20T06:15:00Z")),
        ("10/20/2026 8:15 PM", Some("2026-10-20T18:15:00Z")),
        ("20.10.26", None),
        ("27-02-01", None),
        ("0", None),
        ("1970-01-01", None),
        ("0001-01-01T00:00:00Z", None),
        ("2027-02-30", None),
        ("01.02.2027", None),
        ("01/02/2027", None),
        ("yesterday", None),
    ] {
        let row =
            row(&[(Column::Id, "c1"), (Column::OldCalls, "1"), (Column::NewCalls, "0"), (Column::LastSeen, text)]);
        let told = row.report(&campaign).ok().and_then(|told| told.calls.last_seen);
        assert_eq!(told, expected.map(at), "{text}");
    }
}

#[test]
fn a_call_that_is_still_to_come_is_a_mistake_and_its_customer_is_not_known() {
    for (last_seen, stage_then) in [
        ("2027-02-02", Stage::Completed),
        ("2027-02-02T11:59:59Z", Stage::Completed),
        ("2027-02-02T12:00:01Z", Stage::Pending),
        ("2072-01-29", Stage::Pending),
    ] {
        let mut records = one();
        let campaign = campaign_of(&format!("{HEAD}{SEGMENTS}[usage]\nquiet_days = 0\n"));
        told_rows(&mut records, &campaign, "2027-02-01", &[["c1", "0", "9", last_seen]]);
        assert_eq!(stage(&records), stage_then, "{last_seen}");
    }
}
