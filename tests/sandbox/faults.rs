//! Faults.

use std::time::{Duration, Instant};

use mmig::sandbox::{Faults, Options, Sandbox};
use serde_json::json;

use crate::client::{Client, Reply, SEND, mail, start};

/// One send with a certain fault: the reply, and how many mails were accepted.
fn struck(faults: Faults) -> (Option<Reply>, usize) {
    let client = start(Options { faults, ..Options::default() });
    let reply = client.maybe(SEND, "POST", &client.in_mailbox("/send"), Some(&mail("a@b.example", "Hello")));
    (reply, accepted(&client))
}

fn accepted(client: &Client) -> usize {
    client.look("mails")["mails"].as_array().expect("mails").len()
}

#[test]
fn a_cut_connection_brings_no_byte_whether_the_mail_was_taken_or_not() {
    let (reply, taken) = struck(Faults { cut_before: 1.0, ..Faults::default() });
    assert!(reply.is_none() && taken == 0);
    let (reply, taken) = struck(Faults { cut_after: 1.0, ..Faults::default() });
    assert!(reply.is_none() && taken == 1);
}

#[test]
fn an_error_may_come_before_or_after_the_mail_was_taken() {
    let (reply, taken) = struck(Faults { error_before: 1.0, ..Faults::default() });
    assert!(reply.is_some_and(|reply| reply.status >= 500) && taken == 0);
    let (reply, taken) = struck(Faults { error_after: 1.0, ..Faults::default() });
    assert!(reply.is_some_and(|reply| reply.status >= 500) && taken == 1);
}

#[test]
fn a_truncated_reply_ends_before_the_length_it_announced() {
    let (reply, taken) = struck(Faults { truncated: 1.0, ..Faults::default() });
    let reply = reply.expect("the beginning of a reply");
    assert!(reply.status == 202 && taken == 1);
    assert!(!reply.text.is_empty() && reply.text.len() < reply.length.expect("a length"));
}

#[test]
fn garbage_and_the_page_of_a_gateway_are_no_json() {
    let (reply, taken) = struck(Faults { garbage: 1.0, ..Faults::default() });
    assert!(reply.is_some_and(|reply| reply.status == 202 && reply.body.is_null()) && taken == 1);
    let (reply, taken) = struck(Faults { html: 1.0, ..Faults::default() });
    assert!(reply.is_some_and(|reply| reply.status == 502 && reply.text.contains("<html>")) && taken == 0);
}

#[test]
fn a_slow_reply_comes_late_and_the_mail_was_taken() {
    let start = Instant::now();
    let (reply, taken) = struck(Faults { slow: 1.0, slow_ms: 150, ..Faults::default() });
    assert!(reply.is_some_and(|reply| reply.status == 202) && taken == 1);
    assert!(start.elapsed() >= Duration::from_millis(150));
}

#[test]
fn latency_is_on_every_reply() {
    let client = start(Options { latency: Duration::from_millis(60), ..Options::default() });
    let start = Instant::now();
    client.get(SEND, "/v1/account");
    assert!(start.elapsed() >= Duration::from_millis(60));
}

#[test]
fn faults_affect_only_sends_unless_they_are_everywhere() {
    let client = start(Options::default());
    client.human("faults", &json!({ "cut_before": 1.0 }));
    assert!(client.maybe(SEND, "GET", "/v1/account", None).is_some());
    client.human("faults", &json!({ "cut_before": 1.0, "everywhere": true }));
    assert!(client.maybe(SEND, "GET", "/v1/account", None).is_none());
    assert!(client.look("stats").is_object(), "the human's side never fails");
    client.human("faults", &json!({}));
    assert!(client.maybe(SEND, "GET", "/v1/account", None).is_some());
}

#[test]
fn the_same_seed_gives_the_same_series_at_about_the_rate_asked_for() {
    let series = |seed| {
        let client =
            start(Options { faults: Faults { seed, error_before: 0.3, ..Faults::default() }, ..Options::default() });
        let send = |n| client.send(&mail(&format!("a{n}@b.example"), "Hello")).status != 202;
        (0..200).map(send).collect::<Vec<bool>>()
    };
    let first = series(1);
    assert_eq!(first, series(1));
    assert_ne!(first, series(2));
    let struck = first.iter().filter(|struck| **struck).count();
    assert!((35..=85).contains(&struck), "{struck} of 200");
}

#[test]
fn rates_that_cannot_be_are_refused() {
    let mut options = Options::default();
    options.limits.rate.per_second = Some(0.0);
    assert!(Sandbox::start(options).is_err());
    let faults = Faults { slow: 0.7, html: 0.7, ..Faults::default() };
    assert!(Sandbox::start(Options { faults, ..Options::default() }).is_err());
    let client = start(Options::default());
    assert_eq!(client.call("", "POST", "/_sandbox/faults", Some(&json!({ "slow": 2 }))).status, 400);
}
