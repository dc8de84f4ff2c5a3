//! Account, suppression list, oversight queue.

use mmig::api::{Api, ApiError, Choice, Decided, Direction, Settings, Verdict};
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, ResponseTemplate};

use crate::server::{ADMIN, OVERSIGHT, Server, assert_fields, body, header, json_reply, line, refusal, settings};

const SUPPRESSION: &str = "/v1/suppression";
const DECIDE: &str = "/v1/oversight/decide";

#[tokio::test]
async fn the_account_and_the_allowlist_are_read() {
    let server = Server::start().await;
    let account = json!({
        "plan": "pro", "monthly_email_quota": 30000, "emails_sent_this_month": 12, "is_active": true,
        "sending_disabled": true, "sending_disabled_reason": "bounces", "physical_address": null, "new": [1],
    });
    server.answers("GET", "/v1/account", json_reply(200, &account)).await;
    let entries = json!({ "mailbox_id": "m1", "count": 1, "entries": [{ "id": "1", "pattern": "*@example.com" }] });
    server.answers("GET", "/v1/mailboxes/m1/allowlist", json_reply(200, &entries)).await;
    let api = server.api(Choice::Mailbox).await;
    let account = api.account().await.expect("an account");
    assert!(account.sending_disabled && account.sending_disabled_reason.as_deref() == Some("bounces"));
    assert_eq!(api.allowlist("m1").await.expect("a list"), ["*@example.com"]);
    assert!(matches!(api.allowlist("m2").await, Err(ApiError::NotFound { .. })));
}

fn suppressed(address: &str, cursor: &Value) -> ResponseTemplate {
    let row = json!({ "email_address": address, "reason": "unsubscribed", "mailbox_id": null });
    json_reply(200, &json!({ "suppressions": [row, { "id": "no address" }], "cursor": cursor }))
}

#[tokio::test]
async fn the_suppression_list_is_read_to_its_end_with_the_admin_key() {
    let server = Server::start().await;
    let page = || Mock::given(method("GET")).and(path(SUPPRESSION));
    let first = page().and(query_param_is_missing("cursor"));
    first.respond_with(suppressed("a@example.com", &json!("p 2"))).mount(&server.mock).await;
    let second = page().and(query_param("cursor", "p 2"));
    second.respond_with(suppressed("b@example.com", &json!(null))).mount(&server.mock).await;
    let listed = server.api(Choice::Mailbox).await.suppressed().await.expect("a list");
    assert_eq!(listed.iter().map(|one| one.address.as_str()).collect::<Vec<_>>(), ["a@example.com", "b@example.com"]);
    let asked = server.asked().await;
    assert_eq!(
        asked.iter().map(line).collect::<Vec<_>>(),
        [format!("GET {SUPPRESSION}"), format!("GET {SUPPRESSION}?cursor=p%202")]
    );
    assert!(asked.iter().all(|request| header(request, "authorization") == format!("Bearer {ADMIN}")));
}

#[tokio::test]
async fn a_suppression_list_that_goes_in_circles_is_an_error() {
    let server = Server::start().await;
    server.answers("GET", SUPPRESSION, suppressed("a@example.com", &json!("again"))).await;
    let error = server.api(Choice::Mailbox).await.suppressed().await.expect_err("circles");
    assert!(matches!(error, ApiError::Garbage { .. }));
    assert_eq!(server.asked().await.len(), 2);
}

#[tokio::test]
async fn without_its_key_nothing_is_asked() {
    let server = Server::start().await;
    let settings = Settings { admin_key: None, oversight_key: None, ..settings(&server.mock.uri(), Choice::Mailbox) };
    let api = Api::connect(settings).await.expect("it opens");
    assert!(!api.may_read_suppression() && !api.may_decide());
    assert!(matches!(api.suppressed().await, Err(ApiError::NoKey { .. })));
    assert!(matches!(api.pending().await, Err(ApiError::NoKey { .. })));
    assert_eq!(server.asked().await.len(), 0);
}

