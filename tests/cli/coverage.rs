//! `segment` and, without key or network, `status` list the customers that the campaign does not reach as it
//! should.

use serde_json::{Value, json};

use crate::desk::{Desk, PREPARE_DAY, with_rows};
use crate::said::number;

fn row(id: &str, email: &str, tags: &[&str]) -> Value {
    json!({ "id": id, "email": email, "name": "A", "tags": tags })
}

/// One contact of each kind, and what happened to it.
fn desk() -> Desk {
    let desk = Desk::drafted(with_rows(vec![
        row("c_1", "fine@a.example", &["api-v1", "rest"]),
        row("c_2", "nowhere@a.example", &["api-v1", "soap"]),
        row("c_3", "both@a.example", &["api-v1", "rest", "webhooks"]),
        row("c_4", "shared@a.example", &["api-v1", "rest"]),
        row("c_5", "Shared@A.example", &["api-v1", "graphql"]),
        row("c_6", "not an address", &["api-v1", "rest"]),
        row("c_7", "gone@a.example", &["api-v1", "rest"]),
        row("c_8", "listed@a.example", &["api-v1", "rest"]),
        row("c_9", "else@a.example", &["rest"]),
    ]));
    let people = desk.people();
    people.post("bounce", &json!({ "to": "gone@a.example", "next": true, "type": "SoftBounce" }));
    let _ = desk.submit("announce").well();
    people.approve_all();
    people.post("unsubscribe", &json!({ "email": "listed@a.example" }));
    desk.track();
    desk
}

#[test]
fn status_says_who_is_forgotten_doubtful_doubled_or_to_be_reached_by_a_person() {
    let desk = desk().without("MULTIMAIL_API_KEY").with("MULTIMAIL_API_URL", "http://127.0.0.1:1");
    let coverage = desk.status()["coverage"].take();
    assert_eq!(coverage["no_segment"], json!(["nowhere@a.example"]));
    assert_eq!(
        coverage["several_segments"],
        json!([{ "contact": "both@a.example", "segment": "webhooks", "also": ["rest"] }])
    );
    assert_eq!(
        coverage["shared_addresses"],
        json!([{ "address": "shared@a.example", "contacts": ["c_4", "c_5"], "mailed": "c_4" }])
    );
    assert_eq!(
        coverage["unreachable"],
        json!([
            { "contact": "not an address", "why": "invalid_address" },
            { "contact": "gone@a.example", "why": "bounced" },
            { "contact": "listed@a.example", "why": "suppressed" },
        ])
    );
    let _ = desk
        .run("status")
        .well()
        .says("1 in no segment, so they get no mail: nowhere@a.example")
        .says("1 in several segments; the first one counts: both@a.example (webhooks)")
        .says("1 shared by several contacts, and mailed once: shared@a.example")
        .says("3 to be reached by a person: not an address (no valid address), gone@a.example (bounced)");
    assert_eq!(
        number(&desk.status(), "/phases/1/outcomes/excluded"),
        4,
        "no one waits for a mail that cannot reach them"
    );
    let rest = desk.run("status --segment graphql --json").well().json()["coverage"].take();
    assert_eq!((rest["unreachable"].clone(), rest["several_segments"].clone()), (json!([]), json!([])));
}

#[test]
fn segment_says_the_same_of_each_contact() {
    let told = desk().segment();
    let odd = |kind: &str| -> Vec<Value> {
        let all = told["odd"].as_array().unwrap().iter();
        all.filter(|odd| odd["kind"] == kind).map(|odd| odd["contact"].clone()).collect()
    };
    assert_eq!(odd("no-segment"), ["nowhere@a.example"]);
    assert_eq!(odd("several-segments"), ["both@a.example"]);
    assert_eq!(odd("duplicate-address"), ["Shared@A.example"]);
    assert_eq!(odd("invalid-address"), ["not an address"]);
    assert_eq!(odd("bounced"), ["gone@a.example"]);
    assert_eq!(odd("suppressed"), ["listed@a.example"]);
}

#[test]
fn a_customer_who_is_reached_again_is_no_longer_listed() {
    let desk = desk();
    desk.people().post("contact", &json!({ "id": "c_7", "set": { "email": "new@a.example" } }));
    desk.people().tag("nowhere@a.example", &["rest"]);
    desk.segment();
    let coverage = desk.status()["coverage"].take();
    assert_eq!(coverage["no_segment"], json!([]));
    assert!(!coverage["unreachable"].to_string().contains("a.example\",\"why\":\"bounced"), "{coverage}");
}

#[test]
fn of_many_the_screen_names_some_and_says_where_the_others_are() {
    let many = (0..50).map(|number| row(&format!("c_{number}"), &format!("c{number}@a.example"), &["api-v1", "soap"]));
    let desk = Desk::at(with_rows(many.chain([row("c_x", "x@a.example", &["api-v1", "rest"])]).collect()));
    desk.segment();
    let _ = desk
        .run("status")
        .well()
        .says("50 in no segment, so they get no mail, such as c0@a.example, c1@a.example, c2@a.example\n")
        .says("all of them: mmig status --json");
    assert_eq!(desk.status()["coverage"]["no_segment"].as_array().unwrap().len(), 50);
}

#[test]
fn without_the_key_to_the_suppression_list_what_it_said_last_still_holds() {
    let desk = desk().on(PREPARE_DAY).without("MULTIMAIL_ADMIN_KEY");
    let told = desk.submit("prepare").well().json();
    assert_eq!((number(&told, "/excluded/suppressed"), number(&told, "/excluded/bounced_before")), (1, 1));
    assert!(desk.people().mails_to("listed@a.example").len() == 1, "only the announcement");
}
