//! Recipients are determined from fresh data, right before a mail is sent.

use serde_json::json;

use crate::desk::{Desk, PREPARE_DAY, WINDOW_DAY, with_contacts};
use crate::said::number;

/// 18 customers, all drafted, and all 18 notified.
pub fn announced() -> Desk {
    let desk = Desk::drafted(with_contacts(20));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    desk.track();
    desk
}

#[test]
fn only_the_customer_whose_tags_lead_to_an_unreviewed_text_is_held() {
    let desk = Desk::drafted(with_contacts(20));
    let customer = desk.people().tagged("webhooks")[0].clone();
    // The webhooks mail with the REST changes in it: no one had these tags when the drafts were reviewed.
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
    assert_eq!(desk.people().who_got("nothing left to do"), done);
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
fn customers_who_started_are_not_asked_to_start() {
    let desk = announced();
    let started = desk.people().tagged("api-v1")[1].clone();
    let _ = desk.run(&format!("track --mark started --contact {started}")).well();
    let desk = desk.on(WINDOW_DAY);
    let told = desk.run("remind --phase window --yes --json").well().json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/excluded/further_along")), (17, 1));
    assert!(!desk.people().who_got("start now").contains(&started));
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
fn a_mark_by_hand_applies_to_all_named_people_or_no_one() {
    let desk = announced();
    let known = desk.people().tagged("api-v1")[0].clone();
    let files = desk.files();
    let _ = desk
        .run(&format!("track --mark started --contact {known} --contact nobody@x.example"))
        .ends(3)
        .says("nobody@x.example");
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
fn a_customer_is_marked_by_id_or_part_and_once_and_a_list_names_each_whole() {
    let desk = announced();
    let known = desk.people().tagged("api-v1")[0].clone();
    let row = desk.people().contacts().into_iter().find(|row| row["email"] == known.as_str()).unwrap();
    let (id, part) = (row["id"].as_str().unwrap(), &known[..known.len() - 1]);
    let line = format!("track --mark started --contact {id} --contact {part} --contact {known} --json");
    assert_eq!(desk.run(&line).well().json()["marked"], 1);
    for (list, says) in [
        (format!("{part}\n"), "has the address or id"),
        (format!("{part}\n{known}\nnobody@x.example\n"), "2 of those named were not found"),
    ] {
        std::fs::write(desk.home.path().join("list.txt"), list).unwrap();
        let files = desk.files();
        let _ = desk.run("track --mark completed --from list.txt").ends(3).says(says).says(part);
        assert!(desk.files() == files);
    }
    std::fs::write(desk.home.path().join("list.txt"), format!("{id}\n{known}\n")).unwrap();
    assert_eq!(desk.run("track --mark completed --from list.txt --json").well().json()["marked"], 1);
}

/// A campaign whose two automatic phases, `window` and `final`, are due on one day.
fn two_on_one_day(desk: Desk, of_second: &str) -> Desk {
    let first = "[[phase]]\nname = \"window\"\ndays_before = 31\naudience = \"not-started\"\nautomatic = true\n";
    let second =
        format!("[[phase]]\nname = \"final\"\ndays_before = 30\naudience = \"{of_second}\"\nautomatic = true\n");
    let text = desk.read("campaign.toml");
    let phases = text.find("\n[[phase]]").unwrap() + 1;
    let changes = text.find("\n[[change]]").unwrap() + 1;
    desk.write("campaign.toml", &format!("{}{first}{second}{}", &text[..phases], &text[changes..]));
    desk.segment();
    desk.draft_all();
    desk.on(WINDOW_DAY)
}

#[test]
fn of_two_phases_due_on_one_day_the_second_knows_what_the_first_did() {
    let desk = two_on_one_day(Desk::at(crate::desk::speaking(mmig::sandbox::Contract::Simple, 20)), "not-notified");
    // On a server that reports no delivery, a customer with a mail counts as notified.
    let told = desk.run("remind --yes --json").well().json();
    assert_eq!(number(&told, "/accepted"), 18);
    assert_eq!(desk.people().taken(), 18);
}

#[test]
fn a_draft_that_is_edited_while_the_phase_before_is_sent_stops_its_own_phase() {
    let desk = two_on_one_day(Desk::at(with_contacts(20)), "not-completed");
    desk.people().post("latency", &json!({ "ms": 100 }));
    let mut running = desk.start("remind --yes --json");
    while desk.people().taken() == 0 {
        assert!(running.child.try_wait().unwrap().is_none(), "it ended before anything was sent");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    desk.write("drafts/final/rest.md", &(desk.read("drafts/final/rest.md") + "One word more.\n"));
    let told = running.ended().ends(8).says("was edited after it was locked").json();
    // The first phase's mails are out, and counted.
    assert_eq!((number(&told, "/accepted"), number(&told, "/phases/0/accepted")), (18, 18));
    assert_eq!(desk.people().taken(), 18);
}
