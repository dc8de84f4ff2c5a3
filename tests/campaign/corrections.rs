//! A moved deadline: which customers have another date, and what happens to the drafts for the old
//! one.

use std::collections::HashSet;

use chrono::Days;
use mmig::campaign::decide::admission::{Admission, Decision, Overrides, Reason};
use mmig::campaign::decide::plan::{Scope, plan};
use mmig::campaign::definition::Campaign;
use mmig::campaign::definition::dates::Timing;
use mmig::campaign::definition::problem::Source;
use mmig::campaign::mail::{Course, Fate, Mail, Rejection};
use mmig::campaign::moment::LocalMoment;
use mmig::campaign::people::recipient::Recipient;
use mmig::campaign::people::records::Records;
use mmig::campaign::people::stage::{Evidence, Mark, Stage};
use mmig::campaign::text::draft::edition;
use mmig::campaign::text::template::{BUILT_IN, Templates};
use mmig::campaign::text::variant::Texts;

use crate::build::{HEAD, SEGMENTS, accepted, campaign_of, deadline, mail, now, recipient, templates};

const PHASES: &str = r#"
[[phase]]
name = "announce"
days_before = 90
[[phase]]
name = "correction"
on = "deadline-moved"
"#;
const SECOND: &str = "[[phase]]\nname = \"correction-2\"\non = \"deadline-moved\"\n";

/// The campaign after its deadline moved by 30 days.
fn moved() -> Campaign {
    Campaign { deadline: later(), ..campaign_of(&format!("{HEAD}{SEGMENTS}{PHASES}")) }
}

fn later() -> LocalMoment {
    (deadline().date + Days::new(30)).into()
}

fn delivered() -> Fate {
    accepted(Course::Delivered { when: now() })
}

/// A mail that stated a deadline and was sent, or will be, this many days from now.
fn told(phase: &str, deadline: LocalMoment, fate: Fate, days: u64) -> Mail {
    Mail { deadline, sending: now() + Days::new(days), ..mail(phase, fate) }
}

fn with(mails: Vec<Mail>) -> Recipient {
    Recipient { mails, ..recipient("a", "rest", &["api-v1", "rest"]) }
}

fn decision(campaign: &Campaign, phase: &str, recipient: Recipient) -> Decision {
    let records: Records = [recipient].into_iter().collect();
    let nobody = HashSet::new();
    let admission = Admission::new(campaign, &records, &nobody, Overrides::default());
    admission.decisions(campaign.phase(phase).unwrap()).next().unwrap().1
}

fn correction_for(mails: Vec<Mail>) -> Decision {
    decision(&moved(), "correction", with(mails))
}

const NOTHING: Decision = Decision::Excluded(Reason::NothingToCorrect);

#[test]
fn only_customers_who_received_another_date_are_corrected() {
    let old = |fate| vec![told("announce", deadline(), fate, 0)];
    assert_eq!(correction_for(Vec::new()), NOTHING);
    let may_have_reached = [
        delivered(),
        accepted(Course::Submitted),
        accepted(Course::Handed),
        Fate::Sending,
        Fate::Unknown { at: now(), why: String::new() },
    ];
    for fate in may_have_reached {
        assert_eq!(correction_for(old(fate.clone())), Decision::Send, "{fate:?}");
    }
    let when = now();
    let never_reached = [
        accepted(Course::Rejected(Box::new(Rejection::found(when)))),
        accepted(Course::Cancelled { when, why: None }),
        accepted(Course::Failed { when, words: "".into() }),
        Fate::Failed { at: when, words: String::new() },
        accepted(Course::Bounced { when, kind: "".into() }),
    ];
    for fate in never_reached {
        assert_eq!(correction_for(old(fate.clone())), NOTHING, "{fate:?}");
    }
    assert_eq!(correction_for(vec![told("announce", later(), delivered(), 0)]), NOTHING);
}

