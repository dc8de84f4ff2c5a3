//! Oasdiff's findings become changes for people to edit, each found once.

use mmig::campaign::definition::oasdiff::{Finding, Group, Level, Wanted, compare, is_as_imported, read};
use mmig::campaign::definition::problem::Source;
use mmig::campaign::definition::{Change, read as read_campaign, with_changes};
use serde_json::json;

use crate::build::{CHANGES, HEAD, SEGMENTS, campaign, campaign_of};

const FOUND: &str = r#"[
 {"id":"request-parameter-removed","text":"deleted the 'query' request parameter 'page_size'","level":2,"operation":"GET",
  "operationId":"listItems","path":"/v1/items/{id}","section":"paths","fingerprint":"0a1b2c3d4e5f"},
 {"id":"api-removed-without-deprecation","text":"api removed without deprecation","comment":"Say when.","level":3,
  "operation":"POST","path":"/hooks","source":"openapi.yaml"},
 {"id":"endpoint-added","text":"endpoint added","level":1,"operation":"GET","path":"/v2/items","fingerprint":"ffffffffffff"},
 {"id":"api-schema-removed","text":"removed the schema 'Item'","level":3,"section":"components","fingerprint":"eeeeeeeeeeee"},
 {"id":"api-schema-removed","text":"removed the schema 'Item'","level":3,"section":"components","fingerprint":"eeeeeeeeeeee"}]"#;

fn found() -> Vec<Finding> {
    read(FOUND).unwrap()
}

fn at(level: Level) -> Wanted {
    Wanted { level, path: None }
}

/// The changes that a campaign without any gets.
fn imported(findings: &[Finding]) -> Vec<Change> {
    let nothing = campaign_of(&format!("{HEAD}{SEGMENTS}"));
    compare(&nothing, findings, &at(Level::Warn)).new.iter().map(Group::to_change).collect()
}

fn changes() -> Vec<Change> {
    imported(&found())
}

#[test]
fn a_finding_becomes_a_change_with_its_operation() {
    let changes = changes();
    let ids: Vec<&str> = changes.iter().map(|change| change.id.as_str()).collect();
    let kinds = ["api-removed-without-deprecation-", "api-schema-removed-", "request-parameter-removed-"];
    assert!(
        ids.len() == 3 && ids.iter().zip(kinds).all(|(id, kind)| id.starts_with(kind)),
        "most severe first: {ids:?}"
    );
    assert_eq!(changes[0].text, "`POST /hooks`: api removed without deprecation. Say when.");
    assert!(changes[1].operations.is_empty());
    assert_eq!(changes[2].title, "Deleted the `query` request parameter `page_size`");
    assert_eq!(changes[2].text, "`GET /v1/items/{id}`: deleted the `query` request parameter `page_size`.");
    assert_eq!(changes[2].operations[0].as_str(), "GET /v1/items/{id}");
    assert_eq!((changes[0].level, changes[2].level), (Some(Level::Err), Some(Level::Warn)));
}

#[test]
fn an_object_with_the_changes_in_it_says_the_same() {
    assert_eq!(read(&format!("{{\"diff_empty\":false,\"changes\":{FOUND}}}")).unwrap(), found());
    assert_eq!(read("[]").unwrap(), []);
}

#[test]
fn a_file_without_a_list_of_changes_is_refused() {
    let entry = |fields: &str| format!("[{{\"id\":\"x\",\"text\":\"y\"}},{{\"id\":\"x\"{fields}}}]");
    for (text, said) in [
        (String::new(), "is not JSON"),
        ("<!DOCTYPE html>".to_owned(), "is not JSON"),
        ("3".to_owned(), "is not a list of changes"),
        ("{\"a\":1}".to_owned(), "has no list of changes"),
        ("[".repeat(100_000), "is not JSON: recursion limit exceeded"),
        ("[null]".to_owned(), "has an entry 1 that is not a finding: invalid type: null"),
        (entry(""), "has an entry 2 that is not a finding: missing field `text`"),
        (entry(",\"text\":7"), "has an entry 2 that is not a finding: invalid type: integer `7`"),
        (entry(",\"text\":\" \\u001b.\\n\""), "has an entry 2 that is not a finding: its text is empty"),
        (entry(",\"text\":\"y\",\"level\":4"), "has an entry 2 that is not a finding: its level is 4"),
        (entry(",\"text\":\"y\",\"level\":\"3\""), "has an entry 2 that is not a finding: invalid type: string"),
    ] {
        assert!(read(&text).unwrap_err().starts_with(said), "{:?}", read(&text));
    }
}

