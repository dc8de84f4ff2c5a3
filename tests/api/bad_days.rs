//! The connection breaks, nothing responds, or the response is not from an API.

use std::time::{Duration, Instant};

use mmig::api::{Api, ApiError, Choice, Interest};

use crate::raw::{Deed, answer, serve, whole};
use crate::sending::mail;
use crate::server::settings;

const RECEIPT: &str = r#"{"id":"e1","status":"pending_scan","thread_id":"t1"}"#;

#[tokio::test]
async fn a_server_that_is_not_there_certainly_took_nothing() {
    // Bound and dropped: nothing listens there now.
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    for choice in [Choice::Mailbox, Choice::Simple] {
        let api =
            Api::connect(settings(&format!("http://127.0.0.1:{port}"), choice)).await.expect("nothing is asked yet");
        let error = api.send(&mail()).await.expect_err("nothing is there");
        assert!(matches!(error, ApiError::Unreachable { .. }), "{error:?}");
        assert!(!error.may_have_arrived() && error.stops_everything());
    }
}

#[tokio::test]
async fn no_error_text_tells_an_address_or_a_key() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let api = Api::connect(settings(&format!("http://127.0.0.1:{port}"), Choice::Mailbox)).await.expect("not yet");
    let error = api.send(&mail()).await.expect_err("nothing is there");
    let shown = format!("{error} {error:?} {}", error.hint());
    assert!(!shown.contains("example.com") && !shown.contains("mm_live"), "{shown}");
}

#[tokio::test]
async fn a_line_that_is_cut_is_tried_again_with_the_key() {
    let server = serve(vec![Deed::CutAfterReading, Deed::CutAtOnce, whole("202 Accepted", RECEIPT)]).await;
    assert_eq!(server.api(Choice::Mailbox).await.send(&mail()).await.expect("taken").id, "e1");
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_line_that_is_cut_is_not_tried_again_without_a_key() {
    for deed in [Deed::CutAfterReading, Deed::CutAtOnce] {
        let server = serve(vec![deed]).await;
        let error = server.api(Choice::Simple).await.send(&mail()).await.expect_err("cut");
        assert!(matches!(error, ApiError::Lost { .. }) && error.may_have_arrived(), "{error:?}");
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn silence_is_a_time_out_that_may_have_arrived() {
    let server = serve(vec![Deed::Silence]).await;
    let start = Instant::now();
    let error = server.api(Choice::Simple).await.send(&mail()).await.expect_err("silence");
    assert_eq!(error, ApiError::TimedOut);
    assert!(error.may_have_arrived() && start.elapsed() < Duration::from_secs(15));
    assert_eq!(server.connections(), 1);
    let server = serve(vec![Deed::Silence, whole("202 Accepted", RECEIPT)]).await;
    server.api(Choice::Mailbox).await.send(&mail()).await.expect("taken the second time");
}

#[tokio::test]
async fn a_receipt_that_is_cut_short_is_asked_for_again_with_the_key() {
    let server = serve(vec![answer("202 Accepted", 500, r#"{"id":"e1","sta"#), whole("200 OK", RECEIPT)]).await;
    assert_eq!(server.api(Choice::Mailbox).await.send(&mail()).await.expect("taken").id, "e1");
}

#[tokio::test]
async fn a_yes_that_is_cut_short_is_a_yes_where_only_the_status_counts() {
    let server = serve(vec![answer("202 Accepted", 500, r#"{"id":"e1","sta"#)]).await;
    assert_eq!(server.api(Choice::Simple).await.send(&mail()).await.expect("taken").id, "");
    let server = serve(vec![answer("200 OK", 500, r#"{"id":"e1","sta"#)]).await;
    assert!(server.api(Choice::Simple).await.send(&mail()).await.expect_err("a stranger?").may_have_arrived());
}

#[tokio::test]
async fn a_list_that_is_cut_short_is_never_taken_for_the_whole() {
    let part = r#"{"contacts":[{"id":"1","email":"a@b.example","tags":[]}"#;
    let unfinished = Deed::Write(format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{part}"));
    for deed in [answer("200 OK", 5_000, part), unfinished] {
        let server = serve(vec![deed]).await;
        let error = server.api(Choice::Mailbox).await.contacts(&Interest::default()).await.expect_err("cut");
        assert!(matches!(error, ApiError::Garbage { .. }), "{error:?}");
        assert_eq!(server.connections(), 3);
    }
}

#[tokio::test]
async fn a_refusal_that_is_cut_short_is_a_refusal() {
    let server = serve(vec![answer("400 Bad Request", 500, "content filter")]).await;
    let error = server.api(Choice::Simple).await.send(&mail()).await.expect_err("refused");
    assert_eq!(error, ApiError::Refused { status: 400, words: "content filter".to_owned() });
}

#[tokio::test]
async fn a_reply_that_is_not_http_is_not_an_answer() {
    let server = serve(vec![Deed::Write("SSH-2.0-OpenSSH_9.6\r\n".to_owned())]).await;
    let error = server.api(Choice::Simple).await.send(&mail()).await.expect_err("no HTTP");
    assert!(error.may_have_arrived(), "{error:?}");
}

#[tokio::test]
async fn gateways_speak_plain_text_and_html() {
    let html =
        "<html><head><title>503 Service Temporarily Unavailable</title></head><body><h1>Sorry</h1></body></html>";
    let server = serve(vec![whole("503 Service Unavailable", html)]).await;
    let error = server.api(Choice::Simple).await.send(&mail()).await.expect_err("busy");
    assert!(error.to_string().contains("503 Service Temporarily Unavailable, Sorry"), "{error}");
    let server = serve(vec![whole("403 Forbidden", "error code: 1020")]).await;
    let error = server.api(Choice::Simple).await.send(&mail()).await.expect_err("blocked");
    assert_eq!(error, ApiError::Forbidden { words: "error code: 1020".to_owned() });
}

#[tokio::test]
async fn a_flood_instead_of_an_error_is_read_in_part() {
    let server = serve(vec![whole("400 Bad Request", &"x".repeat(1_000_000))]).await;
    let error = server.api(Choice::Simple).await.send(&mail()).await.expect_err("refused");
    let ApiError::Refused { words, .. } = error else { panic!("{error:?}") };
    assert_eq!(words.len(), 64 * 1024);
}

#[tokio::test]
async fn a_hotels_welcome_page_is_not_an_api() {
    let server = serve(vec![whole("200 OK", "<!doctype html><title>Welcome to the hotel</title>")]).await;
    let error = Api::connect(settings(&server.url, Choice::Auto)).await.expect_err("no API");
    assert!(error.to_string().contains("Welcome to the hotel"), "{error}");
}

#[tokio::test]
async fn a_long_list_has_time_and_silence_has_not() {
    let server = serve(vec![Deed::Silence]).await;
    let start = Instant::now();
    let error = server.api(Choice::Mailbox).await.contacts(&Interest::default()).await.expect_err("silence");
    assert_eq!((error, server.connections()), (ApiError::TimedOut, 3));
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}