#[test]
fn the_last_mail_counts_in_the_order_in_which_they_leave() {
    let first = told("announce", deadline(), delivered(), 0);
    assert_eq!(correction_for(vec![first.clone(), told("prepare", later(), delivered(), 1)]), NOTHING);
    assert_eq!(
        correction_for(vec![told("announce", later(), delivered(), 0), told("prepare", deadline(), delivered(), 1)]),
        Decision::Send
    );
    // Submitted first, sent last.
    let handed_over =
        Mail { send_at: Some(now() + Days::new(9)), ..told("window", deadline(), accepted(Course::Submitted), 0) };
    assert_eq!(correction_for(vec![handed_over, told("prepare", later(), delivered(), 2)]), Decision::Send);
    // A customer who reads the new date only next month still has the old one until then.
    for course in [Course::PendingApproval, Course::Scheduled] {
        let send_at = Some(now() + Days::new(30));
        let ahead = Mail { send_at, ..told("window", later(), accepted(course), 1) };
        assert_eq!(correction_for(vec![first.clone(), ahead]), Decision::Send);
    }
}

#[test]
fn the_old_date_is_never_the_last_word() {
    let first = told("announce", deadline(), delivered(), 0);
    for course in [Course::PendingApproval, Course::Scheduled] {
        let waits = told("prepare", deadline(), accepted(course), 1);
        assert_eq!(
            correction_for(vec![first.clone(), waits]),
            Decision::Excluded(Reason::OldDateUnderWay),
            "it would arrive after the correction"
        );
    }
}

#[test]
fn customers_who_are_done_or_have_the_correction_get_none() {
    let mut done = with(vec![told("announce", deadline(), delivered(), 0)]);
    done.marks.push(Mark { stage: Stage::Completed, at: now(), by: Evidence::Hand, note: String::new() });
    assert_eq!(decision(&moved(), "correction", done), Decision::Excluded(Reason::Done));
    let corrected = vec![told("announce", deadline(), delivered(), 0), told("correction", later(), delivered(), 1)];
    assert_eq!(correction_for(corrected), Decision::Already);
}

#[test]
fn after_a_second_move_each_customer_is_corrected_once_from_the_date_they_have() {
    let twice = Campaign {
        deadline: (later().date + Days::new(30)).into(),
        ..campaign_of(&format!("{HEAD}{SEGMENTS}{PHASES}{SECOND}"))
    };
    let announced = || told("announce", deadline(), delivered(), 0);
    let corrected = with(vec![announced(), told("correction", later(), delivered(), 1)]);
    let forgotten = with(vec![announced()]);
    for (customer, goes_by) in [(corrected.clone(), later()), (forgotten.clone(), deadline())] {
        assert_eq!(decision(&twice, "correction-2", customer.clone()), Decision::Send);
        assert_eq!(customer.stated_deadline_before("correction-2"), Some(goes_by));
    }
    assert_eq!(decision(&twice, "correction", corrected), Decision::Already);
    assert_eq!(decision(&twice, "correction", forgotten), NOTHING);
    // Back to the first date: only customers who received the second one need a correction.
    let back = Campaign { deadline: deadline(), ..twice };
    let mails = vec![announced(), told("correction", later(), delivered(), 1)];
    assert_eq!(decision(&back, "correction-2", with(mails)), Decision::Send);
    assert_eq!(decision(&back, "correction-2", with(vec![announced()])), NOTHING);
}

#[test]
fn a_correction_is_due_at_once_and_never_late() {
    let campaign = moved();
    let phase = campaign.phase("correction").unwrap();
    assert_eq!((campaign.due(phase), campaign.timing(phase, now() + Days::new(1000))), (None, Timing::Due));
}

fn built_in() -> Templates {
    let sources = BUILT_IN.map(|(name, text)| (name.to_owned(), Source::new(name, text)));
    Templates::load(sources.into_iter().collect()).unwrap()
}

