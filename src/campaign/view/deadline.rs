//! Moving the deadline: what becomes of the phases, who read another date, who has to be told the new one.

use schemars::JsonSchema;
use serde::Serialize;

use super::overview::{State, overview};
use crate::campaign::Time;
use crate::campaign::decide::admission::{Admission, Decision, Overrides, Reason};
use crate::campaign::decide::withdrawal::Target;
use crate::campaign::definition::audience::Audience;
use crate::campaign::definition::{CORRECTION, Campaign, Phase, Scope, When};
use crate::campaign::mail::withdrawal::Withdrawal;
use crate::campaign::moment::LocalMoment;
use crate::campaign::people::records::Records;

/// What moving the deadline results in.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// The campaign after it.
    pub after: Campaign,
    /// The phase that is added for it; none where no customer has to be told, or there is one that was not sent yet.
    pub added: Option<Phase>,
    /// The phases there are after it, in order.
    pub phases: Vec<PhaseMove>,
    /// Who read another date, by phase and date.
    pub told: Vec<ToldDeadline>,
    /// How many have to be told: the last date they read is another, or is about to be.
    pub to_tell: usize,
}

/// What becomes of a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PhaseMove {
    /// Its name.
    pub name: String,
    /// When it was due; `None` for one without a date, or one that is added.
    pub old_due: Option<Time>,
    /// When it is due then.
    pub new_due: Option<Time>,
    /// How far it is then.
    pub state: State,
    /// How many could be mailed then, if it is due.
    pub ready: usize,
}

/// Who read a date in the mails of a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ToldDeadline {
    /// The phase.
    pub phase: String,
    /// The date.
    pub deadline: LocalMoment,
    /// How many customers.
    pub recipients: usize,
    /// The addresses that the mails went to.
    pub contacts: Vec<String>,
}

impl Move {
    /// Moves the campaign's deadline as of `now`.
    pub fn new(campaign: &Campaign, records: &Records, deadline: LocalMoment, now: Time) -> Self {
        let mut after = Campaign { deadline, ..campaign.clone() };
        let there = after.correction().is_some_and(|phase| !is_known(records, &phase.name));
        let added = (!there).then(|| correction(campaign, records));
        after.phases.extend(added.clone());
        let to_tell = after.correction().map_or(0, |phase| to_tell(&after, records, phase));
        let added = added.filter(|_| to_tell > 0);
        if !there && added.is_none() {
            after.phases.pop();
        }
        let phases = phases(campaign, &after, records, now);
        Self { added, phases, told: who_read_another(&after, records), to_tell, after }
    }
}

/// The mails that wait at the server with another deadline than their reader has.
pub(crate) fn outdated(campaign: &Campaign, records: &Records) -> Vec<Target> {
    let mails = records.recipients().iter().flat_map(|own| own.mails.iter().map(move |mail| (own, mail)));
    let outdated =
        mails.filter(|(own, mail)| mail.waits() && mail.deadline != campaign.reader(&own.segment).deadline());
    outdated.filter_map(|(own, mail)| Target::of(own, mail, Some(Withdrawal::DeadlineMoved))).collect()
}

/// A phase under a name that neither the campaign nor any mail has.
fn correction(campaign: &Campaign, records: &Records) -> Phase {
    let mut names = std::iter::once(CORRECTION.to_owned()).chain((2..).map(|number| format!("{CORRECTION}-{number}")));
    let is_taken = |name: &String| {
        campaign.phases.iter().any(|phase| phase.name.eq_ignore_ascii_case(name)) || is_known(records, name)
    };
    let name = names.find(|name| !is_taken(name)).unwrap_or_default();
    Phase::new(name, When::DeadlineMoved, Audience::ToldOtherDate)
}

fn is_known(records: &Records, phase: &str) -> bool {
    records.recipients().iter().any(|own| own.mails.iter().any(|mail| mail.phase == phase))
}

fn to_tell(after: &Campaign, records: &Records, phase: &Phase) -> usize {
    let admission = Admission::new(after, records, &records.suppressed(), Overrides::default());
    let concerned = [Decision::Send, Decision::Excluded(Reason::OldDateUnderWay)];
    admission.decisions(phase).filter(|(_, decision)| concerned.contains(decision)).count()
}

fn phases(before: &Campaign, after: &Campaign, records: &Records, now: Time) -> Vec<PhaseMove> {
    let lines = overview(after, records, now, Scope::default()).phases.into_iter();
    let moved = lines.map(|line| PhaseMove {
        old_due: before.phase(&line.name).and_then(|phase| before.due(phase)),
        name: line.name,
        new_due: line.due,
        state: line.state,
        ready: if line.state == State::Late { line.late } else { line.ready },
    });
    moved.collect()
}

fn who_read_another(campaign: &Campaign, records: &Records) -> Vec<ToldDeadline> {
    let mut told: Vec<ToldDeadline> = Vec::new();
    for recipient in records.recipients() {
        let deadline = campaign.reader(&recipient.segment).deadline();
        for mail in recipient.mails.iter().filter(|mail| mail.tells() && mail.deadline != deadline) {
            let contact = mail.address(recipient).to_owned();
            let same = |known: &&mut ToldDeadline| mail.phase == known.phase && mail.deadline == known.deadline;
            if let Some(known) = told.iter_mut().find(same) {
                known.recipients += 1;
                known.contacts.push(contact);
            } else {
                let (phase, deadline) = (mail.phase.to_string(), mail.deadline);
                told.push(ToldDeadline { phase, deadline, recipients: 1, contacts: vec![contact] });
            }
        }
    }
    told
}
