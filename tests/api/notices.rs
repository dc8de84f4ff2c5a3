//! Notices about the communication with the server: every request, retry and wait, without keys and
//! addresses.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mmig::api::{Api, ApiError, Choice, Listener, Notice, Proxy, Settings};
use serde_json::json;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::server::{json_reply, refusal, settings};

/// Settings that keep all notices.
fn heard(url: &str) -> (Settings, Arc<Mutex<Vec<Notice>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::clone(&heard);
    let listener = Listener::new(move |notice| ears.lock().expect("not poisoned").push(notice));
    (Settings { listener, ..settings(url, Choice::Mailbox) }, heard)
}

#[tokio::test]
async fn each_attempt_and_each_wait_is_heard() {
    let server = MockServer::start().await;
    let failing = refusal(503, "ada@example.com is in the way");
    Mock::given(method("GET")).respond_with(failing).up_to_n_times(1).mount(&server).await;
    let busy = refusal(429, "slow down").insert_header("retry-after", "0");
    Mock::given(method("GET")).respond_with(busy).up_to_n_times(1).mount(&server).await;
    Mock::given(method("GET")).respond_with(json_reply(200, &json!({ "mailboxes": [] }))).mount(&server).await;
    let (settings, heard) = heard(&server.uri());
    let _ = Api::connect(settings).await.expect("not yet").mailboxes().await.expect("the third time");
    let heard = heard.lock().expect("not poisoned");
    let kinds = heard.iter().map(|notice| match notice {
        Notice::Replied { status, .. } => format!("{status}"),
        Notice::Retry { attempt, .. } => format!("attempt {attempt}"),
        Notice::RateLimited { .. } => "limited".to_owned(),
        Notice::Slow { .. } => "slow".to_owned(),
    });
    assert_eq!(kinds.collect::<Vec<_>>(), ["503", "attempt 2", "429", "limited", "200"]);
    let words: String = heard.iter().map(|notice| format!("{notice}\n{notice:?}\n")).collect();
    assert!(words.contains("GET /mailboxes") || words.contains("GET /v1/mailboxes"), "{words}");
    assert!(!words.contains("ada@") && !words.contains("mm_live"), "{words}");
}

#[tokio::test]
async fn a_slow_answer_is_said_once() {
    let server = MockServer::start().await;
    let late =
        ResponseTemplate::new(200).set_body_json(json!({ "mailboxes": [] })).set_delay(Duration::from_millis(60));
    Mock::given(method("GET")).respond_with(late).mount(&server).await;
    let (settings, heard) = heard(&server.uri());
    let api = Api::connect(Settings { slow: Duration::from_millis(10), ..settings }).await.expect("not yet");
    for _ in 0..2 {
        let _ = api.mailboxes().await.expect("late");
    }
    let slow =
        heard.lock().expect("not poisoned").iter().filter(|notice| matches!(notice, Notice::Slow { .. })).count();
    assert_eq!(slow, 1);
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_named_with_the_proxy_on_the_way() {
    let proxy = Some(Proxy { variable: "HTTPS_PROXY", host: "127.0.0.1:9".to_owned() });
    let unreachable =
        |proxy| ApiError::Unreachable { server: "https://mail.example".into(), why: "refused".into(), proxy };
    let (direct, through) = (unreachable(None), unreachable(proxy));
    assert_eq!(direct.to_string(), "https://mail.example cannot be reached: refused");
    assert_eq!(
        through.to_string(),
        "https://mail.example cannot be reached through the proxy 127.0.0.1:9 (HTTPS_PROXY): refused"
    );
    assert!(through.hint().contains("HTTPS_PROXY") && !direct.hint().contains("PROXY"));
}
