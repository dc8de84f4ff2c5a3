//! Lists of mail, threads, tags, suppression.

use mmig::sandbox::{Mode, Options};
use serde_json::{Value, json};

use crate::client::{ADMIN, Client, SEND, mail, start, start_in};

fn ids(page: &Value) -> Vec<String> {
    let emails = page["emails"].as_array().expect("emails");
    emails.iter().map(|email| email["id"].as_str().expect("an id").to_owned()).collect()
}

fn filled(options: Options, count: usize) -> (Client, Vec<String>) {
    let client = start(options);
    let sent = (0..count).map(|n| client.sent(&mail(&format!("a{n}@b.example"), &format!("Mail {n}")))).collect();
    (client, sent)
}

fn list(client: &Client, query: &str) -> Value {
    let reply = client.get(SEND, &client.in_mailbox(&format!("/emails{query}")));
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.body
}

#[test]
fn mail_is_listed_newest_first_page_by_page_until_the_cursor_is_null() {
    let (client, mut sent) = filled(Options::default(), 45);
    let (mut seen, mut query, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = list(&client, &query);
        seen.extend(ids(&page));
        pages += 1;
        let Some(cursor) = page["cursor"].as_str() else { break };
        query = format!("?cursor={cursor}");
        client.sent(&mail("late@b.example", &format!("Meanwhile {pages}")));
    }
    sent.reverse();
    assert_eq!((pages, seen), (3, sent));
}

#[test]
fn a_mail_at_a_page_edge_may_come_twice() {
    let (client, sent) = filled(Options { repeat_at_page_edge: true, ..Options::default() }, 3);
    let first = list(&client, "?limit=2");
    let second = list(&client, &format!("?limit=2&cursor={}", first["cursor"].as_str().expect("a cursor")));
    assert_eq!(ids(&second), [sent[1].clone(), sent[0].clone()]);
    assert!(second["cursor"].is_null());
}

#[test]
fn a_list_can_be_filtered() {
    let (client, sent) = filled(Options::default(), 3);
    client.decide(&sent[0], "approve");
    client.human("approve", &json!({ "id": sent[1] }));
    client.human("reply", &json!({ "to": "a0@b.example" }));
    assert_eq!(ids(&list(&client, "?status=pending_send_approval")), [sent[2].clone()]);
    assert_eq!(ids(&list(&client, "?subject_contains=mail%202&direction=outbound")), [sent[2].clone()]);
    assert_eq!(ids(&list(&client, "?direction=inbound")).len(), 1);
    assert_eq!(ids(&list(&client, "?sender=a0@b.example")).len(), 1);
    assert_eq!(ids(&list(&client, &format!("?since_id={}", sent[1]))).len(), 2);
    assert_eq!(ids(&list(&client, "?date_after=2020-01-01&date_before=2020-02-01T00:00:00Z")).len(), 0);
}

#[test]
fn a_filter_with_another_value_than_the_published_is_refused_and_another_filter_is_written_down() {
    let (client, _) = filled(Options::default(), 0);
    for query in ["?status=delivered", "?limit=101", "?direction=both", "?cursor=7"] {
        assert_eq!(client.get(SEND, &client.in_mailbox(&format!("/emails{query}"))).status, 400, "{query}");
    }
    let before = client.violations().len();
    for query in ["?offset=20", "?to=a@b.example"] {
        assert_eq!(client.get(SEND, &client.in_mailbox(&format!("/emails{query}"))).status, 200, "{query}");
    }
    assert_eq!(client.violations().len(), before + 2, "it is recorded");
}

#[test]
fn a_mail_in_a_list_has_the_published_fields_and_no_body() {
    let (client, _) = filled(Options::default(), 1);
    let page = list(&client, "");
    let mut fields: Vec<&String> = page["emails"][0].as_object().expect("an object").keys().collect();
    fields.sort();
    let published = "bounce_type bounced_at delivered_at direction from has_attachments id received_at spam_score \
                     spam_verdict status subject thread_id to";
    assert_eq!(fields, published.split_whitespace().collect::<Vec<_>>());
    assert_eq!(page["emails"][0]["to"], json!(["a0@b.example"]));
}

