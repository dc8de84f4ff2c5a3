//! After a postponement a phase is sent again to customers who got it, and once to those who did not.

use std::collections::HashSet;

use mmig::campaign::decide::admission::{Admission, Decision, Overrides};
use mmig::campaign::decide::gates::{NoDeparture, SendWhen, ServerState, departure};
use mmig::campaign::definition::Campaign;
use mmig::campaign::definition::dates::Timing;
use mmig::campaign::mail::{Course, Mail};
use mmig::campaign::people::recipient::Recipient;
use mmig::campaign::people::records::Records;
use mmig::campaign::text::variant::Texts;

use crate::build::{accepted, at, campaign_of, mail, recipient, templates};

/// `june` was repeated when the deadline moved: both are now due on one day, for different
/// customers.
const POSTPONED: &str = r#"
[campaign]
title = "Next"
from = "migrations@example.com"
deadline = 2027-12-30T14:00:00
[campaign.dates]
brownout = { at = 2027-11-10T14:00:00, lasts = "3h" }
[[segment]]
name = "all"
tags = "old"
[[phase]]
name = "announce"
days_before = 300
audience = "all"
[[phase]]
name = "june"
days_before = 60
template = "still"
[[phase]]
name = "june-2"
days_before = 60
template = "still"
[[phase]]
name = "outage"
of = "brownout"
days_before = 2
[[phase]]
name = "final"
days_before = 7
"#;

const DUE: &str = "2027-10-31T14:00:00Z";

fn delivered(phase: &str, when: &str) -> Mail {
    Mail { sending: at(when), ..mail(phase, accepted(Course::Delivered { when: at(when) })) }
}

fn customer(id: &str, mails: Vec<Mail>) -> Recipient {
    Recipient { mails, ..recipient(id, "all", &["old"]) }
}

fn gets(campaign: &Campaign, phase: &str, own: Recipient) -> Decision {
    let (records, nobody) = (Records::from_iter([own]), HashSet::new());
    let admission = Admission::new(campaign, &records, &nobody, Overrides::default());
    admission.decisions(campaign.phase(phase).unwrap()).map(|(_, decision)| decision).next().unwrap()
}

#[test]
fn customers_who_got_a_phase_get_its_repetition_and_the_others_get_one_of_the_two() {
    let campaign = campaign_of(POSTPONED);
    let (before, on_the_day) = ("2027-03-01T14:00:00Z", DUE);
    let old = || customer("old", vec![delivered("june", before)]);
    assert_eq!((gets(&campaign, "june", old()), gets(&campaign, "june-2", old())), (Decision::Already, Decision::Send));
    let new = || customer("new", vec![delivered("june", on_the_day)]);
    assert_eq!(gets(&campaign, "june", customer("new", Vec::new())), Decision::Send);
    assert_eq!(gets(&campaign, "june-2", new()), Decision::Already);
    // The same if it was submitted earlier, for delivery on that day.
    let scheduled = Mail { send_at: Some(at(DUE)), ..mail("june", accepted(Course::Scheduled)) };
    assert_eq!(gets(&campaign, "june-2", customer("new", vec![scheduled])), Decision::Already);
}

#[test]
fn no_text_announces_a_mail_that_its_reader_already_has_or_the_same_day_twice() {
    let campaign = campaign_of(POSTPONED);
    let body = "+++\nsubject = \"s\"\n+++\n{% for next in next_dates %}{{ next.phase }} {% endfor %}\n";
    let templates = templates("x", &[("announce.md", body)]);
    let mut texts = Texts::new(&campaign, &templates, campaign.phase("announce").unwrap());
    let mut said = |own: &Recipient| texts.render(&texts.inputs(own)).unwrap().text.body.trim().to_owned();
    assert_eq!(said(&customer("new", Vec::new())), "june outage final");
    let had = delivered("june", "2027-02-01T14:00:00Z");
    assert_eq!(said(&customer("old", vec![had.clone()])), "june-2 outage final");
    // A submitted mail is still to come; and later events did not affect this mail.
    let waits = Mail { send_at: Some(at(DUE)), ..mail("june", accepted(Course::Scheduled)) };
    assert_eq!(said(&customer("waits", vec![waits])), "june outage final");
    let announced = delivered("announce", "2027-01-20T14:00:00Z");
    assert_eq!(said(&customer("told", vec![announced, had])), "june outage final");
}

#[test]
fn a_mail_that_announces_a_date_is_not_sent_once_that_is_over() {
    let campaign = campaign_of(POSTPONED);
    let (reader, phase) = (campaign.reader("all"), campaign.phase("outage").unwrap());
    let timing = |now: &str| reader.timing(phase, at(now));
    assert_eq!((timing("2027-11-10T17:00:00Z"), timing("2027-11-10T17:00:01Z")), (Timing::Due, Timing::Late));
    let leaves =
        |when, now: &str| departure(reader, phase, when, &ServerState { mode: None, schedules: true, now: at(now) });
    let Err(NoDeparture::TooLate(refusal)) = leaves(SendWhen::Now, "2027-11-10T18:00:00Z") else { panic!() };
    assert!(refusal.what.contains("ended on 2027-11-10"), "{}", refusal.what);
    let late = SendWhen::At(at("2027-11-11T09:00:00Z"));
    let Err(NoDeparture::Refused(refusal)) = leaves(late, "2027-11-09T09:00:00Z") else { panic!() };
    assert!(refusal.what.contains("after the event that phase `outage` announces"), "{}", refusal.what);
}
