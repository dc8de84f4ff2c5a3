//! The contract `simple`.

use mmig::sandbox::{Contacts, Contract, Extra, Options};
use serde_json::{Value, json};

use crate::client::{Client, SEND, start};

fn options() -> Options {
    let rows = vec![json!({ "id": "1", "name": "Ada", "email": "ada@b.example", "tags": ["api-v1"] })];
    Options { contract: Contract::Simple, contacts: Contacts::Rows(rows), ..Options::default() }
}

fn mail() -> Value {
    json!({ "from": "migrations@example.com", "to": "ada@b.example", "subject": "Hello", "text_body": "One\nTwo" })
}

fn with(field: &str, value: &str) -> Value {
    let mut mail = mail();
    mail[field] = value.into();
    mail
}

fn send(client: &Client, mail: &Value) -> u16 {
    client.call(SEND, "POST", "/v1/send", Some(mail)).status
}

#[test]
fn a_mail_is_taken_and_the_mode_of_its_mailbox_applies() {
    let client = start(options());
    assert_eq!(send(&client, &mail()), 202);
    let mails = client.look("mails");
    assert_eq!((&mails["mails"][0]["contract"], &mails["mails"][0]["body"]), (&json!("simple"), &json!("One\nTwo")));
    assert_eq!(mails["mails"][0]["status"], "pending_send_approval");
}

#[test]
fn nothing_keeps_a_client_from_mailing_twice_and_the_record_tells() {
    let client = start(options());
    assert_eq!((send(&client, &mail()), send(&client, &mail())), (202, 202));
    assert_eq!(client.look("stats")["doubled"], json!(["ada@b.example"]));
}

#[test]
fn the_body_is_closed_and_takes_one_bare_address() {
    let client = start(options());
    let mut several = mail();
    several["to"] = json!(["ada@b.example"]);
    assert_eq!(send(&client, &several), 400);
    assert_eq!(send(&client, &with("markdown", "x")), 400);
    assert_eq!(client.violations().len(), 2);
    assert_eq!(send(&client, &with("from", "stranger@example.com")), 400);
}

#[test]
fn a_key_is_ignored_refused_or_honoured_as_set() {
    let twice = |keys| {
        let mut options = options();
        options.simple.keys = keys;
        let client = start(options);
        let mail = with("idempotency_key", "k1");
        (send(&client, &mail), send(&client, &mail))
    };
    assert_eq!(twice(Extra::Ignored), (202, 202));
    assert_eq!(twice(Extra::Refused), (400, 400));
    assert_eq!(twice(Extra::Honoured), (202, 200));
}

#[test]
fn a_send_time_is_ignored_unless_it_is_honoured() {
    for (extra, kept) in [(Extra::Ignored, Value::Null), (Extra::Honoured, json!("2099-01-01T00:00:00Z"))] {
        let mut options = options();
        options.simple.send_at = extra;
        let client = start(options);
        send(&client, &with("send_at", "2099-01-01T00:00:00Z"));
        assert_eq!(client.look("mails")["mails"][0]["send_at"], kept);
    }
}

#[test]
fn replies_may_be_bare_and_searches_without_tags() {
    let mut options = options();
    options.simple.bare_replies = true;
    options.simple.tags_in_search = false;
    let client = start(options);
    let reply = client.call(SEND, "POST", "/v1/send", Some(&mail()));
    assert_eq!((reply.status, reply.body), (200, json!({})));
    let found = client.get(SEND, "/v1/contacts/search?tags=api-v1").body;
    assert_eq!(found["contacts"], json!([{ "id": "1", "name": "Ada", "email": "ada@b.example" }]));
}

#[test]
fn tags_are_added_to_those_that_are_there() {
    let client = start(options());
    let tag = |id: &str, body: Value| client.call(SEND, "POST", &format!("/v1/contacts/{id}/tags"), Some(&body)).status;
    assert_eq!(tag("1", json!({ "tags": ["migration-notified", "api-v1"] })), 200);
    assert_eq!(tag("2", json!({ "tags": ["x"] })), 404);
    assert_eq!(tag("1", json!({ "tags": [] })), 400);
    assert_eq!(client.look("contacts")["contacts"][0]["tags"], json!(["api-v1", "migration-notified"]));
    let found = client.get(SEND, "/v1/contacts/search?tags=api-v1,-migration-notified").body;
    assert_eq!(found["contacts"], json!([]));
}

#[test]
fn a_search_needs_tags() {
    let client = start(options());
    assert_eq!(client.get(SEND, "/v1/contacts/search").status, 400);
    assert_eq!(client.get(SEND, "/v1/contacts/search?tags=").status, 400);
}
