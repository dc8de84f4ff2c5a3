//! The three kinds of 429.

use mmig::sandbox::{Options, Rate};
use serde_json::json;

use crate::client::{Client, SEND, mail, start};

fn sends(client: &Client, count: usize) -> Vec<u16> {
    (0..count).map(|n| client.send(&mail(&format!("a{n}@b.example"), "Hello")).status).collect()
}

#[test]
fn above_the_rate_a_send_gets_the_seconds_to_wait() {
    let mut options = Options::default();
    options.limits.rate = Rate { per_second: Some(0.1), ..Rate::default() };
    let client = start(options);
    assert_eq!(sends(&client, 1), [202]);
    let refused = client.send(&mail("b@b.example", "Hello"));
    assert_eq!(refused.status, 429);
    assert!(refused.head.contains("\r\nretry-after: 10\r\n"), "{}", refused.head);
    assert!(!refused.text.to_lowercase().contains("quota") && refused.body.get("warmup_stage").is_none());
    assert_eq!(client.get(SEND, "/v1/account").status, 200, "only sends are limited");
    assert_eq!(client.look("requests")["limited"], json!({ "rate": 1, "warmup": 0, "quota": 0 }));
}

#[test]
fn the_time_to_wait_may_be_missing_and_the_limit_may_be_on_everything() {
    let client = start(Options::default());
    client.human("rate", &json!({ "per_second": 0.1, "retry_after": false, "everywhere": true }));
    assert_eq!(client.get(SEND, "/v1/account").status, 200);
    let refused = client.get(SEND, "/v1/account");
    assert_eq!(refused.status, 429);
    assert!(!refused.head.contains("retry-after"));
}

#[test]
fn past_the_warm_up_of_the_day_sending_goes_on_tomorrow() {
    let options = Options { start_time: "2027-01-01T08:00:00Z".parse().ok(), ..Options::default() };
    let client = start(options);
    client.human("warmup", &json!({ "per_day": 2 }));
    assert_eq!(sends(&client, 2), [202, 202]);
    let refused = client.send(&mail("b@b.example", "Hello"));
    assert_eq!(refused.status, 429);
    assert_eq!((&refused.body["daily_sent"], &refused.body["daily_limit"]), (&json!(2), &json!(2)));
    assert!(refused.body["warmup_stage"].is_string() && refused.body["hint"].is_string());
    client.human("clock", &json!({ "now": "2027-01-02T00:00:01Z" }));
    assert_eq!(client.send(&mail("b@b.example", "Hello")).status, 202);
}

#[test]
fn past_the_quota_sending_goes_on_next_month() {
    let mut options = Options { start_time: "2027-01-31T08:00:00Z".parse().ok(), ..Options::default() };
    options.limits.monthly_quota = 200;
    options.limits.sent_this_month = 199;
    let client = start(options);
    assert_eq!(sends(&client, 1), [202]);
    assert_eq!(client.get(SEND, "/v1/account").body["emails_sent_this_month"], 200);
    let refused = client.send(&mail("b@b.example", "Hello"));
    assert_eq!(refused.status, 429);
    assert!(refused.text.contains("quota") && refused.body.get("warmup_stage").is_none());
    client.human("clock", &json!({ "now": "2027-02-01T00:00:01Z" }));
    assert_eq!(client.send(&mail("b@b.example", "Hello")).status, 202);
}

#[test]
fn the_warm_up_is_reported_before_the_quota() {
    let client = start(Options::default());
    client.human("warmup", &json!({ "per_day": 0 }));
    client.human("quota", &json!({ "monthly_quota": 0 }));
    assert!(client.send(&mail("b@b.example", "Hello")).body["warmup_stage"].is_string());
}

#[test]
fn refused_mails_use_up_nothing() {
    let client = start(Options::default());
    client.human("refuse", &json!({ "phrases": ["Hello"] }));
    assert_eq!(sends(&client, 1), [400]);
    assert_eq!(client.get(SEND, "/v1/account").body["emails_sent_this_month"], 0);
}
