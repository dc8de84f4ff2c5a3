//! The human side.

use mmig::sandbox::Options;
use serde_json::json;

use crate::client::{Client, SEND, mail, start};

fn five() -> (Client, Vec<String>) {
    let client = start(Options::default());
    let sent = (0..5).map(|n| client.sent(&mail(&format!("a{n}@b.example"), "Hello"))).collect();
    (client, sent)
}

#[test]
fn mails_are_chosen_by_id_customer_or_number_oldest_first() {
    let (client, sent) = five();
    assert_eq!(client.human("approve", &json!({ "id": sent[4] }))["approved"], 1);
    assert_eq!(client.human("approve", &json!({ "to": "A3@b.example" }))["approved"], 1);
    assert_eq!(client.human("approve", &json!({ "count": 2 }))["approved"], 2);
    let waiting: Vec<bool> = sent.iter().map(|id| client.status_of(id) == "pending_send_approval").collect();
    assert_eq!(waiting, [false, false, true, false, false]);
    assert_eq!(client.human("reject", &json!({ "all": true, "reason": "no" }))["rejected"], 1);
}

#[test]
fn a_choice_that_hits_nothing_or_is_none_is_an_error() {
    let (client, sent) = five();
    let approve = |body| client.call("", "POST", "/_sandbox/approve", Some(&body)).status;
    client.human("approve", &json!({ "id": sent[0] }));
    assert_eq!(approve(json!({ "id": sent[0] })), 409);
    assert_eq!(approve(json!({ "id": "nothing" })), 404);
    assert_eq!(approve(json!({ "to": "nobody@b.example" })), 404);
    assert_eq!(approve(json!({})), 400);
    assert_eq!(approve(json!({ "all": true, "count": 1 })), 400);
    assert_eq!(approve(json!({ "everybody": true })), 400);
}

#[test]
fn a_bounce_keeps_the_delivery_and_suppresses_the_address() {
    let (client, sent) = five();
    client.human("approve", &json!({ "all": true }));
    client.human("bounce", &json!({ "to": "a1@b.example" }));
    client.human("bounce", &json!({ "to": "a2@b.example", "type": "SoftBounce" }));
    let email = client.email(&sent[1]);
    assert!(email["delivered_at"].is_string() && email["bounced_at"].is_string());
    assert_eq!(email["bounce_type"], "HardBounce");
    let list = client.get(crate::client::ADMIN, "/v1/suppression").body;
    assert_eq!(list["suppressions"].as_array().map(Vec::len), Some(1));
    assert_eq!(list["suppressions"][0]["email_address"], "a1@b.example");
}

#[test]
fn a_bounce_can_be_waiting_for_its_mail() {
    let (client, sent) = five();
    client.human("bounce", &json!({ "to": "a1@b.example", "next": true }));
    client.human("approve", &json!({ "all": true }));
    assert_eq!((client.status_of(&sent[1]), client.status_of(&sent[2])), ("bounced".into(), "delivered".into()));
}

#[test]
fn a_mail_can_fail_before_it_is_out() {
    let (client, sent) = five();
    client.human("fail", &json!({ "id": sent[0] }));
    assert_eq!(client.status_of(&sent[0]), "send_failed");
}

#[test]
fn a_waiting_mail_can_be_tampered_with() {
    let (client, sent) = five();
    client.human("tamper", &json!({ "id": sent[0], "body": "Something else" }));
    let queue = client.get(crate::client::OVERSIGHT, "/v1/oversight/pending").body;
    assert_eq!(
        (&queue["emails"][0]["body_markdown"], &queue["emails"][0]["subject"]),
        (&json!("Something else"), &json!("Hello"))
    );
    assert_eq!(queue["emails"][1]["body_markdown"], "Hello **there**");
}

#[test]
fn only_a_customer_who_was_reached_can_answer() {
    let (client, _) = five();
    let answer = json!({ "to": "a0@b.example", "body": "Done!" });
    assert_eq!(client.call("", "POST", "/_sandbox/reply", Some(&answer)).status, 404);
    client.human("approve", &json!({ "count": 1 }));
    let reply = client.human("reply", &answer);
    let mail = client.email(reply["id"].as_str().expect("an id"));
    assert_eq!((&mail["subject"], &mail["markdown"]), (&json!("Re: Hello"), &json!("Done!")));
}

#[test]
fn an_unsubscribed_customer_is_on_the_suppression_list() {
    let (client, _) = five();
    client.human("unsubscribe", &json!({ "email": "a0@b.example" }));
    let list = client.get(crate::client::ADMIN, "/v1/suppression").body;
    assert_eq!(list["suppressions"][0]["reason"], "unsubscribe");
}

#[test]
fn the_clock_can_be_set_and_moved() {
    let client = start(Options { start_time: "2027-01-01T00:00:00Z".parse().ok(), ..Options::default() });
    let now = client.human("clock", &json!({ "advance_seconds": 86_400 }))["now"].clone();
    assert!(now.as_str().is_some_and(|now| now.starts_with("2027-01-02T00:00:0")), "{now}");
    let id = client.sent(&mail("a@b.example", "Hello"));
    assert!(client.email(&id)["received_at"].as_str().is_some_and(|time| time.starts_with("2027-01-02T00:00:0")));
}

#[test]
fn the_statistics_count_by_customer_subject_and_status_and_show_doubles() {
    let (client, sent) = five();
    client.human("reject", &json!({ "id": sent[0], "reason": "wrong" }));
    client.human("clock", &json!({ "advance_seconds": 61 }));
    client.sent(&mail("a0@b.example", "Hello"));
    client.sent(&mail("a1@b.example", "Hello"));
    let stats = client.look("stats");
    assert_eq!((&stats["accepted"], &stats["by_subject"]["Hello"]), (&json!(7), &json!(7)));
    assert_eq!((&stats["by_customer"]["a1@b.example"], &stats["by_status"]["rejected"]), (&json!(2), &json!(1)));
    assert_eq!(stats["doubled"], json!(["a1@b.example"]), "what was rejected never arrived");
}

#[test]
fn requests_are_counted_by_operation_and_ending() {
    let (client, _) = five();
    client.get("wrong", "/v1/account");
    client.get(SEND, "/v1/account");
    let requests = client.look("requests");
    assert_eq!(requests["operations"]["send"], json!({ "total": 5, "endings": { "202": 5 } }));
    assert_eq!(requests["operations"]["account"]["endings"], json!({ "200": 1, "401": 1 }));
    assert_eq!(requests["total"], 7);
}

#[test]
fn the_humans_side_is_closed_to_pages_that_lie_about_their_host() {
    let client = start(Options::default());
    let from =
        |host: &str| client.raw("GET", "/_sandbox/stats", &format!("Host: {host}\r\n"), "").map(|reply| reply.status);
    assert_eq!(from("evil.example:8080"), Some(403));
    assert_eq!(from("127.0.0.1.evil.example"), Some(403));
    for host in ["localhost", "localhost:1", "127.0.0.1:1", "[::1]:1", "[::1]"] {
        assert_eq!(from(host), Some(200), "{host}");
    }
}
