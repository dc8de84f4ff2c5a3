//! The requests of the published contract, "mailbox". The replies are parsed in the submodules.
//!
//! Request bodies are closed: no field is sent that the published document does not list.

mod account;
mod contacts;
mod mails;
mod oversight;

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use serde_json::{Map, json};

pub use account::{read_account, read_allowlist, read_mailboxes, read_suppressions};
pub use contacts::{read_contacts, read_found, settled};
pub use mails::{
    read_cancelled, read_labels, read_mail, read_page, read_receipt, read_thread, read_written_labels, receipt,
};
pub use oversight::{read_decided, read_waiting};

use super::super::model::{Direction, Outgoing, Verdict};
use super::request::{Repeat, Request, Scope};
use crate::campaign::people::contact::Contact;

/// Every contact of the account. There is no tag filter and no paging.
pub fn contacts() -> Request {
    Request::get(&["v1", "contacts"])
}

/// The contacts whose name or address contains a text.
pub fn contacts_like(text: &str) -> Request {
    contacts().with("q", text)
}

/// Writes a contact with its tags and some more. The effect on an existing row is not documented.
pub fn write_contact(contact: &Contact, tags: &[String]) -> Request {
    let mut union = contact.tags.clone().unwrap_or_default();
    for tag in tags {
        if !contact.carries(tag) {
            union.push(tag.into());
        }
    }
    let body = json!({ "name": contact.name, "email": contact.email.trim(), "tags": union });
    Request::post(&["v1", "contacts"], Some(body))
}

/// Every mailbox of the account.
pub fn mailboxes() -> Request {
    Request::get(&["v1", "mailboxes"])
}

/// The account.
pub fn account() -> Request {
    Request::get(&["v1", "account"])
}

/// The patterns of addresses whose mail skips approval under `gated_send`.
pub fn allowlist(mailbox: &str) -> Request {
    Request::get(&["v1", "mailboxes", mailbox, "allowlist"])
}

/// A page of the suppression list. The published operation has no parameters, so none is sent before a cursor is
/// returned.
pub fn suppressions(cursor: Option<&str>) -> Request {
    let request = Request::get(&["v1", "suppression"]).with_scope(Scope::Admin);
    match cursor {
        Some(cursor) => request.with("cursor", cursor),
        None => request,
    }
}

/// Sends a mail. The key makes a repetition harmless for 24 hours.
pub fn send(mail: &Outgoing) -> Request {
    let mut body = Map::new();
    body.insert("to".to_owned(), json!([mail.to]));
    body.insert("subject".to_owned(), json!(mail.subject));
    body.insert("markdown".to_owned(), json!(mail.body));
    body.insert("idempotency_key".to_owned(), json!(mail.key));
    if let Some(at) = mail.send_at {
        body.insert("send_at".to_owned(), json!(at.to_rfc3339_opts(SecondsFormat::Secs, true)));
        // Reviewed early, sent on the day. This is the default, but we depend on it.
        body.insert("gate_timing".to_owned(), json!("gate_first"));
    }
    let repeat = if mail.key.is_empty() { Repeat::Doubles } else { Repeat::Harmless };
    if mail.key.is_empty() {
        body.remove("idempotency_key");
    }
    Request::post(&["v1", "mailboxes", &mail.mailbox_id, "send"], Some(body.into())).into_send(repeat)
}

/// A page of mails, with at most `limit` (1 to 100).
pub fn mails(mailbox: &str, direction: Direction, limit: u32, cursor: Option<&str>) -> Request {
    let direction = match direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    };
    let request = Request::get(&["v1", "mailboxes", mailbox, "emails"])
        .with("direction", direction)
        .with("limit", limit.to_string());
    match cursor {
        Some(cursor) => request.with("cursor", cursor),
        None => request,
    }
}

/// One mail. Reading an unread inbound mail marks it read.
pub fn mail(mailbox: &str, id: &str) -> Request {
    Request::get(&["v1", "mailboxes", mailbox, "emails", id])
}

/// One conversation.
pub fn thread(mailbox: &str, id: &str) -> Request {
    Request::get(&["v1", "mailboxes", mailbox, "threads", id])
}

/// Cancels a mail. Repeating it is harmless.
pub fn cancel(mailbox: &str, id: &str) -> Request {
    Request::post(&["v1", "mailboxes", mailbox, "emails", id, "cancel"], None).harmless()
}

/// The tags of a mail.
pub fn labels(mailbox: &str, id: &str) -> Request {
    Request::get(&["v1", "mailboxes", mailbox, "emails", id, "tags"])
}

/// Replaces all tags of a mail.
pub fn write_labels(mailbox: &str, id: &str, labels: &BTreeMap<String, String>) -> Request {
    Request::put(&["v1", "mailboxes", mailbox, "emails", id, "tags"], json!({ "tags": labels }))
}

/// The mails of all mailboxes that wait for a decision.
pub fn waiting() -> Request {
    Request::get(&["v1", "oversight", "pending"]).with_scope(Scope::Oversight)
}

/// Approves or rejects a waiting mail. A second time returns 404.
pub fn decide(id: &str, verdict: &Verdict) -> Request {
    let body = match verdict {
        Verdict::Approve => json!({ "email_id": id, "action": "approve" }),
        Verdict::Reject { reason } if reason.is_empty() => json!({ "email_id": id, "action": "reject" }),
        Verdict::Reject { reason } => json!({ "email_id": id, "action": "reject", "reason": reason }),
    };
    Request::post(&["v1", "oversight", "decide"], Some(body)).harmless().with_scope(Scope::Oversight)
}
