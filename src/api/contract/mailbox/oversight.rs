//! The oversight queue as the published contract answers it.

use serde::Deserialize;
use serde_json::Value;

use super::super::super::error::ApiError;
use super::super::super::model::{Decided, Verdict, Waiting};
use super::super::read::{FromRow, Row, needed, sort_out, text, texts, time};
use super::super::reply::Reply;
use super::mails::direction;

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

/// The queue. Published under `emails`; an older server may say `pending`.
pub fn read_waiting(reply: &Reply) -> Result<Vec<Waiting>, ApiError> {
    #[derive(Deserialize)]
    struct Queue {
        #[serde(alias = "pending")]
        emails: Vec<Row<Waiting>>,
    }
    let queue: Queue = reply.json("`emails`")?;
    Ok(sort_out(queue.emails, "mail").0)
}

/// What became of a decision. A yes in a word nobody published is a yes to what was asked.
pub fn read_decided(reply: &Reply, verdict: &Verdict) -> Result<Decided, ApiError> {
    let body: Value = reply.json("the decision")?;
    Ok(match (text(&body, "status").as_str(), verdict) {
        ("approved_and_sent", _) => Decided::ApprovedAndSent,
        ("rejected", _) | (_, Verdict::Reject { .. }) => Decided::Rejected,
        (_, Verdict::Approve) => Decided::Approved,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_is_found_under_either_name() {
        for name in ["emails", "pending"] {
            let body = format!(r#"{{"{name}":[{{"id":"1","direction":"inbound","body_markdown":"b"}},{{}}]}}"#);
            let waiting = read_waiting(&Reply { status: 200, body: body.into(), ..Reply::default() }).unwrap();
            assert_eq!((waiting.len(), waiting[0].markdown.as_str()), (1, "b"));
        }
    }
}
