//! Moving the deadline: what happens to the phases, who read another date, who needs the correction.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::outdated::OutdatedFact;
use super::overview::{PhaseLine, State, overview};
use crate::campaign::Time;
use crate::campaign::decide::admission::{Admission, Decision, Overrides, Reason};
use crate::campaign::decide::withdrawal::Target;
use crate::campaign::definition::audience::Audience;
use crate::campaign::definition::{CORRECTION, Campaign, Phase, Scope, When};
use crate::campaign::lint::dates_in;
use crate::campaign::mail::withdrawal::Withdrawal;
use crate::campaign::moment::LocalMoment;
use crate::campaign::people::records::Records;

/// The result of moving the deadline.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// The campaign after it.
    pub after: Campaign,
    /// The phase added for it; `None` if no customer needs it, or an existing one has not been sent yet.
    pub added: Option<Phase>,
    /// The phases afterwards, in order.
    pub phases: Vec<PhaseMove>,
    /// Who read another date, by phase and date.
    pub told: Vec<ToldDeadline>,
    /// The facts customers received that differ afterwards, including the deadline.
    pub outdated: Vec<OutdatedFact>,
    /// How many customers need the correction: the last date they read differs, or they are about
    /// to read it.
    pub to_tell: usize,
    /// The phases that are repeated, under new names.
    pub again: Vec<Phase>,
    /// The gap between mails that it leaves, if it is long.
    pub silence: Option<Silence>,
    /// The dates that stay where they are.
    pub fixed: Vec<FixedDate>,
}

/// A long time without any mail to customers who are not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Silence {
    /// The number of days.
    pub days: i64,
    /// The day it ends.
    pub until: NaiveDate,
    /// The phase that ends it; `None` if the deadline does.
    pub phase: Option<String>,
    /// The phases that were sent and could be repeated.
    pub repeatable: Vec<String>,
}

/// A date that does not follow the deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FixedDate {
    /// Where it is written, such as `campaign.dates.brownout`, `campaign.vars.removal` or `change auth`.
    pub place: String,
    /// The date, as it is written there.
    pub date: String,
    /// Whether it is the same day as the old deadline.
    pub is_old_deadline: bool,
}

/// What happens to a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PhaseMove {
    /// Its name.
    pub name: String,
    /// When it was due; `None` for one without a date, or one that is added.
    pub old_due: Option<Time>,
    /// When it is due afterwards.
    pub new_due: Option<Time>,
    /// Its state afterwards.
    pub state: State,
    /// How many could be mailed then, if it is due.
    pub ready: usize,
}

/// Who read a date in a phase's mails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ToldDeadline {
    /// The phase.
    pub phase: String,
    /// The date.
    pub deadline: LocalMoment,
    /// How many customers.
    pub recipients: usize,
    /// The addresses the mails were sent to.
    pub contacts: Vec<String>,
}

impl Move {
    /// Moves the campaign's deadline as of `now`.
    pub fn new(campaign: &Campaign, records: &Records, deadline: LocalMoment, again: &[String], now: Time) -> Self {
        let mut after = Campaign { deadline, ..campaign.clone() };
        let again = again.iter().filter_map(|name| repeated(&after, records, name)).collect::<Vec<_>>();
        after.phases.extend(again.iter().cloned());
        let there = after.correction().is_some_and(|phase| !is_known(records, &phase.name));
        let added = (!there).then(|| correction(campaign, records));
        after.phases.extend(added.clone());
        let to_tell = after.correction().map_or(0, |phase| to_tell(&after, records, phase));
        let added = added.filter(|_| to_tell > 0);
        if !there && added.is_none() {
            after.phases.pop();
        }
        let overview = overview(&after, records, now, Scope::default());
        let (outdated, phases) = (overview.outdated, phases(campaign, overview.phases));
        let silence = silence(&after, &phases, now);
        let (told, fixed) = (who_read_another(&after, records), fixed(campaign));
        Self { after, added, phases, told, outdated, to_tell, again, silence, fixed }
    }
}

