//! "What did you tell us, and when?", word for word.

use serde_json::{Value, json};

use crate::desk::{Desk, with_contacts, with_rows};
use crate::human::recipient;

fn told(desk: &Desk, customer: &str) -> Vec<Value> {
    let told = desk.run(&format!("status --contact {customer} --evidence --json")).well().json();
    told["evidence"].as_array().expect("a list").clone()
}

/// A campaign whose announcement was sent.
fn announced() -> Desk {
    let desk = Desk::drafted(with_contacts(10));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    desk.track();
    desk
}

#[test]
fn what_is_shown_is_what_the_server_was_given_byte_for_byte() {
    let desk = announced();
    for mail in desk.people().mails() {
        let told = told(&desk, &recipient(&mail));
        let evidence = &told[0];
        assert_eq!((&evidence["subject"], &evidence["markdown"]), (&mail["subject"], &mail["body"]));
        assert_eq!((&evidence["message_id"], &evidence["to"]), (&mail["id"], &mail["to"][0]));
        assert_eq!((&evidence["outcome"], &evidence["certainty"]), (&json!("delivered"), &json!("it was delivered")));
        let locked = desk.read("drafts/announce/lock.toml");
        assert!(locked.contains(evidence["digest"].as_str().unwrap()), "{evidence}");
    }
}

#[test]
fn who_approved_it_is_asked_of_the_server_which_does_not_list_it() {
    let desk = announced();
    let customer = recipient(&desk.people().mails()[0]);
    assert_eq!(told(&desk, &customer)[0]["approved"], Value::Null);
    let _ = desk.run(&format!("status --contact {customer} --evidence --sync")).well().says("approved ");
    let approved = told(&desk, &customer)[0]["approved"].clone();
    assert!(approved["at"].as_str().is_some_and(|at| at.starts_with("2027-01-30T14:0")), "{approved}");
    assert!(approved["by"].as_str().is_some_and(|by| !by.is_empty()), "{approved}");
    desk.people().saw_no_violation();
}

#[test]
fn a_later_name_address_template_or_deadline_changes_nothing_of_it() {
    let desk = announced();
    let customer = recipient(&desk.people().mails()[0]);
    let before = told(&desk, &customer);
    desk.people().post("contact", &json!({ "email": customer, "set": { "name": "Another Name" } }));
    desk.edit("campaign.toml", "deadline = 2027-04-30", "deadline = 2027-05-31");
    desk.segment();
    desk.draft_all();
    assert_eq!(told(&desk, &customer), before);
}

#[test]
fn a_mail_that_did_not_leave_is_there_and_said_not_to_have_left() {
    let desk = Desk::drafted(with_contacts(10));
    let _ = desk.submit("announce").well();
    desk.people().reject(1, "the date is wrong");
    desk.track();
    let rejected = desk.people().mails().into_iter().find(|mail| mail["status"] == "rejected").expect("one is");
    let customer = recipient(&rejected);
    assert_eq!(told(&desk, &customer)[0]["certainty"], "it was not sent: a reviewer rejected it");
    let shown = desk.run(&format!("status --contact {customer} --evidence")).well();
    let _ = shown.says("mail 1 of 1, phase announce: it was not sent").says("Subject: ").says(&customer);
}

#[test]
fn a_text_that_was_not_kept_or_was_changed_is_said_to_be_missing() {
    let desk = announced();
    let customer = recipient(&desk.people().mails()[0]);
    let digest = told(&desk, &customer)[0]["digest"].as_str().unwrap().to_owned();
    desk.edit(&format!("sent/{digest}.md"), "Hello", "Goodbye");
    let evidence = told(&desk, &customer).remove(0);
    assert_eq!((&evidence["text_kept"], &evidence["markdown"]), (&json!(false), &Value::Null));
    let _ = desk.run(&format!("status --contact {customer} --evidence")).well().says("not kept");
}

#[test]
fn whoever_was_told_nothing_is_said_to_have_been_told_nothing() {
    let desk = Desk::at(with_contacts(10));
    desk.segment();
    let customer = desk.ledger().recipients()[0].email.to_string();
    let _ = desk.run(&format!("status --contact {customer} --evidence")).well().says("No mail of this campaign");
    let _ = desk.run("status --evidence").ends(2);
}

#[test]
fn a_name_with_escape_codes_is_exact_in_json_and_harmless_on_a_terminal() {
    let name = "Eve \u{1b}[31mred\u{7}";
    let row = json!({ "id": "c1", "email": "eve@a.example", "name": name, "tags": ["api-v1", "rest"] });
    let desk = Desk::drafted(with_rows(vec![row]));
    let _ = desk.submit("announce").well();
    assert_eq!(told(&desk, "eve")[0]["name"], name);
    let _ = desk.run("status --contact eve --evidence").well().says("Eve").says_nothing_of("\u{1b}[31mred");
}
