//! Who gets a phase, and what speaks against it.

use std::collections::HashSet;

use mmig::campaign::decide::admission::{Admission, Overrides, Reason};
use mmig::campaign::decide::gates::{NoDeparture, SendWhen, ServerState, departure, gates};
use mmig::campaign::decide::plan::{Plan, Scope, plan};
use mmig::campaign::definition::Campaign;
use mmig::campaign::mail::{Addressee, Course, Fate, Rejection};
use mmig::campaign::people::contact::Address;
use mmig::campaign::people::recipient::Recipient;
use mmig::campaign::people::records::Records;
use mmig::campaign::people::stage::{Evidence, Mark, Stage};
use mmig::campaign::text::draft::edition;
use mmig::campaign::text::lock::Lock;
use mmig::campaign::text::template::Templates;
use mmig::campaign::text::variant::Texts;
use mmig::campaign::usage::Calls;

use crate::build::{
    CHANGES, HEAD, SEGMENTS, accepted, at, campaign, campaign_of, mail, now, recipient, templates, usage,
};

const BODY: &str = "{{ contact.name }}:{% for change in changes %} {{ change.id }} {{ change.text }}{% endfor %}";
const REST: &[&str] = &["api-v1", "rest"];

fn lock_of(campaign: &Campaign, templates: &Templates, phase: &str, recipients: &[Recipient]) -> Lock {
    let mut texts = Texts::new(campaign, templates, campaign.phase(phase).unwrap());
    let variants = texts.variants(recipients.iter()).unwrap();
    edition(&texts, variants, None, &[], |_| None).lock
}

struct Try {
    campaign: Campaign,
    templates: Templates,
    lock: Option<Lock>,
    suppressed: HashSet<Address>,
    retry_failed: bool,
}

impl Try {
    fn new(phase: &str, reviewed: &[Recipient]) -> Self {
        let (campaign, templates) = (campaign(), templates(BODY, &[]));
        let lock = Some(lock_of(&campaign, &templates, phase, reviewed));
        Self { campaign, templates, lock, suppressed: HashSet::new(), retry_failed: false }
    }

    fn plan(&self, phase: &str, recipients: Vec<Recipient>) -> Plan {
        let records: Records = recipients.into_iter().collect();
        let overrides = Overrides { retry_failed: self.retry_failed, ..Overrides::default() };
        let admission = Admission::new(&self.campaign, &records, &self.suppressed, overrides);
        let mut texts = Texts::new(&self.campaign, &self.templates, self.campaign.phase(phase).unwrap());
        plan(&admission, Scope::Everybody, self.lock.as_ref(), &mut texts).unwrap()
    }
}

fn at_stage(id: &str, stage: Stage) -> Recipient {
    let mut recipient = recipient(id, "rest", REST);
    recipient.marks.push(Mark { stage, at: now(), by: Evidence::Hand, note: String::new() });
    recipient
}

fn with_mail(id: &str, phase: &str, fate: Fate) -> Recipient {
    let mut recipient = recipient(id, "rest", REST);
    recipient.mails.push(mail(phase, fate));
    recipient
}

fn keys(plan: &Plan) -> Vec<&str> {
    plan.sends.iter().map(|send| send.key.as_str()).collect()
}

#[test]
fn everyone_in_the_cohort_is_mailed_once_and_then_no_one() {
    let people = [recipient("a", "rest", REST), recipient("b", "webhooks", &["api-v1", "webhooks"])];
    let trial = Try::new("announce", &people);
    assert_eq!(keys(&trial.plan("announce", people.to_vec())), ["a", "b"]);
    let mailed = people.map(|mut person| {
        person.mails.push(mail("announce", accepted(Course::Submitted)));
        person
    });
    let again = trial.plan("announce", mailed.to_vec());
    assert_eq!((again.sends.len(), again.already), (0, 2));
}

#[test]
fn customers_who_are_done_or_further_along_are_not_mailed() {
    let people =
        [at_stage("new", Stage::Pending), at_stage("at-work", Stage::Started), at_stage("done", Stage::Completed)];
    let trial = Try::new("window", &people);
    let plan = trial.plan("window", people.to_vec());
    assert_eq!(keys(&plan), ["new"]);
    assert_eq!((plan.count(Reason::FurtherAlong), plan.count(Reason::Done)), (1, 1));
    let trial = Try::new("complete", &people);
    let plan = trial.plan("complete", people.to_vec());
    assert_eq!(keys(&plan), ["done"]);
    assert_eq!(plan.count(Reason::NotCompleted), 2);
}

