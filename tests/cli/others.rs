//! Other programs and people on the same account: their changes are recognised, reported, and never attributed to a
//! customer.

use serde_json::{Value, json};

use crate::desk::{ANNOUNCE_DAY, Desk, with_contacts, with_rows};
use crate::files::copy;
use crate::said::{number, outcomes};

impl Desk {
    #[track_caller]
    fn attention(&self, kind: &str) -> Vec<Value> {
        let status = self.status();
        let all = status["attention"].as_array().expect("a list").iter();
        all.filter(|item| item["kind"] == kind).cloned().collect()
    }
}

fn submitted(options: mmig::sandbox::Options) -> Desk {
    let desk = Desk::drafted(options).on("2027-01-26T09:00:00Z");
    let _ = desk.submit("announce").well();
    desk
}

#[test]
fn whose_tags_another_program_replaced_is_held_and_named_and_goes_on_once_they_are_back() {
    let desk = submitted(with_contacts(12));
    let taken = desk.people().taken();
    let all = desk.people().contacts();
    let customer = desk.people().tagged("api-v1")[0].clone();
    let row = all.iter().find(|row| row["email"] == customer.as_str()).expect("it is there").clone();
    let set = |tags: Value| desk.people().post("contact", &json!({ "email": customer, "set": { "tags": tags } }));
    set(json!(["migration-notified"]));
    let told = desk.track();
    assert_eq!(told["withdrawn"], json!([]), "{told}");
    assert!(
        told["odd"]
            .as_array()
            .unwrap()
            .iter()
            .any(|odd| odd["kind"] == "retagged" && odd["contact"] == customer.as_str())
    );
    let named = desk.attention("retagged");
    assert!(matches!(named.as_slice(), [one] if one["contact"] == customer.as_str()), "{named:?}");
    let plan = desk.run("submit --phase prepare --now --dry-run --json").well().json();
    assert_eq!(number(&plan, "/excluded/retagged"), 1, "{plan}");
    // What we know about its tags does not overwrite what the other program meant.
    let tags = |people: crate::human::People| {
        people.contacts().into_iter().find(|row| row["email"] == customer.as_str()).expect("it is there")["tags"]
            .clone()
    };
    assert_eq!(tags(desk.people()), json!(["migration-notified"]));
    set(row["tags"].clone());
    desk.track();
    assert!(desk.attention("retagged").is_empty());
    assert_eq!(desk.people().taken(), taken);
}

#[test]
fn who_keeps_other_tags_and_loses_the_campaigns_has_left() {
    let desk = Desk::drafted(with_contacts(12));
    let _ = desk.submit("announce").well();
    desk.people().approve_all();
    let _ = desk.run("track").well();
    let customer = desk.people().tagged("rest")[0].clone();
    desk.people().post("contact", &json!({ "email": customer, "drop_tags": ["api-v1"], "add_tags": ["vip"] }));
    desk.track();
    assert!(desk.attention("retagged").is_empty());
    let _ = desk.run(&format!("status --contact {customer}")).well().says("left");
}

#[test]
fn more_than_a_fifth_leaving_at_once_needs_a_persons_yes() {
    let desk = submitted(with_contacts(30));
    let customers = desk.people().tagged("api-v1");
    for customer in customers.iter().take(customers.len() / 4) {
        desk.people().post("contact", &json!({ "email": customer, "delete": true }));
    }
    let before = outcomes(&desk.status(), "announce");
    for command in ["track", "remind --yes", "submit --phase announce --yes", "segment"] {
        let _ = desk.run(command).ends(8).says("no longer in the campaign, all at once").says(&customers[0]);
    }
    assert_eq!(outcomes(&desk.status(), "announce"), before);
    let _ = desk.run("segment --dry-run").well();
    let _ = desk.run("segment --yes").well();
    let told = desk.track();
    assert_eq!(told["withdrawn"].as_array().map(Vec::len), Some(customers.len() / 4), "{told}");
}

