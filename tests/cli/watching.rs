//! A screen that stays open and shows changes.
#![cfg(unix)] // There is no such terminal elsewhere.

use rexpect::process::WaitStatus;
use rexpect::session::PtySession;

use crate::desk::{Desk, with_contacts};

/// The announcement was sent to 18 customers, and no run has asked the server since.
fn submitted() -> Desk {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk
}

/// Closes the screen as a person does.
#[track_caller]
fn leave(person: &mut PtySession) {
    person.send_control('c').unwrap();
    person.exp_eof().unwrap();
    assert!(matches!(person.process().wait(), Ok(WaitStatus::Exited(_, 0))));
}

#[test]
fn the_screen_follows_the_files_without_asking_the_server() {
    let desk = submitted();
    desk.people().approve_all();
    let mut person = desk.at_a_terminal("status --watch");
    person.exp_string("pending approval").unwrap();
    desk.track();
    person.exp_string("delivered").unwrap();
    leave(&mut person);
}

#[test]
fn with_sync_the_server_is_asked_first_and_what_it_says_is_on_the_screen() {
    let desk = submitted();
    desk.people().approve_all();
    let mut person = desk.at_a_terminal("status --watch --sync 5");
    person.exp_string("delivered").unwrap();
    leave(&mut person);
    assert_eq!(desk.status()["phases"][0]["outcomes"]["delivered"], 18);
}

#[test]
fn a_server_that_cannot_be_asked_is_said_above_a_screen_that_stays() {
    let desk = submitted().with("MULTIMAIL_API_KEY", "mm_test_nobody");
    let mut person = desk.at_a_terminal("status --watch --sync 5");
    person.exp_string("error").unwrap();
    person.exp_string("pending approval").unwrap();
    leave(&mut person);
}
