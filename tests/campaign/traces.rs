//! Assigning the mails that a lost ledger no longer knows.

use std::collections::BTreeMap;

use mmig::campaign::decide::traces::{CAMPAIGN, Findings, Known, KnownText, PHASE, Trace, recognise, without_mails};
use mmig::campaign::definition::Campaign;
use mmig::campaign::mail::{Course, Fate, Outcome};
use mmig::campaign::people::recipient::Recipient;
use mmig::campaign::people::records::Records;
use mmig::campaign::text::digest::Digest;
use mmig::campaign::text::{Form, Text};

use crate::build::{accepted, at, campaign, mail, recipient};

/// After announce and prepare, before window: 2027-01-30, 2027-03-01, 2027-03-31.
const NOW: &str = "2027-03-10T12:00:00Z";

fn trace(id: &str, to: &str, subject: &str, when: &str) -> Trace {
    Trace {
        id: id.to_owned(),
        thread: String::new(),
        to: to.to_owned(),
        subject: subject.to_owned(),
        at: Some(at(when)),
        tags: BTreeMap::new(),
        course: Course::Submitted,
        approved: None,
    }
}

fn tagged(trace: Trace, campaign: &str, phase: &str) -> Trace {
    let tags = [(CAMPAIGN, campaign), (PHASE, phase)].map(|(name, value)| (name.to_owned(), value.to_owned()));
    Trace { tags: tags.into(), ..trace }
}

/// The phases with their texts, of which those in `left` were sent. Each phase has one text: its
/// name, and how many days are left.
fn phases<'a>(campaign: &'a Campaign, left: &str) -> Vec<Known<'a>> {
    let known = campaign.phases.iter();
    known
        .map(|phase| {
            let subject = format!("On {}: ⟦days_left⟧ days", phase.name);
            let text = Text { subject, body: String::new() };
            Known {
                phase,
                texts: vec![KnownText {
                    digest: Digest::of(&[&phase.name]),
                    form: Form::of(&text).unwrap(),
                    segments: campaign.segments.iter().map(|segment| segment.name.clone()).collect(),
                }],
                has_left: phase.name == left,
            }
        })
        .collect()
}

fn found(people: &[Recipient], traces: Vec<Trace>, complete: bool) -> (Records, Findings) {
    let campaign = campaign();
    let mut records: Records = people.iter().cloned().collect();
    let findings = recognise(&mut records, &campaign, &phases(&campaign, ""), traces, complete, at(NOW));
    (records, findings)
}

fn person() -> Recipient {
    recipient("a", "rest", &["api-v1", "rest"])
}

fn outcome(records: &Records, phase: &str) -> Option<Outcome> {
    records.get("a").unwrap().mail(phase).map(mmig::campaign::mail::Mail::outcome)
}

/// The phases held for the person.
fn held(findings: &Findings) -> Vec<&str> {
    findings.held.iter().map(|held| held.phase.as_str()).collect()
}

#[test]
fn tags_say_more_than_a_subject() {
    let mail = trace("m", "A@a.example", "Anything", "2027-01-30T13:00:00Z");
    let (records, findings) = found(&[person()], vec![tagged(mail.clone(), "api-v2", "announce")], true);
    assert_eq!((outcome(&records, "announce"), findings.by_tags), (Some(Outcome::Submitted), 1));
    let other = Trace { subject: "On announce: 90 days".to_owned(), ..mail };
    let (records, findings) = found(&[person()], vec![tagged(other, "api-v1", "announce")], true);
    assert_eq!((outcome(&records, "announce"), findings.others), (None, 1));
}

#[test]
fn a_subject_at_the_right_time_identifies_the_text() {
    let (records, findings) =
        found(&[person()], vec![trace("m", "a@a.example", "On prepare: 60 days", "2027-03-01T13:00:00Z")], true);
    assert_eq!((findings.by_subject, held(&findings).len()), (1, 0));
    assert_eq!(records.get("a").unwrap().mail("prepare").unwrap().variant, Digest::of(&["prepare"]));
}

#[test]
fn a_subject_of_years_ago_is_held_since_another_campaign_may_have_had_it() {
    let (records, findings) =
        found(&[person()], vec![trace("m", "a@a.example", "On prepare: 60 days", "2024-03-01T13:00:00Z")], true);
    assert_eq!((held(&findings), outcome(&records, "prepare")), (vec!["prepare"], Some(Outcome::Unknown)));
}

#[test]
fn an_unknown_subject_is_held_on_the_day_of_a_phase_and_passed_over_on_others() {
    for (when, expected) in [
        ("2027-01-31T09:00:00Z", vec!["announce"]),
        ("2027-02-12T09:00:00Z", vec![]),
        ("2027-03-02T09:00:00Z", vec!["prepare"]),
    ] {
        let (_, findings) = found(&[person()], vec![trace("m", "a@a.example", "Please read", when)], true);
        assert_eq!(held(&findings), expected, "{when}");
        assert_eq!(findings.others, usize::from(expected.is_empty()));
    }
}

