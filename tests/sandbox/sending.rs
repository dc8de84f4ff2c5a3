//! Submitting a mail.

use mmig::sandbox::{Mode, Options};
use serde_json::{Value, json};

use crate::client::{Client, SEND, mail, start, start_in};

#[test]
fn a_mail_is_taken_with_202_and_waits_for_its_scan() {
    let client = start(Options::default());
    let reply = client.send(&mail("a@b.example", "Hello"));
    assert_eq!(reply.status, 202);
    assert_eq!(reply.body["status"], "pending_scan");
    assert!(reply.body["thread_id"].is_string());
}

fn with_key(subject: &str, key: &str) -> Value {
    let mut mail = mail("a@b.example", subject);
    mail["idempotency_key"] = key.into();
    mail
}

#[test]
fn the_same_key_gives_the_same_mail_and_queues_nothing() {
    let client = start(Options::default());
    let id = client.sent(&with_key("Hello", "k1"));
    let again = client.send(&with_key("Hello", "k1"));
    assert_eq!(again.status, 200);
    assert_eq!(again.body, json!({ "id": id, "status": "already_sent", "idempotent": true }));
    let mails = client.look("mails");
    assert_eq!(mails["mails"].as_array().map(Vec::len), Some(1));
    assert_eq!(mails["mails"][0]["submissions"], 2);
}

#[test]
fn a_key_is_forgotten_after_24_hours() {
    let client = start(Options::default());
    client.sent(&with_key("Hello", "k1"));
    client.human("clock", &json!({ "advance_seconds": 23 * 3600 }));
    assert_eq!(client.send(&with_key("Hello", "k1")).status, 200);
    client.human("clock", &json!({ "advance_seconds": 2 * 3600 }));
    assert_eq!(client.send(&with_key("Hello", "k1")).status, 202);
}

#[test]
fn a_known_key_is_answered_even_when_nothing_can_be_sent_any_more() {
    let client = start(Options::default());
    client.sent(&with_key("Hello", "k1"));
    client.human("quota", &json!({ "monthly_quota": 0 }));
    client.human("mode", &json!({ "mode": "read_only" }));
    assert_eq!(client.send(&with_key("Hello", "k1")).status, 200);
    assert_eq!(client.send(&with_key("Hello", "k2")).status, 403);
}

#[test]
fn the_same_content_to_the_same_address_is_refused_for_a_minute() {
    let client = start(Options::default());
    client.sent(&mail("a@b.example", "Hello"));
    assert_eq!(client.send(&mail("A@b.example", "Hello")).status, 409);
    assert_eq!(client.send(&with_key("Hello", "another")).status, 409);
    assert_eq!(client.send(&mail("c@b.example", "Hello")).status, 202);
    client.human("clock", &json!({ "advance_seconds": 61 }));
    assert_eq!(client.send(&mail("a@b.example", "Hello")).status, 202);
    assert_eq!(client.look("stats")["refused_repeats"], 2);
}

#[test]
fn a_read_only_mailbox_refuses_to_send() {
    let client = start_in(Mode::ReadOnly);
    assert_eq!(client.send(&mail("a@b.example", "Hello")).status, 403);
}

#[test]
fn a_disabled_account_refuses_to_send_and_says_why() {
    let client = start(Options::default());
    client.human("disable", &json!({ "reason": "too many complaints" }));
    let refused = client.send(&mail("a@b.example", "Hello"));
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("too many complaints"));
    let account = client.get(SEND, "/v1/account").body;
    assert_eq!(account["sending_disabled_reason"], "too many complaints");
    client.human("disable", &json!({ "reason": null }));
    assert_eq!(client.send(&mail("a@b.example", "Hello")).status, 202);
}

#[test]
fn the_content_filter_refuses_configured_content_with_a_long_message() {
    let client = start(Options::default());
    client.human("refuse", &json!({ "phrases": ["bad@b.example", "forbidden words"] }));
    let refused = client.send(&mail("bad@b.example", "Hello"));
    assert_eq!(refused.status, 400);
    assert!(refused.text.len() > 200);
    assert_eq!(client.send(&mail("a@b.example", "forbidden words")).status, 400);
    assert_eq!(client.send(&mail("a@b.example", "Hello")).status, 202);
    assert!(client.violations().is_empty(), "the client could not know");
}

fn refused(client: &Client, mail: &Value, names: &str) {
    let reply = client.send(mail);
    assert_eq!(reply.status, 400, "{mail}");
    assert!(reply.text.contains(names), "{} should name {names}", reply.text);
}

#[test]
fn bodies_are_closed_and_the_refusal_names_the_field() {
    let client = start(Options::default());
    let with = |field: &str, value: Value| {
        let mut mail = mail("a@b.example", "Hello");
        mail[field] = value;
        mail
    };
    refused(&client, &with("from", json!("a@b.example")), "from");
    refused(&client, &with("tags", json!([])), "tags");
    refused(&client, &with("to", json!("a@b.example")), "string");
    refused(&client, &with("to", json!([])), "to");
    refused(&client, &with("to", json!(vec!["a@b.example"; 51])), "to");
    refused(&client, &with("to", json!(["not an address"])), "to");
    refused(&client, &with("subject", json!("x".repeat(999))), "subject");
    refused(&client, &with("subject", json!("two\nlines")), "subject");
    refused(&client, &with("markdown", json!("x".repeat(262_145))), "markdown");
    refused(&client, &with("idempotency_key", Value::Null), "null");
    refused(&client, &with("send_at", json!("2027-01-30T13:00:00+01:00")), "send_at");
    refused(&client, &with("gate_timing", json!("later")), "later");
    refused(&client, &json!({ "to": ["a@b.example"], "subject": "Hello" }), "markdown");
    assert_eq!(client.violations().len(), 13);
    assert_eq!(client.look("mails")["mails"], json!([]));
}

#[test]
fn the_largest_mail_the_contract_allows_is_taken() {
    let client = start(Options::default());
    let body = "ä".repeat(262_144);
    let mail = json!({ "to": ["a@b.example"], "subject": "ü".repeat(998), "markdown": body });
    assert_eq!(client.send(&mail).status, 202);
}
