//! One recipient's full history, for "what did you tell us, and when?".

use schemars::JsonSchema;
use serde::Serialize;

use crate::campaign::Time;
use crate::campaign::digest::Digest;
use crate::campaign::mail::withdrawal::Withdrawal;
use crate::campaign::mail::{Course, Fate, Mail};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::stage::{Evidence, Mark};

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Event {
    /// When it happened.
    pub time: Time,
    /// What happened, in a word or two.
    pub what: &'static str,
    /// The phase whose mail it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// The server's id of the mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// The digest of the reviewed text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The stage it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<crate::campaign::people::stage::Stage>,
    /// Who decided, or what showed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The address it was sent to, if it is no longer the recipient's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// When the mail is to be sent, if not at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaves: Option<Time>,
    /// The server's message, a reason, or a note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Event {
    /// The details without a column of their own, with times written by `local`.
    pub fn more(&self, local: impl Fn(Time) -> String) -> String {
        let stage = self.stage.map(|stage| stage.to_string());
        let by = self.by.as_ref().map(|by| format!("by {by}"));
        let to = self.to.as_ref().map(|to| format!("to {to}"));
        let leaves = self.leaves.map(|at| format!("to leave {}", local(at)));
        [stage, by, to, leaves, self.note.clone()].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// All events of a recipient, oldest first.
pub fn history(recipient: &Recipient) -> Vec<Event> {
    let mut events = vec![plain(recipient.since, "found")];
    events[0].note = Some(format!("segment {}", recipient.segment));
    events.extend(recipient.marks.iter().map(of_mark));
    events.extend(recipient.mails.iter().flat_map(|mail| of_mail(recipient, mail)));
    events.extend(recipient.left.map(|left| plain(left, "left")));
    events.sort_by_key(|event| event.time);
    events
}

fn plain(time: Time, what: &'static str) -> Event {
    let (phase, message_id, digest, stage) = (None, None, None, None);
    Event { time, what, phase, message_id, digest, stage, by: None, to: None, leaves: None, note: None }
}

fn of_mark(mark: &Mark) -> Event {
    let what = match mark.by {
        Evidence::Tag => "tagged",
        Evidence::TagGone => "tag removed",
        Evidence::Reply => "replied",
        Evidence::Hand => "marked",
        Evidence::Usage => "seen in usage",
        Evidence::Relapse => "relapsed",
        Evidence::Answered => "answered",
    };
    let note = Some(mark.note.clone()).filter(|note| !note.is_empty());
    Event { stage: Some(mark.stage), note, by: Some(mark.by.to_string()), ..plain(mark.at, what) }
}

/// All events of one mail, oldest first.
pub(crate) fn of_mail(recipient: &Recipient, mail: &Mail) -> Vec<Event> {
    let mut events = Vec::new();
    let id = mail.accepted().map(|accepted| accepted.id.to_string()).filter(|id| !id.is_empty());
    let about = |time, what| Event {
        phase: Some(mail.phase.to_string()),
        message_id: id.clone(),
        digest: Some(mail.variant),
        ..plain(time, what)
    };
    let noted = |time, what, note: &str| Event {
        note: Some(note.to_owned()).filter(|note| !note.is_empty()),
        ..about(time, what)
    };
    match &mail.fate {
        Fate::Sending => events.push(about(mail.sending, "sending")),
        Fate::Unknown { at, why } => events.push(noted(*at, "unknown", why)),
        Fate::Failed { at, words } => events.push(noted(*at, "failed", words)),
        Fate::Accepted(accepted) => {
            let to = Some(mail.address(recipient)).filter(|to| *to != recipient.email).map(str::to_owned);
            events.push(Event { to, leaves: mail.send_at, ..about(accepted.at, "submitted") });
            if let Some(approval) = &accepted.approved {
                let by = Some(approval.by.to_string()).filter(|by| !by.is_empty());
                events.push(Event { by, ..about(approval.at, "approved") });
            }
            events.extend(accepted.too_late.map(|at| about(at, "too late to withdraw")));
            match &accepted.course {
                Course::Delivered { when } => events.push(about(*when, "delivered")),
                Course::Bounced { when, kind } => events.push(noted(*when, "bounced", kind)),
                Course::Rejected(no) => {
                    let by = Some(no.by.clone()).filter(|by| !by.is_empty());
                    events.push(Event { by, ..noted(no.when, "rejected", &no.reason) });
                }
                Course::Cancelled { when, why } => {
                    events.push(noted(*when, "cancelled", why.map_or("", Withdrawal::describe)));
                }
                Course::Failed { when, words } => events.push(noted(*when, "failed", words)),
                Course::Submitted | Course::Handed | Course::PendingApproval | Course::Scheduled => {}
            }
        }
    }
    events.sort_by_key(|event| event.time);
    events
}
