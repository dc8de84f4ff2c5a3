//! The server's view of a mail, converted for the ledger.

use chrono::SubsecRound;

use crate::api::{MailStatus, MailView};
use crate::campaign::Time;
use crate::campaign::mail::{Accepted, Approval, Course, Rejection};

/// A mail as the server shows it, plus what only we know.
pub fn as_seen(view: &MailView, known: &Accepted, now: Time) -> Accepted {
    // A review of ours records the approver's name; the server may know only the key.
    let by_name = known.approved.clone().filter(|approval| !approval.by.is_empty());
    let approved = by_name.or(approval(view)).or(known.approved.clone());
    // The receipt of a repetition does not name the conversation.
    let thread = if known.thread.is_empty() { view.thread.as_str().into() } else { known.thread.clone() };
    Accepted { course: course(view, &known.course, now), approved, thread, ..known.clone() }
        .since(known, now)
        .settled(now)
}

/// Who approved a mail, if the server says so.
pub fn approval(view: &MailView) -> Option<Approval> {
    Some(Approval { at: whole_seconds(view.approved_at?), by: view.approved_by.as_deref().unwrap_or_default().into() })
}

/// A time in whole seconds, as the ledger stores it.
pub fn whole_seconds(time: Time) -> Time {
    time.trunc_subsecs(0)
}

/// The course of a mail. The published list of statuses has no word for "sent", so times count before words,
/// and an unpublished word changes nothing.
pub fn course(view: &MailView, known: &Course, now: Time) -> Course {
    if let Some(when) = view.bounced_at.map(whole_seconds) {
        return Course::Bounced { when, kind: view.bounce_type.as_deref().unwrap_or_default().into() };
    }
    if let Some(when) = view.delivered_at.map(whole_seconds) {
        return Course::Delivered { when };
    }
    match &view.status {
        MailStatus::PendingSendApproval => Course::PendingApproval,
        MailStatus::Scheduled => Course::Scheduled,
        // The list does not say who rejected it and why. If we know, we keep it.
        MailStatus::Rejected if matches!(known, Course::Rejected(_)) => known.clone(),
        MailStatus::Rejected => Course::Rejected(Box::new(Rejection::found(now))),
        MailStatus::Cancelled if matches!(known, Course::Cancelled { .. }) => known.clone(),
        MailStatus::Cancelled => Course::Cancelled { when: now, why: None },
        MailStatus::SendFailed if matches!(known, Course::Failed { .. }) => known.clone(),
        MailStatus::SendFailed => Course::Failed { when: now, words: Box::default() },
        // It was not stopped after all.
        MailStatus::PendingScan if known.is_void() => Course::Submitted,
        MailStatus::Other(_) if known.is_void() && view.approved_at.is_some() => Course::Submitted,
        // Approved and on its way.
        _ if matches!(known, Course::PendingApproval | Course::Scheduled) => Course::Submitted,
        _ => known.clone(),
    }
}
