//! A colleague gets a mail as a customer would, and no ledger records it.

use serde_json::json;

use crate::desk::{Desk, with_contacts};
use crate::human::recipient;
use crate::said::{number, outcomes, texts};

const COLLEAGUE: &str = "colleague@example.com";
const TEST: &str = "submit --phase announce --test-to colleague@example.com --yes --json";

/// Recipients are found, nothing is drafted.
fn found() -> Desk {
    let desk = Desk::at(with_contacts(20));
    desk.segment();
    desk
}

#[test]
fn a_mail_of_each_text_goes_to_the_colleague_marked_as_a_test() {
    let desk = Desk::drafted(with_contacts(20));
    let told = desk.run(TEST).well().json();
    assert_eq!(
        (number(&told, "/accepted"), texts(&told, "tests", "draft")),
        (3, ["webhooks", "rest", "graphql"].map(str::to_owned).to_vec())
    );
    let mails = desk.people().mails_to(COLLEAGUE);
    assert_eq!((mails.len(), desk.people().taken()), (3, 3));
    assert!(
        mails
            .iter()
            .all(|mail| mail["subject"].as_str().unwrap().starts_with("[TEST] [Action required by 30 Apr 2027] "))
    );
    // Word for word what that customer would get.
    let customer = texts(&told, "tests", "contact")[0].clone();
    let preview = desk.run(&format!("draft --phase announce --contact {customer} --json")).well().json();
    assert_eq!(mails[0]["body"], preview["mails"][0]["markdown"]);
}

#[test]
fn nothing_is_written_counted_or_tagged() {
    let desk = Desk::drafted(with_contacts(20));
    let files = desk.files();
    let _ = desk.run(TEST).well();
    assert!(desk.files() == files, "a file changed");
    assert_eq!(outcomes(&desk.status(), "announce"), [("waiting".to_owned(), 18)]);
    let told = desk.submit("announce").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/already")), (18, 0));
    desk.people().approve_all();
    desk.track();
    let tests = desk.people().mails_to(COLLEAGUE);
    assert!(tests.iter().all(|mail| mail["tags"] == json!({})), "{tests:?}");
    let mailed = desk.people().mailed();
    assert!(mailed.iter().all(|(customer, mails)| *mails == 1 || customer == COLLEAGUE), "{mailed:?}");
}

#[test]
fn one_customers_mail_can_be_asked_for_also_when_they_have_it_already() {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    let customer = recipient(&desk.people().mails()[4]);
    let told = desk.run(&format!("{TEST} --contact {customer}")).well().json();
    assert_eq!((number(&told, "/accepted"), texts(&told, "tests", "contact")), (1, vec![customer]));
}

#[test]
fn an_unreviewed_text_may_be_tested_and_the_screen_says_so() {
    let desk = found();
    let _ = desk.run("submit --phase announce --test-to colleague@example.com --yes").well().says("not yet");
    desk.draft_all();
    let told = desk.run(TEST).well().json();
    assert!(told["tests"].as_array().unwrap().iter().all(|test| test["reviewed"] == true), "{told:#}");
}

#[test]
fn before_its_date_it_tells_the_days_of_the_date_and_leaves_at_once() {
    let desk = Desk::drafted(with_contacts(20)).on("2027-01-10T09:00:00Z");
    let _ = desk.run(TEST).well();
    for mail in desk.people().mails() {
        assert!(mail["send_at"].is_null());
        assert!(mail["body"].as_str().unwrap().contains("As of 2027-01-30, days left: 90"), "{mail}");
    }
}

#[test]
fn a_second_test_within_a_minute_sends_a_second_mail_and_a_lost_answer_does_not() {
    let desk = found();
    let _ = desk.run(TEST).well();
    let _ = desk.run(TEST).well();
    assert_eq!(desk.people().taken(), 6);
    desk.people().post("faults", &json!({ "seed": 5, "cut_after": 0.5 }));
    let _ = desk.run(TEST).well();
    assert_eq!(desk.people().taken(), 9);
}

#[test]
fn a_wrong_mode_stops_a_test_as_well() {
    let desk = found();
    desk.people().mode("autonomous");
    let _ = desk.run(TEST).ends(8).says("autonomous");
    assert_eq!(desk.people().taken(), 0);
}

#[test]
fn without_a_yes_or_an_address_nothing_is_sent() {
    let desk = found();
    let _ = desk.run("submit --phase announce --test-to colleague@example.com").ends(2).says("--yes");
    let _ = desk.run("submit --phase announce --test-to colleague --yes").ends(2);
    let _ = desk.run("submit --phase announce --test-to a@b.example --limit 1 --yes").ends(2);
    let _ = desk.run("submit --phase announce --contact a@b.example --yes").ends(2);
    let _ = desk.run("submit --phase announce --test-to a@b.example --contact no@where.example --yes").ends(3);
    let _ = desk.run("submit --phase announce --test-to a@b.example --dry-run").well().says("dry run");
    assert_eq!(desk.people().taken(), 0);
}

#[test]
fn a_review_lists_a_test_and_decides_nothing_about_it() {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.run(TEST).well();
    let _ = desk.submit("announce").well();
    let told = desk.run("review --approve --phase announce --by ann --yes --json").well().json();
    assert_eq!((number(&told, "/approved"), told["tests"].as_array().unwrap().len()), (18, 3));
    assert_eq!(told["not_ours"], json!([]));
    assert_eq!(desk.people().waiting().len(), 3);
}

#[test]
fn a_test_to_a_customer_is_never_taken_for_the_customers_own_mail() {
    let desk = Desk::drafted(with_contacts(20));
    let row =
        desk.people().contacts().into_iter().find(|row| row["email"] == desk.people().tagged("api-v1")[0].as_str());
    let (row, customer) = (row.expect("it is there"), desk.people().tagged("api-v1")[0].clone());
    // A colleague who is not a customer yet, and then becomes the first.
    let colleague = "rita@example.com".to_owned();
    let _ = desk.run(&format!("submit --phase announce --test-to {colleague} --contact {customer} --yes")).well();
    desk.people().post("contact", &json!({ "id": row["id"], "set": { "email": colleague } }));
    let _ = desk.run("segment").well();
    let customer = colleague;
    // The customer's own mail gets lost on the way, and is looked up after the server forgot its
    // key.
    desk.people().post("faults", &json!({ "error_before": 1.0 }));
    let _ = desk.run("submit --phase announce --limit 1 --yes");
    desk.people().post("faults", &json!({}));
    desk.edit("campaign.toml", "max_late = 3", "max_late = 30");
    let desk = desk.on("2027-02-02T14:00:00Z");
    desk.draft_all();
    let told = desk.submit("announce").well().json();
    assert_eq!(number(&told, "/accepted"), 18);
    let mails = desk.people().mails_to(&customer);
    let subjects: Vec<bool> =
        mails.iter().map(|mail| mail["subject"].as_str().unwrap().starts_with("[TEST] ")).collect();
    assert_eq!(subjects, [true, false]);
}
