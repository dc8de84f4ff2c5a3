//! The key that makes a repetition harmless, and no more than a repetition.

use mmig::campaign::mail::{Course, Fate, Rejection};
use mmig::campaign::people::recipient::Recipient;
use mmig::campaign::people::recipient::idempotency_key;

use crate::build::{accepted, mail, now, recipient};

fn key(recipient: &Recipient) -> String {
    idempotency_key("api-v2", "announce", &recipient.address().unwrap(), recipient)
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
