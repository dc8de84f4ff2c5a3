//! Replies about mails in the published contract.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::super::error::ApiError;
use super::super::super::model::{Direction, Mail, MailStatus, MailView, Page, Receipt, Thread};
use super::super::more::more_follows;
use super::super::read::{FromRow, InList, List, Row, flag, needed, some_text, sort_out, text, texts, time};
use super::super::reply::Reply;
use super::account::cursor;
use crate::campaign::characters::clean;
use crate::campaign::people::replies::is_machine_header;

/// The receipt of a send. 202 means a new mail, 200 with `already_sent` one that the server already
/// had.
pub fn read_receipt(reply: &Reply) -> Result<Receipt, ApiError> {
    let body: Value = reply.json("the receipt")?;
    let id = some_text(&body, "id");
    let id = id.ok_or_else(|| ApiError::Garbage { what: "the receipt has no `id`".to_owned() })?;
    Ok(receipt(id, &body))
}

/// The receipt in a body, with this id.
pub fn receipt(id: String, body: &Value) -> Receipt {
    let repeated = text(body, "status") == "already_sent" || flag(body, "idempotent") == Some(true);
    Receipt { id, thread: text(body, "thread_id"), repeated }
}

/// The reply to a cancellation. An empty one counts as success, and so does one without a status; a later look at
/// the mail shows the truth.
pub fn read_cancelled(reply: &Reply) -> Result<(), ApiError> {
    if reply.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(());
    }
    let body: Value = reply.json("the cancelled mail")?;
    let done = matches!(status(&body), MailStatus::Cancelled | MailStatus::Unstated);
    let otherwise = || (!done).then(|| format!("it answered with the status `{}`", clean(&text(&body, "status"))));
    match refusal(&body).or_else(otherwise) {
        Some(words) => Err(ApiError::NotDone { what: "cancel", words }),
        None => Ok(()),
    }
}

/// The server's message if the body of a successful reply says it failed.
pub fn refusal(body: &Value) -> Option<String> {
    let refused = ["ok", "success"].iter().any(|field| flag(body, field) == Some(false));
    let words = ["error", "message"].iter().find_map(|field| some_text(body, field)).map(|words| clean(&words));
    let is_error = || body.get("error").is_some_and(|error| !error.is_null() && error != &Value::Bool(false));
    (refused || is_error()).then(|| words.unwrap_or_else(|| "it gave no reason".to_owned()))
}

/// The direction, if the value is known.
pub fn direction(row: &Value) -> Option<Direction> {
    match row.get("direction")?.as_str()? {
        "inbound" => Some(Direction::Inbound),
        "outbound" => Some(Direction::Outbound),
        _ => None,
    }
}

/// The status of the mail, from the server's word for it.
pub fn status(row: &Value) -> MailStatus {
    let word = text(row, "status");
    word.parse().unwrap_or(MailStatus::Other(word))
}

impl InList for MailView {
    const LIST: &'static str = "emails";
}

impl FromRow for MailView {
    fn from_row(row: &Value) -> Result<Self, String> {
        Ok(Self {
            id: needed(row, "id")?,
            to: texts(row, "to"),
            from: text(row, "from"),
            subject: text(row, "subject"),
            status: status(row),
            direction: direction(row),
            thread: text(row, "thread_id"),
            by_machine: by_machine(row),
            received_at: time(row, "received_at"),
            delivered_at: time(row, "delivered_at"),
            bounced_at: time(row, "bounced_at"),
            bounce_type: some_text(row, "bounce_type"),
            approved_at: time(row, "approved_at"),
            approved_by: some_text(row, "approved_by"),
        })
    }
}

/// Whether a header says that the mail was sent automatically. No contract promises headers; a server that returns them
/// uses an object, or a list of names and values.
fn by_machine(row: &Value) -> bool {
    let says_so = |name: &str, value: &Value| value.as_str().is_some_and(|value| is_machine_header(name, value));
    match row.get("headers") {
        Some(Value::Object(headers)) => headers.iter().any(|(name, value)| says_so(name, value)),
        Some(Value::Array(headers)) => headers.iter().any(|header| says_so(&text(header, "name"), &header["value"])),
        _ => false,
    }
}

