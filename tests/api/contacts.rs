//! Finding contacts and writing their tags, in both contracts.

use mmig::api::{ApiError, Choice, Found, Interest, TagWrite};
use mmig::campaign::people::contact::Contact;
use serde_json::{Value, json};
use wiremock::Mock;
use wiremock::matchers::{method, path, query_param};

use crate::server::{Server, assert_fields, body, json_reply, line, refusal};

const SEARCH: &str = "/v1/contacts/search";

fn interest(queries: &[&str], tags: &[&str]) -> Interest {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Interest { queries: owned(queries), tags: owned(tags) }
}

fn contacts(list: &Value) -> wiremock::ResponseTemplate {
    json_reply(200, &json!({ "contacts": list }))
}

async fn search(server: &Server, query: &str, list: Value) {
    let mock = Mock::given(method("GET")).and(path(SEARCH)).and(query_param("tags", query));
    mock.respond_with(contacts(&list)).mount(&server.mock).await;
}

fn emails(found: &Found) -> Vec<&str> {
    found.contacts.iter().map(|contact| contact.email.as_str()).collect()
}

fn tags_of<'a>(found: &'a Found, email: &str) -> Vec<&'a str> {
    let contact = found.contacts.iter().find(|contact| contact.email == email).expect("it was found");
    contact.tags.as_ref().expect("tags are known").iter().map(AsRef::as_ref).collect()
}

fn ann() -> Contact {
    Contact { id: "c1".into(), email: "ann@example.com".into(), name: "Ann".into(), tags: Some(vec!["api-v1".into()]) }
}

#[tokio::test]
async fn the_published_contract_gives_everybody_in_one_request() {
    let server = Server::start().await;
    let list = json!([
        { "id": "c1", "name": "Ann", "email": "ann@example.com", "tags": ["api-v1"], "created_at": 1 },
        { "id": "c2", "name": "Bob", "email": "bob@example.com" },
        { "id": "c3", "name": "Cyd", "email": 3 },
    ]);
    server.answers("GET", "/v1/contacts", contacts(&list)).await;
    let api = server.api(Choice::Mailbox).await;
    let found = api.contacts(&interest(&["api-v1,-done", "rest"], &["api-v1", "done"])).await.expect("found");
    assert_eq!(emails(&found), ["ann@example.com", "bob@example.com"]);
    assert_eq!((tags_of(&found, "ann@example.com"), tags_of(&found, "bob@example.com")), (vec!["api-v1"], vec![]));
    assert_eq!(found.unreadable, ["contact 3 of the server's list: its `email` is not a string (id c3)"]);
    assert_eq!(line(&server.asked_once().await), "GET /v1/contacts");
}

