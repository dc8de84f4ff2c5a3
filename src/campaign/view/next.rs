//! What moves the campaign on: one thing, and the action for it.

use schemars::JsonSchema;
use serde::Serialize;

use super::overview::{Overview, PhaseLine, State};
use super::pressing::{Pressing, Pressure, approvable, most_pressing};
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::definition::stage::Stage;
use crate::campaign::hint::Action;

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Next {
    /// Find the customers.
    Segment,
    /// Write a phase's texts, and have them reviewed.
    Draft {
        /// The phase.
        phase: String,
        /// Whether a reviewer rejected a text of it: that is fixed first.
        rejected: bool,
        /// When it is due; `None` if it is.
        from: Option<Time>,
    },
    /// Send a phase.
    Submit {
        /// The phase.
        phase: String,
        /// Whether `remind` does it.
        automatic: bool,
        /// For how many.
        recipients: usize,
        /// When it is due; `None` if it is.
        from: Option<Time>,
    },
    /// Let out what the server holds.
    Approve {
        /// How many mails.
        mails: usize,
    },
    /// See to what a person should look at.
    Attend {
        /// What kind of thing, as `attention` names it.
        kind: &'static str,
        /// The phase it concerns, if one.
        phase: Option<String>,
        /// How many customers it concerns; 0 where it concerns none in particular.
        customers: usize,
        /// What to do.
        #[serde(skip)]
        action: Action,
    },
    /// Speak to those who are behind: no mail is due any more.
    ReachOut {
        /// How many customers.
        behind: usize,
    },
}

/// How far the texts of a phase are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextsState {
    /// Not drafted, or for another deadline.
    Missing,
    /// Drafted, and one of them was rejected by a reviewer.
    Rejected,
    /// Drafted and locked.
    Drafted,
}

impl Next {
    /// The next thing to do, if there is one. `texts` says how far the texts of a phase are.
    pub fn of(campaign: &Campaign, overview: &Overview, texts: impl Fn(&str) -> TextsState) -> Option<Self> {
        if overview.segments.iter().all(|line| line.recipients + line.left == 0) {
            return Some(Self::Segment);
        }
        if let Some(pressing) = most_pressing(overview, Pressure::BeforeSending) {
            return Some(pressing.into());
        }
        if let Some(line) = most_urgent(campaign, overview) {
            return Some(Self::outgoing(campaign, line, None, &texts));
        }
        let mails = approvable(overview);
        if mails > 0 {
            return Some(Self::Approve { mails });
        }
        if let Some(pressing) = most_pressing(overview, Pressure::AfterSending) {
            return Some(pressing.into());
        }
        if let Some(line) = first_to_come(overview) {
            return Some(Self::outgoing(campaign, line, line.due, &texts));
        }
        let behind = overview.recipients() - overview.at_stage(Stage::Completed);
        // Of phases that were not asked about we know nothing.
        let all_known = overview.phases.len() == campaign.phases.len();
        (all_known && behind > 0).then_some(Self::ReachOut { behind })
    }

    fn outgoing(
        campaign: &Campaign,
        line: &PhaseLine,
        from: Option<Time>,
        texts: &impl Fn(&str) -> TextsState,
    ) -> Self {
        let (phase, recipients) = (line.name.clone(), line.ready);
        let automatic = campaign.phase(&phase).is_some_and(|phase| phase.automatic);
        match texts(&phase) {
            TextsState::Drafted => Self::Submit { phase, automatic, recipients, from },
            state => Self::Draft { phase, rejected: state == TextsState::Rejected, from },
        }
    }

    /// The action that does it.
    pub fn action(&self) -> Action {
        match self {
            Self::Segment => Action::new("segment"),
            Self::Draft { phase, .. } => Action::new("draft").phase(phase),
            Self::Submit { automatic: true, .. } => Action::new("remind"),
            Self::Submit { phase, .. } => Action::new("submit").phase(phase),
            Self::Approve { .. } => Action::new("review"),
            Self::Attend { action, .. } => action.clone(),
            Self::ReachOut { .. } => Action::new("status").flag("behind"),
        }
    }
}

impl From<Pressing<'_>> for Next {
    fn from(Pressing { first, customers, action }: Pressing<'_>) -> Self {
        Self::Attend { kind: first.kind, phase: first.phase.clone(), customers, action }
    }
}

/// The phase that is sent next: one that is due, else the first to come. Whatever else comes first is not asked.
pub fn next_phase<'a>(campaign: &Campaign, overview: &'a Overview) -> Option<&'a str> {
    let line = most_urgent(campaign, overview).or_else(|| first_to_come(overview));
    line.map(|line| line.name.as_str())
}

/// A phase that some customers could be mailed now; a correction before any other: until it is sent, customers work to a wrong date.
fn most_urgent<'a>(campaign: &Campaign, overview: &'a Overview) -> Option<&'a PhaseLine> {
    let is_open = |line: &&PhaseLine| matches!(line.state, State::Due | State::Running) && line.ready > 0;
    let corrects = |line: &PhaseLine| campaign.correction().is_some_and(|phase| phase.name == line.name);
    overview.phases.iter().filter(is_open).min_by_key(|line| !corrects(line))
}

/// The dated phase that is due first of those to come.
fn first_to_come(overview: &Overview) -> Option<&PhaseLine> {
    let to_come = overview.phases.iter().filter(|line| line.state == State::Upcoming && line.due.is_some());
    to_come.min_by_key(|line| line.due)
}