/// Why a page without a next page is not the last. Each page states the total number of mails.
fn page_follows(reply: &Reply, beside: &Map<String, Value>, rows: usize) -> Option<String> {
    let others =
        beside.iter().filter(|(name, _)| !name.contains("total")).map(|(name, value)| (name.clone(), value.clone()));
    more_follows(reply, &others.collect(), rows, "mails")
}

/// One page of the list.
pub fn read_page(reply: &Reply) -> Result<Page, ApiError> {
    let page = reply.json::<List<MailView>>("`emails`")?.read_whole()?;
    let rows = page.rows.len();
    let (mails, mut unreadable) = sort_out(page.rows, "mail");
    let cursor = page.beside.get("cursor").and_then(cursor);
    if cursor.is_none() {
        unreadable.extend(page_follows(reply, &page.beside, rows));
    }
    Ok(Page { mails, unreadable, cursor })
}

/// A conversation; unreadable rows are left out.
pub fn read_thread(reply: &Reply) -> Result<Thread, ApiError> {
    #[derive(Deserialize)]
    struct Found {
        #[serde(default)]
        has_unanswered_inbound: Value,
        emails: Vec<Row<MailView>>,
    }
    let found: Found = reply.json("the thread")?;
    let (mails, _) = sort_out(found.emails, "mail");
    Ok(Thread { unanswered: found.has_unanswered_inbound.as_bool(), mails })
}

impl FromRow for Mail {
    fn from_row(row: &Value) -> Result<Self, String> {
        let tags = row.get("tags").and_then(Value::as_object).map(tag_map).unwrap_or_default();
        Ok(Self { view: MailView::from_row(row)?, markdown: text(row, "markdown"), tags })
    }
}

/// One mail with its body.
pub fn read_mail(reply: &Reply) -> Result<Mail, ApiError> {
    let Row(mail) = reply.json("the mail")?;
    mail.map_err(|why| ApiError::Garbage { what: format!("the mail cannot be read: {why}") })
}

/// The tags of a mail. If one cannot be read, that is an error: writing back the others would delete
/// it.
pub fn read_labels(reply: &Reply) -> Result<BTreeMap<String, String>, ApiError> {
    #[derive(Deserialize)]
    struct Labels {
        tags: Map<String, Value>,
    }
    let labels: Labels = reply.json("`tags`")?;
    let read = tag_map(&labels.tags);
    if read.len() == labels.tags.len() {
        return Ok(read);
    }
    Err(ApiError::Garbage { what: "the mail has tags that are not texts".to_owned() })
}

/// A mail's tags, from the reply to a write; `None` if the reply does not show them.
pub fn read_written_labels(reply: &Reply) -> Result<Option<BTreeMap<String, String>>, ApiError> {
    Ok(read_labels(reply).ok())
}

