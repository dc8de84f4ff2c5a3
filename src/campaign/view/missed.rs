//! Automatic phases that were due, that some customers never got, and that are too late now.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use crate::campaign::Time;
use crate::campaign::decide::admission::{Admission, Decision, Overrides, Reason};
use crate::campaign::definition::dates::Timing;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;

/// A phase that some customers never got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MissedPhase {
    /// Its name.
    pub phase: String,
    /// The day it was due.
    pub due: NaiveDate,
    /// How many never got it.
    pub recipients: usize,
    /// Their addresses.
    pub contacts: Vec<String>,
}

/// The automatic phases that are too late as of `now`, with the customers who were in the campaign in time and never
/// got them. Those that a person settled, by giving up the phase or by rejecting or cancelling the mail, do not count.
pub fn missed(campaign: &Campaign, records: &Records, now: Time) -> Vec<MissedPhase> {
    let admission = Admission::new(campaign, records, &records.suppressed(), Overrides::default());
    let phases = campaign.phases.iter().filter(|phase| phase.automatic);
    let of_phase = |phase: &Phase| {
        let never_got_it = admission.decisions(phase).filter(|(recipient, decision)| {
            let open = [Decision::Send, Decision::Excluded(Reason::FailedBefore)].contains(decision);
            open && was_there(campaign, phase, recipient, now)
        });
        let contacts: Vec<String> = never_got_it.map(|(recipient, _)| recipient.email.to_string()).collect();
        let due = campaign.local_date(campaign.due(phase)?);
        let phase = phase.name.clone();
        (!contacts.is_empty()).then_some(MissedPhase { phase, due, recipients: contacts.len(), contacts })
    };
    phases.filter_map(of_phase).collect()
}

/// Whether the phase is too late for a recipient who was in the campaign in time.
fn was_there(campaign: &Campaign, phase: &Phase, recipient: &Recipient, now: Time) -> bool {
    let reader = campaign.reader(&recipient.segment);
    let in_time = reader.latest(phase).is_some_and(|latest| recipient.since <= latest);
    in_time && reader.timing(phase, now) == Timing::Late
}
