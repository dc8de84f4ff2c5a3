//! Who is not done, for those who reach out to them.

use std::cmp::Reverse;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::Serialize;

use crate::campaign::Time;
use crate::campaign::definition::Scope;
use crate::campaign::definition::stage::Stage;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;

/// A customer who is not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Straggler {
    /// The address.
    #[schemars(with = "String")]
    pub contact: CompactString,
    /// The name as the server has it, unchecked.
    #[schemars(with = "String")]
    pub name: CompactString,
    /// The segment.
    #[schemars(with = "String")]
    pub segment: CompactString,
    /// How far they are.
    pub stage: Stage,
    /// Whether they were done, and called the old version again.
    pub relapsed: bool,
    /// The last mail that arrived; `None` where none did.
    pub last_mail: Option<LastMail>,
    /// When they last called the old version, where usage shows it.
    pub last_old_call: Option<Time>,
}

/// The last mail that reached a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LastMail {
    /// Its phase.
    #[schemars(with = "String")]
    pub phase: CompactString,
    /// When it arrived.
    pub time: Time,
}

/// The recipients of these segments who are not done, those furthest behind first: by stage; at each stage first those who
/// were done before, then those who have not heard from us for longest.
pub fn behind(records: &Records, scope: Scope<'_>) -> Vec<Straggler> {
    let recipients = records.recipients().iter();
    let asked_about = recipients.filter(|own| own.left.is_none() && scope.has_segment(&own.segment));
    let mut behind: Vec<_> = asked_about.filter_map(Straggler::of).collect();
    behind.sort_by_key(|one| (one.stage, !one.relapsed, one.last_mail.as_ref().map(|mail| mail.time)));
    behind
}

impl Straggler {
    /// `None` for one who is done.
    fn of(recipient: &Recipient) -> Option<Self> {
        let stage = recipient.stage();
        if stage == Stage::Completed {
            return None;
        }
        let arrived = recipient.mails.iter().filter_map(|mail| Some((mail.reached_at()?, &mail.phase)));
        let last = arrived.min_by_key(|(at, _)| Reverse(*at));
        Some(Self {
            contact: recipient.email.clone(),
            name: recipient.name.clone(),
            segment: recipient.segment.clone(),
            stage,
            relapsed: recipient.relapse().is_some(),
            last_mail: last.map(|(time, phase)| LastMail { phase: phase.clone(), time }),
            last_old_call: recipient.usage.as_ref().and_then(|usage| usage.calls.last_seen),
        })
    }
}