fn tag_map(tags: &Map<String, Value>) -> BTreeMap<String, String> {
    let texts = tags.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        Reply { status, body: body.into(), ..Reply::default() }
    }

    #[test]
    fn a_repetition_is_distinguished_from_a_new_mail() {
        let new = read_receipt(&reply(202, r#"{"id":"e1","status":"pending_scan","thread_id":"t1"}"#)).unwrap();
        assert_eq!((new.id.as_str(), new.thread.as_str(), new.repeated), ("e1", "t1", false));
        let old = read_receipt(&reply(200, r#"{"id":"e1","status":"already_sent","idempotent":true}"#)).unwrap();
        assert!(old.repeated);
    }

    #[test]
    fn a_receipt_without_an_id_is_garbage() {
        for body in ["{}", "[]", "null", "", r#"{"id":null,"status":"pending_scan"}"#, r#"{"id":"e1""#] {
            assert!(matches!(read_receipt(&reply(202, body)), Err(ApiError::Garbage { .. })), "{body}");
        }
    }

    #[test]
    fn a_page_keeps_what_it_can_and_tells_what_it_cannot() {
        let body = r#"{"cursor":"c2","emails":[
            {"id":"1","to":["a@b.example"],"from":"x","subject":"s","status":"brand_new","direction":"outbound",
             "received_at":"2027-01-30T13:00:00Z","delivered_at":null,"thread_id":null},
            {"subject":"no id"}, 7]}"#;
        let page = read_page(&reply(200, body)).unwrap();
        assert_eq!((page.mails.len(), page.unreadable.len(), page.cursor.as_deref()), (1, 2, Some("c2")));
        assert_eq!(page.mails[0].status, MailStatus::Other("brand_new".to_owned()));
        assert_eq!(page.mails[0].delivered_at, None);
    }

    #[test]
    fn a_last_page_that_says_there_are_more_is_not_the_last() {
        let unreadable =
            |beside: &str| read_page(&reply(200, &format!(r#"{{"emails":[]{beside}}}"#))).unwrap().unreadable;
        assert_eq!(unreadable(r#","has_more":true"#).len(), 1);
        assert_eq!(unreadable(r#","cursor":null,"next_page":2"#).len(), 1);
        for whole in ["", r#","cursor":null,"has_more":false,"total":700"#, r#","cursor":"c2","has_more":true"#] {
            assert_eq!(unreadable(whole), Vec::<String>::new(), "{whole}");
        }
    }

    #[test]
    fn a_status_is_read_from_the_published_word() {
        for (body, expected) in [
            (r#"{"status":"pending_send_approval"}"#, MailStatus::PendingSendApproval),
            (r#"{"status":"send_failed"}"#, MailStatus::SendFailed),
            (r#"{"status":"Scheduled"}"#, MailStatus::Other("Scheduled".to_owned())),
            (r#"{"status":null}"#, MailStatus::Unstated),
            ("{}", MailStatus::Unstated),
        ] {
            assert_eq!(status(&serde_json::from_str(body).unwrap()), expected, "{body}");
        }
    }

    #[test]
    fn a_cancel_is_done_unless_the_body_says_otherwise() {
        for body in ["", " ", "{}", r#"{"id":"1","status":"cancelled"}"#, r#"{"ok":true,"error":null}"#] {
            assert_eq!(read_cancelled(&reply(200, body)), Ok(()), "{body}");
        }
        for (body, expected) in [
            (r#"{"status":"scheduled"}"#, "it answered with the status `scheduled`"),
            (r#"{"status":"too_late_to_say"}"#, "it answered with the status `too_late_to_say`"),
            (r#"{"ok":false,"error":"not allowed"}"#, "not allowed"),
            (r#"{"success":false}"#, "it gave no reason"),
            (r#"{"error":{"code":7}}"#, "it gave no reason"),
        ] {
            let words = expected.to_owned();
            assert_eq!(read_cancelled(&reply(200, body)), Err(ApiError::NotDone { what: "cancel", words }), "{body}");
        }
        assert!(matches!(read_cancelled(&reply(200, "<html>")), Err(ApiError::Garbage { .. })));
    }

    #[test]
    fn a_thread_is_read_also_where_the_server_has_no_opinion_of_it() {
        let thread = read_thread(&reply(200, r#"{"has_unanswered_inbound":false,"emails":[{"id":"1"},7]}"#)).unwrap();
        assert_eq!((thread.unanswered, thread.mails.len()), (Some(false), 1));
        assert_eq!(read_thread(&reply(200, r#"{"emails":[]}"#)).unwrap().unanswered, None);
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        for cursor in ["", r#","cursor":null"#, r#","cursor":"""#] {
            let page = read_page(&reply(200, &format!(r#"{{"emails":[]{cursor}}}"#))).unwrap();
            assert_eq!(page.cursor, None);
        }
    }

    #[test]
    fn tags_that_cannot_be_written_back_are_not_read() {
        assert!(read_labels(&reply(200, r#"{"tags":{"a":"b"}}"#)).is_ok());
        assert!(read_labels(&reply(200, r#"{"tags":{"a":"b","c":1}}"#)).is_err());
    }
}
