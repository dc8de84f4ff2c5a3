//! How waiting mails are grouped for a reviewer, and what is set aside.

use mmig::campaign::Time;
use mmig::campaign::definition::Campaign;
use mmig::campaign::mail::withdrawal::Withdrawal;
use mmig::campaign::mail::{Accepted, Course, Fate, Mail, Rejection};
use mmig::campaign::moment::LocalMoment;
use mmig::campaign::people::recipient::Recipient;
use mmig::campaign::people::records::Records;
use mmig::campaign::people::stage::{Evidence, Mark, Stage};
use mmig::campaign::review::{Kept, Mismatch, Queued, Stale, sights, sort};
use mmig::campaign::text::Text;
use mmig::campaign::text::digest::Digest;
use mmig::campaign::text::rejected::rejected_texts;
use mmig::campaign::text::sent::as_sent;
use proptest::prelude::*;

use crate::build::{at, campaign, mail, now, recipient};

fn text() -> Text {
    let body = "Hello ⟦contact.name⟧, ⟦days_left⟧ days are left.\n";
    Text { subject: "It ends".to_owned(), body: body.to_owned() }
}

/// A customer whose announcement waits for approval.
fn waiting(id: &str) -> Recipient {
    let mut recipient = recipient(id, "rest", &["api-v1", "rest"]);
    let accepted = Accepted {
        id: format!("m-{id}").into(),
        thread: "".into(),
        at: now(),
        labelled: false,
        stage: None,
        approved: None,
        too_late: None,
        withdrawing: None,
        course: Course::PendingApproval,
    };
    recipient.mails.push(Mail { variant: text().digest(), ..mail("announce", Fate::Accepted(accepted)) });
    recipient
}

/// The queue if nothing was changed.
fn queue(campaign: &Campaign, records: &Records) -> Vec<Queued> {
    let queued = |recipient: &Recipient| Queued {
        id: recipient.mails[0].accepted().unwrap().id.to_string(),
        mailbox_id: "mb".to_owned(),
        ours: true,
        to: vec![recipient.email.to_string()],
        text: as_sent(campaign, recipient, &recipient.mails[0], &text()).unwrap(),
    };
    records.recipients().iter().map(queued).collect()
}

fn kept(_: &str, digest: Digest) -> Kept {
    Kept { text: Some(text()).filter(|text| text.digest() == digest), draft: None, replaced: false }
}

/// The mismatches of the only mail in the queue.
fn mismatches(campaign: &Campaign, records: &Records, queue: &[Queued], now: Time) -> Vec<Mismatch> {
    let review = sort(campaign, records, queue, kept, now);
    assert_eq!(review.groups.len(), 1);
    review.groups[0].items().flat_map(|item| item.mismatches.clone()).collect()
}

#[test]
fn mails_of_one_text_are_one_group_and_what_the_ledger_does_not_know_is_none_of_it() {
    let (campaign, records) = (campaign(), Records::from_iter([waiting("a"), waiting("b")]));
    let mut queue = queue(&campaign, &records);
    queue.push(Queued { id: "x".to_owned(), ..queue[0].clone() });
    queue.push(Queued { id: "y".to_owned(), ours: false, ..queue[0].clone() });
    let review = sort(&campaign, &records, &queue, kept, now());
    assert_eq!((review.groups.len(), review.groups[0].matching.len(), review.groups[0].set_aside.len()), (1, 2, 0));
    assert_eq!(review.unknown_mails.iter().map(|mail| mail.id.as_str()).collect::<Vec<_>>(), ["x"]);
}

/// The change that each waiting mail shares with all others, if it does.
fn changes(campaign: &Campaign, records: &Records, queue: &[Queued]) -> Vec<Option<String>> {
    let kept = |_: &str, digest| Kept {
        text: [text(), other_text()].into_iter().find(|text| text.digest() == digest),
        draft: None,
        replaced: false,
    };
    let review = sort(campaign, records, queue, kept, now());
    review.groups.iter().flat_map(|group| group.items().map(mmig::campaign::review::Item::change)).collect()
}

fn other_text() -> Text {
    Text { body: "Another text.\n".to_owned(), ..text() }
}

