//! The next step of a campaign.

use mmig::campaign::definition::Scope;
use mmig::campaign::mail::{Course, Fate};
use mmig::campaign::people::recipient::Recipient;
use mmig::campaign::people::records::Records;
use mmig::campaign::people::stage::{Evidence, Mark, Stage};
use mmig::campaign::view::attention::Attention;
use mmig::campaign::view::next::{Next, TextsState};
use mmig::campaign::view::overview::overview;

use crate::build::{accepted, at, campaign, mail, recipient};

/// A customer to whom these phases were sent, with this progress.
fn after(phases: &[&str], course: &Course) -> Recipient {
    let mut one = recipient("c", "rest", &["api-v1", "rest"]);
    one.mails = phases.iter().map(|phase| mail(phase, accepted(course.clone()))).collect();
    one
}

fn next(one: Recipient, now: &str, texts: TextsState) -> Option<Next> {
    let (campaign, records) = (campaign(), Records::from_iter([one]));
    Next::of(&campaign, &overview(&campaign, &records, at(now), Scope::default()), |_| texts)
}

fn delivered() -> Course {
    Course::Delivered { when: at("2027-01-30T14:00:00Z") }
}

#[test]
fn first_the_customers_are_found() {
    let (campaign, nobody) = (campaign(), Records::default());
    let overview = overview(&campaign, &nobody, at("2027-01-30T14:00:00Z"), Scope::default());
    assert_eq!(Next::of(&campaign, &overview, |_| TextsState::Drafted), Some(Next::Segment));
}

#[test]
fn a_phase_that_is_due_is_drafted_and_then_submitted() {
    let (due, untold) = ("2027-01-30T14:00:00Z", || after(&[], &delivered()));
    assert_eq!(next(untold(), due, TextsState::Missing).unwrap().action().to_string(), "mmig draft --phase announce");
    assert_eq!(next(untold(), due, TextsState::Drafted).unwrap().action().to_string(), "mmig submit --phase announce");
}

#[test]
fn a_text_that_was_rejected_is_fixed_before_its_phase_goes_on() {
    let untold = after(&[], &delivered());
    let next = next(untold, "2027-01-30T14:00:00Z", TextsState::Rejected).unwrap();
    assert!(matches!(next, Next::Draft { rejected: true, .. }), "{next:?}");
    assert_eq!(next.action().to_string(), "mmig draft --phase announce");
}

#[test]
fn waiting_mails_come_before_phases_due_later() {
    let held = after(&["announce"], &Course::PendingApproval);
    assert_eq!(next(held, "2027-01-30T14:00:00Z", TextsState::Drafted), Some(Next::Approve { mails: 1 }));
}

#[test]
fn later_comes_the_next_date_and_an_automatic_phase_is_left_to_remind() {
    let told = after(&["announce", "prepare"], &delivered());
    let next = next(told, "2027-03-02T14:00:00Z", TextsState::Drafted).unwrap();
    let from = Some(at("2027-03-31T12:00:00Z"));
    assert_eq!(next, Next::Submit { phase: "window".to_owned(), automatic: true, recipients: 1, from });
    assert_eq!(next.action().to_string(), "mmig remind");
}

#[test]
fn where_no_mail_is_due_any_more_people_speak_to_people() {
    let all = ["announce", "prepare", "window", "final"];
    let told = after(&all, &delivered());
    assert_eq!(next(told.clone(), "2027-04-29T14:00:00Z", TextsState::Drafted), Some(Next::ReachOut { behind: 1 }));
    let mut done = told;
    done.mails.push(mail("complete", accepted(delivered())));
    let note = String::new();
    done.marks.push(Mark { stage: Stage::Completed, at: at("2027-04-28T00:00:00Z"), by: Evidence::Hand, note });
    assert_eq!(next(done, "2027-04-29T14:00:00Z", TextsState::Drafted), None);
}