#[test]
fn everybody_who_is_not_mailed_has_a_reason() {
    let mut left = recipient("left", "rest", REST);
    left.left = Some(now());
    let mut invalid = recipient("invalid", "rest", REST);
    invalid.email = "nowhere".into();
    let mut double = recipient("double", "rest", REST);
    double.email = "A@A.example".into();
    let when = now();
    let bounced = with_mail("bounced", "prepare", accepted(Course::Bounced { when, kind: "".into() }));
    let failed = with_mail("failed", "announce", Fate::Failed { at: when, words: String::new() });
    let rejected = with_mail("rejected", "announce", accepted(Course::Rejected(Box::new(Rejection::found(when)))));
    let cancelled = with_mail("cancelled", "announce", accepted(Course::Cancelled { when, why: None }));
    let unknown = with_mail("unknown", "announce", Fate::Unknown { at: when, why: String::new() });
    let open = with_mail("open", "announce", Fate::Sending);
    let people = vec![
        recipient("a", "rest", REST),
        left,
        invalid,
        double,
        bounced,
        failed,
        rejected,
        cancelled,
        unknown,
        open,
        recipient("s", "rest", REST),
    ];
    let mut trial = Try::new("announce", &people);
    trial.suppressed.insert(Address::parse("s@a.example").unwrap());
    let plan = trial.plan("announce", people.clone());
    assert_eq!(keys(&plan), ["a"]);
    assert_eq!(plan.unsettled, ["open"]);
    let reasons: Vec<_> = plan.excluded.iter().map(|(reason, keys)| (reason.to_string(), keys.len())).collect();
    for reason in [
        "left",
        "suppressed",
        "duplicate_address",
        "invalid_address",
        "bounced_before",
        "failed_before",
        "rejected",
        "cancelled",
        "unknown",
    ] {
        assert!(reasons.contains(&(reason.to_owned(), 1)), "{reason} is not in {reasons:?}");
    }
    trial.retry_failed = true;
    assert_eq!(keys(&trial.plan("announce", people)), ["a", "failed", "rejected", "cancelled"]);
}

#[test]
fn an_address_that_had_the_phase_under_another_id_is_not_mailed_again() {
    let mut gone = with_mail("old", "announce", accepted(Course::Submitted));
    (gone.email, gone.left) = ("a@a.example".into(), Some(now()));
    let mut moved = with_mail("moved", "announce", accepted(Course::Submitted));
    let then = Addressee { email: "b@a.example".into(), name: "B".into(), id: "moved".into() };
    moved.mails[0].to = Some(Box::new(then));
    let people = vec![recipient("a", "rest", REST), recipient("b", "rest", REST), gone, moved];
    let plan = Try::new("announce", &people).plan("announce", people);
    assert_eq!((keys(&plan).len(), plan.already), (0, 4));
}

#[test]
fn whose_address_was_corrected_after_a_bounce_gets_the_next_phase() {
    let when = now();
    let mut corrected = with_mail("a", "announce", accepted(Course::Bounced { when, kind: "".into() }));
    corrected.mails[0].to =
        Some(Box::new(Addressee { email: "wrong@a.example".into(), name: "A".into(), id: "a".into() }));
    let people = vec![corrected];
    let trial = Try::new("prepare", &people);
    assert_eq!(keys(&trial.plan("prepare", people)), ["a"]);
}

#[test]
fn without_a_lock_nothing_is_sent() {
    let people = vec![recipient("a", "rest", REST)];
    let trial = Try { lock: None, ..Try::new("announce", &people) };
    let plan = trial.plan("announce", people);
    assert_eq!((plan.sends.len(), plan.unlocked.len()), (0, 1));
}

#[test]
fn a_changed_text_stops_everyone_and_an_edit_without_effect_stops_no_one() {
    let people = vec![recipient("a", "rest", REST), recipient("b", "webhooks", &["api-v1", "webhooks"])];
    let edits = [
        ("Send a bearer token.", "Send a bearer token", false),
        ("title = \"New header\"", "title = \"Newer header\"", true),
        ("segments = [\"webhooks\"]", "segments = [\"rest\"]", false),
        ("[[change]]\nid = \"sign\"", "[[change]]\nid = \"signs\"", false),
    ];
    for (old, new, accepted) in edits {
        let mut trial = Try::new("announce", &people);
        trial.campaign = campaign_of(&format!("{HEAD}{SEGMENTS}{CHANGES}").replace(old, new));
        let plan = trial.plan("announce", people.clone());
        assert_eq!(plan.unlocked.is_empty(), accepted, "{new}: {plan:?}");
        assert!(plan.excluded.is_empty(), "{new}: {plan:?}");
    }
}

