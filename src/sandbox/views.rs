//! Mails as the API shows them; each view has the published fields and no others.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::mail::{Direction, Mail, Status};

/// The common fields, without those that threads omit.
#[derive(Serialize)]
pub struct Core<'a> {
    id: &'a str,
    from: &'a str,
    to: &'a [String],
    subject: &'a str,
    status: Status,
    received_at: DateTime<Utc>,
    has_attachments: bool,
    delivered_at: Option<DateTime<Utc>>,
    bounced_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct Common<'a> {
    #[serde(flatten)]
    core: Core<'a>,
    thread_id: &'a str,
    bounce_type: Option<&'a str>,
    spam_score: Option<u8>,
    spam_verdict: Option<&'static str>,
}

/// A mail in a list.
#[derive(Serialize)]
pub struct Summary<'a> {
    #[serde(flatten)]
    common: Common<'a>,
    direction: Direction,
}

/// A mail in a thread.
#[derive(Serialize)]
pub struct InThread<'a> {
    #[serde(flatten)]
    core: Core<'a>,
    direction: Direction,
}

/// A single mail; the published reply has neither direction nor send time.
#[derive(Serialize)]
pub struct Whole<'a> {
    #[serde(flatten)]
    common: Common<'a>,
    cc: &'a [String],
    markdown: &'a str,
    approved_at: Option<DateTime<Utc>>,
    approved_by: Option<&'a str>,
    tags: &'a BTreeMap<String, String>,
    attachments: Vec<Value>,
}

/// A mail in the queue; its send time is not shown.
#[derive(Serialize)]
pub struct Pending<'a> {
    id: &'a str,
    mailbox_id: &'a str,
    direction: Direction,
    from: &'a str,
    to: &'a [String],
    subject: &'a str,
    body_markdown: &'a str,
    status: Status,
    received_at: DateTime<Utc>,
}

fn core(mail: &Mail) -> Core<'_> {
    Core {
        id: &mail.id,
        from: &mail.letter.from,
        to: &mail.letter.to,
        subject: &mail.letter.subject,
        status: mail.status,
        received_at: mail.received_at,
        has_attachments: !mail.letter.attachments.is_empty(),
        delivered_at: mail.delivered_at,
        bounced_at: mail.bounced_at,
    }
}

fn common(mail: &Mail) -> Common<'_> {
    let inbound = mail.direction == Direction::Inbound;
    Common {
        core: core(mail),
        thread_id: &mail.thread_id,
        bounce_type: mail.bounce_type.as_deref(),
        spam_score: inbound.then_some(0),
        spam_verdict: inbound.then_some("clean"),
    }
}

pub fn summary(mail: &Mail) -> Summary<'_> {
    Summary { common: common(mail), direction: mail.direction }
}

pub fn in_thread(mail: &Mail) -> InThread<'_> {
    InThread { core: core(mail), direction: mail.direction }
}

pub fn whole(mail: &Mail) -> Whole<'_> {
    Whole {
        common: common(mail),
        cc: &mail.letter.cc,
        markdown: &mail.letter.body,
        approved_at: mail.approved_at,
        approved_by: mail.approved_by.as_deref(),
        tags: &mail.tags,
        attachments: mail.letter.attachments.iter().map(attachment).collect(),
    }
}

/// The size of the base64 text represents the size of the file.
fn attachment(file: &Value) -> Value {
    let size = file["content_base64"].as_str().map_or(0, |text| text.len() / 4 * 3);
    json!({ "name": file["name"], "content_type": file["content_type"], "size": size })
}

pub fn pending<'a>(mail: &'a Mail, mailbox_id: &'a str) -> Pending<'a> {
    Pending {
        id: &mail.id,
        mailbox_id,
        direction: mail.direction,
        from: &mail.letter.from,
        to: &mail.letter.to,
        subject: &mail.letter.subject,
        body_markdown: &mail.letter.body,
        status: mail.status,
        received_at: mail.received_at,
    }
}