#[test]
fn a_change_that_all_mails_have_is_one_and_may_be_accepted_only_where_all_of_it_is_shown() {
    let (campaign, records) = (campaign(), Records::from_iter([waiting("a"), waiting("b")]));
    let with = |footers: [&str; 2]| {
        let mut queue = queue(&campaign, &records);
        queue.iter_mut().zip(footers).for_each(|(mail, footer)| mail.text.body.push_str(footer));
        changes(&campaign, &records, &queue)
    };
    let both = with(["-- \nwith care\n"; 2]);
    assert!(both[0].is_some() && both[0] == both[1], "{both:?}");
    assert_eq!(with(["-- \nwith care\n", "-- \nwith malice\n"]), [None, None]);
    assert_eq!(with(["-- \nwith care\n", ""]), [None, None]);
    // The same lines as far as they are shown; what follows is not seen.
    let long = "line\n".repeat(30);
    assert_eq!(with([&format!("{long}pay here\n"), &format!("{long}pay there\n")]), [None, None]);
    assert_eq!(with([&long; 2]), [None, None]);
}

#[test]
fn a_text_with_one_mail_shares_the_change_of_the_other_texts_and_one_alone_shares_it_with_nobody() {
    let campaign = campaign();
    let mut alone = waiting("c");
    alone.mails[0].variant = other_text().digest();
    let records = Records::from_iter([waiting("a"), waiting("b"), alone]);
    let queued = |recipient: &Recipient| Queued {
        id: recipient.mails[0].accepted().unwrap().id.to_string(),
        mailbox_id: "mb".to_owned(),
        ours: true,
        to: vec![recipient.email.to_string()],
        text: {
            let text = if recipient.id == "c" { other_text() } else { text() };
            let sent = as_sent(&campaign, recipient, &recipient.mails[0], &text).unwrap();
            Text { body: format!("{}-- \nwith care\n", sent.body), ..sent }
        },
    };
    let queue: Vec<Queued> = records.recipients().iter().map(queued).collect();
    let all = changes(&campaign, &records, &queue);
    assert!(all[0].is_some() && all.iter().all(|change| *change == all[0]), "{all:?}");
    assert_eq!(changes(&campaign, &records, &queue[..1]), [None]);
}

#[test]
fn a_mail_that_differs_from_what_was_submitted_is_set_aside_and_never_approved() {
    let (campaign, records) = (campaign(), Records::from_iter([waiting("a")]));
    let honest = queue(&campaign, &records).remove(0);
    let changed = |change: &dyn Fn(&mut Queued)| {
        let mut queued = honest.clone();
        change(&mut queued);
        vec![queued]
    };
    for queue in [
        changed(&|mail| mail.to = vec!["A@a.example".to_owned()]),
        changed(&|mail| mail.to.push("b@a.example".to_owned())),
        changed(&|mail| mail.to.clear()),
        changed(&|mail| mail.text.subject.push('!')),
        changed(&|mail| mail.text.body.push_str("\n.")),
        changed(&|mail| mail.ours = false),
    ] {
        let review = sort(&campaign, &records, &queue, kept, now());
        let item = &review.groups[0].set_aside[0];
        assert!(!item.is_as_submitted() && !item.may_be_decided(true, true), "{:?}", item.mismatches);
        assert!(item.may_be_decided(false, true) && !item.may_be_decided(false, false));
    }
    assert_eq!(mismatches(&campaign, &records, &[honest], now()), []);
}

#[test]
fn a_text_that_is_not_kept_cannot_be_compared() {
    let (campaign, records) = (campaign(), Records::from_iter([waiting("a")]));
    let queue = queue(&campaign, &records);
    let review = sort(&campaign, &records, &queue, |_, _| Kept::default(), now());
    assert_eq!(review.groups[0].set_aside[0].mismatches, [Mismatch::Unkept]);
}

#[test]
fn a_mail_the_ledger_has_as_withdrawn_is_not_let_out() {
    let mut customer = waiting("a");
    let campaign = campaign();
    let queue = queue(&campaign, &Records::from_iter([customer.clone()]));
    let Fate::Accepted(accepted) = &mut customer.mails[0].fate else { panic!() };
    accepted.course = Course::Cancelled { when: now(), why: None };
    let found = mismatches(&campaign, &Records::from_iter([customer]), &queue, now());
    assert!(matches!(found.as_slice(), [Mismatch::Settled(_)]), "{found:?}");
}