#[tokio::test]
async fn the_simple_contract_is_asked_each_query_once_and_verbatim() {
    let server = Server::start().await;
    server.answers("GET", SEARCH, contacts(&json!([]))).await;
    let api = server.api(Choice::Simple).await;
    let wanted = interest(&["api-v1,-migration-started", "größe m", "api-v1,-migration-started"], &["x"]);
    api.contacts(&wanted).await.expect("found");
    let asked: Vec<String> = server.asked().await.iter().map(line).collect();
    let expected =
        [format!("GET {SEARCH}?tags=api-v1%2C-migration-started"), format!("GET {SEARCH}?tags=gr%C3%B6%C3%9Fe%20m")];
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn tags_that_are_shown_are_not_asked_for() {
    let server = Server::start().await;
    search(&server, "a", json!([{ "id": "1", "email": "x@example.com", "tags": ["a", "b"] }])).await;
    search(&server, "b", json!([{ "id": "1", "email": "x@example.com", "tags": ["a", "b"] }])).await;
    let found =
        server.api(Choice::Simple).await.contacts(&interest(&["a", "b"], &["a", "b", "c"])).await.expect("found");
    assert_eq!((emails(&found), tags_of(&found, "x@example.com")), (vec!["x@example.com"], vec!["a", "b"]));
    assert_eq!(server.asked().await.len(), 2);
}

#[tokio::test]
async fn tags_that_are_not_shown_are_found_one_by_one() {
    let server = Server::start().await;
    let (x, y, z) = (
        json!({ "id": "1", "email": "x@example.com" }),
        json!({ "name": "No id", "email": "Y@example.com" }),
        json!({ "id": "3", "email": "z@example.com", "tags": ["shown"] }),
    );
    search(&server, "a,-done", json!([x, y, z])).await;
    search(&server, "a", json!([x, { "email": "y@example.com" }, z])).await;
    search(&server, "b", json!([x, { "id": "9", "email": "stranger@example.com" }])).await;
    search(&server, "done", json!([])).await;
    let api = server.api(Choice::Simple).await;
    let found = api.contacts(&interest(&["a,-done"], &["a", "b", "done"])).await.expect("found");
    assert_eq!(emails(&found), ["x@example.com", "Y@example.com", "z@example.com"]);
    assert_eq!(tags_of(&found, "x@example.com"), ["a", "b"]);
    assert_eq!(tags_of(&found, "Y@example.com"), ["a"]);
    assert_eq!(tags_of(&found, "z@example.com"), ["shown"]);
}

#[tokio::test]
async fn a_search_that_fails_fails_the_whole() {
    let server = Server::start().await;
    search(&server, "a", json!([{ "id": "1", "email": "x@example.com" }])).await;
    let mock = Mock::given(method("GET")).and(path(SEARCH)).and(query_param("tags", "b"));
    mock.respond_with(refusal(400, "no such tag")).mount(&server.mock).await;
    let api = server.api(Choice::Simple).await;
    // Half of the answer would look like customers who left.
    api.contacts(&interest(&["a", "b"], &[])).await.expect_err("b failed");
    api.contacts(&interest(&["a"], &["b"])).await.expect_err("b failed");
}

#[tokio::test]
async fn the_simple_contract_adds_tags() {
    let server = Server::start().await;
    server.answers("POST", "/v1/contacts/c1/tags", wiremock::ResponseTemplate::new(204)).await;
    server.answers_once("POST", "/v1/contacts/c1/tags", refusal(500, "oops")).await;
    let api = server.api(Choice::Simple).await;
    let tags = ["api-v1".to_owned(), "done".to_owned()];
    assert_eq!(api.add_tags(&ann(), &tags).await, Ok(TagWrite::Written));
    let asked = server.asked().await;
    assert_eq!(asked.len(), 2, "adding twice is harmless, so a failure is tried again");
    assert_fields(&body(&asked[0]), &["tags"], &[]);
    assert_eq!(body(&asked[0]), json!({ "tags": ["done"] }));
}

#[tokio::test]
async fn a_contact_without_an_id_cannot_be_tagged() {
    let server = Server::start().await;
    let nameless = Contact { id: "".into(), ..ann() };
    let error = server.api(Choice::Simple).await.add_tags(&nameless, &["done".to_owned()]).await.expect_err("no id");
    assert!(matches!(error, ApiError::NotFound { .. }));
    assert_eq!(server.asked().await.len(), 0);
}

#[tokio::test]
async fn tags_that_are_there_are_not_written() {
    for choice in [Choice::Mailbox, Choice::Simple] {
        let server = Server::start().await;
        assert_eq!(server.api(choice).await.add_tags(&ann(), &["api-v1".to_owned()]).await, Ok(TagWrite::Written));
        assert_eq!(server.asked().await.len(), 0);
    }
}

/// Adds the tag `done` to Ann in the published contract; the server replies to the write with `reply` and then
/// shows `rows`.
async fn write(reply: wiremock::ResponseTemplate, rows: Value) -> (Result<TagWrite, ApiError>, Server) {
    let server = Server::start().await;
    server.answers("POST", "/v1/contacts", reply).await;
    server.answers("GET", "/v1/contacts", contacts(&rows)).await;
    let written = server.api(Choice::Mailbox).await.add_tags(&ann(), &["done".to_owned()]).await;
    (written, server)
}

fn row(id: &str, tags: &[&str]) -> Value {
    json!({ "id": id, "name": "Ann", "email": "Ann@example.com", "tags": tags })
}

fn added() -> wiremock::ResponseTemplate {
    json_reply(201, &row("c1", &["api-v1", "done"]))
}

#[tokio::test]
async fn the_published_contract_writes_the_union_and_reads_it_back() {
    let (written, server) = write(added(), json!([row("c1", &["api-v1", "done"])])).await;
    assert_eq!(written, Ok(TagWrite::Written));
    let asked = server.asked().await;
    assert_eq!(
        asked.iter().map(line).collect::<Vec<_>>(),
        ["POST /v1/contacts", "GET /v1/contacts?q=ann%40example.com"]
    );
    assert_fields(&body(&asked[0]), &["name", "email", "tags"], &[]);
    assert_eq!(body(&asked[0]), json!({ "name": "Ann", "email": "ann@example.com", "tags": ["api-v1", "done"] }));
}

#[tokio::test]
async fn a_duplicate_row_or_ignored_tags_are_reported_and_nothing_is_deleted() {
    let (two, server) = write(added(), json!([row("c1", &["api-v1"]), row("c2", &["api-v1", "done"])])).await;
    assert_eq!(two, Ok(TagWrite::Doubled));
    assert!(server.asked().await.iter().all(|request| request.method.as_str() != "DELETE"));
    assert_eq!(write(added(), json!([row("c1", &["api-v1"])])).await.0, Ok(TagWrite::Doubled));
    assert_eq!(write(refusal(409, "the address exists"), json!([])).await.0, Ok(TagWrite::Doubled));
}

#[tokio::test]
async fn a_write_that_may_have_arrived_is_not_repeated_but_read_back() {
    let (written, server) = write(refusal(500, "oops"), json!([row("c1", &["api-v1", "done"])])).await;
    assert_eq!((written, server.asked().await.len()), (Ok(TagWrite::Written), 2));
    let (failed, _) = write(refusal(500, "oops"), json!([row("c1", &["api-v1"])])).await;
    assert!(matches!(failed, Err(ApiError::Server { .. })));
}
