//! `/v1/mailboxes/{mailbox}/emails`: lists, single mails, cancellation.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::json;

use super::{actor, mail_of};
use crate::sandbox::answer::{Answer, Refusal, Reply};
use crate::sandbox::call::Call;
use crate::sandbox::mail::{Direction, Mail, Status};
use crate::sandbox::views::{Summary, summary, whole};
use crate::sandbox::world::World;

/// The query parameters of a list.
pub const FILTERS: &[&str] = &[
    "status",
    "limit",
    "cursor",
    "sender",
    "subject_contains",
    "date_after",
    "date_before",
    "direction",
    "has_attachments",
    "since_id",
];

/// The published values of `status`.
const KNOWN_STATUS: [&str; 12] = [
    "unread",
    "read",
    "archived",
    "deleted",
    "pending_send_approval",
    "pending_inbound_approval",
    "rejected",
    "cancelled",
    "send_failed",
    "scheduled",
    "spam_flagged",
    "spam_quarantined",
];

/// Newest first. A cursor is the position of the last mail shown, so that new mails do not shift the pages.
pub fn list(world: &mut World, call: &Call) -> Answer {
    let mailbox = world.mailboxes.find(call.part("mailbox"))?;
    let filter = Filter::read(call)?;
    let limit = call.limit(20)?;
    let from = call.query("cursor").map(parse_cursor).transpose()?.unwrap_or(usize::MAX);
    let oldest = match call.query("since_id") {
        None => 0,
        Some(id) => world.post.find(id).ok_or_else(|| Refusal::bad_request("since_id: no such email"))? + 1,
    };
    let mails = &world.post.mails;
    // The last position is shown again if pages should overlap.
    let end =
        from.saturating_add(usize::from(world.options.repeat_at_page_edge && from != usize::MAX)).min(mails.len());
    let places = (oldest..end).rev();
    let mut found = places.filter(|place| mails[*place].mailbox == mailbox && filter.admits(&mails[*place]));
    let page: Vec<usize> = found.by_ref().take(limit).collect();
    let more = found.next().is_some();
    let cursor = page.last().filter(|_| more).map(|place| format!("c{place:x}"));
    let emails: Vec<Summary> = page.iter().map(|place| summary(&mails[*place])).collect();
    Reply::ok(&json!({ "emails": emails, "cursor": cursor }))
}

fn parse_cursor(text: &str) -> Result<usize, Refusal> {
    let place = text.strip_prefix('c').and_then(|digits| usize::from_str_radix(digits, 16).ok());
    place.ok_or_else(|| Refusal::violation("cursor: not one of ours"))
}

struct Filter {
    status: Option<String>,
    sender: Option<String>,
    subject: Option<String>,
    after: Option<DateTime<Utc>>,
    before: Option<DateTime<Utc>>,
    direction: Option<Direction>,
    attachments: Option<bool>,
}

impl Filter {
    fn read(call: &Call) -> Result<Self, Refusal> {
        let status = call.query("status").map(str::to_owned);
        if let Some(unknown) = status.as_ref().filter(|status| !KNOWN_STATUS.contains(&status.as_str())) {
            return Err(Refusal::violation(format!("status: {unknown:?} is not a published status")));
        }
        let direction = match call.query("direction") {
            None => None,
            Some("inbound") => Some(Direction::Inbound),
            Some("outbound") => Some(Direction::Outbound),
            Some(other) => return Err(Refusal::violation(format!("direction: {other:?} is not valid"))),
        };
        Ok(Self {
            status,
            direction,
            sender: call.query("sender").map(str::to_lowercase),
            subject: call.query("subject_contains").map(str::to_lowercase),
            after: call.query("date_after").map(parse_time).transpose()?,
            before: call.query("date_before").map(parse_time).transpose()?,
            attachments: call.query_as("has_attachments")?,
        })
    }

    /// Both dates are exclusive.
    fn admits(&self, mail: &Mail) -> bool {
        self.status.as_ref().is_none_or(|status| *status == mail.status.to_string())
            && self.direction.is_none_or(|direction| direction == mail.direction)
            && self.sender.as_ref().is_none_or(|sender| *sender == mail.letter.from.to_lowercase())
            && self.subject.as_ref().is_none_or(|part| mail.letter.subject.to_lowercase().contains(part))
            && self.after.is_none_or(|after| mail.received_at > after)
            && self.before.is_none_or(|before| mail.received_at < before)
            && self.attachments.is_none_or(|has| has != mail.letter.attachments.is_empty())
    }
}

/// A time, or a date, which means its first moment in UTC.
fn parse_time(text: &str) -> Result<DateTime<Utc>, Refusal> {
    let date = || text.parse::<NaiveDate>().ok().map(|date| date.and_time(NaiveTime::MIN).and_utc());
    let time = DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc()).or_else(date);
    time.ok_or_else(|| Refusal::violation(format!("{text:?} is neither a time nor a date")))
}

/// Reading an unread mail marks it as read, as in the vendor's service.
pub fn read(world: &mut World, call: &Call) -> Answer {
    let place = mail_of(world, call)?;
    if world.post.mails[place].status == Status::Unread {
        world.post.put(place, Status::Read);
    }
    Reply::ok(&whole(&world.post.mails[place]))
}

pub fn cancel(world: &mut World, call: &Call) -> Answer {
    call.no_body()?;
    let place = mail_of(world, call)?;
    let mail = world.cancel(place, actor(call))?;
    Reply::ok(&json!({ "id": mail.id, "status": mail.status }))
}
