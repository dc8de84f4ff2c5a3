//! The plan: who gets a phase's mail now, and why the others do not. Every send goes through it.

use std::collections::BTreeMap;

use compact_str::CompactString;

use super::admission::{Admission, Decision, Reason};
use super::departure::{NoDeparture, Refusal};
use crate::campaign::Time;
use crate::campaign::definition::problem::Problem;
use crate::campaign::digest::Digest;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::text::lock::Lock;
use crate::campaign::text::rejected::RejectedText;
use crate::campaign::text::variant::Texts;

/// One mail to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Send {
    /// The recipient's key.
    pub key: CompactString,
    /// The text.
    pub variant: Digest,
    /// The segment.
    pub segment: CompactString,
    /// The send time to give the server; `None` means at once.
    pub send_at: Option<Time>,
}

/// The plan of a phase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The mails to send, most urgent first, otherwise in the ledger's order.
    pub sends: Vec<Send>,
    /// The recipients' keys of mails recorded as being sent, without a result: to be settled first.
    pub unsettled: Vec<String>,
    /// How many customers already have this phase.
    pub already: usize,
    /// The customers who are not mailed, by reason.
    pub excluded: BTreeMap<Reason, Vec<String>>,
    /// The addresses of those left out because of their text: it was not reviewed, or it quotes something unknown
    /// about them. They are listed nowhere else.
    pub held: BTreeMap<Reason, Vec<String>>,
    /// Those whose text is not in the lock because the campaign changed.
    pub unlocked: Vec<String>,
    /// The texts that a reviewer rejected and that customers would still get.
    pub rejected: BTreeMap<Digest, Rejected>,
}

/// A rejected text that would be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The draft's name; its digest if it is not in the lock.
    pub name: String,
    /// Who rejected it, and why.
    pub summary: String,
    /// How many would get it.
    pub recipients: usize,
}

impl Rejected {
    fn new(text: &RejectedText<'_>, lock: Option<&Lock>) -> Self {
        let locked = lock.and_then(|lock| lock.name(text.digest));
        let name = locked.map_or_else(|| text.digest.short(), str::to_owned);
        Self { name, summary: text.rejection.summary(), recipients: 0 }
    }
}

impl Plan {
    /// How many mails it takes to carry it out, including settled ones.
    pub fn mails(&self) -> usize {
        self.unsettled.len() + self.sends.len()
    }

    /// How many are excluded for a reason.
    pub fn count(&self, reason: Reason) -> usize {
        self.excluded.get(&reason).map_or(0, Vec::len)
    }

    /// The plan's identity: the same as long as the same customers get the same texts at the same time.
    pub fn digest(&self, campaign: &str, phase: &str) -> Digest {
        let mut parts = vec![campaign.to_owned(), phase.to_owned(), self.unsettled.len().to_string()];
        parts.extend(self.unsettled.iter().cloned());
        parts.extend(self.sends.iter().flat_map(|send| {
            let leaves = send.send_at.map_or_else(String::new, |at| at.to_rfc3339());
            [send.key.to_string(), send.variant.to_string(), leaves]
        }));
        Digest::of(&parts.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Sets each mail's send time. Mails that are too late, or not due yet, for some readers are left out if others can
    /// be sent; if none can, all reasons are returned.
    pub fn depart(&mut self, leaves: impl Fn(&str) -> Result<Option<Time>, NoDeparture>) -> Vec<Refusal> {
        let mut departures: BTreeMap<CompactString, Result<Option<Time>, NoDeparture>> = BTreeMap::new();
        for send in &self.sends {
            departures.entry(send.segment.clone()).or_insert_with(|| leaves(&send.segment));
        }
        let goes = departures.values().any(Result::is_ok);
        let mut refusals: Vec<Refusal> = Vec::new();
        let mut refuse = |refusal: &Refusal| {
            if !refusals.contains(refusal) {
                refusals.push(refusal.clone());
            }
        };
        for send in std::mem::take(&mut self.sends) {
            let reason = match &departures[&send.segment] {
                Ok(send_at) => {
                    self.sends.push(Send { send_at: *send_at, ..send });
                    continue;
                }
                Err(NoDeparture::TooLate(_)) if goes => Reason::TooLate,
                Err(NoDeparture::NotYetDue) => Reason::NotYetDue,
                Err(NoDeparture::TooLate(refusal) | NoDeparture::Refused(refusal)) => {
                    refuse(refusal);
                    self.sends.push(send);
                    continue;
                }
            };
            self.excluded.entry(reason).or_default().push(send.key.to_string());
        }
        refusals
    }

    fn hold(&mut self, recipient: &Recipient, reason: Reason) {
        self.held.entry(reason).or_default().push(recipient.email.to_string());
        self.excluded.entry(reason).or_default().push(recipient.key().to_owned());
    }
}

/// The customers a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// Everyone in the campaign.
    Everybody,
    /// The recipients of these segments.
    Segments(&'a [String]),
    /// The recipients with these keys.
    These(&'a [String]),
}

impl Scope<'_> {
    fn holds(self, recipient: &Recipient) -> bool {
        match self {
            Self::Everybody => true,
            Self::Segments(names) => names.iter().any(|name| recipient.segment == *name),
            Self::These(keys) => keys.iter().any(|key| key == recipient.key()),
        }
    }
}

/// Makes the plan for those in scope. A template that cannot be rendered is an error for the whole plan.
///
/// A text that is not in the lock blocks everyone, unless only the contact's own tags or usage can be the cause: then
/// only that contact is held. So is a contact whose text quotes something unknown about them.
pub fn plan(
    admission: &Admission<'_>,
    scope: Scope<'_>,
    lock: Option<&Lock>,
    texts: &mut Texts<'_>,
) -> Result<Plan, Problem> {
    // A lock for another deadline is void.
    let lock = lock.filter(|lock| lock.is_for(texts.campaign()));
    let campaign_changed = lock.is_none_or(|lock| !lock.sorts_as(texts) || !lock.drifts(texts).is_empty());
    let rejected = admission.rejected_texts(texts.phase());
    let mut plan = Plan::default();
    let mut decisions: Vec<_> = admission.decisions(texts.phase()).collect();
    let priority = &texts.campaign().priority;
    if !priority.is_empty() {
        decisions.sort_by_key(|(recipient, _)| recipient.urgency(priority));
    }
    for (recipient, decision) in decisions {
        if !scope.holds(recipient) {
            continue;
        }
        let key = || recipient.key().to_owned();
        match decision {
            Decision::Unsettled => plan.unsettled.push(key()),
            Decision::Already => plan.already += 1,
            Decision::Excluded(reason) => plan.excluded.entry(reason).or_default().push(key()),
            Decision::Send => {
                let rendered = texts.render(&texts.inputs(recipient))?;
                let variant = rendered.digest;
                if rendered.lacks(recipient) {
                    plan.hold(recipient, Reason::NoUsage);
                } else if let Some(text) = rejected.get(&variant) {
                    let refused = plan.rejected.entry(variant).or_insert_with(|| Rejected::new(text, lock));
                    refused.recipients += 1;
                } else if lock.is_some_and(|lock| lock.holds(variant, &recipient.segment)) {
                    plan.sends.push({
                        let (key, segment) = (recipient.key().into(), recipient.segment.clone());
                        Send { key, variant, segment, send_at: None }
                    });
                } else if campaign_changed {
                    plan.unlocked.push(key());
                } else {
                    plan.hold(recipient, Reason::NotReviewed);
                }
            }
        }
    }
    Ok(plan)
}
