//! Realistic exports of API traffic: one call per row, versions recognised by path, keys instead of addresses, paths in
//! any spelling.

use std::sync::Arc;

use mmig::campaign::definition::Campaign;
use mmig::campaign::people::records::Records;
use mmig::campaign::people::sent_facts::Comparison;
use mmig::campaign::people::stage::Stage;
use mmig::campaign::text::template::{Inputs, TagsRead};
use mmig::campaign::usage::{Column, Findings, Fit, Keys, Row, Rules, Tallies, ingest};

use crate::build::{HEAD, SEGMENTS, at, campaign_of, recipient};

const REST: &[&str] = &["api-v1", "rest"];

fn by(usage: &str) -> Campaign {
    campaign_of(&format!("{HEAD}{SEGMENTS}{usage}"))
}

fn row<'a>(cells: &[(Column, &'a str)]) -> Row<'a> {
    let mut row = Row::default();
    for (column, text) in cells {
        row.set(*column, *text);
    }
    row
}

fn records() -> Records {
    Records::from_iter(["c1", "c2"].map(|id| recipient(id, "rest", REST)))
}

/// What a file with these rows shows on the first of February 2027, and the result for each row.
fn taken(campaign: &Campaign, keys: Option<Keys>, records: &mut Records, rows: &[Row<'_>]) -> (Findings, Vec<Fit>) {
    let mut tallies = Tallies::new(campaign, records, at("2027-02-01T12:00:00Z")).with_keys(keys);
    let fits = rows.iter().map(|row| tallies.add(row, records)).collect();
    let rules = Rules::compile(&campaign.usage).unwrap();
    let findings = ingest(campaign, &rules, tallies, records, at("2027-02-01T12:00:00Z")).unwrap();
    (findings, fits)
}

fn calls(records: &Records, id: &str) -> Option<(u64, u64)> {
    records.get(id).unwrap().usage.as_ref().map(|usage| (usage.calls.old_calls, usage.calls.new_calls))
}

const PATHS: &str = "[usage.old]\npath = \"/v1/\"\n[usage.new]\npath = \"/v2/\"\n";

#[test]
fn a_row_is_one_call_or_as_many_as_it_says_of_the_version_that_its_path_begins_with() {
    let mut own = records();
    let call = |path, number| row(&[(Column::Contact, "c1"), (Column::Path, path), (Column::Calls, number)]);
    let rows = [call("/v1/a", ""), call("https://x.example/v2/b?y", "5"), call("/v10/c", ""), call("/v1/d", "0")];
    let (found, fits) = taken(&by(PATHS), None, &mut own, &rows);
    assert_eq!((calls(&own, "c1"), found.customers), (Some((1, 5)), 1));
    assert!(fits.iter().all(|fit| *fit == Fit::Added));
}

#[test]
fn of_two_paths_that_fit_the_longer_one_decides_and_of_equals_the_old_one() {
    for (usage, path, expected) in [
        ("[usage.old]\npath = \"/\"\n[usage.new]\npath = \"/v2/\"\n", "/v2/orders", (0, 1)),
        ("[usage.old]\npath = \"/\"\n[usage.new]\npath = \"/v2/\"\n", "/orders", (1, 0)),
        ("[usage.old]\npath = [\"/v1\", \"/api/v1\"]\n", "/api/v1/orders", (1, 0)),
        ("[usage.old]\nversion = \"2019-01\"\n[usage.new]\nversion = \"2026-10\"\n", "2026-10", (0, 1)),
        ("[usage.old]\nversion = \"V1\"\n", "v1", (1, 0)),
        (
            "[usage.old]\nhost = \"api.example.com\"\n[usage.new]\nhost = \"api2.example.com\"\n",
            "http://API.example.com:80/x",
            (1, 0),
        ),
        ("[usage.old]\npath = \"/x\"\n[usage.new]\npath = \"/x\"\n", "/x", (1, 0)),
    ] {
        let mut own = records();
        let column = if usage.contains("version") { Column::Version } else { Column::Path };
        taken(&by(usage), None, &mut own, &[row(&[(Column::Id, "c1"), (column, path)])]);
        assert_eq!(calls(&own, "c1"), Some(expected), "{usage}{path}");
    }
}

#[test]
fn a_row_that_does_not_say_of_which_version_it_is_cannot_be_read() {
    for (usage, lacks) in [
        (PATHS, "it has no path"),
        ("[usage.old]\nversion = \"v1\"\n", "it has no version"),
        ("[usage.old]\nhost = \"x.example\"\n", "it has no host"),
    ] {
        let mut own = records();
        let (found, fits) = taken(&by(usage), None, &mut own, &[row(&[(Column::Id, "c1")])]);
        assert_eq!((fits, found.incomplete.count), (vec![Fit::Unreadable(lacks.to_owned())], 1), "{usage}");
    }
}

#[test]
fn only_old_calls_say_when_the_old_version_was_last_called() {
    let mut own = records();
    let call = |path, time| row(&[(Column::Contact, "c1"), (Column::Path, path), (Column::Time, time)]);
    let rows = [call("/v1/a", "20/Jan/2027:08:15:00 +0000"), call("/v2/a", "1801476000"), call("/v1/b", "2027-01-05")];
    taken(&by(PATHS), None, &mut own, &rows);
    let last = own.get("c1").unwrap().usage.as_ref().unwrap().calls.last_seen;
    assert_eq!(last, Some(at("2027-01-20T08:15:00Z")));
}

#[test]
fn anonymous_new_calls_do_not_matter_and_an_anonymous_old_call_does() {
    let done = || row(&[(Column::Contact, "c1"), (Column::Path, "/v2/a")]);
    let nobody = |path, status| row(&[(Column::Path, path), (Column::Status, status)]);
    for (other, fit, doubtful) in [
        (nobody("/robots.txt", "200"), Fit::Anonymous, false),
        (nobody("/v2/a", ""), Fit::Anonymous, false),
        (nobody("/v1/.env", "404"), Fit::Anonymous, false),
        (nobody("/v1/a", "401"), Fit::Anonymous, false),
        (nobody("/v1/a", "200"), Fit::Unreadable("it has old calls and names no customer".to_owned()), true),
        (nobody("/v1/a", "500"), Fit::Unreadable("it has old calls and names no customer".to_owned()), true),
        (row(&[(Column::Contact, "other@x.example"), (Column::Path, "/v1/a")]), Fit::Unmatched, false),
    ] {
        let mut own = records();
        let campaign = by(&format!("[usage]\nquiet_days = 0\n{PATHS}"));
        let (_, fits) = taken(&campaign, None, &mut own, &[done(), other]);
        assert_eq!(fits[1], fit);
        assert_eq!(own.get("c1").unwrap().stage() == Stage::Completed, !doubtful, "{fit:?}");
    }
}

#[test]
fn a_key_is_its_owners_and_an_old_call_of_a_key_that_is_not_listed_may_be_anybodys() {
    let mut keys = Keys::default();
    for (key, owner) in [("k1", "C1@a.example"), ("k1b", "c1"), ("k2", "c2"), ("ours", "")] {
        keys.insert(key, owner);
    }
    let campaign = by(&format!("[usage]\nquiet_days = 0\n{PATHS}"));
    let call = |key, path| row(&[(Column::Contact, key), (Column::Path, path)]);
    let mut own = records();
    let rows =
        [call("k1", "/v1/a"), call("k1b", "/v1/b"), call("k2", "/v2/a"), call("ours", "/v1/a"), call("k9", "/v2/a")];
    let (_, fits) = taken(&campaign, Some(keys.clone()), &mut own, &rows);
    assert_eq!((calls(&own, "c1"), calls(&own, "c2")), (Some((2, 0)), Some((0, 1))));
    assert_eq!(fits[3..], [Fit::Unmatched, Fit::Unmatched]);
    assert_eq!(own.get("c2").unwrap().stage(), Stage::Completed);
    let mut own = records();
    let (_, fits) = taken(&campaign, Some(keys), &mut own, &[call("k2", "/v2/a"), call("k9", "/v1/a")]);
    let why = "`k9` has old calls, and is neither a customer nor in the file of accounts";
    assert_eq!(fits[1], Fit::Unreadable(why.to_owned()));
    assert_ne!(own.get("c2").unwrap().stage(), Stage::Completed);
}

#[test]
fn contacts_of_one_account_share_what_any_of_them_calls() {
    let campaign = by(&format!("[usage]\nquiet_days = 0\n[accounts]\ntag = \"account:\"\n{PATHS}"));
    let of = |id, account| recipient(id, "rest", &["account:acme", "api-v1", "rest"][account..]);
    for (who, path, stage) in [
        ("c1", "/v2/a", Stage::Completed),
        ("c2", "/v2/a", Stage::Completed),
        ("acme", "/v2/a", Stage::Completed),
        ("account:acme", "/v2/a", Stage::Completed),
        ("c1", "/v1/a", Stage::Pending),
    ] {
        let mut own = Records::from_iter([of("c1", 0), of("c2", 0), of("c3", 1)]);
        taken(&campaign, None, &mut own, &[row(&[(Column::Contact, who), (Column::Path, path)])]);
        for id in ["c1", "c2"] {
            assert_eq!(own.get(id).unwrap().stage(), stage, "{who} {path}: {id}");
        }
        assert_eq!(calls(&own, "c3"), None);
    }
}

#[test]
fn who_calls_only_paths_that_fit_no_operation_is_not_known() {
    let lenient = "[usage]\nquiet_days = 0\ncompleted = \"new_calls > 0\"\n";
    let change = "[[change]]\nid = \"a\"\ntitle = \"A\"\ntext = \"x\"\noperations = [\"GET /orders\"]\n";
    for (path, stage) in [("/v1/orders", Stage::Completed), ("/api/orders", Stage::Started)] {
        let mut own = records();
        let campaign = by(&format!("{lenient}base_paths = [\"/v1\"]\n{change}"));
        let cells = [(Column::OldCalls, "1"), (Column::NewCalls, "9"), (Column::Path, path), (Column::Method, "GET")];
        let (found, _) = taken(&campaign, None, &mut own, &[row(&[&[(Column::Id, "c1")], &cells[..]].concat())]);
        assert_eq!(own.get("c1").unwrap().stage(), stage, "{path}");
        assert_eq!(found.fits_none.count, usize::from(stage == Stage::Started));
    }
}

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides).unwrap()
    }
}

