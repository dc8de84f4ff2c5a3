//! What a killed run left open is settled only by what can be known.
#![cfg(unix)] // See `interrupted`.

use serde_json::json;

use crate::desk::{Desk, with_contacts};
use crate::interrupted::under_way;
use crate::said::{number, outcomes};

/// A desk whose submit was killed while three or four mails were on their way; the server has all of them.
pub fn killed() -> Desk {
    let (desk, mut running) = under_way(600_000, 4);
    running.child.kill().expect("it runs");
    let _ = running.ended();
    desk.people().post("faults", &json!({}));
    desk
}

/// The server has forgotten the keys by then, and the phase may still be sent.
pub const NEXT_DAY: &str = "2027-01-31T16:00:00Z";

#[track_caller]
fn everybody_has_it_once(desk: &Desk) {
    assert_eq!(desk.people().taken(), 90);
    assert!(desk.people().mailed().values().all(|count| *count == 1), "a customer has it twice");
}

#[test]
fn a_refused_repetition_says_nothing_about_the_earlier_send() {
    let desk = killed();
    // From the second request on, the server asks to wait for hours.
    desk.people().post("rate", &json!({ "per_second": 0.0001 }));
    let _ = desk.submit("announce").ends(7);
    desk.people().post("rate", &json!({}));
    let desk = desk.on(NEXT_DAY);
    let _ = desk.submit("announce").well();
    everybody_has_it_once(&desk);
}

#[test]
fn a_clock_that_was_set_back_makes_no_key_young_again() {
    let desk = killed().on(NEXT_DAY).with("MMIG_AS_OF", "2027-01-30T13:30:00Z");
    let _ = desk.submit("announce").well();
    everybody_has_it_once(&desk);
}

#[test]
fn a_mail_whose_subject_a_reviewer_changed_is_held_not_sent_again() {
    let desk = killed();
    let changed = desk.people().mails()[0].clone();
    desk.people().post("tamper", &json!({ "id": changed["id"], "subject": "Please read" }));
    let desk = desk.on(NEXT_DAY);
    let told = desk.submit("announce").ends(1).json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/unknown")), (89, 1));
    assert_eq!(told["unknowns"][0]["contact"], changed["to"][0]);
    everybody_has_it_once(&desk);
}

#[test]
fn an_answer_to_a_mail_that_was_found_again_counts_as_one() {
    let desk = killed();
    let found = desk.people().mails()[0].clone();
    let customer = found["to"][0].as_str().unwrap();
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    desk.people().reply(customer);
    assert_eq!(number(&desk.track(), "/replies"), 1);
    let status = desk.status();
    assert_eq!(outcomes(&status, "announce"), [("delivered".to_owned(), 90)]);
}

#[test]
fn a_time_that_is_only_pretended_does_not_make_the_servers_mails_old() {
    let (desk, mut running) = under_way(600_000, 4);
    running.child.kill().expect("it runs");
    let _ = running.ended();
    desk.people().post("faults", &json!({}));
    // At the `--as-of` time the keys have long expired; the server's own day has not even passed.
    let desk = desk.with("MMIG_AS_OF", NEXT_DAY);
    let _ = desk.submit("announce").well();
    everybody_has_it_once(&desk);
}

#[test]
fn a_server_that_lives_in_another_month_is_asked_by_its_own_clock() {
    let desk = Desk::drafted(with_contacts(100));
    desk.people().post("clock", &json!({ "now": "2026-12-24T12:00:00Z" }));
    desk.people().post("faults", &json!({ "seed": 3, "cut_after": 0.5, "everywhere": false }));
    desk.edit("campaign.toml", "concurrency = 8", "concurrency = 45");
    // Anything that stays open here, however often, is found by the next day.
    let _ = desk.submit("announce");
    desk.people().post("faults", &json!({}));
    let desk = desk.with("MMIG_AS_OF", NEXT_DAY);
    let _ = desk.submit("announce").well();
    everybody_has_it_once(&desk);
}
