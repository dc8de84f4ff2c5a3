//! Sending to some customers first: a canary, a limit, a segment.

use std::collections::BTreeSet;

use serde_json::json;

use crate::desk::{Desk, with_contacts};
use crate::said::{number, texts};

/// Later on the first day.
const LATER: &str = "2027-01-30T15:00:00Z";

fn drafted() -> Desk {
    Desk::drafted(with_contacts(100))
}

#[test]
fn a_canary_tries_every_text() {
    let desk = drafted();
    let told = desk.run("submit --phase announce --canary 3 --yes --json").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/remaining")), (3, 87));
    let texts: BTreeSet<String> =
        desk.people().mails().iter().map(|mail| mail["body"].as_str().unwrap().lines().skip(1).collect()).collect();
    assert_eq!(texts.len(), 3, "one mail of each text");
    let _ = desk
        .run("submit --phase announce --segment rest --canary 3 --yes")
        .well()
        .says("then `mmig submit --phase announce --segment rest` goes on with the others");
}

#[test]
fn a_limit_is_kept_and_the_next_run_goes_on() {
    let desk = drafted();
    for (accepted, remaining) in [(40, 50), (40, 10), (10, 0)] {
        let told = desk.run("submit --phase announce --limit 40 --yes --json").well().json();
        assert_eq!((number(&told, "/accepted"), number(&told, "/remaining")), (accepted, remaining));
    }
    assert_eq!(desk.people().taken(), 90);
    desk.people().doubled_nobody();
}

#[test]
fn one_segment_can_be_sent() {
    let desk = drafted();
    let told = desk.run("submit --phase announce --segment rest --yes --json").well().json();
    assert_eq!(number(&told, "/accepted"), 30);
    let mut sent = desk.people().mailed().into_keys().collect::<Vec<_>>();
    let affected = desk.people().tagged("api-v1");
    let mut rest: Vec<String> = desk.people().tagged("rest").into_iter().filter(|one| affected.contains(one)).collect();
    sent.sort();
    rest.sort();
    assert_eq!(sent, rest);
    let told = desk.submit("announce").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/already")), (60, 30));
}

#[test]
fn several_segments_can_be_sent_and_the_others_later() {
    let desk = drafted();
    let said = desk.run("submit --phase announce --segment rest --segment webhooks --canary 3 --yes").well();
    let _ = said.says("then `mmig submit --phase announce --segment rest --segment webhooks` goes on with the others");
    let told = desk.run("submit --phase announce --segment rest --segment webhooks --yes --json").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/already")), (57, 3));
    let told = desk.submit("announce").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/already")), (30, 60));
}

#[test]
fn several_phases_are_one_document_with_their_numbers_added_up() {
    let desk = Desk::drafted(with_contacts(20));
    let told = desk.run("submit --phase window --phase announce --now --dry-run --json").well().json();
    assert_eq!((number(&told, "/planned"), number(&told, "/remaining"), &told["dry_run"]), (36, 36, &json!(true)));
    let told = desk.run("submit --phase window --phase announce --now --yes --json").well().json();
    assert_eq!(
        (number(&told, "/accepted"), texts(&told, "phases", "phase")),
        (36, vec!["announce".into(), "window".into()])
    );
    assert!(told["phases"].as_array().unwrap().iter().all(|phase| phase["accepted"] == 18), "{told:#}");
}

#[test]
fn a_customer_whose_mail_is_cancelled_is_found_by_id_or_by_a_part_of_the_address() {
    let desk = drafted();
    let _ = desk.submit("announce").well();
    let customers = desk.people().tagged("api-v1");
    let told =
        desk.run(&format!("cancel --phase announce --contact {} --yes --json", &customers[0][1..])).well().json();
    assert_eq!((number(&told, "/cancelled"), &told["phase"]), (1, &json!("announce")));
    let contacts = desk.people().contacts();
    let id = contacts.iter().find(|row| row["email"] == customers[1].as_str()).and_then(|row| row["id"].as_str());
    let told = desk.run(&format!("cancel --phase announce --contact {} --yes --json", id.unwrap())).well().json();
    assert_eq!(number(&told, "/cancelled"), 1);
    let _ = desk.run("cancel --phase announce --contact example --yes").ends(3).says("matches").says("customers");
}

#[test]
fn one_segment_or_one_customer_can_be_cancelled() {
    let desk = drafted();
    let _ = desk.submit("announce").well();
    let told = desk.run("cancel --phase announce --segment rest --yes --json").well().json();
    assert_eq!(number(&told, "/cancelled"), 30);
    let customer = desk.people().tagged("graphql")[0].clone();
    let told = desk.run(&format!("cancel --phase announce --contact {customer} --yes --json")).well().json();
    assert_eq!(number(&told, "/cancelled"), 1);
    assert_eq!(desk.people().record("stats")["by_status"]["cancelled"], 31);
}

#[test]
fn a_sent_mail_cannot_be_cancelled_and_that_is_reported() {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk.people().approve(8);
    let told = desk.run("cancel --phase announce --yes --json").json();
    assert_eq!(number(&told, "/cancelled"), 10);
    assert_eq!(told["too_late"].as_array().map(Vec::len), Some(8));
    let again = desk.run("cancel --phase announce --yes --json").json();
    assert_eq!(number(&again, "/cancelled"), 0);
}

/// All cancelled.
fn withdrawn() -> Desk {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    let _ = desk.run("cancel --phase announce --yes").well();
    desk
}

#[test]
fn a_withdrawn_mail_is_sent_again_only_on_demand() {
    let desk = withdrawn().on(LATER);
    let told = desk.submit("announce").json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/excluded/cancelled")), (0, 18));
    let told = desk.run("submit --phase announce --retry-failed --yes --json").well().json();
    assert_eq!(number(&told, "/accepted"), 18, "a cancelled mail's key must not swallow the new one");
    desk.people().doubled_nobody();
}

#[test]
fn a_withdrawn_mail_that_is_sent_again_too_soon_goes_with_a_later_run() {
    let desk = withdrawn();
    // The server rejects the same text to the same address within a minute.
    let _ = desk.run("submit --phase announce --retry-failed --yes --json").json();
    assert_eq!(desk.people().taken(), 18);
    let desk = desk.on(LATER);
    let _ = desk.run("submit --phase announce --retry-failed --yes").well();
    assert_eq!(desk.people().record("stats")["by_status"], json!({ "cancelled": 18, "pending_send_approval": 18 }));
    desk.people().doubled_nobody();
}