#[test]
fn mails_that_left_unapproved_because_the_mode_changed_stop_the_run_and_are_named() {
    let desk = Desk::drafted(with_contacts(40));
    desk.edit("campaign.toml", "concurrency = 8", "concurrency = 1");
    // Read once at the start of the run, and again while it sends.
    desk.people().post("mode", &json!({ "mode": "autonomous", "after_sends": 3 }));
    let said = desk.run("submit --phase announce --yes --json").ends(8).json();
    assert!(said["error"]["message"].as_str().unwrap().contains("autonomous"), "{said}");
    let left: Vec<Value> =
        desk.people().mails().into_iter().filter(|mail| mail["delivered_at"] != Value::Null).collect();
    assert!(
        (1..=4).contains(&left.len()) && desk.people().taken() < 10,
        "{} left of {}",
        left.len(),
        desk.people().taken()
    );
    let named = desk.attention("unapproved");
    assert_eq!(named.len(), left.len(), "{named:?}");
}

#[test]
fn mails_that_an_allowlist_lets_pass_are_said_before_and_named_after() {
    let rows = (0..3).map(|n| json!({ "email": format!("n{n}@x.example"), "name": "N", "tags": ["api-v1", "rest"] }));
    let desk = Desk::drafted(with_rows(rows.collect()));
    desk.edit("campaign.toml", "oversight = [\"gated_all\"]", "oversight = [\"gated_all\", \"gated_send\"]");
    desk.people().mode("gated_send");
    desk.people().post("allow", &json!({ "patterns": ["*@x.example"] }));
    let _ = desk.run("submit --phase announce --dry-run").well().says("3 of 3 mails will be sent without approval");
    let _ = desk.submit("announce").well();
    let _ = desk.run("track").well();
    assert_eq!(desk.attention("unapproved").len(), 3);
}

#[test]
fn an_account_that_does_not_say_its_quota_hinders_nothing() {
    let desk = Desk::at(with_contacts(5));
    desk.people()
        .post("lie", &json!({ "operation": "account", "body": { "plan": "pro", "monthly_email_quota": null } }));
    for command in ["segment", "draft --all", "submit --phase announce --yes", "track", "doctor"] {
        let said = desk.run(command);
        let _ = if command.starts_with("submit") {
            said.well().says("does not say how many mails are left")
        } else {
            said.well()
        };
    }
}

#[test]
fn another_campaigns_mail_of_the_same_subject_is_not_taken_for_a_missing_one() {
    let desk = Desk::drafted(with_contacts(6));
    // Every request is lost before it arrives.
    desk.people().post("faults", &json!({ "seed": 1, "cut_before": 1.0 }));
    let _ = desk.submit("announce");
    desk.people().post("faults", &json!({}));
    let open = outcomes(&desk.status(), "announce");
    let lost = open.iter().find(|(name, _)| name == "sending").expect("something is open").1;
    let _ = desk.run("init other").well();
    desk.write("../other/campaign.toml", &desk.read("campaign.toml").replace("migration-", "other-"));
    copy(&desk.path("templates"), &desk.path("../other/templates"));
    for command in ["segment", "draft --all", "submit --phase announce --yes"] {
        let _ = desk.run(&format!("-c other {command}")).well();
    }
    let theirs = desk.people().taken();
    let desk = desk.on("2027-01-31T16:00:00Z");
    let _ = desk.run("-c api-v2 submit --phase announce --yes").well();
    assert!(lost > 0);
    assert_eq!(desk.people().taken(), 2 * theirs, "everybody has both");
}

#[test]
fn a_second_contact_of_an_address_whose_mail_was_withdrawn_is_mailed() {
    let rows = vec![
        json!({ "id": "c1", "name": "Ann", "email": "ann@x.example", "tags": ["api-v1", "rest"] }),
        json!({ "id": "c2", "name": "Ann 2", "email": "Ann@X.example", "tags": ["api-v1", "rest"] }),
    ];
    let desk = submitted(with_rows(rows));
    let _ = desk.run("cancel --phase announce --yes").well();
    desk.people().post("contact", &json!({ "id": "c1", "delete": true }));
    let desk = desk.on(ANNOUNCE_DAY);
    let sent = desk.submit("announce").well().json();
    assert_eq!(number(&sent, "/accepted"), 1);
    let live = desk.people().mails().into_iter().filter(|mail| mail["status"] != "cancelled");
    assert_eq!(live.count(), 1);
}

