//! The content of a mail stays known, whatever happens to the contact and the campaign.

use mmig::campaign::mail::Course;
use mmig::campaign::people::cohort::update;
use mmig::campaign::people::records::Records;
use mmig::campaign::text::Text;
use mmig::campaign::text::sent::as_sent;
use mmig::campaign::usage::Calls;

use crate::build::{accepted, at, campaign, contact, mail, recipient, usage};

fn text() -> Text {
    let body = "Hello ⟦contact.name⟧, ⟦days_left⟧ days are left on ⟦send_date⟧.\n";
    Text { subject: "For ⟦contact.email⟧".to_owned(), body: body.to_owned() }
}

/// A record of one customer who got that text.
fn told(course: Course) -> Records {
    let mut mail = mail("announce", accepted(course));
    (mail.variant, mail.sending) = (text().digest(), at("2027-01-30T13:00:00Z"));
    let mut customer = recipient("c1", "rest", &["api-v1", "rest"]);
    customer.name = "A_B".into();
    customer.mails.push(mail);
    Records::from_iter([customer])
}

#[test]
fn a_mail_is_put_together_again_word_for_word_after_contact_and_deadline_changed() {
    let mut records = told(Course::Submitted);
    let mut campaign = campaign();
    let renamed = contact("c9", "new@a.example", &["api-v1", "rest"]);
    update(
        &mut records,
        &campaign,
        vec![contact("c1", "new@a.example", &["api-v1", "rest"])],
        at("2027-02-01T00:00:00Z"),
    );
    update(&mut records, &campaign, vec![renamed], at("2027-02-02T00:00:00Z"));
    campaign.deadline = at("2027-06-30T00:00:00Z").date_naive().into();
    let customer = records.get("c9").unwrap();
    let sent = as_sent(&campaign, customer, &customer.mails[0], &text()).unwrap();
    assert_eq!(sent.subject, "For c1@a.example");
    assert_eq!(sent.body, "Hello A\\_B, 90 days are left on 2027-01-30.\n");
}

#[test]
fn the_usage_numbers_in_a_mail_are_reproduced_whatever_they_are_now() {
    let campaign = campaign();
    let text = Text {
        subject: "You".to_owned(),
        body: "⟦usage.old_calls⟧ calls, the last on ⟦usage.last_seen⟧.\n".to_owned(),
    };
    let mut records = told(Course::Submitted);
    records.update("c1", |customer| {
        let then = Calls { old_calls: 12, new_calls: 0, last_seen: Some(at("2027-01-29T23:30:00Z")) };
        (customer.mails[0].variant, customer.mails[0].usage) = (text.digest(), Some(Box::new(usage(then).quoted())));
        customer.usage = Some(Box::new(usage(Calls { old_calls: 3, ..then })));
    });
    let customer = records.get("c1").unwrap();
    let sent = as_sent(&campaign, customer, &customer.mails[0], &text).unwrap();
    assert_eq!(sent.body, "12 calls, the last on 2027-01-30.\n");
}

#[test]
fn no_mail_has_a_blank_where_a_number_is_not_known() {
    let (records, campaign) = (told(Course::Submitted), campaign());
    let mut customer = records.get("c1").unwrap().clone();
    let text = Text { subject: "You".to_owned(), body: "⟦usage.new_calls⟧\n".to_owned() };
    customer.mails[0].variant = text.digest();
    assert_eq!(as_sent(&campaign, &customer, &customer.mails[0], &text), None);
}

#[test]
fn to_a_server_that_takes_plain_text_nothing_was_escaped() {
    let (records, campaign) = (told(Course::Handed), campaign());
    let customer = records.get("c1").unwrap();
    assert!(as_sent(&campaign, customer, &customer.mails[0], &text()).unwrap().body.starts_with("Hello A_B,"));
}

#[test]
fn another_text_is_not_taken_for_the_one_that_was_sent() {
    let (records, campaign) = (told(Course::Submitted), campaign());
    let customer = records.get("c1").unwrap();
    let other = Text { subject: "Another".to_owned(), ..text() };
    assert_eq!(as_sent(&campaign, customer, &customer.mails[0], &other), None);
}
