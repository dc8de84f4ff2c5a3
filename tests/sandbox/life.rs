//! What happens to an accepted mail.

use std::time::Duration;

use mmig::sandbox::{Mode, Options};
use serde_json::{Value, json};

use crate::client::{Client, OVERSIGHT, SEND, mail, start, start_in};

#[test]
fn in_a_gated_mailbox_a_mail_waits_until_it_is_approved() {
    let client = start(Options::default());
    let id = client.sent(&mail("a@b.example", "Hello"));
    assert_eq!(client.status_of(&id), "pending_send_approval");
    let decided = client.decide(&id, "approve");
    assert_eq!(decided.body["status"], "approved_and_sent");
    let email = client.email(&id);
    assert!(email["approved_at"].is_string() && email["delivered_at"].is_string() && email["bounced_at"].is_null());
    assert_eq!(email["approved_by"], "key_oversight");
}

#[test]
fn a_rejected_mail_never_leaves() {
    let client = start(Options::default());
    let id = client.sent(&mail("a@b.example", "Hello"));
    let decision = json!({ "email_id": id, "action": "reject", "reason": "wrong date" });
    assert_eq!(
        client.call(OVERSIGHT, "POST", "/v1/oversight/decide", Some(&decision)).body,
        json!({ "status": "rejected" })
    );
    assert_eq!(client.status_of(&id), "rejected");
    assert_eq!(client.look("mails")["mails"][0]["rejected_because"], "wrong date");
}

#[test]
fn a_decided_mail_cannot_be_decided_again() {
    let client = start(Options::default());
    let id = client.sent(&mail("a@b.example", "Hello"));
    assert_eq!(client.decide(&id, "approve").status, 200);
    assert_eq!(client.decide(&id, "approve").status, 404);
}

#[test]
fn without_gates_a_mail_is_delivered_without_approval() {
    for mode in [Mode::Autonomous, Mode::Monitored] {
        let client = start_in(mode);
        let id = client.sent(&mail("a@b.example", "Hello"));
        let email = client.email(&id);
        assert!(email["delivered_at"].is_string() && email["approved_at"].is_null());
    }
}

#[test]
fn an_allowlist_skips_the_gate_of_gated_send_but_not_of_gated_all() {
    let client = start_in(Mode::GatedSend);
    client.human("allow", &json!({ "patterns": ["*@b.example"] }));
    let both = json!({ "to": ["a@b.example", "a@c.example"], "subject": "Two", "markdown": "x" });
    assert_eq!(client.status_of(&client.sent(&mail("a@B.example", "Hello"))), "delivered");
    assert_eq!(client.status_of(&client.sent(&both)), "pending_send_approval");
    client.human("mode", &json!({ "mode": "gated_all" }));
    assert_eq!(client.status_of(&client.sent(&mail("b@b.example", "Hello"))), "pending_send_approval");
    let list = client.get(SEND, &client.in_mailbox("/allowlist")).body;
    assert_eq!((&list["count"], &list["entries"][0]["pattern"]), (&json!(1), &json!("*@b.example")));
}

#[test]
fn a_scan_that_takes_time_is_over_when_the_clock_says_so() {
    let mut options = Options::default();
    options.life.scan = Duration::from_hours(1);
    let client = start(options);
    let id = client.sent(&mail("a@b.example", "Hello"));
    assert_eq!(client.status_of(&id), "pending_scan");
    client.human("clock", &json!({ "advance_seconds": 3601 }));
    assert_eq!(client.status_of(&id), "pending_send_approval");
}

fn scheduled(timing: &str) -> (Client, Value) {
    let options = Options { start_time: "2027-01-01T00:00:00Z".parse().ok(), ..Options::default() };
    let mail = json!({
        "to": ["a@b.example"], "subject": "Later", "markdown": "x",
        "send_at": "2027-01-30T13:00:00Z", "gate_timing": timing,
    });
    (start(options), mail)
}

#[test]
fn approved_first_a_mail_leaves_at_its_time() {
    let (client, mail) = scheduled("gate_first");
    let id = client.sent(&mail);
    assert_eq!(client.status_of(&id), "pending_send_approval");
    assert_eq!(client.decide(&id, "approve").body["status"], "approved");
    assert_eq!(client.status_of(&id), "scheduled");
    client.human("clock", &json!({ "now": "2027-01-30T13:00:01Z" }));
    let email = client.email(&id);
    assert!(email["delivered_at"].as_str().is_some_and(|time| time.starts_with("2027-01-30T13:00:0")));
}