#[test]
fn a_new_mail_that_the_server_takes_for_an_earlier_one_of_ours_is_held() {
    let desk = submitted(with_contacts(4));
    let first = desk.people().mails()[0]["id"].clone();
    let body = json!({ "id": first, "status": "already_sent", "idempotent": true });
    desk.people().post("lie", &json!({ "operation": "send", "body": body }));
    let _ = desk.run("draft --phase prepare").well();
    let said = desk.run("submit --phase prepare --now --yes --json").ends(1).json();
    assert!(number(&said, "/unknown") > 0 && number(&said, "/accepted") == 0, "{said}");
    assert!(said["unknowns"][0]["why"].as_str().unwrap().contains("took it for an earlier mail"), "{said}");
}

#[test]
fn a_test_never_goes_to_a_customer_and_a_review_shows_it_as_a_test() {
    let desk = Desk::drafted(with_contacts(4));
    let customer = desk.people().tagged("api-v1")[0].clone();
    let _ = desk.run(&format!("submit --phase announce --test-to {customer} --yes")).ends(8).says("is a customer");
    assert_eq!(desk.people().taken(), 0);
    let _ = desk.run("submit --phase announce --test-to rita@example.com --yes").well();
    let said = desk.run("review").well();
    assert!(!said.all().contains("does not know"), "{}", said.all());
    let _ = said.says("test mail");
}

#[test]
fn two_campaigns_with_one_set_of_tags_are_found_and_those_of_init_have_their_own() {
    let desk = Desk::offline();
    let _ = desk.run("init second --deadline 2027-09-01").well();
    assert!(desk.read("../second/campaign.toml").contains("notified = \"second-notified\""));
    let _ = desk.run("-c second check").well();
    let shared = desk.read("../second/campaign.toml").replace("\"second-notified\"", "\"migration-notified\"");
    desk.write("../second/campaign.toml", &shared);
    let said = desk.run("-c second check").ends(8).says("shared-tag").says("also a stage tag of campaign `api-v2`");
    let _ = said.says("second-notified");
}

#[test]
fn a_footer_that_the_server_writes_under_every_mail_is_one_finding_and_may_be_accepted() {
    let desk = submitted(with_rows(
        (0..3)
            .map(|n| json!({ "email": format!("n{n}@x.example"), "name": "N", "tags": ["api-v1", "rest"] }))
            .collect(),
    ));
    for mail in desk.people().waiting() {
        let body = format!("{}\n-- \nSent with care\n", mail["body"].as_str().unwrap());
        desk.people().tamper(&mail, &json!({ "body": body }));
    }
    let shown = desk.run("review --json").ends(8).json();
    let change = shown["apart"][0]["change"].as_str().expect("a change that all share").to_owned();
    let _ = desk.run("review").ends(8).says("in the same way").says(&format!("--accept-change {change}"));
    let _ = desk.run("review --phase announce --approve --yes --by Rita").ends(8).says("--accept-change");
    let _ = desk.run("review --phase announce --approve --accept-change 00000000 --yes --by Rita").ends(8);
    let accept = format!("review --phase announce --approve --accept-change {change} --yes --by Rita");
    let _ = desk.run(&accept).well();
    assert!(desk.people().waiting().is_empty());
}

#[test]
fn a_second_address_under_an_id_is_named() {
    let row = |email: &str| json!({ "id": "c1", "email": email, "name": "Ann", "tags": ["api-v1", "rest"] });
    let desk = Desk::at(with_rows(vec![row("ann@a.example"), row("ANN@a.example"), row("second@x.example")]));
    let told = desk.segment();
    let same: Vec<&Value> = told["odd"].as_array().unwrap().iter().filter(|odd| odd["kind"] == "same-id").collect();
    assert!(matches!(same.as_slice(), [one] if one["contact"] == "second@x.example"), "{told}");
    let _ = desk.run("segment").well().says("second@x.example");
}
