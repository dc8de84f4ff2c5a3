//! Customers who are not done, for those who contact them.

use std::cmp::Reverse;
use std::collections::HashSet;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::Serialize;

use crate::campaign::Time;
use crate::campaign::definition::stage::Stage;
use crate::campaign::definition::{Campaign, Scope};
use crate::campaign::people::accounts::Accounts;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::people::standing::{Standing, standings};

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
    /// The account they belong to; omitted if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Their stage.
    pub stage: Stage,
    /// Whether they were done and then called the old version again.
    pub relapsed: bool,
    /// The last mail that arrived; `None` if none did.
    pub last_mail: Option<LastMail>,
    /// When they last called the old version, if usage shows it.
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

/// The recipients of these segments who are not done, in this order: by priority, then by stage; at each stage those
/// who were done before come first, then those whose last mail is oldest.
pub fn behind(campaign: &Campaign, records: &Records, scope: Scope<'_>) -> Vec<Straggler> {
    let standings = standings(records, &HashSet::new());
    let recipients = records.recipients().iter().zip(standings);
    // Of several contacts with one address, the mailed one is listed.
    let listed = recipients.filter(|(_, standing)| !matches!(standing, Standing::Duplicate { .. })).map(|(own, _)| own);
    let asked_about = listed.filter(|own| own.left.is_none() && scope.has_segment(&own.segment));
    let tag = campaign.account_tag.as_deref();
    let urgent = |own: &Recipient| own.urgency(&campaign.priority);
    let accounts = Accounts::of(campaign, records);
    let not_done = asked_about.filter(|own| !accounts.is_done(own));
    let mut behind: Vec<_> = not_done.filter_map(|own| Some((urgent(own), Straggler::of(own, tag)?))).collect();
    behind.sort_by_key(|(urgency, one)| {
        (*urgency, one.stage, !one.relapsed, one.last_mail.as_ref().map(|mail| mail.time))
    });
    behind.into_iter().map(|(_, one)| one).collect()
}

impl Straggler {
    /// `None` if the recipient is done.
    fn of(recipient: &Recipient, account_tag: Option<&str>) -> Option<Self> {
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
            account: account_tag.and_then(|tag| recipient.account(tag)).map(str::to_owned),
            stage,
            relapsed: recipient.relapse().is_some(),
            last_mail: last.map(|(time, phase)| LastMail { phase: phase.clone(), time }),
            last_old_call: recipient.usage.as_ref().and_then(|usage| usage.calls.last_seen),
        })
    }
}
