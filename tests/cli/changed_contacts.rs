//! Contacts are re-created, move, leave and join: no one is mailed twice, no one is lost.

use serde_json::json;

use crate::audience::announced;
use crate::desk::{Desk, PREPARE_DAY, with_contacts, with_rows};
use crate::said::number;

/// The contact's row, to be re-created.
fn row(desk: &Desk, customer: &str) -> serde_json::Value {
    desk.people().contacts().into_iter().find(|row| row["email"] == customer).expect("there is such a contact")
}

#[test]
fn a_contact_that_was_made_again_under_a_new_id_is_not_mailed_twice() {
    let desk = announced();
    let customer = desk.people().tagged("api-v1")[0].clone();
    let mut again = row(&desk, &customer);
    desk.people().post("contact", &json!({ "email": customer, "delete": true }));
    again["id"] = json!("made-again");
    again["email"] = json!(customer.to_uppercase());
    desk.people().post("contact", &json!({ "add": again }));
    let told = desk.submit("announce").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/already")), (0, 18));
    // Even if the contact was gone for a while.
    desk.people().post("contact", &json!({ "id": "made-again", "delete": true }));
    desk.segment();
    again["id"] = json!("made-a-third-time");
    desk.people().post("contact", &json!({ "add": again }));
    let told = desk.submit("announce").well().json();
    assert_eq!(number(&told, "/accepted"), 0);
    assert_eq!(desk.people().taken(), 18);
}

#[test]
fn a_contact_under_a_new_address_is_not_mailed_twice() {
    let desk = announced();
    let customer = desk.people().tagged("api-v1")[0].clone();
    desk.people().post("contact", &json!({ "email": customer, "set": { "email": "moved@elsewhere.example" } }));
    let told = desk.submit("announce").well().json();
    assert_eq!(number(&told, "/accepted"), 0);
    let history = desk.run("status --contact moved@elsewhere.example --json").well().json();
    assert!(history.to_string().contains(&customer), "the history shows where the mail went: {history}");
}

#[test]
fn who_left_the_campaign_is_not_mailed_and_stays_on_record() {
    let desk = announced();
    let customer = desk.people().tagged("api-v1")[0].clone();
    desk.people().post("contact", &json!({ "email": customer, "drop_tags": ["api-v1"] }));
    let desk = desk.on(PREPARE_DAY);
    let told = desk.submit("prepare").well().json();
    assert_eq!(number(&told, "/accepted"), 17);
    assert_eq!(desk.people().mails_to(&customer).len(), 1);
    let _ = desk.run(&format!("status --contact {customer}")).well().says("left").says("announce");
    let segments = desk.status()["segments"].clone();
    let left: u64 = segments.as_array().unwrap().iter().map(|line| number(line, "/left")).sum();
    assert_eq!(left, 1);
}

#[test]
fn somebody_new_is_found_by_submit_itself() {
    let desk = announced();
    let mut new = row(&desk, &desk.people().tagged("rest")[0]);
    new["id"] = json!("new");
    new["email"] = json!("new@customer.example");
    desk.people().post("contact", &json!({ "add": new }));
    let told = desk.submit("announce").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/already")), (1, 18));
    assert_eq!(desk.people().mails_to("new@customer.example").len(), 1);
}

#[test]
fn a_server_that_doubles_contacts_gets_no_more_tags_and_nobody_is_mailed_twice() {
    let desk = Desk::drafted(with_contacts(20));
    desk.people().post("tag-write", &json!({ "existing": "double" }));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    let _ = desk.run("track").well().says("no longer written");
    assert_eq!(desk.people().contacts().len(), 21, "it was tried once");
    let _ = desk.run("track").well();
    assert_eq!(desk.people().contacts().len(), 21);
    let stages: u64 = (0..3).map(|n| number(&desk.status(), &format!("/segments/{n}/stages/notified"))).sum();
    assert!(stages >= 18, "the stages are in the ledger");
    let _ = desk.on(PREPARE_DAY).submit("prepare").well();
}

#[test]
fn those_who_share_an_address_get_no_tags_and_all_others_do() {
    let row = |id: &str, email: &str| json!({ "id": id, "email": email, "name": "A", "tags": ["api-v1", "rest"] });
    let rows = vec![row("c_1", "shared@a.example"), row("c_2", "Shared@A.example"), row("c_3", "own@a.example")];
    let desk = Desk::drafted(with_rows(rows));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    let said = desk.run("track").well();
    assert!(!said.stderr.contains("no longer written"), "{}", said.stderr);
    assert_eq!(desk.people().tagged("migration-notified"), ["own@a.example"]);
    assert_eq!(desk.people().contacts().len(), 3);
}

#[test]
fn that_everybody_left_at_once_is_not_believed_until_somebody_says_so() {
    let desk = Desk::drafted(with_contacts(20)).on("2027-01-20T09:00:00Z");
    let _ = desk.submit("announce").well();
    for customer in desk.people().tagged("api-v1") {
        desk.people().post("contact", &json!({ "email": customer, "drop_tags": ["api-v1"] }));
    }
    for command in ["track", "submit --phase announce --yes", "remind --yes"] {
        let _ = desk.run(command).ends(3).says("no longer shows any of the 18 customers").says("mmig segment");
    }
    assert_eq!(desk.people().waiting().len(), 18, "nothing was cancelled");
    let _ = desk.run("segment --yes").well();
    desk.track();
    let told = desk.submit("announce").well().json();
    assert_eq!(number(&told, "/accepted"), 0);
}
