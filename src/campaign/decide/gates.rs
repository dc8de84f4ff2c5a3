//! The gates a plan must pass before anything is sent. All failures are reported at once.

use super::plan::Plan;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::hint::{Action, Hint};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::plural;
use crate::campaign::text::lock::Lock;
use crate::hint;

pub use super::departure::{NoDeparture, Refusal, SendWhen, ServerState, departure};

/// The refusal that follows from the mailbox's oversight mode; none if the server does not report modes.
pub(crate) fn mode_gate(campaign: &Campaign, mode: Option<&str>) -> Option<Refusal> {
    let allowed = &campaign.api.oversight;
    let mode = mode.filter(|mode| !allowed.iter().any(|own| own == mode))?;
    let what = format!("the mailbox is in mode {mode}; this campaign sends only in {}", allowed.join(" or "));
    Some(Refusal::new(what, "set the mailbox to gated_all in MultiMail, or allow the mode in [api] oversight"))
}

/// The customers who carry the tag that we write after a mail, although the ledger has no mail to them and no one has
/// adopted that.
pub fn notified_elsewhere<'a>(campaign: &'a Campaign, records: &'a Records) -> impl Iterator<Item = &'a Recipient> {
    let explained = records.adopted.is_some() || records.rebuilt.is_some();
    let tag = &campaign.tags.notified;
    let has_tag_only = move |own: &&Recipient| {
        own.left.is_none() && own.mails.is_empty() && own.tags.iter().any(|carried| carried == tag)
    };
    records.recipients().iter().filter(move |_| !explained).filter(has_tag_only)
}

/// Refuses to send from a ledger without mails while contacts carry the campaign's tag: either they were notified in
/// some other way, or a ledger was lost, and only a person knows which.
pub fn notified_elsewhere_gate(campaign: &Campaign, records: &Records) -> Option<Refusal> {
    let count = notified_elsewhere(campaign, records).count();
    let is_new = records.recipients().iter().all(|recipient| recipient.mails.is_empty());
    (is_new && count > 0).then(|| {
        let carry = if count == 1 { "1 customer carries".to_owned() } else { format!("{count} customers carry") };
        let what = format!("{carry} `{}`, and this ledger has no mails", campaign.tags.notified);
        let (adopt, rebuild) = (Action::new("segment").flag("adopt"), Action::new("track").flag("rebuild"));
        Refusal::new(
            what,
            hint!["if another tool notified them, ", adopt, " continues; if a ledger was lost, ", rebuild, " first"],
        )
    })
}

/// Every reason not to carry out this plan.
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
    let void = lock.filter(|lock| !lock.is_for(campaign));
    if lock.is_none() && !nobody {
        refusals.push(Refusal::new(
            format!("phase `{}` has no drafts, so its texts are not reviewed", phase.name),
            draft.clone(),
        ));
    } else if let Some(void) = void.filter(|_| !nobody) {
        let what = format!("the drafts of phase `{}` were reviewed for {}", phase.name, void.other_deadline(campaign));
        refusals.push(Refusal::new(what, draft.clone()));
    } else if !plan.unlocked.is_empty() {
        let number = plural(plan.unlocked.len(), "recipient");
        let what = format!("{number} would get a text that is not in the lock");
        refusals.push(Refusal::new(what, draft.clone().and("; or undo the change")));
    }
    refusals.extend(plan.rejected.values().map(|text| {
        let number = plural(text.recipients, "recipient");
        let what = format!("text `{}` would reach {number}, and {}", text.name, text.summary);
        Refusal::new(what, Hint::from("correct the template, then ").and(draft.clone()))
    }));
    refusals
}