/// How a campaign without its own changes classifies findings after importing others.
fn again(imported_before: &str, now: &str) -> (usize, usize, usize, usize) {
    let mut campaign = campaign_of(&format!("{HEAD}{SEGMENTS}"));
    campaign.changes = imported(&read(imported_before).unwrap());
    let findings = read(now).unwrap();
    let compared = compare(&campaign, &findings, &at(Level::Warn));
    (compared.new.len(), compared.known, compared.doubtful.len(), compared.gone.len())
}

const OLDER: &str = include_str!("oasdiff/older.json");
const NEWER: &str = include_str!("oasdiff/newer.json");
const CHECKOUT: &str = include_str!("oasdiff/checkout.json");

#[test]
fn every_finding_is_known_again_after_an_upgrade_of_oasdiff() {
    assert_eq!(again(OLDER, NEWER), (0, 10, 0, 0));
    assert_eq!(again(NEWER, OLDER), (0, 10, 0, 0));
    let changed = |text: &str| text.replace('`', "'").replace("\"fingerprint\": \"", "\"fingerprint\": \"f");
    let whole = read(CHECKOUT).unwrap().iter().filter(|finding| finding.level() >= Level::Warn).count();
    assert_eq!(again(CHECKOUT, &changed(CHECKOUT)), (0, whole, 0, 0));
    assert_eq!(again(&changed(CHECKOUT), CHECKOUT), (0, whole, 0, 0));
}

#[test]
fn a_change_of_mmig_0_1_is_known_again_by_its_fingerprint_or_else_by_kind_and_operation() {
    let row = |fingerprint: &str, text: &str| {
        format!(
            r#"[{{"id":"a","text":"{text}","level":3,"operation":"GET","path":"/x","fingerprint":"{fingerprint}"}}]"#
        )
    };
    let old = format!(
        "{HEAD}{SEGMENTS}[[change]]\nid = \"a-0123456789ab\"\ntitle = \"x\"\ntext = \"y\"\noperations = [\"GET /x\"]\noasdiff = [\"0123456789ab\"]\n"
    );
    for (fingerprint, text) in [("0123456789ab", "b"), ("ba9876543210", "'b'")] {
        let (campaign, findings) = (campaign_of(&old), read(&row(fingerprint, text)).unwrap());
        let compared = compare(&campaign, &findings, &at(Level::Warn));
        assert_eq!((compared.new.len(), compared.known, compared.gone.len()), (0, 1, 0), "{fingerprint}");
    }
}

