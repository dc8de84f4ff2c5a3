//! The server's mails: lists, one mail, cancelling, e-mail tags.

use std::collections::BTreeMap;

use mmig::api::{Api, ApiError, Cancel, Choice, Direction, MailView};
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, ResponseTemplate};

use crate::server::{Server, assert_fields, body, json_reply, line, refusal};

const LIST: &str = "/v1/mailboxes/m1/emails";

fn page(ids: &[&str], cursor: &Value) -> ResponseTemplate {
    let mails: Vec<Value> =
        ids.iter().map(|id| json!({ "id": id, "to": ["a@b.example"], "status": "sent?" })).collect();
    json_reply(200, &json!({ "emails": mails, "cursor": cursor }))
}

async fn list(server: &Server, cursor: Option<&str>, reply: ResponseTemplate) {
    let mock = Mock::given(method("GET")).and(path(LIST));
    match cursor {
        Some(cursor) => mock.and(query_param("cursor", cursor)).respond_with(reply).mount(&server.mock).await,
        None => mock.and(query_param_is_missing("cursor")).respond_with(reply).mount(&server.mock).await,
    }
}

async fn all(api: &Api, until: Option<&str>) -> (Vec<String>, bool) {
    let keep_on = |mail: &MailView| Some(mail.id.as_str()) != until;
    let listing = api.all_mails("m1", Direction::Outbound, keep_on).await.expect("a list");
    (listing.mails.into_iter().map(|mail| mail.id).collect(), listing.complete)
}

