//! Who is not done, for those who reach out to them.

use std::cmp::Reverse;

use crate::campaign::Time;
use crate::campaign::mail::Mail;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::people::stage::Stage;

/// A customer who is not done.
#[derive(Debug, Clone, Copy)]
pub struct Straggler<'a> {
    /// Who.
    pub recipient: &'a Recipient,
    /// How far.
    pub stage: Stage,
    /// The last mail that arrived, and when.
    pub told: Option<(Time, &'a Mail)>,
    /// Whether they were done, and called the old version again.
    pub relapsed: bool,
    /// When they last called the old version, where usage told.
    pub last_old_call: Option<Time>,
}

/// The recipients of a segment, or of all, who are not done: those furthest behind first; of those the ones who were
/// done before, then the ones who heard from us longest ago.
pub fn behind<'a>(records: &'a Records, segment: Option<&str>) -> Vec<Straggler<'a>> {
    let in_question = records
        .recipients()
        .iter()
        .filter(|recipient| recipient.left.is_none() && segment.is_none_or(|wanted| recipient.segment == wanted));
    let mut behind: Vec<_> = in_question.map(Straggler::of).filter(|one| one.stage < Stage::Completed).collect();
    behind.sort_by_key(|one| (one.stage, !one.relapsed, one.told.map(|(at, _)| at)));
    behind
}

impl<'a> Straggler<'a> {
    fn of(recipient: &'a Recipient) -> Self {
        let arrived = recipient.mails.iter().filter_map(|mail| Some((mail.reached_at()?, mail)));
        let told = arrived.min_by_key(|(at, _)| Reverse(*at));
        let last_old_call = recipient.usage.as_ref().and_then(|usage| usage.calls.last_seen);
        Self { recipient, stage: recipient.stage(), told, relapsed: recipient.relapse().is_some(), last_old_call }
    }
}
