//! The three kinds of 429.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use mmig::api::{Api, ApiError, Choice, Direction, Patience, Settings};
use serde_json::json;

use crate::sending::{AT, mail, taken};
use crate::server::{Server, json_reply, refusal, settings};

/// Tests run beside others on a busy machine.
const SLACK: Duration = Duration::from_secs(20);

#[tokio::test]
async fn warm_up_and_quota_stop_at_once_in_both_contracts() {
    for (choice, at) in [(Choice::Mailbox, AT), (Choice::Simple, "/v1/send")] {
        let server = Server::start().await;
        let warm_up = json!({
            "error": "quota of the day", "warmup_stage": "stage_1", "daily_sent": 50, "daily_limit": 50, "hint": "it grows",
        });
        server.answers("POST", at, refusal(429, "Monthly email quota exceeded")).await;
        server.answers_once("POST", at, json_reply(429, &warm_up).insert_header("retry-after", "1")).await;
        let api = server.api(choice).await;
        let first = api.send(&mail()).await.expect_err("warm-up");
        assert!(matches!(&first, ApiError::WarmUp { sent: Some(50), limit: Some(50), .. }), "{first:?}");
        assert!(first.hint().contains("it grows"));
        let second = api.send(&mail()).await.expect_err("quota");
        assert!(matches!(&second, ApiError::Quota { .. }), "{second:?}");
        assert!(first.stops_everything() && second.stops_everything());
        assert!(!first.may_have_arrived() && !second.may_have_arrived());
        assert_eq!(server.asked().await.len(), 2);
    }
}

#[tokio::test]
async fn a_rate_limit_pauses_everything_and_costs_no_attempt() {
    for (choice, at) in [(Choice::Mailbox, AT), (Choice::Simple, "/v1/send")] {
        let server = Server::start().await;
        server.answers("POST", at, taken()).await;
        for _ in 0..3 {
            server.answers_once("POST", at, refusal(429, "slow down").insert_header("retry-after", "0.2")).await;
        }
        let settings = Settings {
            patience: Patience { attempts: 1, ..Patience::default() },
            ..settings(&server.mock.uri(), choice)
        };
        let api = Api::connect(settings).await.expect("it opens");
        let start = Instant::now();
        api.send(&mail()).await.expect("taken at last");
        assert!((Duration::from_millis(600)..SLACK).contains(&start.elapsed()), "{:?}", start.elapsed());
        assert_eq!(server.asked().await.len(), 4);
    }
}

#[tokio::test]
async fn after_a_pause_one_request_goes_ahead_of_all_others() {
    let server = Server::start().await;
    server.answers("POST", AT, taken()).await;
    let limited = refusal(429, "slow down").insert_header("retry-after", "1");
    for _ in 0..5 {
        server.answers_once("POST", AT, limited.clone()).await;
    }
    let api = server.api(Choice::Mailbox).await;
    let mail = mail();
    // Five in flight are rejected together; one of the five then waiting goes first.
    let sent = join_all((0..5).map(|_| api.send(&mail))).await;
    assert!(sent.iter().all(Result::is_ok), "{sent:?}");
    assert_eq!(server.asked().await.len(), 10);
}

#[tokio::test]
async fn a_pause_longer_than_our_patience_is_an_error_for_all() {
    let server = Server::start().await;
    server.answers("POST", AT, refusal(429, "come back in an hour").insert_header("retry-after", "3600")).await;
    let api = server.api(Choice::Mailbox).await;
    let start = Instant::now();
    let error = api.send(&mail()).await.expect_err("too long");
    assert!(error.stops_everything() && !error.may_have_arrived());
    let ApiError::RateLimited { retry_after: Some(wait), words } = error else { panic!("{error:?}") };
    assert!(wait > Duration::from_mins(59) && words == "come back in an hour");
    api.mails("m1", Direction::Outbound, None).await.expect_err("everybody waits");
    assert!(start.elapsed() < SLACK);
    assert_eq!(server.asked().await.len(), 1);
}

#[tokio::test]
async fn reads_wait_for_a_rate_limit_too() {
    let server = Server::start().await;
    server.answers("GET", "/v1/contacts", json_reply(200, &json!({ "contacts": [] }))).await;
    let limited =
        wiremock::ResponseTemplate::new(429).set_body_string("error code: 1015").insert_header("retry-after", "1");
    server.answers_once("GET", "/v1/contacts", limited).await;
    let start = Instant::now();
    server.api(Choice::Mailbox).await.contacts(&mmig::api::Interest::default()).await.expect("found");
    assert!((Duration::from_secs(1)..SLACK).contains(&start.elapsed()), "{:?}", start.elapsed());
}

#[tokio::test]
async fn our_own_limit_spaces_the_sends() {
    let server = Server::start().await;
    server.answers("POST", AT, taken()).await;
    let settings = Settings { per_second: 20.0, ..settings(&server.mock.uri(), Choice::Mailbox) };
    let api = Api::connect(settings).await.expect("it opens");
    let start = Instant::now();
    let mail = mail();
    join_all((0..9).map(|_| api.send(&mail))).await;
    assert!((Duration::from_millis(380)..SLACK).contains(&start.elapsed()), "{:?}", start.elapsed());
}
