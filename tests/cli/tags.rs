//! Tags from a list, accounts, and who comes first.

use serde_json::json;

use crate::desk::{ANNOUNCE_DAY, Desk, WINDOW_DAY, with_rows};
use crate::said::number;

fn contact(id: &str, tags: &[&str]) -> serde_json::Value {
    json!({ "id": id, "name": id, "email": format!("{id}@a.example"), "tags": tags })
}

#[test]
fn tags_of_a_list_are_added_to_those_that_contacts_have() {
    let desk = Desk::at(with_rows(vec![contact("ann", &["vip"]), contact("bob", &["api-v1", "rest"])]));
    desk.write("tags.csv", "contact,tags\nann@a.example,api-v1 rest\nbob,api-v1\n");
    let planned = desk.run("tag campaigns/api-v2/tags.csv --dry-run --json").well().json();
    assert_eq!(planned["tagged"], json!([{ "contact": "ann@a.example", "tags": ["api-v1", "rest"] }]));
    assert_eq!((number(&planned, "/already"), desk.people().tagged("api-v1").len()), (1, 1));
    let _ = desk.run("tag campaigns/api-v2/tags.csv").well().says("1 contact tagged, 1 had the tags already");
    assert_eq!(desk.people().tagged("api-v1"), ["ann@a.example", "bob@a.example"]);
    assert_eq!(desk.people().tagged("vip"), ["ann@a.example"]);
    let _ = desk.run("tag campaigns/api-v2/tags.csv").well().says("0 contacts tagged, 2 had the tags already");
    desk.write("tags.csv", "ann,x\nzed@z.example,x\n");
    let said =
        desk.run("tag campaigns/api-v2/tags.csv").ends(1).says("1 not known to the server").says("zed@z.example");
    assert_eq!(said.all().matches("next: ").count(), 1, "one next step: {}", said.all());
    desk.write("tags.csv", "ann,y\nbob,-x\n");
    let _ = desk.run("tag campaigns/api-v2/tags.csv").ends(2).says("`-x` is not a tag");
    assert!(desk.people().tagged("y").is_empty());
}

#[test]
fn contacts_of_one_account_are_done_and_reminded_together() {
    let acme = ["api-v1", "rest", "account:acme"];
    let rows = vec![contact("ann", &acme), contact("bob", &acme), contact("cy", &["api-v1", "rest"])];
    let desk = Desk::at(with_rows(rows));
    desk.edit("campaign.toml", "[usage]\n", "[accounts]\ntag = \"account:\"\n\n[usage]\n");
    desk.segment();
    desk.draft_all();
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    desk.track();
    desk.people().reply("ann@a.example");
    desk.track();
    let desk = desk.on(WINDOW_DAY);
    let planned = desk.run("remind --phase window --dry-run --json").well().json();
    assert_eq!((number(&planned, "/planned"), number(&planned, "/excluded/unanswered")), (1, 2), "{planned:#}");
    let _ = desk.run("track --mark completed --contact bob@a.example").well();
    let planned = desk.run("remind --phase window --dry-run --json").well().json();
    assert_eq!((number(&planned, "/planned"), number(&planned, "/excluded/done")), (1, 2), "{planned:#}");
    let status = desk.status();
    assert_eq!(status["accounts"], json!({ "customers": 2, "contacts": 3, "completed": 1 }));
    let _ = desk.run("status").well().says("2 of 3 done, 1 of 2 accounts");
    let page = desk.run("report").well().stdout;
    assert!(page.contains("<b>1 of 2</b><span>accounts done</span>"), "{page}");
    assert!(page.contains("<td class=\"breaks\">ann@a.example</td><td class=\"breaks\">acme</td>"), "{page}");
    let report = desk.run("report --format md").well().stdout;
    assert!(report.contains("2 of 3 customers done, 1 of 2 accounts,"), "{report}");
    let sheet = desk.run("report --format csv").well().stdout;
    let (head, ann) = (sheet.lines().next().unwrap(), sheet.lines().nth(1).unwrap());
    let place = head.split(',').position(|name| name == "account").unwrap();
    assert_eq!(ann.split(',').nth(place), Some("acme"));
    assert_eq!(desk.run("report --json").well().json()["customers"][0]["account"], "acme");
}

#[test]
fn an_account_without_a_technical_contact_is_named_wherever_its_mails_are_prepared() {
    let technical = ["api-v1", "rest", "account:acme", "role:technical"];
    let desk = Desk::at(with_rows(vec![
        contact("ann", &technical),
        contact("bob", &["api-v1", "rest", "account:bolt"]),
        contact("cy", &["api-v1", "rest", "account:bolt"]),
    ]));
    let accounts = "[accounts]\ntag = \"account:\"\ntechnical = \"role:technical\"\n\n[usage]\n";
    desk.edit("campaign.toml", "[usage]\n", accounts);
    let _ = desk.run("segment").well().says("1 in an account without a technical contact").says("(account bolt)");
    desk.draft_all();
    let _ = desk.run("submit --phase announce --dry-run").says("contacts that look wrong: 1 in an account without");
    let _ = desk.run("status").well().says("1 account without a technical contact: bolt");
    let behind = desk.run("report --format md").well().stdout;
    assert!(behind.contains(r"| bob@a\.example | bob | bolt |"), "{behind}");
    desk.people().tag("cy@a.example", &["role:technical"]);
    let _ = desk.run("segment").well().says_nothing_of("technical contact");
    let _ = desk.run("status").well().says_nothing_of("technical contact");
    desk.edit("campaign.toml", "role:technical", "-role");
    let _ = desk.run("check").ends(10).says("`-role` is not a single tag");
}

#[test]
fn mails_of_the_most_urgent_leave_first_and_one_customers_next_mail_is_shown() {
    let rest = ["api-v1", "rest"];
    let urgent = ["api-v1", "rest", "priority-high"];
    let desk = Desk::at(with_rows(vec![contact("ann", &rest), contact("bob", &urgent)]));
    desk.edit("campaign.toml", "[usage]\n", "[priority]\ntags = [\"priority-high\"]\n\n[usage]\n");
    desk.segment();
    desk.draft_all();
    let desk = desk.on(ANNOUNCE_DAY);
    let _ = desk.run("submit --phase announce --limit 1 --yes").well();
    assert_eq!(desk.people().mails_to("bob@a.example").len(), 1);
    let behind = desk.run("status --behind --json").well().json();
    assert_eq!(behind["behind"][0]["contact"], "bob@a.example");
    let shown = desk.run("status --contact ann --json").well().json();
    assert_eq!(shown["next_mail"], json!({ "phase": "announce", "day": "2027-01-30" }));
    let _ = desk.run("status --contact ann").well().says("next mail: announce on 2027-01-30");
}