#[test]
fn only_the_contact_whose_tags_lead_to_an_unreviewed_text_is_held() {
    let people = [recipient("a", "rest", REST), recipient("b", "rest", REST)];
    let trial = Try::new("announce", &people);
    let mut changed = people.to_vec();
    changed[1].tags = ["api-v1", "rest", "vip"].map(Into::into).to_vec();
    let plan = trial.plan("announce", changed);
    assert_eq!(keys(&plan), ["a"]);
    assert_eq!(plan.count(Reason::NotReviewed), 1);
}

#[test]
fn only_customers_whose_text_quotes_unknown_numbers_are_held() {
    let mut known = recipient("a", "rest", REST);
    let calls = Calls { old_calls: 12, new_calls: 3, last_seen: None };
    known.usage = Some(Box::new(usage(calls)));
    let people = [known, recipient("b", "rest", REST)];
    for (body, told) in [("{{ usage.old_calls }}", 1), ("{{ usage.last_seen }}", 0), ("{{ contact.name }}", 2)] {
        let mut trial = Try::new("announce", &[]);
        trial.templates = templates(body, &[]);
        trial.lock = Some(lock_of(&trial.campaign, &trial.templates, "announce", &people));
        let plan = trial.plan("announce", people.to_vec());
        assert_eq!((plan.sends.len(), plan.count(Reason::NoUsage)), (told, 2 - told), "{body}");
        assert!(plan.unlocked.is_empty(), "{body}");
    }
}

#[test]
fn a_lock_reads_back_from_its_own_text_and_only_where_it_belongs() {
    let people = [recipient("a", "rest", REST)];
    let lock = Try::new("announce", &people).lock.unwrap();
    let text = lock.to_toml().unwrap();
    assert_eq!(Lock::parse(&text, "api-v2", "announce"), Ok(lock));
    assert!(Lock::parse(&text, "api-v2", "prepare").is_err());
    assert!(
        Lock::parse(&text.replace("version = 1", "version = 2"), "api-v2", "announce")
            .unwrap_err()
            .to_string()
            .contains("later version")
    );
    assert!(!text.contains("a@a.example"));
}

fn server(now: &str) -> ServerState {
    ServerState { mode: Some("gated_all".to_owned()), schedules: true, now: at(now) }
}

#[test]
fn before_its_date_a_phase_is_scheduled_and_too_late_it_is_refused() {
    let campaign = campaign();
    let phase = campaign.phase("announce").unwrap();
    let reader = campaign.reader("rest");
    let leaves = |wish, now: &str| departure(reader, phase, wish, &server(now));
    assert_eq!(leaves(SendWhen::OnItsDate, "2027-01-01T00:00:00Z"), Ok(Some(at("2027-01-30T13:00:00Z"))));
    assert_eq!(leaves(SendWhen::Now, "2027-01-01T00:00:00Z"), Ok(None));
    assert_eq!(leaves(SendWhen::OnItsDate, "2027-01-31T00:00:00Z"), Ok(None));
    assert!(leaves(SendWhen::OnItsDate, "2027-02-10T00:00:00Z").is_err());
    assert!(leaves(SendWhen::Now, "2027-02-10T00:00:00Z").is_err());
    assert!(leaves(SendWhen::At(at("2026-12-31T00:00:00Z")), "2027-01-01T00:00:00Z").is_err());
    assert_eq!(leaves(SendWhen::WhenDue, "2027-01-01T00:00:00Z"), Err(NoDeparture::NotYetDue));
    let day = "2027-02-01".parse().unwrap();
    assert_eq!(leaves(SendWhen::On(day), "2027-01-31T00:00:00Z"), Ok(Some(at("2027-02-01T13:00:00Z"))));
    let cannot = ServerState { schedules: false, ..server("2027-01-01T00:00:00Z") };
    assert!(departure(reader, phase, SendWhen::OnItsDate, &cannot).is_err());
    assert_eq!(departure(reader, phase, SendWhen::Now, &cannot), Ok(None));
}

#[test]
fn a_wrong_mode_is_refused() {
    let campaign = campaign();
    let server = ServerState { mode: Some("autonomous".to_owned()), ..server("2027-01-30T14:00:00Z") };
    let refusals = gates(&campaign, &campaign.phases[0], &Plan::default(), None, &server);
    assert_eq!(refusals.len(), 1, "{refusals:?}");
}
