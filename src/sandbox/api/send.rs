//! `POST /v1/mailboxes/{mailbox}/send`: the closed body of the contract `mailbox`.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

use super::mail_of;
use crate::sandbox::answer::{Answer, Refusal};
use crate::sandbox::call::{Call, check_address, present};
use crate::sandbox::mail::{Direction, GateTiming, Letter};
use crate::sandbox::world::World;

const MOST_RECIPIENTS: usize = 50;
const LONGEST_SUBJECT: usize = 998;
const LONGEST_MARKDOWN: usize = 262_144;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SendRequest {
    to: Vec<String>,
    #[serde(default)]
    cc: Vec<String>,
    #[serde(default)]
    bcc: Vec<String>,
    subject: String,
    markdown: String,
    #[serde(default, deserialize_with = "present")]
    idempotency_key: Option<String>,
    #[serde(default, deserialize_with = "present")]
    send_at: Option<String>,
    #[serde(default, deserialize_with = "present")]
    gate_timing: Option<GateTiming>,
    #[serde(default)]
    attachments: Vec<Attachment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attachment {
    name: String,
    content_base64: String,
    content_type: String,
}

pub fn send(world: &mut World, call: &Call) -> Answer {
    let mailbox = world.mailboxes.find(call.part("mailbox"))?;
    let request: SendRequest = call.body()?;
    request.check()?;
    let from = world.mailboxes.list[mailbox].address.clone();
    let letter = request.into_letter(from)?;
    world.submit(mailbox, letter)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyRequest {
    markdown: String,
    #[serde(default, deserialize_with = "present")]
    idempotency_key: Option<String>,
}

/// `POST /v1/mailboxes/{mailbox}/reply/{email}`: a reply in the conversation of a mail, to its sender.
pub fn reply(world: &mut World, call: &Call) -> Answer {
    let answered = mail_of(world, call)?;
    let ReplyRequest { markdown, idempotency_key } = call.body()?;
    check_length("markdown", &markdown, LONGEST_MARKDOWN)?;
    let mail = &world.post.mails[answered];
    let (mailbox, thread) = (mail.mailbox, mail.thread_id.clone());
    let to = if mail.direction == Direction::Inbound { vec![mail.letter.from.clone()] } else { mail.letter.to.clone() };
    let subject = mail.letter.subject.trim_start_matches("Re: ").to_owned();
    let letter = Letter {
        contract: "mailbox",
        from: world.mailboxes.list[mailbox].address.clone(),
        to,
        subject: format!("Re: {subject}"),
        body: markdown,
        idempotency_key,
        heeds_key: true,
        ..Letter::default()
    };
    world.submit_in(mailbox, Some(thread), letter)
}

impl SendRequest {
    fn check(&self) -> Result<(), Refusal> {
        if !(1..=MOST_RECIPIENTS).contains(&self.to.len()) {
            return Err(Refusal::violation(format!("to: must have 1 to {MOST_RECIPIENTS} addresses")));
        }
        for (field, addresses) in [("to", &self.to), ("cc", &self.cc), ("bcc", &self.bcc)] {
            addresses.iter().try_for_each(|address| check_address(field, address))?;
        }
        check_subject(&self.subject, LONGEST_SUBJECT)?;
        check_length("markdown", &self.markdown, LONGEST_MARKDOWN)
    }

    fn into_letter(self, from: String) -> Result<Letter, Refusal> {
        let send_at = self.send_at.as_deref().map(parse_send_at).transpose()?;
        let attachments = self.attachments.into_iter().map(Value::from).collect();
        Ok(Letter {
            contract: "mailbox",
            from,
            to: self.to,
            cc: self.cc,
            bcc: self.bcc,
            subject: self.subject,
            body: self.markdown,
            attachments,
            idempotency_key: self.idempotency_key,
            heeds_key: true,
            send_at,
            gate_timing: self.gate_timing.unwrap_or_default(),
        })
    }
}

impl From<Attachment> for Value {
    fn from(file: Attachment) -> Self {
        serde_json::json!({
            "name": file.name, "content_base64": file.content_base64, "content_type": file.content_type,
        })
    }
}

/// Checks a subject: a line break in a header would start another header.
pub fn check_subject(subject: &str, longest: usize) -> Result<(), Refusal> {
    if subject.chars().any(char::is_control) {
        return Err(Refusal::violation("subject: must not contain control characters"));
    }
    check_length("subject", subject, longest)
}

fn check_length(field: &str, text: &str, longest: usize) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length <= longest {
        return Ok(());
    }
    Err(Refusal::violation(format!("{field}: {length} characters, at most {longest} are allowed")))
}

/// Exactly `2027-01-30T13:00:00Z`, optionally with a fraction. A past time means now.
pub fn parse_send_at(text: &str) -> Result<DateTime<Utc>, Refusal> {
    let digits_where_due = text.bytes().zip(b"0000-00-00T00:00:00".iter()).all(|(found, expected)| match expected {
        b'0' => found.is_ascii_digit(),
        mark => found == *mark,
    });
    let rest = text.get(19..).and_then(|rest| rest.strip_suffix('Z'));
    let fraction = rest.is_some_and(|rest| match rest.strip_prefix('.') {
        Some(digits) => !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()),
        None => rest.is_empty(),
    });
    let time = DateTime::parse_from_rfc3339(text).ok().filter(|_| digits_where_due && fraction);
    time.map(|time| time.to_utc())
        .ok_or_else(|| Refusal::violation(format!("send_at: {text:?} is not a UTC time like 2027-01-30T13:00:00Z")))
}

#[cfg(test)]
mod tests {
    use super::parse_send_at;

    #[test]
    fn only_utc_times_with_a_z_are_send_times() {
        for good in ["2027-01-30T13:00:00Z", "2027-01-30T13:00:00.250Z"] {
            assert!(parse_send_at(good).is_ok(), "{good}");
        }
        for bad in ["2027-01-30T13:00:00+00:00", "2027-01-30", "2027-01-30 13:00:00Z", "2027-02-30T13:00:00Z", ""] {
            assert!(parse_send_at(bad).is_err(), "{bad}");
        }
    }
}
