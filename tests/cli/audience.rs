//! Who gets a mail is worked out from fresh data, right before it leaves.

use serde_json::json;

use crate::desk::{Desk, PREPARE_DAY, WINDOW_DAY, with_contacts};
use crate::said::number;

/// 18 customers, all drafted, and all 18 of them announced to and reached.
fn announced() -> Desk {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    desk.track();
    desk
}

/// The contact's row, to be made again.
fn row(desk: &Desk, customer: &str) -> serde_json::Value {
    desk.people().contacts().into_iter().find(|row| row["email"] == customer).expect("there is such a contact")
}

#[test]
fn tags_that_changed_into_a_text_nobody_reviewed_hold_back_that_customer_alone() {
    let desk = Desk::drafted(with_contacts(20));
    let customer = desk.people().tagged("webhooks")[0].clone();
    // The webhooks mail with the REST changes in it: nobody had these tags when the drafts were reviewed.
    desk.people().tag(&customer, &["rest"]);
    let said = desk.run("submit --phase announce --yes");
    assert_eq!(desk.people().taken(), 17);
    assert!(desk.people().mails_to(&customer).is_empty());
    let _ = said.says("1 recipient held").says("mmig draft --phase announce").says(&customer);

    let _ = desk.run("draft --phase announce").well();
    let rest = desk.submit("announce").well().json();
    assert_eq!(number(&rest, "/accepted"), 1);
    let body = desk.people().mails_to(&customer)[0]["body"].to_string();
    assert!(body.contains("signed envelope") && body.contains("read with a cursor"), "{body}");
    desk.people().doubled_nobody();
}

#[test]
fn who_is_done_is_never_reminded_and_gets_one_confirmation() {
    let desk = announced();
    let (by_tag, by_hand) = (desk.people().tagged("api-v1")[0].clone(), desk.people().tagged("api-v1")[1].clone());
    desk.people().tag(&by_tag, &["migration-complete"]);
    let _ = desk.run(&format!("track --mark completed --contact {by_hand}")).well();
    let desk = desk.on(PREPARE_DAY);
    let told = desk.submit("prepare").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/excluded/done")), (16, 2));
    let desk = desk.on(WINDOW_DAY);
    for _ in 0..2 {
        let _ = desk.run("remind --yes").well();
    }
    let mut done = vec![by_tag.clone(), by_hand.clone()];
    done.sort();
    assert_eq!(desk.people().who_got("your migration is complete"), done);
    assert!(done.iter().all(|customer| desk.people().mails_to(customer).len() == 2));
}

#[test]
fn who_finished_since_the_plan_was_made_is_left_out_of_the_send() {
    let desk = announced().on(WINDOW_DAY);
    let customer = desk.people().tagged("api-v1")[0].clone();
    let plan = desk.run("remind --dry-run --json").well().json();
    assert_eq!(number(&plan, "/planned"), 18);
    desk.people().tag(&customer, &["migration-complete"]);
    let _ = desk.run("submit --phase window --yes").well();
    assert!(!desk.people().who_got("start now").contains(&customer));
}

#[test]
fn who_answered_is_still_reminded_and_who_started_is_not() {
    let desk = announced();
    let (answered, started) = (desk.people().tagged("api-v1")[0].clone(), desk.people().tagged("api-v1")[1].clone());
    desk.people().reply(&answered);
    let _ = desk.run(&format!("track --mark started --contact {started}")).well();
    let desk = desk.on(WINDOW_DAY);
    let told = desk.run("remind --phase window --yes --json").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/excluded/further_along")), (17, 1));
    let reminded = desk.people().who_got("start now");
    assert!(reminded.contains(&answered) && !reminded.contains(&started));
}

#[test]
fn a_contact_that_was_made_again_under_a_new_id_is_not_mailed_twice() {
    let desk = announced();
    let customer = desk.people().tagged("api-v1")[0].clone();
    let mut again = row(&desk, &customer);
    desk.people().post("contact", &json!({ "email": customer, "delete": true }));
    again["id"] = json!("made-again");
    again["email"] = json!(customer.to_uppercase());
    desk.people().post("contact", &json!({ "add": again }));
    let told = desk.submit("announce").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/already")), (0, 18));
    // Also after the contact was gone for a while.
    desk.people().post("contact", &json!({ "id": "made-again", "delete": true }));
    desk.segment();
    again["id"] = json!("made-a-third-time");
    desk.people().post("contact", &json!({ "add": again }));
    let told = desk.submit("announce").well().json();
    assert_eq!(number(&told, "/accepted"), 0);
    assert_eq!(desk.people().taken(), 18);
}