#[test]
fn a_mail_that_is_followed_by_another_of_its_phase_is_not_let_out() {
    let mut customer = waiting("a");
    let campaign = campaign();
    let queue = queue(&campaign, &Records::from_iter([customer.clone()]));
    customer.mails.push(mail("announce", Fate::Sending));
    let found = mismatches(&campaign, &Records::from_iter([customer]), &queue, now());
    assert!(matches!(found.as_slice(), [Mismatch::Settled(_)]), "{found:?}");
}

#[test]
fn what_it_tells_may_be_as_late_on_the_day_it_leaves_as_its_phase_may_be() {
    let (mut campaign, records) = (campaign(), Records::from_iter([waiting("a")]));
    let queue = queue(&campaign, &records);
    let told = |campaign: &Campaign, time: &str| mismatches(campaign, &records, &queue, at(time));
    let days = |stated, now| Mismatch::Stale(Stale::DaysLeft { stated, now });
    let due = at("2027-01-30T00:00:00Z").date_naive();
    let phase_late = Mismatch::Stale(Stale::PhaseLate { due });
    assert_eq!(told(&campaign, "2027-02-02T12:59:59Z"), []);
    // The day is the campaign's, not the one in UTC.
    assert_eq!(told(&campaign, "2027-02-02T22:59:59Z"), std::slice::from_ref(&phase_late));
    assert_eq!(told(&campaign, "2027-02-02T23:00:00Z"), [days(90, 86), phase_late.clone()]);
    assert_eq!(told(&campaign, "2027-03-01T12:00:00Z"), [days(90, 60), phase_late]);
    let (before, after) = (campaign.deadline, LocalMoment::from(campaign.deadline.date.succ_opt().unwrap()));
    campaign.deadline = after;
    let moved = Stale::Deadline { stated: before, now: after };
    assert_eq!(told(&campaign, "2027-01-31T10:00:00Z"), [Mismatch::Stale(moved)]);
}

#[test]
fn a_scheduled_mail_is_in_time_until_its_day() {
    let mut customer = waiting("a");
    customer.mails[0].send_at = Some(at("2027-01-30T13:00:00Z"));
    customer.mails[0].sending = at("2027-01-10T09:00:00Z");
    let (campaign, records) = (campaign(), Records::from_iter([customer]));
    let queue = queue(&campaign, &records);
    assert_eq!(mismatches(&campaign, &records, &queue, at("2027-01-20T09:00:00Z")), []);
    assert_eq!(mismatches(&campaign, &records, &queue, at("2027-02-01T09:00:00Z")), []);
    assert_eq!(mismatches(&campaign, &records, &queue, at("2027-02-03T09:00:00Z")).len(), 2);
}

#[test]
fn who_is_done_or_has_left_is_set_aside_and_may_get_it_on_purpose() {
    let (mut done, mut left) = (waiting("done"), waiting("left"));
    done.marks.push(Mark { stage: Stage::Completed, at: now(), by: Evidence::Hand, note: String::new() });
    left.left = Some(now());
    let (campaign, records) = (campaign(), Records::from_iter([done, left]));
    let queue = queue(&campaign, &records);
    let review = sort(&campaign, &records, &queue, kept, now());
    let apart = &review.groups[0].set_aside;
    assert_eq!(apart[0].mismatches, [Mismatch::Stale(Stale::Overtaken(Withdrawal::Completed))]);
    assert_eq!(apart[1].mismatches, [Mismatch::Stale(Stale::Overtaken(Withdrawal::Left))]);
    for item in apart {
        assert!(
            item.may_be_decided(true, true) && !item.may_be_decided(true, false) && item.may_be_decided(false, false)
        );
    }
}

#[test]
fn the_values_shown_are_the_first_the_odd_and_the_longest_each_once() {
    let mut people: Vec<Recipient> = (0..40).map(|number| waiting(&format!("c{number:02}"))).collect();
    people[7].name = "".into();
    people[9].name = "*Nine*".into();
    people[11].name = "Somebody with a name longer than all others".into();
    let (campaign, records) = (campaign(), Records::from_iter(people));
    let queue = queue(&campaign, &records);
    let review = sort(&campaign, &records, &queue, kept, now());
    let shown: Vec<(String, &str)> = sights(&campaign, &review.groups[0].matching)
        .into_iter()
        .map(|sight| (sight.why, sight.item.recipient.id.as_str()))
        .collect();
    let expected = [
        ("first", "c00"),
        ("no name", "c07"),
        ("markup", "c09"),
        ("very long, longest", "c11"),
        ("sample", "c10"),
        ("sample", "c20"),
        ("sample", "c30"),
    ];
    assert_eq!(shown, expected.map(|(why, id)| (why.to_owned(), id)));
}