#[test]
fn what_may_be_one_of_two_known_changes_in_other_words_is_in_doubt_and_neither_new_nor_gone() {
    let rows = |words: [&str; 2]| {
        let row =
            |word: &str| format!(r#"{{"id":"a","text":"removed `{word}`","level":3,"operation":"GET","path":"/x"}}"#);
        format!("[{}]", words.map(row).join(","))
    };
    assert_eq!(again(&rows(["b", "c"]), &rows(["b", "c"])), (0, 2, 0, 0));
    assert_eq!(again(&rows(["b", "c"]), &rows(["b", "d"])), (0, 2, 0, 0), "only one is open");
    assert_eq!(again(&rows(["b", "c"]), &rows(["d", "e"])), (0, 0, 2, 0));
    assert_eq!(again("[]", &rows(["d", "e"])), (2, 0, 0, 0));
}

#[test]
fn findings_that_differ_only_in_operation_status_or_path_to_a_property_are_one_change() {
    let row = |operation: &str, text: &str| json!({ "id": "removed", "text": text, "level": 2, "operation": "GET", "path": operation });
    let text = |path: &str, status: &str| {
        format!("removed the optional property `{path}` from the response with the `{status}` status")
    };
    let rows = json!([
        row("/a", &text("message", "404")),
        row("/a", &text("context/message", "default")),
        row("/b", &text("entries/items/message", "404")),
        row("/b", &text("other", "404")),
        row("/c", &text("message", "404")),
        row("/d#add_link", &text("message", "404")),
    ]);
    let findings = read(&rows.to_string()).unwrap();
    let changes = imported(&findings);
    assert_eq!(changes.len(), 2);
    let operations: Vec<&str> = changes[0].operations.iter().map(mmig::campaign::usage::Operation::as_str).collect();
    assert_eq!(operations, ["GET /a", "GET /b", "GET /c", "GET /d"], "all are named");
    assert_eq!(
        changes[0].title,
        "Removed the optional property `message` from the response with the `404`, `default` status"
    );
    assert!(
        changes[0].text.starts_with("`GET /a`, `GET /b`, `GET /c` and 1 more operations: removed the"),
        "{}",
        changes[0].text
    );
}

#[test]
fn a_real_changelog_is_grouped_and_each_finding_is_in_exactly_one_change() {
    let findings = read(CHECKOUT).unwrap();
    let nothing = campaign_of(&format!("{HEAD}{SEGMENTS}"));
    let compared = compare(&nothing, &findings, &at(Level::Warn));
    let mut prints: Vec<String> = compared.new.iter().flat_map(Group::fingerprints).collect();
    prints.sort_unstable();
    let mut expected: Vec<String> =
        findings.iter().filter(|finding| finding.level() >= Level::Warn).map(Finding::fingerprint).collect();
    expected.sort_unstable();
    assert_eq!(prints, expected);
    assert!(compared.new.len() * 3 <= expected.len() * 2, "{} of {}", compared.new.len(), expected.len());
    assert!(compared.new.is_sorted_by_key(|group| std::cmp::Reverse(group.level())));
}

#[test]
fn many_properties_that_one_operation_loses_are_one_change_that_names_them_all() {
    let row = |name: &str| {
        json!({ "id": "removed", "text": format!("removed the request property `{name}`"), "level": 2,
        "operation": "POST", "path": "/donations" })
    };
    let names = ["mcc", "splits", "order/reason", "company", "mandate"];
    let many = imported(&read(&json!(names.map(row)).to_string()).unwrap());
    assert_eq!((many.len(), many[0].title.as_str()), (1, "Removed the request property `mcc`, `splits`, `reason`…"));
    assert!(many[0].text.contains("`mcc`, `splits`, `reason`, `company`, `mandate`."), "{}", many[0].text);
    assert_eq!(many[0].oasdiff.len(), 5);
    let few = imported(&read(&json!(names[..3].iter().map(|name| row(name)).collect::<Vec<_>>()).to_string()).unwrap());
    assert_eq!(few.len(), 3);
}

#[test]
fn findings_are_left_out_by_level_path_kind_and_fingerprint() {
    let with = |ignore: &str| campaign_of(&format!("{HEAD}{SEGMENTS}[oasdiff]\nignore = [\"{ignore}\"]\n"));
    for (ignore, ignored) in
        [("/hooks", 1), ("/v1/*", 1), ("/v1", 0), ("api-schema-removed", 1), ("0a1b2c3d4e5f", 1), ("*", 0), ("", 0)]
    {
        assert_eq!(compare(&with(ignore), &found(), &at(Level::Warn)).ignored, ignored, "{ignore}");
    }
    let wanted = Wanted { level: Level::Info, path: regex_lite::Regex::new("^/v1").ok() };
    let nothing = campaign();
    let findings = found();
    let compared = compare(&nothing, &findings, &wanted);
    assert_eq!((compared.new.len(), compared.elsewhere), (2, 2), "what is of no operation is always there");
}

#[test]
fn a_change_is_as_imported_until_its_title_or_text_is_edited() {
    for finding in [CHECKOUT, OLDER, FOUND] {
        for change in imported(&read(finding).unwrap()) {
            assert!(is_as_imported(&change), "{change:?}");
            let title = Change { title: "Send the key as a bearer token".to_owned(), ..change.clone() };
            let text = Change { text: "Send it in the header.".to_owned(), ..change.clone() };
            let own = Change { oasdiff: Vec::new(), ..change };
            assert!(![title, text, own].iter().any(is_as_imported));
        }
    }
}

#[test]
fn ten_thousand_findings_are_compared_in_no_time() {
    let entry = |number: usize| format!("{{\"id\":\"a\",\"text\":\"change `{number}`\"}}");
    let findings = read(&format!("[{}]", (0..10_000).map(entry).collect::<Vec<_>>().join(","))).unwrap();
    let mut campaign = campaign();
    campaign.changes = imported(&findings);
    let again = compare(&campaign, &findings, &at(Level::Warn));
    assert_eq!((again.new.len(), again.known, again.gone.len()), (0, 10_000, 0));
}

#[test]
fn an_edit_can_be_read_and_leaves_the_rest_as_people_wrote_it() {
    let own = format!("{HEAD}{SEGMENTS}{CHANGES}");
    let texts = [
        own.clone(),
        format!("{HEAD}{SEGMENTS}"),
        format!("{HEAD}{SEGMENTS}\r\n"),
        // Keys of a table that are commented out below it.
        format!("{own}# url = \"https://example.com\"\n\n# [[allow]]\n# text = \"x\"\n"),
        format!("{own}# url = \"https://example.com\""),
        format!("{HEAD}{SEGMENTS}# no change\n"),
    ];
    for text in texts {
        let added = changes();
        let now = with_changes(&text, &added).unwrap();
        assert!(now.starts_with(text.trim_end()), "{now}");
        let (campaign, _) = read_campaign("api-v2", &Source::new("campaign.toml", now)).unwrap();
        assert_eq!(campaign.changes[campaign.changes.len() - added.len()..], added);
    }
}

#[test]
fn changes_are_written_beside_the_others_where_something_follows_those() {
    let allow = "# allowed\n[[allow]]\nrule = \"date\"\ntext = \"x\"\nreason = \"y\"\n# end\n";
    let now = with_changes(&format!("{HEAD}{SEGMENTS}{CHANGES}{allow}"), &changes()).unwrap();
    assert!(now.ends_with(allow), "{now}");
    assert_eq!(campaign_of(&now).changes.len(), campaign_of(&format!("{HEAD}{SEGMENTS}{CHANGES}")).changes.len() + 3);
}

#[test]
fn the_next_run_knows_what_people_edited_and_says_what_is_new_or_gone() {
    let text = with_changes(&format!("{HEAD}{SEGMENTS}{CHANGES}"), &changes()).unwrap();
    let id = &changes()[2].id;
    let edited = text.replace(&format!("id = \"{id}\""), "id = \"page-size\"");
    let edited =
        edited.replace("oasdiff = [\"request", "oasdiff = [\"gone 00000000 GET /x\", \"gone00000000\", \"request");
    let campaign = campaign_of(&format!("{edited}\n[oasdiff]\nignore = [\"ffffffffffff\"]\n"));
    let findings = found();
    let again = compare(&campaign, &findings, &at(Level::Info));
    assert_eq!((again.new.len(), again.known, again.ignored), (0, 3, 1));
    let gone: Vec<_> = again.gone.iter().map(|(change, own)| (change.id.as_str(), *own)).collect();
    assert_eq!(gone, [("page-size", "gone 00000000 GET /x"), ("page-size", "gone00000000")]);
    let nothing = compare(&campaign, &findings[1..], &at(Level::Warn));
    assert_eq!(nothing.gone.len(), 3);
}

#[test]
fn a_change_without_its_fingerprint_is_not_imported_again() {
    let text = with_changes(&format!("{HEAD}{SEGMENTS}"), &changes()).unwrap();
    let edited: Vec<&str> = text.lines().filter(|line| !line.starts_with("oasdiff")).collect();
    assert_eq!(compare(&campaign_of(&edited.join("\n")), &found(), &at(Level::Warn)).known, 3);
}

#[test]
fn text_from_outside_stays_text() {
    for (id, text, path) in [
        ("../../x y", "it's *bold* <b> ⟦contact.name⟧\n[x](y)", "/a b"),
        ("", "\"\"\"\n[campaign]\ndeadline = 1999-01-01\n", "/a\"]\n[campaign]"),
        ("---", "# {{ contact.name }} ''' \u{1b}[31m\u{202e}\0", "/a`*b*/⟦contact.id⟧"),
        ("é\u{1b}", "`", "/"),
        (&"x".repeat(5000), &"' '".repeat(200_000), "/{{x}}"),
    ] {
        for fingerprint in ["", "0a1b2c3d4e5f", "é\"]\n", &"f".repeat(41), &"e".repeat(40), "-"] {
            let entry = json!([{ "id": id, "text": text, "comment": text, "operation": "get", "path": path,
                "fingerprint": fingerprint }]);
            let change = imported(&read(&entry.to_string()).unwrap()).remove(0);
            let shown = format!("{}{}", change.title, change.text);
            assert!(!shown.contains(['\u{1b}', '\u{202e}', '⟦', '\n', '\0']), "{shown}");
            assert!(shown.len() < 20_000);
            let written = with_changes(&format!("{HEAD}{SEGMENTS}"), std::slice::from_ref(&change)).unwrap();
            assert_eq!(campaign_of(&written).changes, [change]);
        }
    }
}

#[test]
fn a_change_with_examples_stays_unchanged_and_imported_changes_follow_it() {
    let example = "[[change.example]]\nlanguage = \"python\"\nafter = '''\nclient.list(cursor=c)   # as it is\n'''\n";
    for end in ["", "# The end.\n", "[[check]]\nlanguage = \"python\"\ncommand = [\"true\"]\n"] {
        let text = format!("{HEAD}{SEGMENTS}{CHANGES}{example}{end}");
        let now = with_changes(&text, &changes()).unwrap();
        let mut lines = now.lines();
        assert!(text.lines().all(|line| lines.any(|own| own == line)), "{now}");
        let (before, after) = (campaign_of(&text), campaign_of(&now));
        assert_eq!(after.changes[..3], before.changes, "{now}");
        assert_eq!((after.changes.len(), after.changes[2].examples.len()), (6, 1));
        assert_eq!(after.checks, before.checks);
    }
}