/// A longer gap than in any default campaign, in days.
const SILENCE: i64 = 45;

/// The gap until the next mail to customers who are not done, if it is long.
fn silence(after: &Campaign, phases: &[PhaseMove], now: Time) -> Option<Silence> {
    let to_come = phases.iter().filter(|line| line.new_due.is_some_and(|due| due > now) && line.state != State::Done);
    let next = to_come.min_by_key(|line| line.new_due);
    let today = after.local_date(now);
    let until = next.and_then(|line| line.new_due).map_or(after.last_deadline().date, |due| after.local_date(due));
    let days = (until - today).num_days();
    let sent = |line: &&PhaseMove| {
        let phase = after.phase(&line.name);
        line.state == State::Done && phase.is_some_and(|phase| matches!(phase.when, When::Dated(_)))
    };
    let repeatable = phases.iter().filter(sent).map(|line| line.name.clone()).collect();
    (days > SILENCE).then(|| Silence { days, until, phase: next.map(|line| line.name.clone()), repeatable })
}

/// A repetition of a phase, with a name that neither the campaign nor any mail uses, for customers who are
/// not done.
fn repeated(campaign: &Campaign, records: &Records, name: &str) -> Option<Phase> {
    let phase = campaign.phase(name).filter(|phase| matches!(phase.when, When::Dated(_)))?;
    let free = |name: &String| {
        !campaign.phases.iter().any(|own| own.name.eq_ignore_ascii_case(name)) && !is_known(records, name)
    };
    let name = (2..=u16::MAX).map(|number| format!("{name}-{number}")).find(free)?;
    let audience = if phase.audience == Audience::All { Audience::NotCompleted } else { phase.audience };
    let template = phase.template().to_owned();
    Some(Phase { name, audience, template: Some(template), ..phase.clone() })
}

/// The dates that do not move with the deadline: absolute ones, and those in variables and changes.
fn fixed(campaign: &Campaign) -> Vec<FixedDate> {
    let old = campaign.deadline.date;
    let named = campaign.everybody().dates().filter(|date| !date.moves && !date.past).map(|date| FixedDate {
        place: format!("campaign.dates.{}", date.name),
        date: date.start.to_string(),
        is_old_deadline: date.start.date == old,
    });
    let mut found: Vec<FixedDate> = named.collect();
    let mut look = |place: String, text: &str| {
        for written in dates_in(text) {
            let date = text[written.at.clone()].to_owned();
            let is_old_deadline = written.readings.iter().any(|day| day.is(old));
            found.push(FixedDate { place: place.clone(), date, is_old_deadline });
        }
    };
    let vars = campaign.vars.iter().map(|(name, value)| (format!("campaign.vars.{name}"), value));
    let own = campaign.segments.iter().flat_map(|segment| {
        segment.vars.iter().map(|(name, value)| (format!("vars.{name} of segment {}", segment.name), value))
    });
    for (place, value) in vars.chain(own) {
        if let Some(text) = value.as_str() {
            look(place, text);
        }
    }
    for change in &campaign.changes {
        look(format!("change {}", change.id), &change.title);
        look(format!("change {}", change.id), &change.text);
    }
    found
}

/// The mails that wait at the server with a deadline other than their reader's.
pub(crate) fn outdated(campaign: &Campaign, records: &Records) -> Vec<Target> {
    let mails = records.recipients().iter().flat_map(|own| own.mails.iter().map(move |mail| (own, mail)));
    let outdated =
        mails.filter(|(own, mail)| mail.waits() && mail.deadline != campaign.reader(&own.segment).deadline());
    outdated.filter_map(|(own, mail)| Target::of(own, mail, Some(Withdrawal::DeadlineMoved))).collect()
}

/// A correcting phase with a name that neither the campaign nor any mail uses.
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

fn phases(before: &Campaign, after: Vec<PhaseLine>) -> Vec<PhaseMove> {
    let moved = after.into_iter().map(|line| PhaseMove {
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
