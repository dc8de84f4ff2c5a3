//! Customers the campaign does not reach as it should.

use mmig::campaign::definition::Scope;
use mmig::campaign::mail::Course;
use mmig::campaign::people::cohort::update;
use mmig::campaign::people::coverage::{Coverage, Several, Shared, Unreachable, Why};
use mmig::campaign::people::records::Records;
use mmig::campaign::people::stage::{Evidence, Mark, Stage};
use mmig::campaign::view::overview::overview;

use crate::build::{accepted, campaign, contact, mail, now, recipient};

const V1_REST: &[&str] = &["api-v1", "rest"];

fn coverage(records: &Records, segment: Option<&str>) -> Coverage {
    let segments: Vec<String> = segment.map(str::to_owned).into_iter().collect();
    overview(&campaign(), records, now(), Scope { segments: &segments, phases: &[] }).coverage
}

fn bounced() -> Course {
    Course::Bounced { when: now(), kind: "HardBounce".into() }
}

/// One customer of each kind.
fn records() -> Records {
    let contacts = [
        contact("c1", "both@a.example", &["api-v1", "webhooks", "rest"]),
        contact("c2", "nowhere@a.example", &["api-v1", "soap"]),
        contact("c3", "same@a.example", V1_REST),
        contact("c4", "Same@A.example", &["api-v1", "webhooks"]),
        contact("c5", "no address", V1_REST),
        contact("c6", "Listed@a.example", V1_REST),
        contact("c7", "gone@a.example", V1_REST),
        contact("c8", "fine@a.example", V1_REST),
    ];
    let mut records = Records::default();
    let _ = update(&mut records, &campaign(), contacts.to_vec(), now());
    records.suppressed = vec!["listed@a.example".into(), "gone@a.example".into(), "elsewhere@a.example".into()];
    records.update("c7", |own| own.mails.push(mail("announce", accepted(bounced()))));
    records
}

#[test]
fn each_kind_is_listed_with_its_details() {
    let unreachable = |contact: &str, why| Unreachable { contact: contact.into(), why };
    assert_eq!(
        coverage(&records(), None),
        Coverage {
            no_technical_contact: Vec::new(),
            no_segment: vec!["nowhere@a.example".into()],
            several_segments: vec![Several {
                contact: "both@a.example".into(),
                segment: "webhooks".into(),
                also: vec!["rest".into()]
            }],
            shared_addresses: vec![Shared {
                address: "same@a.example".into(),
                contacts: vec!["c3".into(), "c4".into()],
                mailed: "c3".into()
            }],
            unreachable: vec![
                unreachable("no address", Why::InvalidAddress),
                unreachable("Listed@a.example", Why::Suppressed),
                unreachable("gone@a.example", Why::Bounced),
            ],
        }
    );
}

#[test]
fn a_segment_lists_its_own_contacts_and_those_that_share_an_address_with_them() {
    let records = records();
    let (rest, webhooks) = (coverage(&records, Some("rest")), coverage(&records, Some("webhooks")));
    assert_eq!((rest.several_segments.len(), rest.shared_addresses.len(), rest.unreachable.len()), (0, 1, 3));
    assert_eq!(
        (webhooks.several_segments.len(), webhooks.shared_addresses.len(), webhooks.unreachable.len()),
        (1, 1, 0)
    );
    assert_eq!((rest.no_segment.len(), webhooks.no_segment.len()), (1, 1));
}

#[test]
fn who_is_done_or_gone_or_has_another_address_need_not_be_reached_by_a_person() {
    let mut records = records();
    let done = Mark { stage: Stage::Completed, at: now(), by: Evidence::Hand, note: String::new() };
    records.update("c5", |own| own.left = Some(now()));
    records.update("c6", |own| own.marks.push(done));
    records.update("c7", |own| {
        own.mails[0].to = Some(Box::new(mmig::campaign::mail::Addressee {
            email: own.email.clone(),
            name: own.name.clone(),
            id: own.id.clone(),
        }));
        own.email = "new@a.example".into();
    });
    assert_eq!(coverage(&records, None).unreachable, []);
}

#[test]
fn a_doubt_that_was_settled_since_is_not_listed() {
    let mut records: Records = [recipient("c1", "rest", V1_REST)].into_iter().collect();
    records.several = vec!["c1".into(), "c2".into()];
    assert_eq!(coverage(&records, None).several_segments, []);
}

#[test]
fn suppressed_customers_do_not_wait_for_a_mail() {
    let mut records: Records = [recipient("c1", "rest", V1_REST)].into_iter().collect();
    let ready = |records: &Records| overview(&campaign(), records, now(), Scope::default()).phases[0].ready;
    assert_eq!(ready(&records), 1);
    records.suppressed = vec!["c1@a.example".into()];
    assert_eq!(ready(&records), 0);
}