#[test]
fn the_text_names_both_dates_and_each_earlier_date_has_its_own_text() {
    let (campaign, templates) = (moved(), built_in());
    let earlier = LocalMoment::from(deadline().date - Days::new(20));
    let people = [
        with(vec![told("announce", deadline(), delivered(), 0)]),
        Recipient { id: "b".into(), ..with(vec![told("announce", earlier, delivered(), 0)]) },
        Recipient { id: "c".into(), ..with(vec![told("announce", later(), delivered(), 0)]) },
        Recipient { id: "d".into(), ..with(Vec::new()) },
    ];
    let variants = Texts::new(&campaign, &templates, campaign.phase("correction").unwrap()).variants(people.iter());
    let variants = variants.unwrap();
    let dates: Vec<_> = variants.iter().map(|variant| (variant.inputs[0].told_deadline, variant.recipients)).collect();
    assert_eq!(dates, [(Some(earlier), 1), (Some(deadline()), 1)]);
    let text = &variants[1].text;
    assert_eq!(text.subject, "[Correction] API v2, new last day is 30 May 2027");
    for words in [
        "Friday, 30 April 2027. Please disregard",
        "**Sunday, 30 May 2027, 23:59 CEST (21:59 UTC)**",
        "more time than we said",
    ] {
        assert!(text.body.contains(words), "{words}: {}", text.body);
    }
    let sooner = Campaign { deadline: earlier, ..moved() };
    let told_later = [with(vec![told("announce", deadline(), delivered(), 0)])];
    let mut texts = Texts::new(&sooner, &templates, sooner.phase("correction").unwrap());
    let body = texts.variants(told_later.iter()).unwrap()[0].text.body.clone();
    assert!(body.contains("less time than we said") && body.contains("reply now and say what"), "{body}");
}

#[test]
fn a_second_correction_is_written_like_the_first() {
    let campaign = campaign_of(&format!("{HEAD}{SEGMENTS}{PHASES}{SECOND}"));
    let (second, rest) = (campaign.phase("correction-2").unwrap(), campaign.segment("rest").unwrap());
    assert_eq!(built_in().entry(second, rest), Some("correction.md"));
    let own = templates("x", &[("correction.rest.md", "+++\nsubject = \"s\"\n+++\nx")]);
    assert_eq!(own.entry(second, rest), Some("correction.rest.md"));
    assert_eq!(own.entry(campaign.phase("announce").unwrap(), rest), Some("announce.md"));
}

#[test]
fn only_a_correction_knows_the_earlier_date() {
    let definition = format!("{HEAD}{SEGMENTS}{PHASES}");
    let body = "+++\nsubject = \"s\"\n+++\n{{ told_deadline }}";
    let templates = templates("x", &[("announce.md", body), ("correction.md", body)]);
    let found = templates.vet(&campaign_of(&definition), &Source::new("campaign.toml", definition));
    let said: Vec<_> = found.iter().map(|problem| (problem.source.path.as_str(), problem.what.as_str())).collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].0 == "templates/announce.md" && said[0].1.contains("not in phase `announce`"), "{said:?}");
}

#[test]
fn drafts_of_another_deadline_are_void_even_where_no_text_names_it() {
    let campaign = campaign_of(&format!("{HEAD}{SEGMENTS}{PHASES}"));
    let templates = templates("{{ days_left }} days left", &[]);
    let people = [recipient("a", "rest", &["api-v1", "rest"])];
    let lock = |campaign: &Campaign| {
        let mut texts = Texts::new(campaign, &templates, campaign.phase("announce").unwrap());
        let variants = texts.variants(people.iter()).unwrap();
        edition(&texts, variants, None, &[], |_| None).lock
    };
    let reviewed = lock(&campaign);
    let after = Campaign { deadline: later(), ..campaign.clone() };
    assert_eq!(reviewed.variants, lock(&after).variants, "no text changed");
    for (campaign, sends) in [(&campaign, 1), (&after, 0)] {
        let records: Records = people.iter().cloned().collect();
        let nobody = HashSet::new();
        let admission = Admission::new(campaign, &records, &nobody, Overrides::default());
        let mut texts = Texts::new(campaign, &templates, campaign.phase("announce").unwrap());
        let plan = plan(&admission, Scope::Everybody, Some(&reviewed), &mut texts).unwrap();
        assert_eq!((plan.sends.len(), plan.unlocked.len()), (sends, 1 - sends));
    }
}
