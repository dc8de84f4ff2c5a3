//! The gates a plan must pass before anything leaves. All reasons against it are told at once.

use super::plan::Plan;
use crate::campaign::Time;
use crate::campaign::definition::dates::Timing;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::text::lock::Lock;

/// When a user wants a phase to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// On its date; at once if that has come.
    OnItsDate,
    /// At this time.
    At(Time),
    /// At once.
    Now,
}

/// What the server and the account are like at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circumstances {
    /// The mailbox's oversight mode; `None` where the server does not report modes.
    pub mode: Option<String>,
    /// Whether the server can be told when to let a mail out.
    pub schedules: bool,
    /// The time.
    pub now: Time,
}

/// A reason against sending, with the way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub what: String,
    /// What to do: a command to type, where there is one.
    pub way_out: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(what: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self { what: what.into(), way_out: way_out.into() }
    }
}

/// When the server is to let the mails out: `None` is at once.
pub fn departure(
    campaign: &Campaign,
    phase: &Phase,
    wish: Wish,
    around: &Circumstances,
) -> Result<Option<Time>, Refusal> {
    let timing = campaign.timing(phase, around.now);
    let send_at = match (wish, timing, campaign.due(phase)) {
        (_, Timing::Late, Some(due)) => {
            let days = (around.now - due).num_days();
            let what = format!(
                "phase `{}` was due {}, {days} days ago: its text may no longer be right",
                phase.name,
                campaign.local_date(due)
            );
            let way_out =
                format!("leave it out, or raise [limits] max_late (now {}) and draft again", campaign.limits.max_late);
            return Err(Refusal::new(what, way_out));
        }
        (Wish::At(at), ..) if at < around.now => {
            return Err(Refusal::new(format!("--at {at} has passed"), "name a time to come, or --now"));
        }
        (Wish::At(at), ..) => Some(at),
        (Wish::OnItsDate, Timing::Early, Some(due)) => Some(due),
        _ => None,
    };
    match send_at {
        Some(at) if !around.schedules => {
            let what = format!(
                "phase `{}` is to leave {}, and this server cannot hold a mail until then",
                phase.name,
                campaign.local_date(at)
            );
            Err(Refusal::new(
                what,
                format!("run this on its date; `mmig submit --phase {} --now` sends it at once", phase.name),
            ))
        }
        other => Ok(other),
    }
}

/// What the mailbox's oversight mode says against sending; nothing where the server does not report modes.
pub fn mode_gate(campaign: &Campaign, mode: Option<&str>) -> Option<Refusal> {
    let allowed = &campaign.api.oversight;
    let mode = mode.filter(|mode| !allowed.iter().any(|own| own == mode))?;
    let what = format!("the mailbox is in mode {mode}; this campaign sends only in {}", allowed.join(" or "));
    Some(Refusal::new(what, "set the mailbox to gated_all in MultiMail, or allow the mode in [api] oversight"))
}

/// Everything against carrying out this plan.
pub fn gates(
    campaign: &Campaign,
    phase: &Phase,
    plan: &Plan,
    lock: Option<&Lock>,
    around: &Circumstances,
) -> Vec<Refusal> {
    let draft = format!("`mmig draft --phase {}`, have it reviewed", phase.name);
    let mut refusals: Vec<Refusal> = mode_gate(campaign, around.mode.as_deref()).into_iter().collect();
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
        let number = plan.unlocked.len();
        let what = format!(
            "{number} recipient{} would get a text that is not in the lock",
            if number == 1 { "" } else { "s" }
        );
        refusals.push(Refusal::new(what, format!("{draft}; or undo the change")));
    }
    refusals.extend(plan.rejected.values().map(|text| {
        let what = format!(
            "text `{}` would reach {} recipient{}, and {}",
            text.name,
            text.recipients,
            if text.recipients == 1 { "" } else { "s" },
            text.told
        );
        Refusal::new(what, format!("correct the template, then {draft}"))
    }));
    refusals
}
