//! A whole campaign with the contract of the customer-migration page: no queue, no deliveries, no keys.

use crate::desk::{Desk, WINDOW_DAY, speaking};
use crate::said::{number, outcomes};
use mmig::sandbox::Contract;

#[test]
fn everybody_affected_is_announced_to_once_and_tagged() {
    let desk = Desk::drafted(speaking(Contract::Simple, 300));
    let told = desk.submit("announce").well().json();
    assert_eq!((number(&told, "/planned"), number(&told, "/accepted"), number(&told, "/remaining")), (270, 270, 0));
    assert_eq!(desk.people().taken(), 270);
    desk.people().doubled_nobody();
    assert_eq!(desk.people().tagged("migration-notified").len(), 270);
    desk.people().saw_no_violation();

    let again = desk.submit("announce").well().json();
    assert_eq!((number(&again, "/accepted"), number(&again, "/already")), (0, 270));
    assert_eq!(desk.people().taken(), 270);
}

#[test]
fn thirty_days_before_the_deadline_exactly_those_who_have_not_started_are_reminded() {
    let desk = Desk::drafted(speaking(Contract::Simple, 300));
    let _ = desk.submit("announce").well();
    let affected = desk.people().tagged("api-v1");
    let (started, done, rest) = (&affected[..20], &affected[20..30], &affected[30..]);
    for customer in started {
        desk.people().tag(customer, &["migration-started"]);
    }
    for customer in done {
        desk.people().tag(customer, &["migration-complete"]);
    }

    let desk = desk.on(WINDOW_DAY);
    let told = desk.run("remind --yes --json").well().json();
    // Those who are done get the confirmation the same day.
    assert_eq!(number(&told, "/accepted"), 240 + 10);
    let mut rest = rest.to_vec();
    rest.sort();
    assert_eq!(desk.people().who_got("start now"), rest);

    let again = desk.run("remind --yes --json").well().json();
    assert_eq!((number(&again, "/planned"), number(&again, "/accepted")), (0, 0));
    desk.people().doubled_nobody();
}

#[test]
fn what_was_accepted_counts_as_told_since_the_server_says_no_more() {
    let desk = Desk::drafted(speaking(Contract::Simple, 100));
    let _ = desk.submit("announce").well();
    assert_eq!(outcomes(&desk.status(), "announce"), [("submitted".to_owned(), 90)]);
    let notified: u64 =
        (0..3).map(|segment| number(&desk.status(), &format!("/segments/{segment}/stages/notified"))).sum();
    assert_eq!(notified, 90);
}

#[test]
fn a_server_that_shows_no_modes_is_a_warning_and_no_refusal() {
    let desk = Desk::drafted(speaking(Contract::Simple, 20));
    let said = desk.run("submit --phase announce --yes").well();
    let _ = said.says("does not report oversight modes");
}

#[test]
fn a_phase_cannot_be_handed_over_before_its_date_unless_it_may_go_at_once() {
    let desk = Desk::drafted(speaking(Contract::Simple, 20)).on("2027-01-20T12:00:00Z");
    let _ = desk.run("submit --phase announce --yes").ends(8).says("cannot hold a mail").says("--now");
    assert_eq!(desk.people().taken(), 0);
    let _ = desk.run("submit --phase announce --yes --now").well();
    assert_eq!(desk.people().taken(), 18);
}

#[test]
fn mails_cannot_be_withdrawn_here_and_nothing_pretends_they_were() {
    let desk = Desk::drafted(speaking(Contract::Simple, 20));
    let _ = desk.submit("announce").well();
    let told = desk.run("cancel --phase announce --yes --json").well().json();
    assert_eq!(number(&told, "/cancelled"), 0);
    assert_eq!(outcomes(&desk.status(), "announce"), [("submitted".to_owned(), 18)]);
}