#[test]
fn each_of_a_thousand_customers_gets_exactly_the_changes_of_what_they_call_however_the_paths_are_spelt() {
    const CHANGES: usize = 12;
    let operation = |number: usize| match number % 3 {
        0 => (format!("GET /part{number}"), format!("/part{number}")),
        1 => (format!("POST /part{number}/{{id}}"), format!("/part{number}/77")),
        _ => (format!("PUT /v1/part{number}/{{id}}/sub"), format!("/part{number}/a-b/sub")),
    };
    let spelt = |method: &str, path: &str, spelling: usize| match spelling {
        0 => (method.to_owned(), format!("/v1{path}")),
        1 => (method.to_lowercase(), path.to_owned()),
        2 => (method.to_owned(), format!("https://api.example.com:443/v1{path}?limit=5")),
        3 => (String::new(), format!("{method} //v1{path}/ HTTP/1.1")),
        _ => (method.to_owned(), format!("/v1{}", path.replacen('p', "%70", 1))),
    };
    let change = |number: usize| {
        format!(
            "[[change]]\nid = \"c{number}\"\ntitle = \"T\"\ntext = \"x\"\noperations = [\"{}\"]\n",
            operation(number).0
        )
    };
    let changes: String = (0..CHANGES).map(change).collect();
    let campaign = by(&format!("[usage]\nbase_paths = [\"/v1\"]\n{changes}"));
    let mut own: Records = (0..1000).map(|number| recipient(&format!("n{number}"), "rest", REST)).collect();
    let mut tallies = Tallies::new(&campaign, &own, at("2027-02-01T12:00:00Z"));
    let (mut dice, mut expected) = (Dice(12), vec![std::collections::BTreeSet::new(); 1000]);
    for _ in 0..6000 {
        let (customer, number, spelling) = (dice.roll(1000), dice.roll(CHANGES as u64), dice.roll(5));
        let (text, path) = operation(number);
        let (method, path) = spelt(text.split(' ').next().unwrap(), &path, spelling);
        let old = if dice.roll(4) == 0 { "0" } else { "3" };
        let id = format!("n{customer}");
        let cells = [
            (Column::Id, id.as_str()),
            (Column::Method, &method),
            (Column::Path, &path),
            (Column::OldCalls, old),
            (Column::NewCalls, "1"),
        ];
        assert_eq!(tallies.add(&row(&cells), &own), Fit::Added);
        if old != "0" {
            expected[customer].insert(number);
        }
    }
    let with_rows: Vec<bool> = {
        let rules = Rules::compile(&campaign.usage).unwrap();
        ingest(&campaign, &rules, tallies, &mut own, at("2027-02-01T12:00:00Z")).unwrap();
        own.recipients().iter().map(|one| one.usage.is_some()).collect()
    };
    let among = campaign.operations_asked_about();
    for (customer, numbers) in expected.iter().enumerate().filter(|(customer, _)| with_rows[*customer]) {
        let recipient = own.get(&format!("n{customer}")).unwrap();
        let inputs = Inputs::of(
            &Comparison::new(&campaign, &Arc::default()),
            &campaign.phases[0],
            recipient,
            &TagsRead::None,
            &among,
        );
        let wanted: Vec<String> = numbers.iter().map(|number| format!("c{number}")).collect();
        assert_eq!(inputs.changes, wanted, "n{customer}");
    }
    assert!(with_rows.iter().filter(|has| **has).count() > 900);
}