#[tokio::test]
async fn a_list_is_read_to_its_end_and_each_mail_is_given_once() {
    let server = Server::start().await;
    list(&server, None, page(&["1", "2"], &json!("a"))).await;
    list(&server, Some("a"), page(&["2", "3"], &json!("b"))).await;
    list(&server, Some("b"), page(&["4"], &json!(null))).await;
    let api = server.api(Choice::Mailbox).await;
    assert_eq!(all(&api, None).await, (["1", "2", "3", "4"].map(str::to_owned).to_vec(), true));
    let asked: Vec<String> = server.asked().await.iter().map(line).collect();
    let expected =
        ["", "&cursor=a", "&cursor=b"].map(|cursor| format!("GET {LIST}?direction=outbound&limit=100{cursor}"));
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn reading_ends_after_the_page_that_was_enough() {
    let server = Server::start().await;
    list(&server, None, page(&["1", "2", "3"], &json!("a"))).await;
    let api = server.api(Choice::Mailbox).await;
    assert_eq!(all(&api, Some("2")).await, (["1", "2", "3"].map(str::to_owned).to_vec(), false));
    assert_eq!(server.asked().await.len(), 1);
}

#[tokio::test]
async fn enough_on_the_last_page_is_the_whole_list() {
    let server = Server::start().await;
    list(&server, None, page(&["1"], &json!(null))).await;
    assert_eq!(all(&server.api(Choice::Mailbox).await, Some("1")).await, (vec!["1".to_owned()], true));
}

#[tokio::test]
async fn a_list_that_goes_in_circles_ends_and_is_not_the_whole() {
    let server = Server::start().await;
    list(&server, None, page(&["1"], &json!("a"))).await;
    list(&server, Some("a"), page(&["2"], &json!("b"))).await;
    list(&server, Some("b"), page(&["3"], &json!("a"))).await;
    let api = server.api(Choice::Mailbox).await;
    assert_eq!(all(&api, None).await, (["1", "2", "3"].map(str::to_owned).to_vec(), false));
}

#[tokio::test]
async fn pages_with_nothing_new_and_ever_new_cursors_end_too() {
    let server = Server::start().await;
    list(&server, None, page(&["1"], &json!("a"))).await;
    list(&server, Some("a"), page(&["1"], &json!("b"))).await;
    assert_eq!(all(&server.api(Choice::Mailbox).await, None).await, (vec!["1".to_owned()], false));
    assert_eq!(server.asked().await.len(), 2);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_leaves_the_list_incomplete() {
    let server = Server::start().await;
    list(&server, None, json_reply(200, &json!({ "emails": [{ "id": "1" }, { "subject": "no id" }] }))).await;
    assert_eq!(all(&server.api(Choice::Mailbox).await, None).await, (vec!["1".to_owned()], false));
}

#[tokio::test]
async fn one_mail_is_read_with_text_and_tags() {
    let server = Server::start().await;
    let mail = json!({
        "id": "e1", "from": "a@b.example", "to": ["c@d.example"], "subject": "s", "status": "delivered", "thread_id": "t",
        "received_at": "2027-01-30T13:00:00Z", "delivered_at": "2027-01-30T13:01:00Z", "bounced_at": null,
        "approved_at": "2027-01-30T13:00:30Z", "approved_by": "ops@b.example", "markdown": "text",
        "tags": { "mmig-phase": "announce", "odd": 7 },
    });
    server.answers("GET", &format!("{LIST}/e1"), json_reply(200, &mail)).await;
    let mail = server.api(Choice::Mailbox).await.mail("m1", "e1").await.expect("a mail");
    assert_eq!((mail.markdown.as_str(), mail.tags["mmig-phase"].as_str(), mail.tags.len()), ("text", "announce", 1));
    assert!(mail.view.delivered_at.is_some() && mail.view.bounced_at.is_none() && mail.view.approved_at.is_some());
}

#[tokio::test]
async fn withdrawing_has_three_ends() {
    for (reply, end) in [
        (json_reply(200, &json!({ "id": "e1", "status": "cancelled" })), Cancel::Done),
        (refusal(409, "already sent"), Cancel::TooLate),
        (refusal(404, "not found"), Cancel::Gone),
    ] {
        let server = Server::start().await;
        let at = format!("{LIST}/e1/cancel");
        server.answers("POST", &at, reply).await;
        server.answers_once("POST", &at, refusal(502, "bad gateway")).await;
        assert_eq!(server.api(Choice::Mailbox).await.cancel("m1", "e1").await, Ok(end));
        let asked = server.asked().await;
        assert_eq!((line(&asked[0]), asked[0].body.len(), asked.len()), (format!("POST {at}"), 0, 2));
    }
}

fn labels() -> BTreeMap<String, String> {
    [("mmig-phase".to_owned(), "final".to_owned())].into()
}

#[tokio::test]
async fn tags_of_a_mail_are_read_merged_and_written() {
    let server = Server::start().await;
    let at = format!("{LIST}/e1/tags");
    server.answers("GET", &at, json_reply(200, &json!({ "tags": { "team": "billing", "mmig-phase": "old" } }))).await;
    let written = json!({ "tags": { "team": "billing", "mmig-phase": "final" } });
    server.answers("PUT", &at, json_reply(200, &written)).await;
    server.api(Choice::Mailbox).await.label("m1", "e1", &labels()).await.expect("written");
    let asked = server.asked().await;
    assert_eq!(asked.iter().map(line).collect::<Vec<_>>(), [format!("GET {at}"), format!("PUT {at}")]);
    assert_fields(&body(&asked[1]), &["tags"], &[]);
    assert_eq!(body(&asked[1]), json!({ "tags": { "team": "billing", "mmig-phase": "final" } }));
}

#[tokio::test]
async fn tags_that_the_mail_does_not_carry_after_a_write_are_not_written() {
    let refused = |outcome| matches!(outcome, Err(ApiError::NotDone { what: "tag", .. }));
    for (answer, is_refused) in [
        (json!({ "tags": { "team": "billing" } }), true),
        // An answer without the tags says nothing: they are read again, and are not there.
        (json!({ "ok": true }), true),
        (json!({ "tags": { "team": "billing", "mmig-phase": "final" } }), false),
    ] {
        let server = Server::start().await;
        let at = format!("{LIST}/e1/tags");
        server.answers("GET", &at, json_reply(200, &json!({ "tags": { "team": "billing" } }))).await;
        server.answers("PUT", &at, json_reply(200, &answer)).await;
        let outcome = server.api(Choice::Mailbox).await.label("m1", "e1", &labels()).await;
        assert_eq!(refused(outcome), is_refused, "{answer}");
    }
}

#[tokio::test]
async fn tags_a_mail_carries_are_not_written_again() {
    let server = Server::start().await;
    let at = format!("{LIST}/e1/tags");
    server.answers("GET", &at, json_reply(200, &json!({ "tags": { "mmig-phase": "final", "team": "x" } }))).await;
    server.api(Choice::Mailbox).await.label("m1", "e1", &labels()).await.expect("nothing to do");
    assert_eq!(server.asked().await.len(), 1);
}

/// A server whose cursor is the time of the page's last mail, so that other mails with that time are left out.
fn forgetful(request: &wiremock::Request) -> ResponseTemplate {
    let query: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
    let limit: usize = query["limit"].parse().expect("a number");
    let before = query.get("cursor").map_or(u32::MAX, |cursor| cursor.parse().expect("a moment"));
    // 300 mails, always three with the same time, newest first.
    let left: Vec<u32> = (0..300).rev().filter(|id| id / 3 < before).collect();
    let shown = &left[..limit.min(left.len())];
    let mails: Vec<Value> = shown.iter().map(|id| json!({ "id": id.to_string() })).collect();
    let cursor = shown.last().filter(|_| shown.len() < left.len()).map(|id| (id / 3).to_string());
    json_reply(200, &json!({ "emails": mails, "cursor": cursor }))
}

#[tokio::test]
async fn a_mail_at_the_edge_of_a_page_is_found_by_reading_twice() {
    let server = Server::start().await;
    Mock::given(method("GET")).and(path(LIST)).respond_with(forgetful).mount(&server.mock).await;
    let api = server.api(Choice::Mailbox).await;
    assert!(all(&api, None).await.0.len() < 300, "this server would not show the difference");
    let listing = api.every_mail("m1", Direction::Outbound, |_| true).await.expect("a list");
    assert_eq!((listing.mails.len(), listing.complete), (300, true));
}

/// A number of mails, where each further page starts with the last mail of the previous page.
fn long_and_overlapping(request: &wiremock::Request) -> ResponseTemplate {
    const MAILS: usize = 12_000;
    let query: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
    let limit: usize = query["limit"].parse().expect("a number");
    let start = query.get("cursor").map_or(0, |cursor| cursor.parse().expect("a place"));
    let end = MAILS.min(start + limit);
    let mails: Vec<Value> = (start..end).map(|id| json!({ "id": id.to_string() })).collect();
    let cursor = (end < MAILS).then(|| (end - 1).to_string());
    json_reply(200, &json!({ "emails": mails, "cursor": cursor }))
}

#[tokio::test]
async fn a_list_of_many_thousand_mails_with_repetitions_is_read_whole() {
    let server = Server::start().await;
    Mock::given(method("GET")).and(path(LIST)).respond_with(long_and_overlapping).mount(&server.mock).await;
    let listing =
        server.api(Choice::Mailbox).await.every_mail("m1", Direction::Outbound, |_| true).await.expect("a list");
    let ids: std::collections::HashSet<&str> = listing.mails.iter().map(|mail| mail.id.as_str()).collect();
    assert_eq!((listing.mails.len(), ids.len(), listing.complete), (12_000, 12_000, true));
}

#[tokio::test]
async fn only_the_wanted_mails_of_a_long_list_are_kept_and_known_to_be_complete() {
    let server = Server::start().await;
    Mock::given(method("GET")).and(path(LIST)).respond_with(long_and_overlapping).mount(&server.mock).await;
    let looked_for = |mail: &MailView| ["99", "11999"].contains(&mail.id.as_str());
    let listing = server.api(Choice::Mailbox).await.every_mail("m1", Direction::Outbound, looked_for).await;
    let listing = listing.expect("a list");
    let ids: Vec<&str> = listing.mails.iter().map(|mail| mail.id.as_str()).collect();
    assert_eq!((ids, listing.complete), (vec!["99", "11999"], true));
}
