//! Who is in the campaign.

use std::collections::HashSet;

use mmig::campaign::definition::Scope;
use mmig::campaign::people::cohort::{Oddity, Standing, standings, update};
use mmig::campaign::people::contact::Contact;
use mmig::campaign::people::names::NameFlaw;
use mmig::campaign::people::recipient::Entry;
use mmig::campaign::people::records::Records;
use mmig::campaign::people::stage::{Evidence, Mark, Stage};
use mmig::campaign::view::overview::overview;

use crate::build::{HEAD, SEGMENTS, accepted, at, campaign, campaign_of, contact, mail, now, recipient};

const V1_REST: &[&str] = &["api-v1", "rest"];

fn found(contacts: &[Contact]) -> (Records, Vec<Oddity>) {
    let mut records = Records::default();
    let census = update(&mut records, &campaign(), contacts.to_vec(), now());
    (records, census.odd.into_iter().map(|odd| odd.why).collect())
}

#[test]
fn of_two_records_with_one_id_the_first_counts() {
    let (records, _) =
        found(&[contact("c1", "a@a.example", V1_REST), contact("c1", "b@a.example", &["api-v1", "webhooks"])]);
    let known: Vec<(&str, &str)> =
        records.recipients().iter().map(|own| (own.email.as_str(), own.segment.as_str())).collect();
    assert_eq!(known, [("a@a.example", "rest")]);
}

#[test]
fn a_contact_belongs_to_the_first_matching_segment_and_several_matches_are_listed() {
    let (records, odd) = found(&[contact("c1", "c1@a.example", &["api-v1", "rest", "webhooks"])]);
    assert_eq!(records.get("c1").unwrap().segment, "webhooks");
    assert_eq!(odd, [Oddity::SeveralSegments { segments: vec!["webhooks".into(), "rest".into()] }]);
}

#[test]
fn affected_contacts_without_a_segment_are_listed() {
    let (records, odd) = found(&[
        contact("c1", "c1@a.example", &["api-v1", "soap"]),
        contact("c2", "c2@a.example", &["api-v2", "rest"]),
    ]);
    assert!(records.recipients().is_empty());
    assert_eq!(odd, [Oddity::NoSegment]);
}

#[test]
fn shared_and_invalid_addresses_are_listed_and_only_one_of_a_pair_is_mailable() {
    let (records, odd) = found(&[
        contact("c1", "same@a.example", V1_REST),
        contact("c2", " Same@A.example", V1_REST),
        contact("c3", "no address", V1_REST),
    ]);
    assert_eq!(odd, [Oddity::DuplicateAddress { mailed: "c1".into() }, Oddity::InvalidAddress]);
    assert_eq!(
        standings(&records, &HashSet::new()),
        [Standing::Mailable, Standing::Duplicate { of: 0 }, Standing::Invalid]
    );
}

#[test]
fn of_two_with_one_address_the_one_that_was_mailed_keeps_it() {
    let mut second = recipient("c2", "rest", V1_REST);
    second.email = "c1@a.example".into();
    second.mails.push(mail("announce", accepted(mmig::campaign::mail::Course::Submitted)));
    let records: Records = [recipient("c1", "rest", V1_REST), second].into_iter().collect();
    assert_eq!(standings(&records, &HashSet::new()), [Standing::Duplicate { of: 1 }, Standing::Mailable]);
}

#[test]
fn a_contact_that_is_no_longer_found_has_left_and_one_found_again_is_back() {
    let campaign = campaign();
    let (mut records, _) = found(&[contact("c1", "c1@a.example", V1_REST)]);
    let census = update(&mut records, &campaign, vec![], at("2027-02-01T00:00:00Z"));
    assert_eq!(census.segments[1].left, 1);
    assert_eq!(records.get("c1").unwrap().left, Some(at("2027-02-01T00:00:00Z")));
    let census = update(&mut records, &campaign, vec![contact("c1", "c1@a.example", V1_REST)], now());
    assert_eq!((census.segments[1].found, census.segments[1].new), (1, 1));
    assert_eq!(records.get("c1").unwrap().left, None);
}

#[test]
fn who_changes_segment_has_moved_and_keeps_the_record() {
    let (mut records, _) = found(&[contact("c1", "c1@a.example", V1_REST)]);
    records.apply(
        "c1",
        now(),
        Entry::Mark(Mark { stage: Stage::Started, at: now(), by: Evidence::Hand, note: String::new() }),
    );
    let census = update(&mut records, &campaign(), vec![contact("c1", "c1@a.example", &["api-v1", "webhooks"])], now());
    assert_eq!(census.segments[0].moved, 1);
    assert_eq!(records.get("c1").unwrap().stage(), Stage::Started);
}

#[test]
fn a_contact_recreated_with_another_id_keeps_its_record() {
    let (mut records, _) = found(&[contact("old", "c1@a.example", V1_REST)]);
    records.update("old", |recipient| {
        recipient.mails.push(mail("announce", accepted(mmig::campaign::mail::Course::Submitted)));
    });
    update(&mut records, &campaign(), vec![contact("new", "C1@a.example", V1_REST)], now());
    assert!(records.get("old").is_none());
    assert_eq!(records.get("new").unwrap().mails.len(), 1);
    assert_eq!(records.recipients().len(), 1);
}

#[test]
fn a_mail_remembers_where_it_went_once_the_contact_has_another_address() {
    let (mut records, _) = found(&[contact("c1", "old@a.example", V1_REST)]);
    records.update("c1", |recipient| {
        recipient.mails.push(mail("announce", accepted(mmig::campaign::mail::Course::Submitted)));
    });
    update(&mut records, &campaign(), vec![contact("c1", "new@a.example", V1_REST)], now());
    let recipient = records.get("c1").unwrap();
    assert_eq!(recipient.mails[0].address(recipient), "old@a.example");
}

