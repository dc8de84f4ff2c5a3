//! The contract of the customer-migration page, "simple": three requests, with only the fields shown on the
//! page.
//!
//! `idempotency_key` and `send_at` are not on the page. A server may ignore them; then a repetition that we
//! believed harmless would mail a customer twice, and a scheduled mail would be sent at once. So neither is used.

use serde_json::{Value, json};

use super::super::error::ApiError;
use super::super::error_text::looks_like_html;
use super::super::model::{Found, Outgoing, Receipt};
use super::mailbox::{read_found, receipt};
use super::read::text;
use super::reply::Reply;
use super::request::{Repeat, Request};

/// The contacts that match a tag query.
pub fn search(query: &str) -> Request {
    Request::get(&["v1", "contacts", "search"]).with("tags", query)
}

/// Adds tags to a contact, keeping its others. Repeating it changes nothing.
pub fn add_tags(id: &str, tags: &[String]) -> Request {
    Request::post(&["v1", "contacts", id, "tags"], Some(json!({ "tags": tags }))).harmless()
}

/// Sends a mail. It cannot be repeated.
pub fn send(mail: &Outgoing) -> Request {
    let body = json!({ "from": mail.from, "to": mail.to, "subject": mail.subject, "text_body": mail.body });
    Request::post(&["v1", "send"], Some(body)).into_send(Repeat::Doubles)
}

/// Contacts with their tags, if the server returns these; the page does not show them.
pub fn read_contacts(reply: &Reply) -> Result<Found, ApiError> {
    read_found(reply)
}

/// The receipt of a send. The page only looks at the status, so an empty or short body counts as success; but a web
/// page, or a plain 200 with something else, comes from a third party in between.
pub fn read_receipt(reply: &Reply) -> Result<Receipt, ApiError> {
    let taken = Receipt { id: String::new(), thread: String::new(), repeated: false };
    match reply.json::<Value>("the receipt") {
        Ok(body) => Ok(receipt(text(&body, "id"), &body)),
        Err(_) if reply.status == 202 && !looks_like_html(&String::from_utf8_lossy(&reply.body)) => Ok(taken),
        Err(_) if reply.body.trim_ascii().is_empty() && !reply.cut => Ok(taken),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt_of(status: u16, body: &str, cut: bool) -> Result<Receipt, ApiError> {
        read_receipt(&Reply { status, body: body.into(), cut, ..Reply::default() })
    }

    #[test]
    fn a_yes_needs_no_body() {
        assert_eq!(receipt_of(204, "", false).unwrap().id, "");
        assert_eq!(receipt_of(200, "{}", false).unwrap().id, "");
        assert_eq!(receipt_of(202, r#"{"id":"e1","thread_id":"t1"}"#, false).unwrap().id, "e1");
        assert_eq!(receipt_of(202, r#"{"id":"e"#, true).unwrap().id, "");
    }

    #[test]
    fn a_success_from_a_third_party_does_not_count() {
        assert!(receipt_of(200, "<html>Welcome to the hotel</html>", false).is_err());
        assert!(receipt_of(200, "OK", false).is_err());
        assert!(receipt_of(200, r#"{"id":"e"#, true).is_err());
    }
}
