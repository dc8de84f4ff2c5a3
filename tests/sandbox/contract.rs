//! Keys, scopes, paths: the checks before every operation.

use mmig::sandbox::{Contract, Options};
use serde_json::json;

use crate::client::{ADMIN, OVERSIGHT, SEND, mail, start};

#[test]
fn no_key_and_an_unknown_key_are_401() {
    let client = start(Options::default());
    for key in ["", "mm_live_somebody"] {
        assert_eq!(client.get(key, "/v1/account").status, 401);
    }
    assert_eq!(client.get("", "/health").body, json!({ "status": "ok" }));
}

#[test]
fn every_key_reads_and_only_its_own_key_does_the_rest() {
    let client = start(Options::default());
    let hello = mail("a@b.example", "Hello");
    let decision = json!({ "email_id": "x", "action": "approve" });
    for key in [SEND, OVERSIGHT, ADMIN] {
        let refused = |method, path: &str, body| client.call(key, method, path, body).status == 403;
        assert!(!refused("GET", "/v1/contacts", None));
        assert_eq!(refused("POST", &client.in_mailbox("/send"), Some(&hello)), key != SEND);
        assert_eq!(refused("GET", "/v1/oversight/pending", None), key != OVERSIGHT);
        assert_eq!(refused("POST", "/v1/oversight/decide", Some(&decision)), key != OVERSIGHT);
        assert_eq!(refused("GET", "/v1/suppression", None), key != ADMIN);
    }
}

#[test]
fn each_contract_answers_404_on_the_paths_of_the_other() {
    let simple = start(Options { contract: Contract::Simple, ..Options::default() });
    let refused = simple.get(SEND, "/v1/mailboxes");
    assert_eq!((refused.status, refused.body), (404, json!({ "error": "not found" })));
    assert_eq!(simple.get(SEND, "/v1/contacts/search?tags=api-v1").status, 200);
    let mailbox = start(Options { contract: Contract::Mailbox, ..Options::default() });
    assert_eq!(mailbox.get(SEND, "/v1/mailboxes").status, 200);
    assert_eq!(mailbox.get(SEND, "/v1/contacts/search?tags=api-v1").status, 404);
    assert!(simple.violations().is_empty() && mailbox.violations().is_empty(), "asking is allowed");
}

#[test]
fn invented_paths_methods_and_parameters_are_written_down() {
    let client = start(Options::default());
    assert_eq!(client.get(SEND, "/v1/campaigns").status, 404);
    assert_eq!(client.call(SEND, "PUT", "/v1/contacts", Some(&json!({}))).status, 405);
    assert_eq!(client.get(SEND, "/v1/contacts?tags=api-v1").status, 200, "other clients send more than is published");
    assert_eq!(client.violations().len(), 3, "{:?}", client.violations());
}

#[test]
fn a_body_where_none_belongs_and_a_body_that_is_not_declared_as_json_are_refused() {
    let client = start(Options::default());
    let id = client.sent(&mail("a@b.example", "Hello"));
    let cancel = client.in_mailbox(&format!("/emails/{id}/cancel"));
    assert_eq!(client.call(SEND, "POST", &cancel, Some(&json!({}))).status, 400);
    assert_eq!(client.call(SEND, "GET", "/v1/contacts", Some(&json!({}))).status, 400);
    let key = format!("Host: localhost\r\nAuthorization: Bearer {SEND}\r\n");
    let undeclared = client.raw("POST", &client.in_mailbox("/send"), &key, "{}").expect("a reply");
    assert!(undeclared.status == 400 && undeclared.text.contains("content-type"));
}

#[test]
fn a_key_can_make_oversight_stricter_but_not_looser() {
    let client = start(Options::default());
    let path = client.in_mailbox("");
    let change = |mode: &str| client.call(ADMIN, "PATCH", &path, Some(&json!({ "oversight_mode": mode }))).status;
    assert_eq!((change("autonomous"), change("read_only"), change("gated_all")), (400, 200, 400));
    assert_eq!(client.get(ADMIN, "/v1/audit-log").body["entries"][0]["action"], "mailbox.oversight_changed");
}

#[test]
fn the_sending_mailbox_is_found_by_its_address_not_by_its_place() {
    let client = start(Options::default());
    let list = client.get(SEND, "/v1/mailboxes").body;
    assert_ne!(list["mailboxes"][0]["address"], "migrations@example.com");
    let found = list["mailboxes"].as_array().expect("a list").iter().find(|mailbox| mailbox["id"] == *client.mailbox);
    assert_eq!(found.map(|mailbox| &mailbox["address"]), Some(&json!("migrations@example.com")));
    assert_eq!(client.call(SEND, "POST", "/v1/mailboxes/none/send", Some(&mail("a@b.example", "x"))).status, 404);
}

#[test]
fn the_exports_are_what_a_client_needs() {
    let both = start(Options::default()).sandbox.exports();
    let names = ["API_URL", "API_KEY", "OVERSIGHT_KEY", "ADMIN_KEY", "MAILBOX_ID"];
    for (line, name) in both.lines().zip(names) {
        assert!(line.starts_with(&format!("export MULTIMAIL_{name}=")), "{line}");
    }
    let simple = start(Options { contract: Contract::Simple, ..Options::default() }).sandbox.exports();
    assert_eq!(simple.lines().count(), 2);
}

#[test]
fn a_stopped_sandbox_frees_its_port() {
    let client = start(Options::default());
    let port = client.sandbox.addr().port();
    client.sandbox.stop();
    start(Options { port, ..Options::default() });
}
