//! Sending a mail, in both contracts.

use chrono::{TimeZone, Utc};
use mmig::api::{ApiError, Choice, Outgoing};
use serde_json::json;

use crate::server::{KEY, Server, assert_fields, body, header, json_reply, line, refusal};

pub const AT: &str = "/v1/mailboxes/m1/send";

pub fn mail() -> Outgoing {
    Outgoing {
        mailbox_id: "m1".to_owned(),
        from: "migrations@example.com".to_owned(),
        to: "ann@example.com".to_owned(),
        subject: "API v2 – was sich ändert".to_owned(),
        body: "Hello **Ann**,\n\nline \"two\"".to_owned(),
        key: "key-1".to_owned(),
        send_at: None,
    }
}

pub fn taken() -> wiremock::ResponseTemplate {
    json_reply(202, &json!({ "id": "e1", "status": "pending_scan", "thread_id": "t1", "message": "queued" }))
}

#[tokio::test]
async fn a_mail_of_the_published_contract_has_exactly_its_fields() {
    let server = Server::start().await;
    server.answers("POST", AT, taken()).await;
    let api = server.api(Choice::Mailbox).await;
    let receipt = api.send(&mail()).await.expect("taken");
    assert_eq!((receipt.id.as_str(), receipt.thread.as_str(), receipt.repeated), ("e1", "t1", false));
    let asked = server.asked_once().await;
    assert_eq!(line(&asked), format!("POST {AT}"));
    assert_eq!(header(&asked, "authorization"), format!("Bearer {KEY}"));
    assert_eq!(header(&asked, "content-type"), "application/json");
    let body = body(&asked);
    // components.schemas.SendRequest, without what a campaign never sends: cc, bcc, attachments.
    assert_fields(&body, &["to", "subject", "markdown"], &["idempotency_key", "send_at", "gate_timing"]);
    let expected = json!({
        "to": ["ann@example.com"], "subject": mail().subject, "markdown": mail().body, "idempotency_key": "key-1",
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_mail_for_later_is_reviewed_early_and_leaves_in_utc() {
    let server = Server::start().await;
    server.answers("POST", AT, taken()).await;
    let api = server.api(Choice::Mailbox).await;
    let send_at = Utc.with_ymd_and_hms(2027, 1, 30, 13, 0, 0).single();
    api.send(&Outgoing { send_at, ..mail() }).await.expect("taken");
    let body = body(&server.asked_once().await);
    assert_eq!((&body["send_at"], &body["gate_timing"]), (&json!("2027-01-30T13:00:00Z"), &json!("gate_first")));
    assert_fields(&body, &["to", "subject", "markdown"], &["idempotency_key", "send_at", "gate_timing"]);
}

#[tokio::test]
async fn a_mail_that_the_server_already_had_is_recognised() {
    let server = Server::start().await;
    server
        .answers("POST", AT, json_reply(200, &json!({ "id": "e1", "status": "already_sent", "idempotent": true })))
        .await;
    let receipt = server.api(Choice::Mailbox).await.send(&mail()).await.expect("it is there");
    assert_eq!((receipt.id.as_str(), receipt.repeated), ("e1", true));
}

#[tokio::test]
async fn a_mail_of_the_simple_contract_has_exactly_what_the_page_shows() {
    let server = Server::start().await;
    server.answers("POST", "/v1/send", json_reply(202, &json!({ "id": "e1" }))).await;
    server.api(Choice::Simple).await.send(&mail()).await.expect("taken");
    let asked = server.asked_once().await;
    assert_eq!(line(&asked), "POST /v1/send");
    let body = body(&asked);
    assert_fields(&body, &["from", "to", "subject", "text_body"], &[]);
    let expected = json!({
        "from": "migrations@example.com", "to": "ann@example.com", "subject": mail().subject, "text_body": mail().body,
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_server_that_cannot_hold_a_mail_is_not_asked_to() {
    let server = Server::start().await;
    let api = server.api(Choice::Simple).await;
    let error = api.send(&Outgoing { send_at: Some(Utc::now()), ..mail() }).await.expect_err("refused");
    assert!(matches!(error, ApiError::Unsupported { .. }) && !error.may_have_arrived());
    assert_eq!(server.asked().await.len(), 0);
}

#[tokio::test]
async fn refused_mails_keep_the_servers_words_whole_and_are_not_sent_again() {
    let long = format!("content filter: {}", "x".repeat(3_000));
    for choice in [Choice::Mailbox, Choice::Simple] {
        let server = Server::start().await;
        let at = if choice == Choice::Mailbox { AT } else { "/v1/send" };
        server.answers("POST", at, refusal(400, &long)).await;
        let error = server.api(choice).await.send(&mail()).await.expect_err("refused");
        assert_eq!(error, ApiError::Refused { status: 400, words: long.clone() });
        assert!(!error.may_have_arrived() && !error.stops_everything());
        assert_eq!(server.asked().await.len(), 1);
    }
}

#[tokio::test]
async fn a_refused_key_or_scope_stops_everything_at_once() {
    for status in [401, 403] {
        let server = Server::start().await;
        server.answers("POST", AT, refusal(status, "no")).await;
        let error = server.api(Choice::Mailbox).await.send(&mail()).await.expect_err("refused");
        assert!(error.stops_everything() && !error.may_have_arrived(), "{error}");
        assert_eq!(server.asked().await.len(), 1);
    }
}

#[tokio::test]
async fn a_conflict_is_to_be_looked_up() {
    let server = Server::start().await;
    server.answers("POST", AT, refusal(409, "identical content within 60 s")).await;
    let error = server.api(Choice::Mailbox).await.send(&mail()).await.expect_err("a conflict");
    assert!(matches!(error, ApiError::Conflict { .. }) && error.may_have_arrived());
}

#[tokio::test]
async fn a_failing_server_is_asked_again_with_the_same_key() {
    let server = Server::start().await;
    server.answers("POST", AT, taken()).await;
    server.answers_once("POST", AT, refusal(503, "busy")).await;
    server.answers_once("POST", AT, wiremock::ResponseTemplate::new(200).set_body_string("<html>hotel</html>")).await;
    server.api(Choice::Mailbox).await.send(&mail()).await.expect("taken at last");
    let asked = server.asked().await;
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|request| request.body == asked[0].body));
}

#[tokio::test]
async fn without_a_key_a_failing_server_is_not_asked_again() {
    let odd = wiremock::ResponseTemplate::new(200).set_body_string("<html>hotel</html>");
    for reply in [refusal(500, "oops"), refusal(503, "busy"), odd] {
        let server = Server::start().await;
        server.answers("POST", "/v1/send", reply).await;
        let error = server.api(Choice::Simple).await.send(&mail()).await.expect_err("failed");
        assert!(error.may_have_arrived(), "{error}");
        assert_eq!(server.asked().await.len(), 1);
    }
}

#[tokio::test]
async fn patience_ends() {
    let server = Server::start().await;
    server.answers("POST", AT, refusal(500, "oops")).await;
    let error = server.api(Choice::Mailbox).await.send(&mail()).await.expect_err("failed");
    assert!(matches!(&error, ApiError::Server { status: 500, words, .. } if words == "oops"), "{error:?}");
    assert_eq!(server.asked().await.len(), 3);
}

#[tokio::test]
async fn a_repetition_that_is_refused_does_not_hide_that_the_first_may_have_arrived() {
    let server = Server::start().await;
    server.answers("POST", AT, refusal(403, "the mailbox is read_only")).await;
    server.answers_once("POST", AT, refusal(500, "oops")).await;
    let error = server.api(Choice::Mailbox).await.send(&mail()).await.expect_err("failed");
    assert!(error.may_have_arrived() && error.stops_everything(), "{error}");
    assert!(error.to_string().contains("oops") && error.to_string().contains("read_only"), "{error}");
}

#[tokio::test]
async fn an_id_from_outside_cannot_change_the_request() {
    let server = Server::start().await;
    let api = server.api(Choice::Mailbox).await;
    for id in ["", ".", ".."] {
        api.send(&Outgoing { mailbox_id: id.to_owned(), ..mail() }).await.expect_err("no mailbox");
    }
    assert_eq!(server.asked().await.len(), 0);
    api.send(&Outgoing { mailbox_id: "../x?y=1#z".to_owned(), ..mail() }).await.expect_err("no mailbox");
    assert_eq!(line(&server.asked_once().await), "POST /v1/mailboxes/..%2Fx%3Fy%3D1%23z/send");
}
