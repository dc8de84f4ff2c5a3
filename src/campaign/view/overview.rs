//! The campaign at a glance: segments by stage, phases by outcome, the forecast, and what needs attention.

use std::collections::{BTreeMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;
use strum::{Display, IntoEnumIterator};

use super::attention::{Attention, Moved, Waiting};
use super::forecast::{Forecast, Pace};
use super::outdated::{OutdatedFact, OutdatedFacts};
use crate::campaign::Time;
use crate::campaign::decide::admission::{Admission, Decision, Overrides, Reason};
use crate::campaign::decide::audience::Verdict;
use crate::campaign::definition::dates::Timing;
use crate::campaign::definition::facts::Fact;
use crate::campaign::definition::stage::Stage;
use crate::campaign::definition::{Campaign, Phase, Scope};
use crate::campaign::mail::Outcome;
use crate::campaign::people::accounts::{self, AccountCount};
use crate::campaign::people::coverage::{Coverage, Survey};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::people::sent_facts::Outdated;
use crate::campaign::people::standing::Standing;

/// The campaign at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Overview {
    /// One for each segment, in the campaign's order.
    pub segments: Vec<SegmentLine>,
    /// How many customers the contacts belong to; omitted if each contact is its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts: Option<AccountCount>,
    /// One for each phase, in the campaign's order.
    pub phases: Vec<PhaseLine>,
    /// Whether everyone will be done in time.
    pub forecast: Forecast,
    /// What needs attention.
    pub attention: Vec<Attention>,
    /// Customers the campaign does not reach as it should.
    pub coverage: Coverage,
    /// The facts that customers who are not done received, and that have changed since.
    pub outdated: Vec<OutdatedFact>,
}

impl Overview {
    /// How many recipients are in the cohorts now.
    pub fn recipients(&self) -> usize {
        self.segments.iter().map(|line| line.recipients).sum()
    }

    /// A phase of which mails wait with an older text than the draft, and how many.
    pub fn older_text(&self) -> Option<(String, usize)> {
        let phases = self.attention.iter().filter(|item| item.is_older_text()).map(|item| item.phase.as_deref());
        let phase = phases.clone().flatten().next()?;
        Some((phase.to_owned(), phases.filter(|own| *own == Some(phase)).count()))
    }

    /// How many of them are at this stage.
    pub fn at_stage(&self, stage: Stage) -> usize {
        self.segments.iter().filter_map(|line| line.stages.get(&stage)).sum()
    }
}

/// One segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SegmentLine {
    /// Its name.
    pub name: String,
    /// How many recipients are in the cohort now.
    pub recipients: usize,
    /// How many were in it and left.
    pub left: usize,
    /// How many of those in the cohort were done and then called the old version again.
    pub relapsed: usize,
    /// The recipients in the cohort, by stage.
    pub stages: BTreeMap<Stage, usize>,
}

impl SegmentLine {
    fn empty(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            recipients: 0,
            left: 0,
            relapsed: 0,
            stages: Stage::iter().map(|stage| (stage, 0)).collect(),
        }
    }

    /// Counts one of the segment's recipients, and adds those in the cohort to the pace.
    fn count(&mut self, campaign: &Campaign, recipient: &Recipient, pace: &mut Pace) {
        if recipient.left.is_some() {
            self.left += 1;
            return;
        }
        let stage = recipient.stage();
        self.recipients += 1;
        self.relapsed += usize::from(recipient.relapse().is_some());
        *self.stages.entry(stage).or_default() += 1;
        pace.count(recipient, stage, campaign.reader(&recipient.segment).deadline());
    }

    /// Sums up several segments.
    pub fn sum(name: &str, lines: &[Self]) -> Self {
        let mut sum = Self::empty(name);
        for line in lines {
            sum.recipients += line.recipients;
            sum.left += line.left;
            sum.relapsed += line.relapsed;
            line.stages.iter().for_each(|(stage, count)| *sum.stages.entry(*stage).or_default() += count);
        }
        sum
    }
}

/// One phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PhaseLine {
    /// Its name.
    pub name: String,
    /// When it is due; `None` for one that waits for each customer to finish. A finished phase that was sent earlier
    /// keeps that day: moving the deadline does not change it.
    pub due: Option<Time>,
    /// Its state.
    pub state: State,
    /// How many recipients: everyone in the cohort, and those who left after they were mailed.
    pub recipients: usize,
    /// The recipients by outcome; they add up.
    pub outcomes: BTreeMap<Outcome, usize>,
    /// How many of those waiting could be mailed, now or on their day.
    #[serde(skip)]
    pub ready: usize,
    /// For how many of those waiting it is too late.
    #[serde(skip)]
    pub late: usize,
    /// How many mails were cancelled or rejected although their customers should get the phase.
    #[serde(skip)]
    pub unreplaced: usize,
}

