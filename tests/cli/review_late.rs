//! Mails that are outdated when someone approves them are not sent with the others.

use serde_json::json;

use crate::desk::{ANNOUNCE_DAY, Desk, with_contacts};
use crate::human::recipient;
use crate::said::{attention, number, outcomes, texts};

fn submitted() -> Desk {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk.track();
    desk
}

const APPROVE: &str = "review --approve --phase announce --by ann --yes --json";

fn kinds(told: &serde_json::Value) -> Vec<String> {
    let reasons = told["apart"].as_array().unwrap().iter().flat_map(|entry| entry["reasons"].as_array().unwrap());
    let mut kinds: Vec<String> = reasons.map(|reason| reason["kind"].as_str().unwrap().to_owned()).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

#[test]
fn an_approval_within_the_days_that_a_phase_may_be_late_lets_all_out() {
    let desk = submitted().on("2027-02-02T10:00:00Z");
    assert_eq!(attention(&desk.status(), "stale"), Vec::<String>::new());
    assert_eq!(number(&desk.run(APPROVE).well().json(), "/approved"), 18);
}

#[test]
fn a_late_approval_lets_nothing_out_that_tells_other_days() {
    let desk = submitted().on("2027-02-03T10:00:00Z");
    let told = attention(&desk.status(), "stale");
    assert_eq!(told.len(), 18);
    assert!(told.iter().all(|message| message.contains("it says 90 days are left instead of 86")), "{told:?}");
    assert!(told.iter().all(|message| message.contains("`mmig cancel --phase announce`")), "{told:?}");
    let told = desk.run(APPROVE).ends(8).json();
    assert_eq!((number(&told, "/approved"), number(&told, "/set_apart")), (0, 18));
    assert_eq!(kinds(&told), ["days_left", "phase_late", "send_date"]);
    assert_eq!(desk.people().waiting().len(), 18);
}

#[test]
fn a_text_that_tells_no_days_is_approved_a_day_later() {
    let desk = Desk::at(with_contacts(20));
    desk.write("templates/announce.md", "+++\nsubject = \"v1 ends\"\n+++\nIt ends {{ campaign.deadline }}.\n");
    desk.segment();
    let _ = desk.run("draft --phase announce").well();
    let _ = desk.submit("announce").well();
    let desk = desk.on("2027-02-01T10:00:00Z");
    assert_eq!(number(&desk.run(APPROVE).well().json(), "/approved"), 18);
}

#[test]
fn a_phase_past_its_time_is_set_aside_and_can_be_rejected_as_a_whole() {
    let desk = Desk::at(with_contacts(20));
    desk.write("templates/announce.md", "+++\nsubject = \"v1 ends\"\n+++\nIt ends {{ campaign.deadline }}.\n");
    desk.segment();
    let _ = desk.run("draft --phase announce").well();
    let _ = desk.submit("announce").well();
    let desk = desk.on("2027-02-03T10:00:00Z");
    assert_eq!(kinds(&desk.run(APPROVE).ends(8).json()), ["phase_late"]);
    let told = desk.run("review --reject --phase announce --reason late --by ann --yes --json").well().json();
    assert_eq!(number(&told, "/rejected"), 18);
    // It was too late; the text is fine.
    let _ = desk.run("submit --phase announce --retry-failed --yes").ends(8).says_nothing_of("ann rejected it");
}

#[test]
fn one_that_is_late_is_let_out_on_purpose_by_naming_its_customer() {
    let desk = submitted().on("2027-02-03T10:00:00Z");
    let contact = recipient(&desk.people().waiting()[0]);
    let told = desk.run(&format!("review --approve --contact {contact} --by ann --yes --json")).well().json();
    assert_eq!((number(&told, "/approved"), desk.people().waiting().len()), (1, 17));
}

#[test]
fn who_is_done_or_has_left_meanwhile_is_set_aside() {
    let desk = submitted();
    let waiting = desk.people().waiting();
    let (done, left) = (recipient(&waiting[0]), recipient(&waiting[1]));
    let _ = desk.run(&format!("track --mark completed --contact {done}")).well();
    desk.people().post("contact", &json!({ "email": left, "drop_tags": ["api-v1"] }));
    desk.segment();
    let _ = desk.run("status").well().says("to-withdraw");
    let told = desk.run(APPROVE).ends(8).json();
    assert_eq!((number(&told, "/approved"), kinds(&told)), (16, vec!["done".to_owned(), "left".to_owned()]));
    let mut apart = texts(&told, "apart", "contact");
    apart.sort();
    let mut expected = [done, left];
    expected.sort();
    assert_eq!(apart, expected);
}

#[test]
fn mails_that_tell_the_old_deadline_are_set_aside() {
    let desk = submitted();
    desk.edit("campaign.toml", "2027-04-30", "2027-05-02");
    let told = desk.run(APPROVE).ends(8).json();
    assert_eq!((number(&told, "/approved"), kinds(&told)), (0, vec!["deadline_moved".to_owned()]));
    let _ = desk.run("status").well().says("old-deadline");
}

#[test]
fn a_mail_reviewed_early_is_sent_on_its_day_with_that_days_values() {
    let desk = Desk::drafted(with_contacts(20)).on("2027-01-20T09:00:00Z");
    let _ = desk.submit("announce").well();
    let desk = desk.on("2027-01-25T09:00:00Z");
    let told = desk.run(APPROVE).well().json();
    assert_eq!(number(&told, "/approved"), 18);
    assert_eq!(outcomes(&desk.status(), "announce"), [("scheduled".to_owned(), 18)]);
    let desk = desk.on(ANNOUNCE_DAY);
    for mail in desk.people().mails() {
        // The campaign's day in Berlin: 90 days before 30 April.
        assert_eq!(mail["sent_at"], ANNOUNCE_DAY);
        assert!(mail["body"].as_str().unwrap().contains("As of 2027-01-30, days left: 90"), "{mail}");
    }
    desk.track();
    assert_eq!(outcomes(&desk.status(), "announce"), [("delivered".to_owned(), 18)]);
}
