//! A customer's stage if pieces of evidence contradict each other.

use mmig::campaign::mail::Course;
use mmig::campaign::people::cohort::update;
use mmig::campaign::people::contact::Contact;
use mmig::campaign::people::recipient::{Entry, Recipient};
use mmig::campaign::people::records::Records;
use mmig::campaign::people::stage::{Evidence, Mark, Stage};

use crate::build::{accepted, campaign, contact, mail, now, recipient};

fn marked(marks: &[(Stage, Evidence)]) -> Recipient {
    let mut customer = recipient("c1", "rest", &["api-v1", "rest"]);
    customer.mails.push(mail("announce", accepted(Course::Handed)));
    for (stage, by) in marks {
        customer.apply(now(), Entry::Mark(Mark { stage: *stage, at: now(), by: *by, note: String::new() }));
    }
    customer
}

#[test]
fn usage_moves_forward_and_a_relapse_back_until_usage_or_a_person_says_more() {
    use Evidence::{Hand, Relapse, Usage};
    use Stage::{Acknowledged, Completed, Started};
    type Case<'a> = (&'a [(Stage, Evidence)], Stage, bool);
    let cases: &[Case<'_>] = &[
        (&[(Started, Usage)], Started, false),
        (&[(Completed, Usage), (Started, Usage)], Completed, false),
        (&[(Completed, Usage), (Started, Relapse)], Started, true),
        (&[(Completed, Hand), (Started, Relapse)], Started, true),
        (&[(Completed, Usage), (Started, Relapse), (Completed, Usage)], Completed, false),
        (&[(Completed, Usage), (Started, Relapse), (Completed, Hand)], Completed, false),
        (&[(Completed, Usage), (Started, Relapse), (Acknowledged, Hand)], Acknowledged, false),
    ];
    for (marks, stage, relapsed) in cases {
        let customer = marked(marks);
        assert_eq!((customer.stage(), customer.relapse().is_some()), (*stage, *relapsed), "{marks:?}");
    }
}

#[test]
fn a_relapse_counts_more_than_the_tag_seen_before_it_and_less_than_one_put_on_after() {
    use Evidence::{Relapse, Tag, TagGone};
    use Stage::{Completed, Notified};
    assert_eq!(marked(&[(Completed, Tag), (Notified, Relapse)]).stage(), Notified);
    let again = [(Completed, Tag), (Notified, Relapse), (Completed, TagGone), (Completed, Tag)];
    assert_eq!(marked(&again).stage(), Completed);
}

#[test]
fn a_reply_stays_unanswered_until_someone_answers_and_the_next_one_reopens_it() {
    use Evidence::{Answered, Reply};
    use Stage::Acknowledged;
    let open = |marks: &[Evidence]| {
        let marks: Vec<_> = marks.iter().map(|by| (Acknowledged, *by)).collect();
        (marked(&marks).unanswered().is_some(), marked(&marks).stage())
    };
    assert_eq!(open(&[]), (false, Stage::Notified));
    assert_eq!(open(&[Reply]), (true, Acknowledged));
    assert_eq!(open(&[Reply, Answered]), (false, Acknowledged));
    assert_eq!(open(&[Reply, Answered, Reply]), (true, Acknowledged));
}

#[test]
fn a_persons_word_is_not_undone_by_the_tag_we_wrote_ourselves_before_it() {
    let campaign = campaign();
    let carries: Contact = contact("c1", "c1@a.example", &["api-v1", "rest", "migration-complete"]);
    let mut customer = marked(&[(Stage::Completed, Evidence::Usage)]);
    customer.apply(now(), Entry::Tagged { tags: vec!["migration-complete".to_owned()] });
    customer.mark_tags(&campaign.tags, now());
    customer
        .apply(now(), Entry::Mark(Mark { stage: Stage::Started, at: now(), by: Evidence::Hand, note: String::new() }));
    let mut records = Records::from_iter([customer]);
    update(&mut records, &campaign, vec![carries], now());
    assert_eq!(records.get("c1").unwrap().stage(), Stage::Started);
}