#[tokio::test]
async fn the_queue_is_read_with_the_oversight_key_under_either_name() {
    for name in ["emails", "pending"] {
        let server = Server::start().await;
        let mail = json!({
            "id": "e1", "mailbox_id": "m1", "direction": "outbound", "from": "a@b.example", "to": ["c@d.example"],
            "subject": "s", "body_markdown": "text", "status": "pending_send_approval",
        });
        server.answers("GET", "/v1/oversight/pending", json_reply(200, &json!({ name: [mail] }))).await;
        let waiting = server.api(Choice::Mailbox).await.pending().await.expect("a queue");
        assert_eq!((waiting[0].markdown.as_str(), waiting[0].direction), ("text", Some(Direction::Outbound)));
        assert_eq!(header(&server.asked_once().await, "authorization"), format!("Bearer {OVERSIGHT}"));
    }
}

#[tokio::test]
async fn a_decision_has_exactly_its_fields() {
    let cases = [
        (
            Verdict::Approve,
            json!({ "email_id": "e1", "action": "approve" }),
            "approved_and_sent",
            Decided::ApprovedAndSent,
        ),
        (Verdict::Approve, json!({ "email_id": "e1", "action": "approve" }), "approved", Decided::Approved),
        (
            Verdict::Reject { reason: "wrong date".to_owned() },
            json!({ "email_id": "e1", "action": "reject", "reason": "wrong date" }),
            "rejected",
            Decided::Rejected,
        ),
        (
            Verdict::Reject { reason: String::new() },
            json!({ "email_id": "e1", "action": "reject" }),
            "rejected",
            Decided::Rejected,
        ),
    ];
    for (verdict, expected, status, decided) in cases {
        let server = Server::start().await;
        server.answers("POST", DECIDE, json_reply(200, &json!({ "status": status }))).await;
        assert_eq!(server.api(Choice::Mailbox).await.decide("e1", &verdict).await, Ok(decided));
        let asked = server.asked_once().await;
        assert_eq!(header(&asked, "authorization"), format!("Bearer {OVERSIGHT}"));
        assert_fields(&body(&asked), &["email_id", "action"], &["reason"]);
        assert_eq!(body(&asked), expected);
    }
}

#[tokio::test]
async fn a_mail_that_was_decided_meanwhile_no_longer_waits() {
    let server = Server::start().await;
    server.answers("POST", DECIDE, refusal(404, "not found")).await;
    assert_eq!(server.api(Choice::Mailbox).await.decide("e1", &Verdict::Approve).await, Ok(Decided::NotWaiting));
}

#[tokio::test]
async fn a_mail_that_no_longer_waits_after_a_lost_answer_may_have_been_decided_by_us() {
    let server = Server::start().await;
    server.answers("POST", DECIDE, refusal(404, "not found")).await;
    server.answers_once("POST", DECIDE, refusal(502, "bad gateway")).await;
    assert_eq!(server.api(Choice::Mailbox).await.decide("e1", &Verdict::Approve).await, Ok(Decided::PerhapsByUs));
}

#[tokio::test]
async fn what_the_simple_contract_lacks_is_not_asked_for() {
    let server = Server::start().await;
    let api = server.api(Choice::Simple).await;
    assert!(matches!(api.account().await, Err(ApiError::Unsupported { .. })));
    assert!(matches!(api.mailboxes().await, Err(ApiError::Unsupported { .. })));
    assert!(matches!(api.suppressed().await, Err(ApiError::Unsupported { .. })));
    assert!(matches!(api.pending().await, Err(ApiError::Unsupported { .. })));
    assert!(matches!(api.cancel("m1", "e1").await, Err(ApiError::Unsupported { .. })));
    assert!(matches!(api.mails("m1", Direction::Inbound, None).await, Err(ApiError::Unsupported { .. })));
    assert_eq!(server.asked().await.len(), 0);
}
