//! When a phase's mails are sent to each customer, or why they cannot be.

use chrono::NaiveDate;

use crate::campaign::Time;
use crate::campaign::definition::Phase;
use crate::campaign::definition::dates::Timing;
use crate::campaign::definition::reader::Reader;
use crate::campaign::hint::{Action, Hint};
use crate::hint;

/// When to send a phase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SendWhen {
    /// On its date; at once if that has passed.
    #[default]
    OnItsDate,
    /// At once if its date has come; otherwise not yet.
    WhenDue,
    /// At this time.
    At(Time),
    /// On this day, at the phase's own time of day.
    On(NaiveDate),
    /// At once.
    Now,
}

/// The server's features and mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerState {
    /// The mailbox's oversight mode; `None` if the server does not report modes.
    pub mode: Option<String>,
    /// Whether the server supports scheduled sending.
    pub schedules: bool,
    /// The time.
    pub now: Time,
}

/// A reason not to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub what: String,
    /// How to fix it.
    pub hint: Hint,
}

impl Refusal {
    /// A refusal.
    pub fn new(what: impl Into<String>, hint: impl Into<Hint>) -> Self {
        Self { what: what.into(), hint: hint.into() }
    }
}

/// Why a phase cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoDeparture {
    /// It is too late for these readers: its statements are no longer true for them.
    TooLate(Refusal),
    /// It is not due for them yet, and early sending was not requested.
    NotYetDue,
    /// The request is impossible.
    Refused(Refusal),
}

/// The send time to give the server for these readers: `None` means at once.
///
/// # Errors
/// It is too late, or impossible at that time.
pub fn departure(
    reader: Reader<'_>,
    phase: &Phase,
    when: SendWhen,
    server: &ServerState,
) -> Result<Option<Time>, NoDeparture> {
    let (campaign, now) = (reader.campaign(), server.now);
    let timing = reader.timing(phase, now);
    let due = reader.due(phase);
    if timing == Timing::Late {
        return Err(NoDeparture::TooLate(too_late(reader, phase, now)));
    }
    let asked_for = match when {
        SendWhen::At(at) => Some(at),
        SendWhen::On(day) => campaign.moment(day.and_time(phase.send_time.unwrap_or(campaign.send_time))),
        SendWhen::OnItsDate | SendWhen::WhenDue | SendWhen::Now => None,
    };
    let send_at = match (asked_for, when, timing) {
        (Some(at), ..) if at < now => {
            let what = format!("--at {} has passed", campaign.local_time(at));
            return Err(NoDeparture::Refused(Refusal::new(what, "name a time to come, or --now")));
        }
        (Some(at), ..) if at > reader.ends_at() && !phase.may_follow_deadline() => {
            let what = format!(
                "--at {} is after the deadline{}, {}: what phase `{}` says is not true then",
                campaign.local_time(at),
                whose(reader),
                reader.deadline(),
                phase.name
            );
            let hint = "give an earlier time; for mails after the deadline, use a phase with `days_after`";
            return Err(NoDeparture::Refused(Refusal::new(what, hint)));
        }
        (Some(at), ..) if reader.announced_end(phase).is_some_and(|end| at > end) => {
            let what = format!(
                "--at {} is after the event that phase `{}` announces: its text would be wrong by then",
                campaign.local_time(at),
                phase.name
            );
            return Err(NoDeparture::Refused(Refusal::new(what, "give an earlier time")));
        }
        (Some(at), ..) => Some(at),
        (None, SendWhen::WhenDue, Timing::Early) => return Err(NoDeparture::NotYetDue),
        (None, SendWhen::OnItsDate, Timing::Early) => due,
        _ => None,
    };
    match send_at {
        Some(at) if !server.schedules => {
            let what = format!(
                "phase `{}` is scheduled for {}, and this server cannot hold a mail until then",
                phase.name,
                campaign.local_date(at)
            );
            let at_once = Action::new("submit").phase(&phase.name).flag("now");
            let hint = hint!["run this on its date; ", at_once, " sends it at once"];
            Err(NoDeparture::Refused(Refusal::new(what, hint)))
        }
        other => Ok(other),
    }
}

/// ` of segment X`, for readers with their own deadline.
fn whose(reader: Reader<'_>) -> String {
    let own = reader.campaign().segment(reader.segment()).filter(|segment| segment.deadline.is_some());
    own.map(|segment| format!(" of segment `{}`", segment.name)).unwrap_or_default()
}

fn too_late(reader: Reader<'_>, phase: &Phase, now: Time) -> Refusal {
    let (campaign, name) = (reader.campaign(), &phase.name);
    let skip = Action::new("submit").phase(name).flag("skip").option("reason", "REASON");
    if now > reader.ends_at() && !phase.may_follow_deadline() {
        let what = format!(
            "the deadline{}, {}, has passed: phase `{name}` counts days before it",
            whose(reader),
            reader.deadline()
        );
        let hint =
            hint!["move the deadline, or use a phase with `days_after` for mails after it; ", skip, " gives it up"];
        return Refusal::new(what, hint);
    }
    if let Some(end) = reader.announced_end(phase).filter(|end| now > *end) {
        let what = format!("the event that phase `{name}` announces ended on {}", campaign.local_date(end));
        return Refusal::new(what, hint![skip, " gives it up; or change the date in [campaign.dates]"]);
    }
    let due = reader.due(phase).unwrap_or(now);
    let days = (now - due).num_days();
    let what = format!(
        "phase `{name}` was due {}, {days} days ago: its text may no longer be right",
        campaign.local_date(due)
    );
    let max_late = campaign.limits.max_late;
    let raise = format!("leave it out, or raise [limits] max_late (now {max_late}) and draft again; ");
    Refusal::new(what, hint![raise, skip, " gives it up"])
}