#[test]
fn the_queue_shows_recipient_subject_and_body_byte_for_byte() {
    let client = start(Options::default());
    let body = "Line one\n\n```\n  code \t\n```\n\u{202e}end";
    client.sent(&json!({ "to": ["a@b.example"], "subject": "Ü – ok", "markdown": body }));
    let queue = client.get(crate::client::OVERSIGHT, "/v1/oversight/pending").body;
    let waiting = &queue["emails"][0];
    assert_eq!((&waiting["body_markdown"], &waiting["subject"]), (&json!(body), &json!("Ü – ok")));
    assert_eq!((&waiting["mailbox_id"], &waiting["direction"]), (&json!(client.mailbox), &json!("outbound")));
}

#[test]
fn mail_tags_are_replaced_as_a_whole_and_deleted_one_by_one() {
    let (client, sent) = filled(Options::default(), 1);
    let path = client.in_mailbox(&format!("/emails/{}/tags", sent[0]));
    let put = |tags: Value| client.call(SEND, "PUT", &path, Some(&json!({ "tags": tags })));
    put(json!({ "a": "1", "b": "2" }));
    assert_eq!(put(json!({ "b": "3" })).body, json!({ "tags": { "b": "3" } }));
    assert_eq!(put(json!({ "b": 3 })).status, 400);
    assert_eq!(client.call(SEND, "DELETE", &format!("{path}/b"), None).body, json!({ "deleted": true }));
    assert_eq!(client.get(SEND, &path).body, json!({ "tags": {} }));
}

#[test]
fn an_answer_makes_its_thread_unanswered_and_reading_it_marks_it_read() {
    let client = start_in(Mode::GatedSend);
    let id = client.sent(&mail("a@b.example", "Hello"));
    client.human("approve", &json!({ "all": true }));
    let thread = client.email(&id)["thread_id"].as_str().expect("a thread").to_owned();
    let look = || client.get(SEND, &client.in_mailbox(&format!("/threads/{thread}"))).body;
    assert_eq!(look()["has_unanswered_inbound"], false);
    let answer = client.human("reply", &json!({ "to": "a@b.example", "auto": true }));
    assert_eq!((&look()["has_unanswered_inbound"], &look()["message_count"]), (&json!(true), &json!(2)));
    let answer = answer["id"].as_str().expect("an id");
    assert_eq!(list(&client, "?status=unread")["emails"][0]["subject"], "Automatic reply: Hello");
    assert_eq!(client.status_of(answer), "read");
}

#[test]
fn in_gated_all_answers_wait_in_the_queue_as_well() {
    let (client, _) = filled(Options::default(), 1);
    client.human("approve", &json!({ "all": true }));
    client.human("reply", &json!({ "to": "a0@b.example" }));
    let queue = client.get(crate::client::OVERSIGHT, "/v1/oversight/pending").body;
    assert_eq!(queue["emails"][0]["direction"], "inbound");
    assert_eq!(client.human("approve", &json!({ "all": true }))["approved"], 0, "outbound unless said otherwise");
    assert_eq!(client.human("approve", &json!({ "all": true, "direction": "inbound" }))["approved"], 1);
}

#[test]
fn the_suppression_list_is_paged() {
    let client = start(Options { suppressed: 5, ..Options::default() });
    let first = client.get(ADMIN, "/v1/suppression?limit=3").body;
    let cursor = first["cursor"].as_str().expect("a cursor");
    let second = client.get(ADMIN, &format!("/v1/suppression?limit=3&cursor={cursor}")).body;
    assert_eq!(first["suppressions"].as_array().map(Vec::len), Some(3));
    assert_eq!(second["suppressions"].as_array().map(Vec::len), Some(2));
    assert!(second["cursor"].is_null());
}

#[test]
fn decisions_and_withdrawals_are_in_the_audit_log_newest_first() {
    let (client, sent) = filled(Options::default(), 2);
    client.decide(&sent[0], "approve");
    client.human("reject", &json!({ "id": sent[1], "reason": "no" }));
    let entries = client.get(ADMIN, "/v1/audit-log").body["entries"].clone();
    assert_eq!((&entries[0]["action"], &entries[0]["metadata"]["reason"]), (&json!("email.rejected"), &json!("no")));
    assert_eq!((&entries[1]["resource_id"], &entries[1]["actor_key_id"]), (&json!(sent[0]), &json!("key_oversight")));
}

#[test]
fn usage_counts_what_was_sent() {
    let (client, _) = filled(Options::default(), 2);
    assert_eq!(client.get(SEND, "/v1/usage").body["emails_sent"], 2);
    let daily = client.get(SEND, "/v1/usage?breakdown=daily").body;
    assert_eq!((&daily["data"][0]["event_type"], &daily["data"][0]["count"]), (&json!("email_sent"), &json!(2)));
}