/// A customer whose mail ended like this.
fn ended(id: &str, course: Course) -> Recipient {
    let mut customer = waiting(id);
    let Fate::Accepted(accepted) = &mut customer.mails[0].fate else { panic!() };
    accepted.course = course;
    customer
}

fn no(by: &str, whole_text: bool) -> Course {
    Course::Rejected(Box::new(Rejection { when: now(), reason: "r".to_owned(), by: by.to_owned(), whole_text }))
}

#[test]
fn a_text_is_rejected_if_known_to_be_or_if_unknown_and_no_mail_of_it_was_sent() {
    let void = |people: Vec<Recipient>| rejected_texts(&Records::from_iter(people), "announce").len();
    let out = || ended("out", Course::Delivered { when: now() });
    assert_eq!(void(vec![ended("a", no("ann", true)), out()]), 1);
    assert_eq!(void(vec![ended("a", no("ann", false)), waiting("b")]), 0);
    assert_eq!(void(vec![ended("a", no("", false)), waiting("b")]), 1);
    assert_eq!(void(vec![ended("a", no("", false)), out()]), 0);
    assert_eq!(rejected_texts(&Records::from_iter([ended("a", no("ann", true))]), "prepare").len(), 0);
}

proptest! {
    /// Whatever a mail was made from, it matches, and with one character changed it does not.
    #[test]
    fn every_honest_mail_matches_and_no_changed_one_does(name in "\\PC{0,30}", place in any::<prop::sample::Index>(), c in any::<char>()) {
        let mut customer = waiting("a");
        customer.name = name.into();
        let (campaign, records) = (campaign(), Records::from_iter([customer]));
        let mut queue = queue(&campaign, &records);
        prop_assert_eq!(mismatches(&campaign, &records, &queue, now()), []);
        let mut body: Vec<char> = queue[0].text.body.chars().collect();
        let place = place.index(body.len());
        prop_assume!(body[place] != c);
        body[place] = c;
        queue[0].text.body = body.into_iter().collect();
        prop_assert_eq!(mismatches(&campaign, &records, &queue, now()).len(), 1);
    }
}

#[test]
fn line_endings_and_the_case_of_a_domain_do_not_matter() {
    let (campaign, records) = (campaign(), Records::from_iter([waiting("a")]));
    let honest = queue(&campaign, &records).remove(0);
    let changed = |change: &dyn Fn(&mut Queued)| {
        let mut queued = honest.clone();
        change(&mut queued);
        mismatches(&campaign, &records, &[queued], now()).len()
    };
    assert_eq!(changed(&|mail| mail.text.body = mail.text.body.trim_end().to_owned()), 0);
    assert_eq!(changed(&|mail| mail.text.body = mail.text.body.replace('\n', "\r\n") + "\r\n"), 0);
    assert_eq!(changed(&|mail| mail.to = vec![mail.to[0].replace("example", "EXAMPLE")]), 0);
    assert_eq!(
        changed(&|mail| mail.to = vec![mail.to[0].replacen('a', "A", 1)]),
        1,
        "another mailbox, for all we know"
    );
    assert_eq!(changed(&|mail| mail.text.body = mail.text.body.replace("Hello ", "Hello  ")), 1);
}

#[test]
fn a_difference_shared_by_all_waiting_mails_has_an_id_and_a_single_one_does_not() {
    let (campaign, records) = (campaign(), Records::from_iter([waiting("a"), waiting("b"), waiting("c")]));
    let mut queue = queue(&campaign, &records);
    for mail in &mut queue {
        mail.text.body.push_str("\n-- \nSent with care\n");
    }
    let changes = |queue: &[Queued]| -> Vec<Option<String>> {
        let review = sort(&campaign, &records, queue, kept, now());
        review.groups[0].items().map(mmig::campaign::review::Item::change).collect()
    };
    let all = changes(&queue);
    assert!(all[0].is_some() && all.iter().all(|change| *change == all[0]), "{all:?}");
    queue[1].text.body.push_str("Click https://evil.example\n");
    assert_eq!(changes(&queue), [None, None, None]);
    assert_eq!(changes(&queue[..1]), [None], "a single one shows nothing");
}