#[test]
fn scheduled_first_a_mail_asks_at_its_time() {
    let (client, mail) = scheduled("schedule_first");
    let id = client.sent(&mail);
    assert_eq!(client.status_of(&id), "scheduled");
    client.human("clock", &json!({ "now": "2027-01-30T13:00:01Z" }));
    assert_eq!(client.status_of(&id), "pending_send_approval");
    assert_eq!(client.decide(&id, "approve").body["status"], "approved_and_sent");
}

#[test]
fn approved_after_its_time_a_mail_leaves_at_once() {
    let (client, mail) = scheduled("gate_first");
    let id = client.sent(&mail);
    client.human("clock", &json!({ "now": "2027-02-15T00:00:00Z" }));
    assert_eq!(client.decide(&id, "approve").body["status"], "approved_and_sent");
}

fn cancel(client: &Client, id: &str) -> u16 {
    client.call(SEND, "POST", &client.in_mailbox(&format!("/emails/{id}/cancel")), None).status
}

#[test]
fn an_unsent_mail_can_be_cancelled_and_repeating_it_is_harmless() {
    let client = start(Options::default());
    let id = client.sent(&mail("a@b.example", "Hello"));
    assert_eq!((cancel(&client, &id), cancel(&client, &id)), (200, 200));
    assert_eq!(client.status_of(&id), "cancelled");
    assert_eq!(client.decide(&id, "approve").status, 404);
}

#[test]
fn a_sent_or_unknown_mail_cannot_be_cancelled() {
    let client = start_in(Mode::Autonomous);
    let id = client.sent(&mail("a@b.example", "Hello"));
    assert_eq!((cancel(&client, &id), cancel(&client, "nothing")), (409, 404));
}

#[test]
fn a_withdrawn_scheduled_mail_does_not_leave_at_its_time() {
    let (client, mail) = scheduled("gate_first");
    let id = client.sent(&mail);
    client.decide(&id, "approve");
    assert_eq!(cancel(&client, &id), 200);
    client.human("clock", &json!({ "now": "2027-02-15T00:00:00Z" }));
    assert_eq!(client.status_of(&id), "cancelled");
}

#[test]
fn a_strict_server_withdraws_only_what_waits_for_approval() {
    let (first, mail) = scheduled("gate_first");
    drop(first);
    let mut options = Options { start_time: "2027-01-01T00:00:00Z".parse().ok(), ..Options::default() };
    options.life.cancel_only_pending = true;
    let client = start(options);
    let id = client.sent(&mail);
    client.decide(&id, "approve");
    assert_eq!(cancel(&client, &id), 409);
}

#[test]
fn mail_to_a_suppressed_address_is_taken_and_bounces() {
    let client = start_in(Mode::Autonomous);
    client.human("suppress", &json!({ "email": "a@b.example" }));
    let id = client.sent(&mail("A@B.example", "Hello"));
    let email = client.email(&id);
    assert!(email["bounced_at"].is_string() && email["delivered_at"].is_null());
}

#[test]
fn deliveries_can_be_held_until_released() {
    let mut options = Options::default();
    options.mailbox.mode = Mode::Autonomous;
    options.life.hold_deliveries = true;
    let client = start(options);
    let id = client.sent(&mail("a@b.example", "Hello"));
    assert_eq!(client.status_of(&id), "sent");
    assert_eq!(client.human("deliver", &json!({ "all": true }))["delivered"], 1);
    assert_eq!(client.status_of(&id), "delivered");
}

#[test]
fn too_many_bounces_switch_sending_off_where_the_policy_is_on() {
    let mut options = Options::default();
    options.mailbox.mode = Mode::Autonomous;
    options.life.suspend_on_bounces = true;
    let client = start(options);
    for n in 0..20 {
        client.sent(&mail(&format!("a{n}@b.example"), "Hello"));
    }
    client.human("bounce", &json!({ "count": 1 }));
    assert_eq!(client.send(&mail("z@b.example", "Hello")).status, 202);
    client.human("bounce", &json!({ "count": 1 }));
    assert_eq!(client.send(&mail("y@b.example", "Hello")).status, 403);
}