/// The next step after the announcement was sent, one mail of which had this course.
fn after_announcing(course: Course) -> Next {
    let mut one = after(&["announce", "prepare"], &delivered());
    one.mails[0] = mail("announce", accepted(course));
    next(one, "2027-03-02T14:00:00Z", TextsState::Drafted).unwrap()
}

#[test]
fn a_cancelled_mail_of_one_customer_comes_before_what_is_due_later() {
    let mut one = after(&[], &delivered());
    one.mails = vec![mail("announce", accepted(Course::Cancelled { when: at("2027-01-30T14:00:00Z"), why: None }))];
    let (campaign, records) = (campaign(), Records::from_iter([one.clone()]));
    let now = at("2027-01-31T14:00:00Z");
    let next = |records: &Records| {
        let overview = overview(&campaign, records, now, Scope::default());
        let kinds: Vec<_> = overview.attention.iter().map(|item| item.kind).collect();
        (Next::of(&campaign, &overview, |_| TextsState::Drafted).unwrap().action().to_string(), kinds)
    };
    assert_eq!(next(&records), ("mmig submit --phase announce --retry-failed".to_owned(), vec!["cancelled"]));
    // A person gave it up: it is settled.
    let skip = mmig::campaign::people::recipient::Skip { phase: "announce".into(), at: now, reason: String::new() };
    one.skips.push(skip);
    let settled = next(&Records::from_iter([one]));
    assert_eq!(settled, ("mmig submit --phase prepare".to_owned(), vec![]));
}

#[test]
fn what_would_leave_wrong_comes_before_a_phase_that_is_due() {
    let mut waits = accepted(Course::Scheduled);
    if let Fate::Accepted(known) = &mut waits {
        known.too_late = Some(at("2027-01-30T14:00:00Z"));
    }
    let mut one = after(&[], &delivered());
    one.mails = vec![mail("announce", waits)];
    let mut other = recipient("d", "rest", &["api-v1", "rest"]);
    other.mails = vec![mail("announce", accepted(delivered()))];
    let (campaign, records) = (campaign(), Records::from_iter([one, other]));
    let overview = overview(&campaign, &records, at("2027-03-01T14:00:00Z"), Scope::default());
    assert!(overview.phases.iter().any(|line| line.name == "prepare" && line.ready > 0), "prepare is due");
    let next = Next::of(&campaign, &overview, |_| TextsState::Drafted).unwrap();
    assert!(matches!(next, Next::Attend { kind: "too-late-to-withdraw", customers: 1, .. }), "{next:?}");
    assert_eq!(next.action().to_string(), "mmig cancel --phase announce");
}

#[test]
fn what_was_refused_is_tried_again_before_the_next_date_and_what_a_person_must_decide_is_not_a_next_step() {
    let failed = after_announcing(Course::Failed { when: at("2027-01-30T14:00:00Z"), words: "no".into() });
    assert_eq!(failed.action().to_string(), "mmig submit --phase announce --retry-failed");
    let bounced = after_announcing(Course::Bounced { when: at("2027-01-30T14:00:00Z"), kind: "hard".into() });
    assert!(matches!(bounced, Next::Submit { .. } | Next::ReachOut { .. }), "{bounced:?}");
}

#[test]
fn a_mail_that_can_only_be_rejected_is_not_waiting_for_an_approval() {
    let held = after(&["announce"], &Course::PendingApproval);
    let (campaign, records) = (campaign(), Records::from_iter([held]));
    let mut overview = overview(&campaign, &records, at("2027-01-30T14:00:00Z"), Scope::default());
    let recipient = &records.recipients()[0];
    let why = [mmig::campaign::review::Stale::PhaseGone];
    overview.attention.push(Attention::stale(recipient, &recipient.mails[0], &why));
    let next = Next::of(&campaign, &overview, |_| TextsState::Drafted).unwrap();
    assert_eq!(next.action().to_string(), "mmig cancel --phase announce");
}
