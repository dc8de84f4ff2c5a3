//! Which mail a customer gets next.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use crate::campaign::Time;
use crate::campaign::decide::admission::{Admission, Decision, Overrides};
use crate::campaign::definition::Campaign;
use crate::campaign::definition::dates::Timing;
use crate::campaign::mail::Mail;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;

/// A future mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NextMail {
    /// Its phase.
    pub phase: String,
    /// The day it is due, in the campaign's zone; today if it could be sent now.
    pub day: NaiveDate,
}

/// The next mail to a customer, as far as is known now: one that waits at the server, otherwise the first phase that
/// will be sent to them.
pub fn next_mail(campaign: &Campaign, records: &Records, recipient: &Recipient, now: Time) -> Option<NextMail> {
    let waits = recipient.mails.iter().filter(|mail| mail.waits()).min_by_key(|mail| mail.leaves());
    let day = |at: Time| campaign.local_date(at.max(now));
    if let Some(mail) = waits {
        return Some(NextMail { phase: mail.phase.to_string(), day: day(Mail::leaves(mail)) });
    }
    let admission = Admission::new(campaign, records, &records.suppressed(), Overrides::default());
    let (own, standing) = admission.candidates().find(|(own, _)| own.key() == recipient.key())?;
    let reader = campaign.reader(&recipient.segment);
    let phases = campaign.phases_in_time().into_iter();
    let open = phases.filter(|phase| reader.timing(phase, now) != Timing::Late);
    let to_send = open.filter(|phase| admission.decide(phase, own, standing) == Decision::Send);
    let due = to_send.map(|phase| (reader.due(phase).unwrap_or(now).max(now), phase));
    due.min_by_key(|(due, _)| *due).map(|(due, phase)| NextMail { phase: phase.name.clone(), day: day(due) })
}
