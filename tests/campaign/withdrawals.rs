//! Which mails must no longer be sent, and what is known about one whose cancellation was
//! interrupted.

use std::collections::HashSet;

use mmig::campaign::decide::withdrawal::overtaken;
use mmig::campaign::mail::withdrawal::Withdrawal;
use mmig::campaign::mail::{Accepted, Approval, Course, Fate, Mail};
use mmig::campaign::people::contact::Address;
use mmig::campaign::people::recipient::Recipient;
use mmig::campaign::people::records::Records;
use mmig::campaign::people::stage::{Evidence, Mark, Stage};

use crate::build::{accepted, campaign, mail, now, recipient};

/// A customer at a stage, with a mail of a phase in this state.
fn customer(id: &str, stage: Stage, phase: &str, course: Course) -> Recipient {
    let mut recipient = recipient(id, "rest", &["api-v1", "rest"]);
    recipient.marks.push(Mark { stage, at: now(), by: Evidence::Hand, note: String::new() });
    recipient.mails.push(mail(phase, accepted(course)));
    recipient
}

/// Why each customer's mail must not be sent, if so.
fn reasons(people: Vec<Recipient>, suppressed: &str) -> Vec<(String, Option<Withdrawal>)> {
    let suppressed: HashSet<Address> = Address::parse(suppressed).into_iter().collect();
    let records: Records = people.into_iter().collect();
    overtaken(&campaign(), &records, &suppressed).into_iter().map(|target| (target.key, target.why)).collect()
}

#[test]
fn what_overtook_a_mail_that_waits_is_named() {
    let mut left = customer("left", Stage::Notified, "window", Course::Scheduled);
    left.left = Some(now());
    let people = vec![
        customer("right", Stage::Acknowledged, "window", Course::Scheduled),
        customer("done", Stage::Completed, "window", Course::PendingApproval),
        customer("at-work", Stage::Started, "window", Course::Scheduled),
        customer("fell-back", Stage::Started, "complete", Course::PendingApproval),
        customer("listed", Stage::Notified, "window", Course::Submitted),
        customer("of-no-phase", Stage::Completed, "summer", Course::Scheduled),
        left,
    ];
    let expected = [
        ("done", Withdrawal::Completed),
        ("at-work", Withdrawal::FurtherAlong),
        ("fell-back", Withdrawal::NotCompleted),
        ("listed", Withdrawal::Suppressed),
        ("left", Withdrawal::Left),
    ];
    assert_eq!(reasons(people, "listed@a.example"), expected.map(|(key, why)| (key.to_owned(), Some(why))));
}

#[test]
fn what_left_or_is_void_or_was_never_taken_is_not_withdrawn() {
    let when = now();
    let mut people: Vec<Recipient> = [
        Course::Delivered { when },
        Course::Handed,
        Course::Bounced { when, kind: "".into() },
        Course::Cancelled { when, why: None },
    ]
    .into_iter()
    .enumerate()
    .map(|(index, course)| customer(&format!("c{index}"), Stage::Completed, "window", course))
    .collect();
    // Approved and on its way.
    let mut out = customer("out", Stage::Completed, "window", Course::Submitted);
    if let Fate::Accepted(accepted) = &mut out.mails[0].fate {
        accepted.approved = Some(Approval { at: when, by: "".into() });
    }
    let open = Recipient { mails: vec![mail("window", Fate::Sending)], ..out.clone() };
    people.extend([out, Recipient { id: "open".into(), ..open }]);
    assert_eq!(reasons(people, "nobody@a.example"), []);
}

#[test]
fn if_no_customer_is_left_the_server_has_failed_and_nothing_is_cancelled() {
    let mut gone = customer("a", Stage::Notified, "window", Course::Scheduled);
    gone.left = Some(now());
    assert_eq!(reasons(vec![gone], "nobody@a.example"), []);
}

fn withdrawing(why: Withdrawal, course: Course) -> Accepted {
    let Fate::Accepted(accepted) = accepted(course) else { unreachable!("it was just made") };
    Accepted { withdrawing: Some(why), ..accepted }.settled(now())
}

#[test]
fn a_withdrawal_whose_answer_was_lost_is_known_by_what_became_of_the_mail() {
    let when = now();
    let why = Withdrawal::Completed;
    let done = withdrawing(why, Course::Cancelled { when, why: None });
    assert_eq!((done.course, done.withdrawing), (Course::Cancelled { when, why: Some(why) }, None));
    let late = withdrawing(why, Course::Delivered { when });
    assert_eq!((late.too_late, late.withdrawing), (Some(when), None));
    let corrected = withdrawing(Withdrawal::DeadlineMoved, Course::Delivered { when });
    assert_eq!((corrected.too_late, corrected.withdrawing), (None, None));
    // Nothing has happened to it yet.
    let waits = withdrawing(why, Course::Scheduled);
    assert_eq!((waits.course, waits.withdrawing), (Course::Scheduled, Some(why)));
    // A cancellation without a reason was a person's.
    let Fate::Accepted(by_hand) = accepted(Course::Cancelled { when, why: None }) else { unreachable!("as above") };
    assert_eq!(by_hand.clone().settled(when), by_hand);
}

#[test]
fn an_obsolete_mail_may_be_sent_again_and_one_a_person_cancelled_may_not() {
    let when = now();
    let withdrawn = |why| Mail { ..mail("window", accepted(Course::Cancelled { when, why })) };
    assert_eq!(withdrawn(Some(Withdrawal::Left)).withdrawal(), Some(Withdrawal::Left));
    assert!(withdrawn(Some(Withdrawal::Left)).is_void() && withdrawn(None).is_void());
    assert_eq!(withdrawn(None).withdrawal(), None);
}
