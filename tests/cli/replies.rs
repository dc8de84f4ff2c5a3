//! A customer who wrote is answered before they are reminded.

use serde_json::{Value, json};

use crate::audience::announced;
use crate::desk::{Desk, PREPARE_DAY, WINDOW_DAY};
use crate::said::number;

/// One of the notified customers replied.
fn with_a_reply() -> (Desk, String) {
    let desk = announced();
    let customer = desk.people().tagged("api-v1")[0].clone();
    desk.people().reply(&customer);
    let told = desk.track();
    assert_eq!((number(&told, "/replies"), number(&told, "/replies_answered")), (1, 0));
    (desk, customer)
}

/// The customers that `status` lists as waiting for an answer.
fn waiting(desk: &Desk) -> Vec<Value> {
    let attention = desk.status()["attention"].take();
    let kept = attention.as_array().unwrap().iter().filter(|one| one["kind"] == "unanswered");
    kept.map(|one| one["contact"].clone()).collect()
}

fn clear(desk: &Desk, customer: &str) {
    let cleared = desk.run(&format!("track --clear --contact {customer} --json")).well().json();
    assert_eq!((number(&cleared, "/cleared"), number(&cleared, "/not_waiting")), (1, 0));
}

#[test]
fn reminders_wait_until_a_person_reports_that_the_reply_is_answered() {
    let (desk, customer) = with_a_reply();
    assert_eq!(waiting(&desk), [customer.as_str()]);
    let desk = desk.on(PREPARE_DAY);
    // Not a reminder: a person submits it.
    assert_eq!(number(&desk.submit("prepare").well().json(), "/accepted"), 18);
    let desk = desk.on(WINDOW_DAY);
    let told = desk.run("remind --phase window --yes --json").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/excluded/unanswered")), (17, 1));
    clear(&desk, &customer);
    assert!(waiting(&desk).is_empty());
    let told = desk.run("remind --phase window --yes --json").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/already")), (1, 17));
    desk.people().doubled_nobody();
    let history = desk.run(&format!("status --contact {customer} --json")).well().json()["history"].take();
    let what: Vec<&str> = history.as_array().unwrap().iter().map(|event| event["what"].as_str().unwrap()).collect();
    assert!(what.contains(&"replied") && what.contains(&"answered"), "{what:?}");
}

#[test]
fn a_reply_that_is_cleared_stays_cleared_and_the_next_one_opens_it_again() {
    let (desk, customer) = with_a_reply();
    clear(&desk, &customer);
    assert_eq!(number(&desk.track(), "/replies"), 0);
    assert!(waiting(&desk).is_empty());
    let again = desk.run(&format!("track --clear --contact {customer} --json")).well().json();
    assert_eq!((number(&again, "/cleared"), number(&again, "/not_waiting")), (0, 1));
    let desk = desk.on(PREPARE_DAY);
    desk.people().reply(&customer);
    assert_eq!(number(&desk.track(), "/replies"), 1);
    assert_eq!(waiting(&desk), [customer.as_str()]);
}

#[test]
fn an_answer_in_the_conversation_clears_it() {
    let (desk, customer) = with_a_reply();
    let desk = desk.on(PREPARE_DAY);
    desk.people().post("answer", &json!({ "to": customer }));
    let told = desk.track();
    assert_eq!((number(&told, "/replies"), number(&told, "/replies_answered")), (0, 1));
    assert!(waiting(&desk).is_empty());
    assert_eq!(number(&desk.track(), "/replies_answered"), 0);
    desk.people().saw_no_violation();
}

#[test]
fn a_machines_reply_neither_acknowledges_nor_waits() {
    let desk = announced();
    let customers = desk.people().tagged("api-v1");
    desk.people().post("reply", &json!({ "to": customers[0], "auto": true }));
    desk.people().post("reply", &json!({ "to": customers[1], "from": "MAILER-DAEMON@mx.example", "subject": "Re: x" }));
    desk.people().post("reply", &json!({ "to": customers[2], "subject": "Undelivered Mail Returned to Sender" }));
    let told = desk.track();
    assert_eq!((number(&told, "/replies"), number(&told, "/automatic_replies")), (0, 3));
    assert!(waiting(&desk).is_empty());
    assert_eq!(desk.people().tagged("migration-acknowledged"), Vec::<String>::new());
}

/// Whether the reminder has arrived.
fn has_reminder(desk: &Desk, customer: &str) -> bool {
    let is_it =
        |mail: &Value| mail["subject"].as_str().unwrap().contains("start now") && !mail["delivered_at"].is_null();
    desk.people().mails_to(customer).iter().any(is_it)
}

#[test]
fn a_reminder_that_was_handed_over_is_withdrawn_when_the_customer_writes_and_sent_after_the_answer() {
    let desk = announced();
    let customer = desk.people().tagged("api-v1")[0].clone();
    let _ = desk.run("remind --schedule --yes").well();
    desk.people().approve_all();
    desk.people().reply(&customer);
    let _ = desk.run("track").well();
    let desk = desk.on(WINDOW_DAY);
    assert!(!has_reminder(&desk, &customer));
    clear(&desk, &customer);
    let _ = desk.run("remind --phase window --yes").well();
    desk.people().approve_all();
    assert!(has_reminder(&desk, &customer));
}

#[test]
fn no_one_is_cleared_if_a_named_customer_is_unknown() {
    let (desk, customer) = with_a_reply();
    let files = desk.files();
    let _ = desk.run(&format!("track --clear --contact {customer} --contact nobody@x.example")).ends(3);
    let _ = desk.run("track --clear").ends(2).says("no customer was named");
    assert!(desk.files() == files);
}

#[test]
fn a_mail_in_a_new_conversation_counts_and_what_a_machine_writes_does_not() {
    let desk = announced();
    let [person, machine] = [0, 1].map(|place| desk.people().tagged("api-v1")[place].clone());
    let mail = |to: &str, subject: &str| json!({ "to": to, "subject": subject, "body": "> quoted\n\nWhich header do you mean?", "new_thread": true });
    desk.people().post("reply", &mail(&person, "A question about v2"));
    desk.people().post("reply", &mail(&machine, "Eingangsbestätigung: API v2"));
    let told = desk.track();
    assert_eq!((number(&told, "/replies"), number(&told, "/automatic_replies")), (1, 1), "{told:#}");
    assert_eq!(waiting(&desk), [person.as_str()]);
    let _ = desk
        .run(&format!("status --contact {person}"))
        .well()
        .says("A question about")
        .says("v2: Which header do you mean?");
}
