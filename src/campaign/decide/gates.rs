//! The gates a plan must pass before anything leaves. All reasons against it are reported at once.

use super::plan::Plan;
use crate::campaign::Time;
use crate::campaign::definition::dates::Timing;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::hint::{Action, Hint};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::plural;
use crate::campaign::text::lock::Lock;
use crate::hint;

/// When a phase is to leave.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SendWhen {
    /// On its date; at once if that has come.
    #[default]
    OnItsDate,
    /// At this time.
    At(Time),
    /// At once.
    Now,
}

/// What the server can do, and the mode it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerState {
    /// The mailbox's oversight mode; `None` where the server does not report modes.
    pub mode: Option<String>,
    /// Whether the server can be told when to let a mail out.
    pub schedules: bool,
    /// The time.
    pub now: Time,
}

/// A reason against sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub hint: Hint,
}

impl Refusal {
    /// A refusal.
    pub fn new(what: impl Into<String>, hint: impl Into<Hint>) -> Self {
        Self { what: what.into(), hint: hint.into() }
    }
}

/// When the server is to let the mails out: `None` is at once.
pub fn departure(
    campaign: &Campaign,
    phase: &Phase,
    when: SendWhen,
    server: &ServerState,
) -> Result<Option<Time>, Refusal> {
    let timing = campaign.timing(phase, server.now);
    let send_at = match (when, timing, campaign.due(phase)) {
        (_, Timing::Late, Some(due)) => {
            let days = (server.now - due).num_days();
            let what = format!(
                "phase `{}` was due {}, {days} days ago: its text may no longer be right",
                phase.name,
                campaign.local_date(due)
            );
            let max_late = campaign.limits.max_late;
            let hint = format!("leave it out, or raise [limits] max_late (now {max_late}) and draft again");
            return Err(Refusal::new(what, hint));
        }
        (SendWhen::At(at), ..) if at < server.now => {
            return Err(Refusal::new(format!("--at {at} has passed"), "name a time to come, or --now"));
        }
        (SendWhen::At(at), ..) => Some(at),
        (SendWhen::OnItsDate, Timing::Early, Some(due)) => Some(due),
        _ => None,
    };
    match send_at {
        Some(at) if !server.schedules => {
            let what = format!(
                "phase `{}` is to leave {}, and this server cannot hold a mail until then",
                phase.name,
                campaign.local_date(at)
            );
            let at_once = Action::new("submit").phase(&phase.name).flag("now");
            Err(Refusal::new(what, hint!["run this on its date; ", at_once, " sends it at once"]))
        }
        other => Ok(other),
    }
}

/// What the mailbox's oversight mode says against sending; nothing where the server does not report modes.
pub(crate) fn mode_gate(campaign: &Campaign, mode: Option<&str>) -> Option<Refusal> {
    let allowed = &campaign.api.oversight;
    let mode = mode.filter(|mode| !allowed.iter().any(|own| own == mode))?;
    let what = format!("the mailbox is in mode {mode}; this campaign sends only in {}", allowed.join(" or "));
    Some(Refusal::new(what, "set the mailbox to gated_all in MultiMail, or allow the mode in [api] oversight"))
}

/// The customers who carry the tag that we write after a mail, although the ledger knows of no mail to them and nobody has
/// adopted that.
pub fn told_elsewhere<'a>(campaign: &'a Campaign, records: &'a Records) -> impl Iterator<Item = &'a Recipient> {
    let explained = records.adopted.is_some() || records.rebuilt.is_some();
    let tag = &campaign.tags.notified;
    let is_told = move |own: &&Recipient| {
        own.left.is_none() && own.mails.is_empty() && own.tags.iter().any(|carried| carried == tag)
    };
    records.recipients().iter().filter(move |_| !explained).filter(is_told)
}

/// Refuses to send from a ledger that knows of no mail while contacts carry the campaign's tag: either something else told
/// them, or a ledger was lost, and only a person knows which.
pub fn told_gate(campaign: &Campaign, records: &Records) -> Option<Refusal> {
    let told = told_elsewhere(campaign, records).count();
    let is_new = records.recipients().iter().all(|recipient| recipient.mails.is_empty());
    (is_new && told > 0).then(|| {
        let carry = if told == 1 { "1 customer carries".to_owned() } else { format!("{told} customers carry") };
        let what = format!("{carry} `{}`, and this ledger knows of no mail to anybody", campaign.tags.notified);
        let (adopt, rebuild) = (Action::new("segment").flag("adopt"), Action::new("track").flag("rebuild"));
        Refusal::new(
            what,
            hint!["if something else told them, ", adopt, " goes on; if a ledger was lost, ", rebuild, " first"],
        )
    })
}

/// Everything against carrying out this plan.
pub fn gates(
    campaign: &Campaign,
    phase: &Phase,
    plan: &Plan,
    lock: Option<&Lock>,
    server: &ServerState,
) -> Vec<Refusal> {
    let draft = hint![Action::new("draft").phase(&phase.name), ", have it reviewed"];
    let mut refusals: Vec<Refusal> = mode_gate(campaign, server.mode.as_deref()).into_iter().collect();
    let nobody = plan.sends.is_empty() && plan.unlocked.is_empty();
    let void = lock.filter(|lock| lock.deadline != campaign.deadline);
    if lock.is_none() && !nobody {
        refusals.push(Refusal::new(
            format!("phase `{}` has no drafts, so nobody reviewed its texts", phase.name),
            draft.clone(),
        ));
    } else if let Some(void) = void.filter(|_| !nobody) {
        let what = format!(
            "the drafts of phase `{}` were reviewed for the deadline {}, and it is {} now",
            phase.name, void.deadline, campaign.deadline
        );
        refusals.push(Refusal::new(what, draft.clone()));
    } else if !plan.unlocked.is_empty() {
        let number = plural(plan.unlocked.len(), "recipient");
        let what = format!("{number} would get a text that is not in the lock");
        refusals.push(Refusal::new(what, draft.clone().and("; or undo the change")));
    }
    refusals.extend(plan.rejected.values().map(|text| {
        let number = plural(text.recipients, "recipient");
        let what = format!("text `{}` would reach {number}, and {}", text.name, text.told);
        Refusal::new(what, Hint::from("correct the template, then ").and(draft.clone()))
    }));
    refusals
}