impl PhaseLine {
    /// How many have a mail of the phase, whatever became of it.
    pub fn out(&self) -> usize {
        self.recipients - self.count(Outcome::Waiting) - self.count(Outcome::Excluded)
    }

    /// How many have this outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.outcomes.get(&outcome).copied().unwrap_or_default()
    }
}

/// The state of a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum State {
    /// Its date is still to come.
    Upcoming,
    /// Its date has come, and no one has it yet.
    Due,
    /// Its date is too long ago, and some customers still wait.
    Late,
    /// Some have it, some do not, or it is on its way.
    Running,
    /// No one waits for it.
    Done,
}

/// Sums up the records as of `now`, for the requested segments and phases.
pub fn overview(campaign: &Campaign, records: &Records, now: Time, scope: Scope<'_>) -> Overview {
    let admission = Admission::new(campaign, records, &records.suppressed(), Overrides::default());
    let segments = campaign.segments.iter().filter(|own| scope.has_segment(&own.name));
    let phases = campaign.phases.iter().filter(|own| scope.has_phase(&own.name));
    let mut tallies: Vec<_> = phases.map(|phase| Tally::new(campaign, phase)).collect();
    let mut lines: Vec<_> = segments.map(|own| SegmentLine::empty(&own.name)).collect();
    let (mut pace, mut attention, mut of_customers) = (Pace::until(now, records.rebuilt), Vec::new(), Vec::new());
    let (mut outdated, mut uncorrected) = (OutdatedFacts::default(), Uncorrected::default());
    let (mut survey, mut moved) = (Survey::of(records, scope), Moved::default());
    let retagged: HashSet<&str> = records.retagged.iter().map(compact_str::CompactString::as_str).collect();
    // One pass for everything: iterating over the recipients takes most of the time.
    for (recipient, standing) in admission.candidates() {
        survey.count(recipient, standing);
        if let Some(line) = lines.iter_mut().find(|line| line.name == recipient.segment) {
            // A contact that shares an address counts as the one that is mailed.
            let counted = match standing {
                Standing::Duplicate { of } => &records.recipients()[of],
                _ => recipient,
            };
            line.count(campaign, counted, &mut pace);
        }
        if scope.has_segment(&recipient.segment) {
            of_customers.extend(Attention::of_customer(recipient));
            of_customers.extend(Attention::unapproved(records, recipient));
            if retagged.contains(recipient.key()) {
                of_customers.push(Attention::retagged(recipient));
            }
            if let Some(found) = admission.comparison().concerns(recipient) {
                outdated.count(admission.comparison(), recipient, &found);
                let decision = campaign.correction().map(|phase| admission.decide(phase, recipient, standing));
                uncorrected.count(&found, decision);
            }
            for tally in &mut tallies {
                let decision = admission.decide(tally.phase, recipient, standing);
                let can_be_mailed = standing == Standing::Mailable && !recipient.has_bounced();
                tally.count(campaign, recipient, decision, can_be_mailed, now);
            }
            moved.count(recipient);
        }
    }
    attention.extend(Attention::overdue_run(campaign, records, now).filter(|_| scope.phases.is_empty()));
    if scope.phases.is_empty() {
        attention.extend(uncorrected.attention(campaign));
    }
    let phases = tallies.into_iter().map(|tally| tally.sum_up(campaign, now, &mut attention)).collect();
    attention.extend(of_customers);
    attention.extend(moved.attention(records));
    let (forecast, coverage) = (pace.forecast(campaign, now), survey.sum_up(campaign));
    let asked_about = records.recipients().iter().filter(|own| own.left.is_none() && scope.has_segment(&own.segment));
    let accounts = accounts::count(campaign, asked_about);
    let outdated = outdated.list(campaign);
    Overview { segments: lines, accounts, phases, forecast, attention, coverage, outdated }
}

/// Customers with outdated facts that no phase corrects.
#[derive(Debug, Default)]
struct Uncorrected {
    /// How many have a different deadline.
    of_date: usize,
    /// How many have any other outdated fact.
    of_rest: usize,
}

impl Uncorrected {
    /// Counts a customer, by what the correcting phase decides about them; `None` if there is no such phase.
    fn count(&mut self, outdated: &Outdated, decision: Option<Decision>) {
        // A customer with that phase's mail received what was right at the time.
        if decision.is_none_or(|decision| decision == Decision::Already) {
            let of_date = outdated.wrong.iter().any(|wrong| wrong.fact == Fact::Deadline);
            self.of_date += usize::from(of_date);
            self.of_rest += usize::from(!of_date);
        }
    }

    fn attention(&self, campaign: &Campaign) -> impl Iterator<Item = Attention> {
        let date = (self.of_date > 0).then(|| Attention::uncorrected(campaign, self.of_date));
        let rest = (self.of_rest > 0).then(|| Attention::outdated(self.of_rest));
        date.into_iter().chain(rest)
    }
}

