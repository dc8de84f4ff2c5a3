//! Before its date a phase is submitted with that date: reviewed early, sent on the day.

use crate::desk::{Desk, with_contacts};
use crate::said::{number, outcomes, phase};

/// Ten days before the first phase.
const EARLY: &str = "2027-01-20T09:00:00Z";

fn early() -> Desk {
    Desk::drafted(with_contacts(20)).on(EARLY)
}

#[test]
fn a_phase_before_its_date_is_handed_over_with_its_date() {
    let desk = early();
    let told = desk.submit("announce").well().json();
    assert_eq!((number(&told, "/accepted"), &told["send_at"]), (18, &"2027-01-30T13:00:00Z".into()));
    for mail in desk.people().mails() {
        assert_eq!((&mail["send_at"], &mail["gate_timing"]), (&"2027-01-30T13:00:00Z".into(), &"gate_first".into()));
        // Days and date are those of the day it is sent.
        assert!(mail["body"].as_str().unwrap().contains("As of 2027-01-30, days left: 90"), "{mail}");
    }
    assert_eq!(outcomes(&desk.status(), "announce"), [("pending_approval".to_owned(), 18)]);
    desk.people().approve_all();
    desk.track();
    assert_eq!(outcomes(&desk.status(), "announce"), [("scheduled".to_owned(), 18)]);
    assert_eq!(phase(&desk.status(), "announce")["state"], "running");

    let desk = desk.on("2027-01-30T13:00:01Z");
    desk.track();
    assert_eq!(outcomes(&desk.status(), "announce"), [("delivered".to_owned(), 18)]);
    let again = desk.submit("announce").well().json();
    assert_eq!(number(&again, "/accepted"), 0);
}

#[test]
fn another_time_can_be_named() {
    let desk = early();
    let told = desk.run("submit --phase announce --at 2027-01-25T10:30:00+01:00 --yes --json").well().json();
    assert_eq!(told["send_at"], "2027-01-25T09:30:00Z");
    let mails = desk.people().mails();
    assert!(mails.iter().all(|mail| mail["send_at"] == "2027-01-25T09:30:00Z"));
    assert!(mails.iter().all(|mail| mail["body"].as_str().unwrap().contains("As of 2027-01-25, days left: 95")));
}

#[test]
fn a_time_that_has_passed_is_refused() {
    let desk = early();
    let _ = desk.run("submit --phase announce --at 2027-01-19 --yes").ends(8).says("passed");
    assert_eq!(desk.people().taken(), 0);
}

#[test]
fn now_means_at_once() {
    let desk = early();
    let _ = desk.run("submit --phase announce --now --yes").well();
    assert!(desk.people().mails().iter().all(|mail| mail["send_at"].is_null()));
    desk.people().approve_all();
    desk.track();
    assert_eq!(outcomes(&desk.status(), "announce"), [("delivered".to_owned(), 18)]);
}

#[test]
fn a_scheduled_mail_can_be_cancelled() {
    let desk = early();
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    desk.track();
    let told = desk.run("cancel --phase announce --yes --json").well().json();
    assert_eq!(number(&told, "/cancelled"), 18);
    let desk = desk.on("2027-01-31T00:00:00Z");
    assert_eq!(desk.people().record("stats")["by_status"]["cancelled"], 18);
}

#[test]
fn a_reminder_does_nothing_before_its_date() {
    let desk = early();
    let _ = desk.run("remind --yes").well();
    assert_eq!(desk.people().taken(), 0);
}
