//! What oasdiff finds becomes changes for people to edit, each found once.

use mmig::campaign::definition::oasdiff::{Finding, Level, compare, read};
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

fn changes() -> Vec<Change> {
    compare(&campaign(), &found(), Level::Warn).new.into_iter().map(Finding::to_change).collect()
}

#[test]
fn a_finding_becomes_a_change_with_its_operation() {
    let changes = changes();
    let ids: Vec<&str> = changes.iter().map(|change| change.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "request-parameter-removed-0a1b2c3d4e5f",
            "api-removed-without-deprecation-fad0b7565880",
            "api-schema-removed-eeeeeeeeeeee"
        ]
    );
    assert_eq!(changes[0].title, "Deleted the `query` request parameter `page_size`");
    assert_eq!(changes[0].text, "`GET /v1/items/{id}`: deleted the `query` request parameter `page_size`.");
    assert_eq!(changes[0].operations[0].as_str(), "GET /v1/items/{id}");
    assert_eq!(changes[1].text, "`POST /hooks`: api removed without deprecation. Say when.");
    assert!(changes[2].operations.is_empty());
}

#[test]
fn an_object_with_the_changes_in_it_says_the_same() {
    assert_eq!(read(&format!("{{\"diff_empty\":false,\"changes\":{FOUND}}}")).unwrap(), found());
    assert_eq!(read("[]").unwrap(), []);
}

#[test]
fn what_is_no_list_of_changes_is_refused() {
    let entry = |fields: &str| format!("[{{\"id\":\"x\",\"text\":\"y\"}},{{\"id\":\"x\"{fields}}}]");
    for (text, said) in [
        (String::new(), "is no JSON"),
        ("<!DOCTYPE html>".to_owned(), "is no JSON"),
        ("3".to_owned(), "is no list of changes"),
        ("{\"a\":1}".to_owned(), "has no list of changes"),
        ("[".repeat(100_000), "is no JSON: recursion limit exceeded"),
        ("[null]".to_owned(), "has an entry 1 that is no finding: invalid type: null"),
        (entry(""), "has an entry 2 that is no finding: missing field `text`"),
        (entry(",\"text\":7"), "has an entry 2 that is no finding: invalid type: integer `7`"),
        (entry(",\"text\":\" \\u001b.\\n\""), "has an entry 2 that is no finding: its text is empty"),
        (entry(",\"text\":\"y\",\"level\":4"), "has an entry 2 that is no finding: its level is 4"),
        (entry(",\"text\":\"y\",\"level\":\"3\""), "has an entry 2 that is no finding: invalid type: string"),
    ] {
        assert!(read(&text).unwrap_err().starts_with(said), "{:?}", read(&text));
    }
}

#[test]
fn a_finding_is_known_again_when_a_newer_oasdiff_gives_it_a_fingerprint() {
    let old = r#"[{"id":"a","text":"b","level":3,"operation":"GET","path":"/x","source":"openapi.yaml"}]"#;
    let new = r#"[{"id":"a","text":"b","level":3,"operation":"GET","path":"/x","section":"paths",
        "disclaimers":[],"attributes":{"x":1},"baseSource":{"file":"o.yaml","line":3},"fingerprint":"0123456789ab"}]"#;
    let mut campaign = campaign();
    campaign.changes = read(old).unwrap().iter().map(Finding::to_change).collect();
    let findings = read(new).unwrap();
    let compared = compare(&campaign, &findings, Level::Warn);
    assert_eq!((compared.new.len(), compared.known, compared.gone.len()), (0, 1, 0));
    assert_eq!(findings[0].to_change().operations, campaign.changes[0].operations);
}

#[test]
fn ten_thousand_findings_are_compared_in_no_time() {
    let entry = |number: usize| format!("{{\"id\":\"a\",\"text\":\"change {number}\"}}");
    let findings = read(&format!("[{}]", (0..10_000).map(entry).collect::<Vec<_>>().join(","))).unwrap();
    let mut campaign = campaign();
    campaign.changes = findings.iter().map(Finding::to_change).collect();
    let again = compare(&campaign, &findings, Level::Warn);
    assert_eq!((again.new.len(), again.known, again.gone.len()), (0, 10_000, 0));
}

#[test]
fn what_is_written_is_read_again_and_leaves_the_rest_as_people_wrote_it() {
    let own = format!("{HEAD}{SEGMENTS}{CHANGES}");
    let texts = [
        own.clone(),
        format!("{HEAD}{SEGMENTS}"),
        format!("{HEAD}{SEGMENTS}\r\n"),
        // Below a table stand keys of it that are commented out.
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
    let edited = text
        .replace("id = \"request-parameter-removed-0a1b2c3d4e5f\"", "id = \"page-size\"")
        .replace("oasdiff = [\"0a1b2c3d4e5f\"]", "oasdiff = [\"0a1b2c3d4e5f\", \"gone00000000\"]");
    let campaign = campaign_of(&format!("{edited}\n[oasdiff]\nignore = [\"ffffffffffff\"]\n"));
    let findings = found();
    let again = compare(&campaign, &findings, Level::Info);
    assert_eq!((again.new.len(), again.known, again.ignored), (0, 3, 1));
    let gone: Vec<_> = again.gone.iter().map(|(change, own)| (change.id.as_str(), *own)).collect();
    assert_eq!(gone, [("page-size", "gone00000000")]);
    let nothing = compare(&campaign, &findings[1..], Level::Warn);
    assert_eq!(nothing.gone.len(), 2);
}

#[test]
fn who_took_the_fingerprint_away_is_not_told_of_the_change_again() {
    let text = with_changes(&format!("{HEAD}{SEGMENTS}"), &changes()).unwrap();
    let edited: Vec<&str> = text.lines().filter(|line| !line.starts_with("oasdiff")).collect();
    assert_eq!(compare(&campaign_of(&edited.join("\n")), &found(), Level::Warn).known, 3);
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
            let change = read(&entry.to_string()).unwrap()[0].to_change();
            let shown = format!("{}{}", change.title, change.text);
            assert!(!shown.contains(['\u{1b}', '\u{202e}', '⟦', '\n', '\0']), "{shown}");
            assert!(shown.len() < 20_000);
            let written = with_changes(&format!("{HEAD}{SEGMENTS}"), std::slice::from_ref(&change)).unwrap();
            assert_eq!(campaign_of(&written).changes, [change]);
        }
    }
}