#[test]
fn a_contact_under_a_new_address_is_not_mailed_twice() {
    let desk = announced();
    let customer = desk.people().tagged("api-v1")[0].clone();
    desk.people().post("contact", &json!({ "email": customer, "set": { "email": "moved@elsewhere.example" } }));
    let told = desk.submit("announce").well().json();
    assert_eq!(number(&told, "/accepted"), 0);
    let history = desk.run("status --contact moved@elsewhere.example --json").well().json();
    assert!(history.to_string().contains(&customer), "where the mail went is told: {history}");
}

#[test]
fn who_left_the_campaign_is_not_mailed_and_stays_on_record() {
    let desk = announced();
    let customer = desk.people().tagged("api-v1")[0].clone();
    desk.people().post("contact", &json!({ "email": customer, "drop_tags": ["api-v1"] }));
    let desk = desk.on(PREPARE_DAY);
    let told = desk.submit("prepare").well().json();
    assert_eq!(number(&told, "/accepted"), 17);
    assert_eq!(desk.people().mails_to(&customer).len(), 1);
    let _ = desk.run(&format!("status --contact {customer}")).well().says("left").says("announce");
    let segments = desk.status()["segments"].clone();
    let left: u64 = segments.as_array().unwrap().iter().map(|line| number(line, "/left")).sum();
    assert_eq!(left, 1);
}

#[test]
fn somebody_new_is_found_by_submit_itself() {
    let desk = announced();
    let mut new = row(&desk, &desk.people().tagged("rest")[0]);
    new["id"] = json!("new");
    new["email"] = json!("new@customer.example");
    desk.people().post("contact", &json!({ "add": new }));
    let told = desk.submit("announce").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/already")), (1, 18));
    assert_eq!(desk.people().mails_to("new@customer.example").len(), 1);
}

#[test]
fn who_unsubscribed_is_not_mailed_and_is_named_so_that_people_can_reach_them() {
    let desk = announced();
    let customer = desk.people().tagged("api-v1")[0].clone();
    desk.people().post("unsubscribe", &json!({ "email": customer }));
    let desk = desk.on(PREPARE_DAY);
    let _ = desk.run("segment").well().says("suppression list").says(&customer);
    let told = desk.submit("prepare").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/excluded/suppressed")), (17, 1));
}

#[test]
fn each_customer_reads_only_what_concerns_them() {
    let desk = announced();
    for (tag, theirs, others) in [
        ("webhooks", "signed envelope", ["read with a cursor", "carry a code of their own"]),
        ("rest", "read with a cursor", ["signed envelope", "carry a code of their own"]),
        ("graphql", "carry a code of their own", ["signed envelope", "read with a cursor"]),
    ] {
        let affected = desk.people().tagged("api-v1");
        let customer = desk.people().tagged(tag).into_iter().find(|customer| affected.contains(customer)).unwrap();
        let body = desk.people().mails_to(&customer)[0]["body"].to_string();
        assert!(body.contains(theirs) && others.iter().all(|other| !body.contains(other)), "{tag}: {body}");
    }
}

#[test]
fn a_mark_by_hand_names_people_and_all_of_them_or_nobody() {
    let desk = announced();
    let known = desk.people().tagged("api-v1")[0].clone();
    let files = desk.files();
    let _ = desk.run(&format!("track --mark started --contact {known} --contact nobody@x.example")).ends(3).says("nobody@x.example");
    assert!(desk.files() == files);
    desk.write("done.txt", &format!("# done\n\n{known}\n  {}  \n", known.to_uppercase()));
    let _ = desk.run("track --mark completed --from campaigns/api-v2/done.txt").well();
    let told = desk.run(&format!("status --contact {known} --json")).well().json();
    assert_eq!(told["stage"], "completed");
    // The server's tags follow.
    desk.track();
    assert_eq!(desk.people().tagged("migration-complete"), [known]);
}

#[test]
fn a_server_that_doubles_contacts_gets_no_more_tags_and_nobody_is_mailed_twice() {
    let desk = Desk::drafted(with_contacts(20));
    desk.people().post("tag-write", &json!({ "existing": "double" }));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    let _ = desk.run("track").well().says("no longer written");
    assert_eq!(desk.people().contacts().len(), 21, "it was tried once");
    let _ = desk.run("track").well();
    assert_eq!(desk.people().contacts().len(), 21);
    let stages: u64 = (0..3).map(|n| number(&desk.status(), &format!("/segments/{n}/stages/notified"))).sum();
    assert!(stages >= 18, "the stages are in the ledger");
    let _ = desk.on(PREPARE_DAY).submit("prepare").well();
}