#[test]
fn a_phase_that_was_found_is_not_held_because_of_another_mail_of_that_day() {
    let traces = vec![
        trace("x", "a@a.example", "Please read", "2027-01-30T09:00:00Z"),
        tagged(trace("m", "a@a.example", "On announce: 90 days", "2027-01-30T13:00:00Z"), "api-v2", "announce"),
    ];
    let (records, findings) = found(&[person()], traces, true);
    assert_eq!((held(&findings).len(), outcome(&records, "announce")), (0, Some(Outcome::Submitted)));
}

#[test]
fn a_list_that_is_not_whole_holds_what_may_have_been_sent() {
    let traces =
        vec![tagged(trace("m", "a@a.example", "On announce: 90 days", "2027-01-30T13:00:00Z"), "api-v2", "announce")];
    let (_, findings) = found(&[person()], traces, false);
    assert_eq!(held(&findings), ["prepare"], "announce is stated, window is still to come");
}

#[test]
fn a_send_that_was_open_is_settled_by_the_mail_that_is_there() {
    let mut open = person();
    open.mails.push(mail("announce", Fate::Sending));
    let (records, _) =
        found(&[open], vec![trace("m", "a@a.example", "On announce: 90 days", "2027-01-30T14:00:01Z")], true);
    let mails = &records.get("a").unwrap().mails;
    assert_eq!((mails.len(), mails[0].outcome()), (1, Outcome::Submitted));
}

#[test]
fn the_mail_that_went_out_counts_and_not_the_one_that_was_withdrawn() {
    let when = at("2027-01-30T15:00:00Z");
    let early = tagged(trace("m1", "a@a.example", "x", "2027-01-30T13:00:00Z"), "api-v2", "announce");
    let late = tagged(trace("m2", "a@a.example", "x", "2027-01-30T14:00:00Z"), "api-v2", "announce");
    let withdrawn = Course::Cancelled { when, why: None };
    for (first, second) in [(Course::Submitted, withdrawn.clone()), (withdrawn, Course::Delivered { when })] {
        let goes_out = [&first, &second].into_iter().any(|course| matches!(course, Course::Delivered { .. }));
        let traces = vec![Trace { course: second, ..late.clone() }, Trace { course: first, ..early.clone() }];
        let (records, _) = found(&[person()], traces, true);
        let expected = if goes_out { Outcome::Delivered } else { Outcome::Submitted };
        assert_eq!(outcome(&records, "announce"), Some(expected));
    }
}

#[test]
fn without_a_list_of_mails_everything_but_known_and_future_phases_is_held() {
    let mut known = person();
    known.mails.push(mail("announce", accepted(Course::Handed)));
    let mut records: Records = [known].into_iter().collect();
    let campaign = campaign();
    let findings = without_mails(&mut records, &campaign, &phases(&campaign, ""), at(NOW));
    assert_eq!(held(&findings), ["prepare"]);
    assert_eq!(outcome(&records, "announce"), Some(Outcome::Submitted));
}

#[test]
fn a_phase_of_which_a_text_left_is_held_also_before_its_date() {
    let mut records: Records = [person()].into_iter().collect();
    let campaign = campaign();
    let findings = without_mails(&mut records, &campaign, &phases(&campaign, "window"), at(NOW));
    assert_eq!(held(&findings), ["announce", "prepare", "window"]);
}

#[test]
fn of_several_texts_with_one_subject_it_is_the_one_of_the_mails_segment_or_not_known() {
    let campaign = campaign();
    let subject = || Text { subject: "What ends".to_owned(), body: String::new() };
    let text = |name: &str, segments: &[&str]| KnownText {
        digest: Digest::of(&[name]),
        form: Form::of(&subject()).unwrap(),
        segments: segments.iter().map(|&segment| segment.to_owned()).collect(),
    };
    let phase = campaign.phase("announce").unwrap();
    let of = |texts: Vec<KnownText>| {
        let known = [Known { phase, texts, has_left: true }];
        let mut trace = tagged(trace("e1", "a@a.example", "What ends", NOW), &campaign.name, "announce");
        trace.tags.insert("mmig-segment".to_owned(), "rest".to_owned());
        let mut records: Records = [person()].into_iter().collect();
        let _ = recognise(&mut records, &campaign, &known, vec![trace], true, at(NOW));
        records.get("a").unwrap().mails[0].variant
    };
    let (hooks, rest) = (Digest::of(&["hooks"]), Digest::of(&["rest"]));
    assert_eq!(of(vec![text("hooks", &["webhooks"]), text("rest", &["rest"])]), rest);
    let doubtful = of(vec![text("hooks", &["rest"]), text("rest", &["rest"])]);
    assert!(doubtful != hooks && doubtful != rest);
}
