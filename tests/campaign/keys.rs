//! The idempotency key makes repetitions harmless, and nothing else.

use mmig::campaign::mail::{Accepted, Course, Fate, Rejection};
use mmig::campaign::people::recipient::{GivenUp, Recipient, idempotency_key};
use mmig::campaign::view::attention::Attention;

use crate::build::{accepted, campaign, mail, now, recipient};

fn key(recipient: &Recipient) -> String {
    key_among(recipient, std::slice::from_ref(recipient))
}

/// The key of a recipient's mail among all these recipients.
fn key_among(recipient: &Recipient, all: &[Recipient]) -> String {
    let address = recipient.address().unwrap();
    let open = recipient.mail("announce").filter(|mail| mail.fate == Fate::Sending).map(|mail| mail.sending);
    idempotency_key("api-v2", "announce", &address, GivenUp::of(all, "announce").before(&address, open))
}

fn after(fates: &[Fate]) -> Recipient {
    let mut recipient = recipient("a", "rest", &[]);
    recipient.mails.extend(fates.iter().map(|fate| mail("announce", fate.clone())));
    recipient
}

fn unknown() -> Fate {
    Fate::Unknown { at: now(), why: String::new() }
}

#[test]
fn a_mail_keeps_its_key_through_every_repetition() {
    let first = key(&after(&[]));
    assert_eq!(key(&after(&[Fate::Sending])), first);
    assert_eq!(key(&after(&[Fate::Failed { at: now(), words: String::new() }])), first, "the server never took it");
    let mut spelt = after(&[]);
    spelt.email = " A@A.Example ".into();
    assert_eq!(key(&spelt), first);
}

#[test]
fn a_mail_after_one_that_was_given_up_has_a_key_of_its_own() {
    let when = now();
    let rejected = accepted(Course::Rejected(Box::new(Rejection::found(when))));
    let keys = [
        key(&after(&[])),
        key(&after(&[unknown()])),
        key(&after(&[unknown(), rejected.clone()])),
        key(&after(&[unknown(), rejected.clone(), unknown()])),
    ];
    for (place, one) in keys.iter().enumerate() {
        assert!(keys[..place].iter().all(|other| other != one), "{place}");
    }
    assert_eq!(key(&after(&[unknown(), Fate::Sending])), keys[1], "its repetition repeats it");
}

#[test]
fn a_mail_to_an_address_that_another_contact_had_has_a_key_of_its_own_after_one_that_was_given_up() {
    let (mut first, mut second) = (after(&[accepted(Course::Cancelled { when: now(), why: None })]), after(&[]));
    (first.id, second.id, second.email) = ("c1".into(), "c2".into(), "A@a.EXAMPLE".into());
    let alone = key_among(&second, std::slice::from_ref(&second));
    assert_ne!(key_among(&second, &[first.clone(), second.clone()]), alone);
    first.email = "other@a.example".into();
    assert_eq!(key_among(&second, &[first, second.clone()]), alone);
}

/// A mail that was reported as cancelled and then found waiting.
fn revived() -> Fate {
    match accepted(Course::Scheduled) {
        Fate::Accepted(mail) => Fate::Accepted(Accepted { too_late: Some(now()), ..mail }),
        other => other,
    }
}

#[test]
fn a_mail_keeps_its_key_where_the_one_before_was_not_cancelled_after_all() {
    let cancelled = accepted(Course::Cancelled { when: now(), why: None });
    let second = key(&after(&[cancelled.clone(), Fate::Sending]));
    assert_eq!(key(&after(&[revived(), Fate::Sending])), second);
    assert_ne!(key(&after(&[revived(), cancelled.clone()])), second);
    assert_eq!(key(&after(&[revived()])), key(&after(&[])), "nothing followed it");
}

#[test]
fn who_has_a_mail_that_was_called_cancelled_and_the_one_after_it_is_named() {
    let campaign = campaign();
    let phase = campaign.phase("announce").unwrap();
    let twice = |fates: &[Fate]| Attention::twice(&after(fates), phase).map(|attention| attention.kind);
    assert_eq!(twice(&[revived(), accepted(Course::Submitted)]), Some("twice"));
    assert_eq!(twice(&[accepted(Course::Cancelled { when: now(), why: None }), accepted(Course::Submitted)]), None);
    assert_eq!(twice(&[revived()]), None);
}
