//! Connecting to a server: its address, its contract, the key.

use mmig::api::{Api, ApiError, Choice, Contract};
use secrecy::SecretString;
use serde_json::json;

use crate::server::{ADMIN, KEY, OVERSIGHT, Server, header, json_reply, line, refusal, settings};

fn mailboxes() -> wiremock::ResponseTemplate {
    json_reply(200, &json!({ "mailboxes": [{ "id": "m1", "address": "a@b.example", "oversight_mode": "gated_all" }] }))
}

#[tokio::test]
async fn a_list_of_mailboxes_means_the_published_contract() {
    let server = Server::start().await;
    server.answers("GET", "/v1/mailboxes", mailboxes()).await;
    let api = server.api(Choice::Auto).await;
    assert_eq!(api.contract(), Contract::Mailbox);
    assert!(api.capabilities().keeps_keys && api.capabilities().markdown && !api.capabilities().adds_tags);
    let asked = server.asked_once().await;
    assert_eq!(line(&asked), "GET /v1/mailboxes");
    assert_eq!(header(&asked, "authorization"), format!("Bearer {KEY}"));
    assert_eq!(header(&asked, "user-agent"), concat!("mmig/", env!("CARGO_PKG_VERSION")));
    assert_eq!(header(&asked, "accept"), "application/json");
}

#[tokio::test]
async fn a_missing_path_means_the_simple_contract() {
    let server = Server::start().await;
    let api = server.api(Choice::Auto).await;
    assert_eq!(api.contract(), Contract::Simple);
    assert!(!api.capabilities().keeps_keys && api.capabilities().adds_tags && !api.may_read_suppression());
}

#[tokio::test]
async fn a_chosen_contract_is_not_asked_for() {
    let server = Server::start().await;
    server.api(Choice::Mailbox).await;
    server.api(Choice::Simple).await;
    assert_eq!(server.asked().await.len(), 0);
}

#[tokio::test]
async fn a_key_that_is_refused_says_so_and_guesses_no_contract() {
    let server = Server::start().await;
    server.answers("GET", "/v1/mailboxes", refusal(401, &format!("unknown key {KEY}"))).await;
    let error = Api::connect(settings(&server.mock.uri(), Choice::Auto)).await.expect_err("refused");
    assert_eq!(error, ApiError::KeyRefused { words: "unknown key [key]".to_owned() });
    assert_eq!(server.asked().await.len(), 1);
}

#[tokio::test]
async fn the_version_in_the_address_changes_nothing() {
    for suffix in ["", "/", "/v1", "/v1/"] {
        let server = Server::start().await;
        server.answers("GET", "/v1/mailboxes", mailboxes()).await;
        let url = format!("{}{suffix}", server.mock.uri());
        let api = Api::connect(settings(&url, Choice::Auto)).await.expect("it opens");
        assert_eq!(api.contract(), Contract::Mailbox, "{suffix}");
    }
}

#[tokio::test]
async fn redirects_are_reported_and_not_followed() {
    let server = Server::start().await;
    let elsewhere = wiremock::ResponseTemplate::new(301).insert_header("location", "https://elsewhere.example/v1");
    server.answers("GET", "/v1/mailboxes", elsewhere).await;
    let error = Api::connect(settings(&server.mock.uri(), Choice::Auto)).await.expect_err("a redirect");
    assert!(error.to_string().contains("elsewhere.example"), "{error}");
}

#[tokio::test]
async fn no_key_is_ever_shown() {
    let server = Server::start().await;
    let settings = settings(&server.mock.uri(), Choice::Mailbox);
    let shown = format!("{settings:?} {:?}", Api::connect(settings.clone()).await.expect("it opens"));
    for key in [KEY, OVERSIGHT, ADMIN] {
        assert!(!shown.contains(key), "{shown}");
    }
}

#[tokio::test]
async fn a_key_that_no_header_can_carry_is_refused_before_anything_is_asked() {
    let server = Server::start().await;
    let key = SecretString::from("mm_live_\u{7}secret");
    let settings = mmig::api::Settings { key, ..settings(&server.mock.uri(), Choice::Auto) };
    let error = Api::connect(settings).await.expect_err("refused");
    assert!(matches!(error, ApiError::KeyRefused { .. }) && !error.to_string().contains("secret"), "{error}");
    assert_eq!(server.asked().await.len(), 0);
}

#[tokio::test]
async fn the_servers_clock_is_known_once_it_answered() {
    let server = Server::start().await;
    let date = "Sat, 30 Jan 2027 13:00:00 GMT";
    server.answers("GET", "/v1/mailboxes", mailboxes().insert_header("date", date)).await;
    let api = server.api(Choice::Mailbox).await;
    assert_eq!(api.server_time(), None);
    api.mailboxes().await.expect("mailboxes");
    assert_eq!(api.server_time().expect("a time").to_rfc3339(), "2027-01-30T13:00:00+00:00");
}