/// A phase's line while it is counted.
struct Tally<'a> {
    phase: &'a Phase,
    line: PhaseLine,
    waiting: Waiting,
    attention: Vec<Attention>,
    /// When the first of its mails was sent.
    left: Option<Time>,
}

impl<'a> Tally<'a> {
    fn new(campaign: &Campaign, phase: &'a Phase) -> Self {
        let line = PhaseLine {
            name: phase.name.clone(),
            due: campaign.due(phase),
            state: State::Upcoming,
            recipients: 0,
            outcomes: Outcome::iter().map(|outcome| (outcome, 0)).collect(),
            ready: 0,
            late: 0,
            unreplaced: 0,
        };
        Self { phase, line, waiting: Waiting::default(), attention: Vec::new(), left: None }
    }

    fn count(
        &mut self,
        campaign: &Campaign,
        recipient: &Recipient,
        decision: Decision,
        can_be_mailed: bool,
        now: Time,
    ) {
        let mail = recipient.mail(&self.phase.name);
        let outcome = match (mail, decision) {
            // Including customers who get the mail again after a cancelled one.
            (_, Decision::Send) => Outcome::Waiting,
            (Some(mail), _) => mail.outcome(),
            (None, Decision::Excluded(Reason::Left)) => return,
            // If no mail can reach them, they are not waiting for this one either.
            (None, Decision::Excluded(Reason::NotCompleted | Reason::OldDateUnderWay)) if can_be_mailed => {
                Outcome::Waiting
            }
            (None, _) => Outcome::Excluded,
        };
        if decision == Decision::Send {
            let late = campaign.reader(&recipient.segment).timing(self.phase, now) == Timing::Late;
            *(if late { &mut self.line.late } else { &mut self.line.ready }) += 1;
        }
        let is_unreplaced = is_unreplaced(campaign, self.phase, recipient, decision);
        self.line.unreplaced += usize::from(is_unreplaced);
        self.line.recipients += 1;
        *self.line.outcomes.entry(outcome).or_default() += 1;
        if let Some(mail) = mail {
            let left = mail.taken().map(|_| mail.leaves());
            self.left = [self.left, left].into_iter().flatten().min();
            self.attention.extend(Attention::of_mail(recipient, mail, self.phase));
            self.attention.extend(Attention::no_news(recipient, mail, self.phase, now));
            self.attention.extend(Attention::twice(recipient, self.phase));
            if is_unreplaced && mail.outcome() == Outcome::Cancelled {
                let is_late = campaign.reader(&recipient.segment).timing(self.phase, now) == Timing::Late;
                self.attention.push(Attention::cancelled(recipient, mail, is_late));
            }
            self.waiting.count(campaign, recipient, mail);
        }
    }

    fn sum_up(self, campaign: &Campaign, now: Time, attention: &mut Vec<Attention>) -> PhaseLine {
        let Self { phase, mut line, .. } = self;
        attention.extend(self.attention);
        attention.extend(self.waiting.attention(phase));
        line.state = state(campaign.timing(phase, now), &line);
        if line.state == State::Done {
            line.due = line.due.map(|due| self.left.map_or(due, |left| left.min(due)));
        }
        if line.late > 0 {
            attention.push(Attention::late(phase, line.late));
        }
        line
    }
}

/// Whether a customer's mail was rejected, or cancelled by a person, and nothing replaced it.
fn is_unreplaced(campaign: &Campaign, phase: &Phase, recipient: &Recipient, decision: Decision) -> bool {
    let stopped = matches!(decision, Decision::Excluded(Reason::Cancelled | Reason::Rejected));
    let is_for_them = || phase.audience.verdict(recipient.stage()) == Verdict::In;
    stopped && recipient.left.is_none() && campaign.segment(&recipient.segment).is_some() && is_for_them()
}

fn state(timing: Timing, line: &PhaseLine) -> State {
    let on_its_way =
        [Outcome::Sending, Outcome::Submitted, Outcome::PendingApproval, Outcome::Scheduled, Outcome::Unknown];
    // If the server reports no delivery, submitted is the final state.
    let on_its_way: usize = on_its_way
        .into_iter()
        .filter(|outcome| *outcome != Outcome::Submitted)
        .map(|outcome| line.count(outcome))
        .sum();
    let out = line.out();
    match timing {
        Timing::Late if line.late > 0 => State::Late,
        _ if out > 0 && (line.ready > 0 || on_its_way > 0 || line.unreplaced > 0) => State::Running,
        Timing::OnCompletion if line.ready > 0 => State::Due,
        Timing::OnCompletion if line.count(Outcome::Waiting) > 0 || line.recipients == 0 => State::Upcoming,
        // Before any customer is recorded, no one has it and no one waits.
        Timing::Due if line.count(Outcome::Waiting) > 0 || line.recipients == 0 => State::Due,
        Timing::Early if out == 0 => State::Upcoming,
        Timing::Early | Timing::Due | Timing::Late | Timing::OnCompletion => State::Done,
    }
}
