//! `remind --schedule` submits the next reminder early; customers who finish before it is sent do not get
//! it.

use mmig::sandbox::{Contract, Options};
use serde_json::{Value, json};

use crate::desk::{Desk, speaking, with_contacts};
use crate::human::recipient;
use crate::said::{number, outcomes, phase};

/// Ten days before the first automatic phase, `window`.
const EARLY: &str = "2027-03-21T09:00:00Z";
const WINDOW_LEAVES: &str = "2027-03-31T12:00:00Z";
const FINAL_LEAVES: &str = "2027-04-23T12:00:00Z";
const AFTER: &str = "2027-04-01T09:00:00Z";

fn desk(options: Options) -> Desk {
    Desk::drafted(options).on(EARLY)
}

/// 18 customers, whose `window` waits for its day, approved.
fn scheduled() -> Desk {
    let desk = desk(with_contacts(20));
    let told = desk.run("remind --schedule --yes --json").well().json();
    assert_eq!(number(&told, "/accepted"), 18);
    desk.people().approve_all();
    desk.track();
    assert_eq!(outcomes(&desk.status(), "window"), [("scheduled".to_owned(), 18)]);
    desk
}

/// Who got a mail that was not cancelled.
fn reached(desk: &Desk) -> Vec<String> {
    let out = desk.people().mails().into_iter().filter(|mail| mail["status"] == "delivered");
    out.map(|mail| recipient(&mail)).collect()
}

fn attention(desk: &Desk, kind: &str) -> Vec<Value> {
    let all = desk.status()["attention"].as_array().unwrap().clone();
    all.into_iter().filter(|item| item["kind"] == kind).collect()
}

#[test]
fn the_next_automatic_phase_is_handed_over_with_its_date_and_no_other() {
    let desk = scheduled();
    for mail in desk.people().mails() {
        assert_eq!((&mail["send_at"], &mail["gate_timing"]), (&WINDOW_LEAVES.into(), &"gate_first".into()));
        // Personal values are those of the day it is sent.
        assert!(mail["body"].as_str().unwrap().contains("As of 2027-03-31, days left: 30"), "{mail}");
    }
    let again = desk.run("remind --schedule --yes --json").well().json();
    assert_eq!((number(&again, "/accepted"), number(&again, "/already")), (0, 18));
    let desk = desk.on(AFTER);
    let on_the_day = desk.run("remind --yes --json").well().json();
    assert_eq!((number(&on_the_day, "/accepted"), number(&on_the_day, "/already")), (0, 18));
    assert_eq!(reached(&desk).len(), 18);
    let next = desk.run("remind --schedule --yes --json").well().json();
    assert_eq!(number(&next, "/accepted"), 18);
    assert!(desk.people().mails()[18..].iter().all(|mail| mail["send_at"] == FINAL_LEAVES));
}

#[test]
fn a_named_phase_is_handed_over_whichever_is_next() {
    let desk = desk(with_contacts(20));
    let told = desk.run("remind --schedule --phase final --yes --json").well().json();
    assert_eq!((number(&told, "/accepted"), &told["phases"][0]["send_at"]), (18, &FINAL_LEAVES.into()));
    let _ = desk.run("remind --phase final --yes").well().says("No automatic phase is due.");
}

#[test]
fn who_completes_before_a_scheduled_reminder_leaves_is_not_mailed() {
    let desk = scheduled();
    let (done, started) = (desk.people().tagged("api-v1")[0].clone(), desk.people().tagged("api-v1")[1].clone());
    desk.people().tag(&done, &["migration-complete"]);
    let _ = desk.run(&format!("track --mark started --contact {started}")).well();
    let waits = attention(&desk, "to-withdraw");
    assert_eq!((waits.len(), waits[0]["phase"].as_str()), (1, Some("window")));
    let told = desk.track();
    let withdrawn = told["withdrawn"].as_array().unwrap();
    assert!(withdrawn.contains(&json!({ "contact": done, "phase": "window", "why": "completed" })), "{told}");
    assert!(withdrawn.contains(&json!({ "contact": started, "phase": "window", "why": "further-along" })), "{told}");
    assert_eq!((withdrawn.len(), told["too_late_to_withdraw"].as_array().unwrap().len()), (2, 0));
    assert!(attention(&desk, "to-withdraw").is_empty());
    let _ = desk.run(&format!("status --contact {done}")).well().says("is done");

    let desk = desk.on(AFTER);
    desk.track();
    let reached = reached(&desk);
    assert!(reached.len() == 16 && !reached.contains(&done) && !reached.contains(&started), "{reached:?}");
    let _ = desk.run("remind --yes").well();
    assert_eq!(desk.people().who_got("start now").iter().filter(|customer| **customer == done).count(), 1);
}

#[test]
fn a_pending_mail_is_withdrawn_as_well_and_from_whoever_left_or_unsubscribed() {
    let desk = desk(with_contacts(20));
    let _ = desk.run("remind --schedule --yes").well();
    let (gone, unsubscribed) = (desk.people().tagged("api-v1")[0].clone(), desk.people().tagged("api-v1")[1].clone());
    desk.people().post("contact", &json!({ "email": gone, "drop_tags": ["api-v1"] }));
    desk.people().post("unsubscribe", &json!({ "email": unsubscribed }));
    let said = desk.run("track").well();
    let _ = said.says("2 mails cancelled").says("1 whose customer left").says("1 whose customer is on the suppression");
    desk.people().approve_all();
    let desk = desk.on(AFTER);
    assert_eq!(desk.people().record("stats")["by_status"], json!({ "cancelled": 2, "delivered": 16 }));
}

