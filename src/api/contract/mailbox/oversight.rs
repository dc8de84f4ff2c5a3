//! Replies about the oversight queue in the published contract.

use serde::Deserialize;
use serde_json::Value;

use super::super::super::error::ApiError;
use super::super::super::model::{Decided, MailStatus, Verdict, Waiting};
use super::super::read::{FromRow, Row, needed, sort_out, text, texts, time};
use super::super::reply::Reply;
use super::mails::{direction, refusal, status};
use crate::campaign::characters::clean;

impl FromRow for Waiting {
    fn from_row(row: &Value) -> Result<Self, String> {
        Ok(Self {
            id: needed(row, "id")?,
            mailbox_id: text(row, "mailbox_id"),
            direction: direction(row),
            from: text(row, "from"),
            to: texts(row, "to"),
            subject: text(row, "subject"),
            markdown: text(row, "body_markdown"),
            received_at: time(row, "received_at"),
        })
    }
}

/// The queue. Published as `emails`; an older server may call it `pending`.
pub fn read_waiting(reply: &Reply) -> Result<Vec<Waiting>, ApiError> {
    #[derive(Deserialize)]
    struct Queue {
        #[serde(alias = "pending")]
        emails: Vec<Row<Waiting>>,
    }
    let queue: Queue = reply.json("`emails`")?;
    Ok(sort_out(queue.emails, "mail").0)
}

/// The result of a decision. An unpublished status counts as success; one that contradicts the decision is
/// [`ApiError::NotDone`].
pub fn read_decided(reply: &Reply, verdict: &Verdict) -> Result<Decided, ApiError> {
    let body: Value = reply.json("the decision")?;
    let status = status(&body);
    let (what, done, decided) = match (verdict, &status) {
        (Verdict::Approve, MailStatus::Other(word)) if word == "approved_and_sent" => {
            ("approve", true, Decided::ApprovedAndSent)
        }
        (Verdict::Approve, status) => ("approve", agrees_with_approval(status), Decided::Approved),
        (Verdict::Reject { .. }, status) => ("reject", agrees_with_rejection(status), Decided::Rejected),
    };
    let otherwise = || (!done).then(|| format!("it answered with the status `{}`", clean(&text(&body, "status"))));
    match refusal(&body).or_else(otherwise) {
        Some(words) => Err(ApiError::NotDone { what, words }),
        None => Ok(decided),
    }
}

/// Whether an approved mail may have this status.
fn agrees_with_approval(status: &MailStatus) -> bool {
    matches!(status, MailStatus::Unstated | MailStatus::PendingScan | MailStatus::Scheduled | MailStatus::Other(_))
}

/// Whether a rejected mail may have this status.
fn agrees_with_rejection(status: &MailStatus) -> bool {
    match status {
        MailStatus::Unstated | MailStatus::Rejected => true,
        MailStatus::Other(word) => !["approved", "approved_and_sent", "sent", "delivered"].contains(&word.as_str()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(body: &str, verdict: &Verdict) -> Result<Decided, ApiError> {
        read_decided(&Reply { status: 200, body: body.to_owned().into(), ..Reply::default() }, verdict)
    }

    #[test]
    fn a_decision_is_believed_unless_the_answer_contradicts_it() {
        let reject = Verdict::Reject { reason: String::new() };
        for (body, verdict, expected) in [
            (r#"{"status":"approved"}"#, &Verdict::Approve, Some(Decided::Approved)),
            (r#"{"status":"approved_and_sent"}"#, &Verdict::Approve, Some(Decided::ApprovedAndSent)),
            (r#"{"status":"scheduled"}"#, &Verdict::Approve, Some(Decided::Approved)),
            (r#"{"status":"queued"}"#, &Verdict::Approve, Some(Decided::Approved)),
            (r#"{"status":"rejected"}"#, &Verdict::Approve, None),
            (r#"{"status":"pending_send_approval"}"#, &Verdict::Approve, None),
            (r#"{"ok":false,"error":"not allowed"}"#, &Verdict::Approve, None),
            (r#"{"status":"rejected"}"#, &reject, Some(Decided::Rejected)),
            ("{}", &reject, Some(Decided::Rejected)),
            (r#"{"status":"declined"}"#, &reject, Some(Decided::Rejected)),
            (r#"{"status":"approved_and_sent"}"#, &reject, None),
            (r#"{"status":"pending_send_approval"}"#, &reject, None),
            (r#"{"status":"scheduled"}"#, &reject, None),
        ] {
            let answer = decided(body, verdict);
            assert!(matches!(&answer, Err(ApiError::NotDone { .. })) == expected.is_none(), "{body}: {answer:?}");
            assert_eq!(answer.ok(), expected, "{body}");
        }
    }

    #[test]
    fn the_queue_is_found_under_either_name() {
        for name in ["emails", "pending"] {
            let body = format!(r#"{{"{name}":[{{"id":"1","direction":"inbound","body_markdown":"b"}},{{}}]}}"#);
            let waiting = read_waiting(&Reply { status: 200, body: body.into(), ..Reply::default() }).unwrap();
            assert_eq!((waiting.len(), waiting[0].markdown.as_str()), (1, "b"));
        }
    }
}