#[test]
fn a_stages_tag_is_evidence_while_it_is_carried() {
    let campaign = campaign();
    let done = contact("c1", "c1@a.example", &["api-v1", "rest", "migration-complete"]);
    let (mut records, _) = found(std::slice::from_ref(&done));
    assert_eq!(records.get("c1").unwrap().stage(), Stage::Completed);
    update(&mut records, &campaign, vec![contact("c1", "c1@a.example", V1_REST)], now());
    assert_eq!(records.get("c1").unwrap().stage(), Stage::Pending);
}

#[test]
fn a_persons_word_is_not_undone_by_the_tag_it_corrects() {
    let campaign = campaign();
    let done = contact("c1", "c1@a.example", &["api-v1", "rest", "migration-complete"]);
    let (mut records, _) = found(std::slice::from_ref(&done));
    records.apply(
        "c1",
        now(),
        Entry::Mark(Mark { stage: Stage::Started, at: now(), by: Evidence::Hand, note: String::new() }),
    );
    update(&mut records, &campaign, vec![done], now());
    assert_eq!(records.get("c1").unwrap().stage(), Stage::Started);
}

#[test]
fn near_tags_and_invalid_names_are_listed() {
    let named = |name: &str| Contact { name: name.into(), ..contact("c3", "c3@a.example", V1_REST) };
    let (_, odd) = found(&[
        contact("c1", "c1@a.example", &["API_V1", "rest"]),
        contact("c2", "c2@a.example", &["api-v1", "rest", "Migration-Complete", "API-V1"]),
        named("{{first_name}}"),
    ]);
    let near = |tag: &str, meant: &str| Oddity::NearTag { tag: tag.into(), meant: meant.into() };
    let no_name = Oddity::NoName { name: "{{first_name}}".into(), flaw: NameFlaw::Placeholder };
    assert_eq!(odd, [near("API_V1", "api-v1"), near("Migration-Complete", "migration-complete"), no_name]);
}

#[test]
fn a_stage_tag_counts_from_every_row_of_an_address() {
    let rows = [contact("c1", "ann@a.example", V1_REST), contact("c2", "Ann@A.example", &["migration-complete"])];
    for rows in [rows.to_vec(), rows.iter().rev().cloned().collect()] {
        let (records, _) = found(&rows);
        assert_eq!(records.get("c1").unwrap().stage(), Stage::Completed);
        assert!(records.get("c2").is_none());
    }
}

#[test]
fn contacts_of_one_account_are_done_with_the_first_who_carries_the_tag() {
    let campaign = campaign_of(&format!("{HEAD}{SEGMENTS}[accounts]\ntag = \"account:\"\n"));
    let acme = ["api-v1", "rest", "account:acme"];
    let done = [acme.as_slice(), &["migration-complete"]].concat();
    let mut records = Records::default();
    let row = |id: &str, tags: &[&str]| contact(id, &format!("{id}@a.example"), tags);
    update(&mut records, &campaign, vec![row("c1", &acme), row("c2", &done), row("c3", V1_REST)], now());
    let stages = ["c1", "c2", "c3"].map(|id| records.get(id).unwrap().stage());
    assert_eq!(stages, [Stage::Completed, Stage::Completed, Stage::Pending]);
    update(&mut records, &campaign, vec![row("c1", &acme), row("c2", &acme), row("c3", V1_REST)], now());
    assert_eq!(records.get("c1").unwrap().stage(), Stage::Pending);
}

#[test]
fn an_account_whose_contacts_cannot_make_the_change_is_named_before_anything_is_sent() {
    let accounts = "[accounts]\ntag = \"account:\"\ntechnical = \"role:technical\"\n";
    let campaign = campaign_of(&format!("{HEAD}{SEGMENTS}{accounts}"));
    let row = |id: &str, email: &str, more: &[&str]| contact(id, email, &[V1_REST, more].concat());
    let technical = "role:technical";
    let rows = vec![
        row("c1", "c1@a.example", &["account:acme"]),
        row("c2", "c2@a.example", &["account:acme", technical]),
        row("c3", "c3@b.example", &["account:bolt"]),
        row("c4", "c4@b.example", &["account:bolt"]),
        row("c5", "not an address", &["account:core", technical]),
        row("c6", "c6@d.example", &["account:done", "migration-complete"]),
        row("c7", "c7@e.example", &["Role:Technical"]),
    ];
    let mut records = Records::default();
    let odd = update(&mut records, &campaign, rows, now()).odd;
    let near = Oddity::NearTag { tag: "Role:Technical".into(), meant: technical.into() };
    assert!(odd.iter().any(|odd| odd.contact == "c7@e.example" && odd.why == near), "{odd:?}");
    let named = odd.into_iter().filter_map(|odd| match odd.why {
        Oddity::NoTechnicalContact { account } => Some((odd.contact, account)),
        _ => None,
    });
    let of = |contact: &str, account: &str| (contact.to_owned(), account.to_owned());
    assert_eq!(named.collect::<Vec<_>>(), [of("c3@b.example", "bolt"), of("not an address", "core")]);
    let coverage = overview(&campaign, &records, now(), Scope::default()).coverage;
    assert_eq!(coverage.no_technical_contact, ["bolt", "core"]);
    // Where technical contacts are not asked for, none is missing.
    let unasked = campaign_of(&format!("{HEAD}{SEGMENTS}[accounts]\ntag = \"account:\"\n"));
    assert!(overview(&unasked, &records, now(), Scope::default()).coverage.no_technical_contact.is_empty());
}