#[test]
fn a_reminder_run_withdraws_before_it_sends_and_asks_first() {
    let desk = scheduled();
    let done = desk.people().tagged("api-v1")[0].clone();
    desk.people().tag(&done, &["migration-complete"]);
    let files = desk.files();
    let _ = desk.run("remind").ends(2).says("1 mail to cancel: 1 whose customer is done");
    let dry = desk.run("remind --dry-run --json").well().json();
    assert_eq!(dry["to_withdraw"], json!([{ "contact": done, "phase": "window", "why": "completed" }]));
    assert!(desk.files() == files, "nothing may change");
    assert_eq!(desk.people().record("stats")["by_status"], json!({ "scheduled": 18 }));

    let told = desk.run("remind --yes --json").well().json();
    assert_eq!(told["withdrawn"], json!([{ "contact": done, "phase": "window", "why": "completed" }]));
    // And the confirmation is sent.
    assert_eq!(desk.people().who_got("nothing left to do"), [done]);
}

#[test]
fn who_falls_back_before_the_date_gets_the_reminder_after_all() {
    let desk = scheduled();
    let customer = desk.people().tagged("api-v1")[0].clone();
    let _ = desk.run(&format!("track --mark completed --contact {customer}")).well();
    desk.track();
    let _ = desk.run(&format!("track --mark notified --contact {customer}")).well();
    // Not within the minute: the server would take the same words for a repetition.
    let desk = desk.on("2027-03-22T09:00:00Z");
    assert_eq!(outcomes(&desk.status(), "window"), [("scheduled".to_owned(), 17), ("waiting".to_owned(), 1)]);
    let told = desk.run("remind --schedule --yes --json").well().json();
    assert_eq!(number(&told, "/accepted"), 1);
    desk.people().approve_all();
    let desk = desk.on(AFTER);
    let mails = desk.people().mails_to(&customer);
    let stories: Vec<&Value> = mails.iter().map(|mail| &mail["status"]).collect();
    assert_eq!(stories, ["cancelled", "delivered"]);
    assert_eq!(mails[0]["subject"], mails[1]["subject"]);
    desk.people().doubled_nobody();
}

#[test]
fn a_mail_that_a_person_withdrew_stays_withdrawn() {
    let desk = scheduled();
    let customer = desk.people().tagged("api-v1")[0].clone();
    let _ = desk.run(&format!("cancel --phase window --contact {customer} --yes")).well();
    let told = desk.run("remind --schedule --yes --json").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/excluded/cancelled")), (0, 1));
}

#[test]
fn a_mail_that_can_no_longer_be_withdrawn_is_listed() {
    let mut options = with_contacts(20);
    options.life.cancel_only_pending = true;
    let desk = desk(options);
    let _ = desk.run("remind --schedule --yes").well();
    desk.people().approve_all();
    let done = desk.people().tagged("api-v1")[0].clone();
    desk.people().tag(&done, &["migration-complete"]);
    let told = desk.track();
    assert_eq!(told["too_late_to_withdraw"], json!([{ "contact": done, "phase": "window", "why": "completed" }]));
    let _ = desk.run("track").well().says("1 mail could not be cancelled any more").says(&done);
    let listed = attention(&desk, "too-late-to-withdraw");
    assert_eq!((listed.len(), listed[0]["contact"].as_str()), (1, Some(done.as_str())));
    // It stays known once the mail is sent, and is in the customer's history.
    let desk = desk.on(AFTER);
    desk.track();
    assert_eq!(attention(&desk, "too-late-to-withdraw").len(), 1);
    let _ = desk.run(&format!("status --contact {done}")).well().says("too late to withdraw");
}

#[test]
fn where_the_server_cannot_hold_a_mail_the_way_out_is_said() {
    let desk = desk(speaking(Contract::Simple, 20));
    let _ = desk.run("remind --schedule --yes").ends(8).says("cannot hold a mail").says("on its date");
    assert_eq!(desk.people().taken(), 0);
    assert_eq!(phase(&desk.status(), "window")["state"], "upcoming");
}

#[test]
fn a_server_that_finds_nobody_withdraws_nothing() {
    let desk = scheduled();
    for customer in desk.people().tagged("api-v1") {
        desk.people().post("contact", &json!({ "email": customer, "drop_tags": ["api-v1"] }));
    }
    let _ = desk.run("track").ends(3).says("no longer shows any of the 18 customers");
    assert_eq!(desk.people().record("stats")["by_status"], json!({ "scheduled": 18 }));
    // Not even if someone has recorded that they left.
    let _ = desk.run("segment --yes").well();
    assert_eq!(desk.track()["withdrawn"], json!([]));
    assert_eq!(desk.people().record("stats")["by_status"], json!({ "scheduled": 18 }));
}

#[test]
fn a_key_that_may_not_withdraw_is_an_error_and_the_next_run_goes_on() {
    let desk = scheduled();
    let done = desk.people().tagged("api-v1")[0].clone();
    desk.people().tag(&done, &["migration-complete"]);
    let reader = Options::default().keys.oversight;
    let desk = desk.with("MULTIMAIL_API_KEY", &reader);
    let _ = desk.run("track").ends(4).says("1 not cancelled");
    let desk = desk.with("MULTIMAIL_API_KEY", &Options::default().keys.api);
    let told = desk.track();
    assert_eq!(told["withdrawn"], json!([{ "contact": done, "phase": "window", "why": "completed" }]));
}
