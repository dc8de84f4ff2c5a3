//! The next step of the campaign, and the action for it.

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
        /// Whether a reviewer rejected one of its texts, which is fixed first.
        rejected: bool,
        /// When it is due; `None` if it already is.
        from: Option<Time>,
    },
    /// Send a phase.
    Submit {
        /// The phase.
        phase: String,
        /// Whether `remind` does it.
        automatic: bool,
        /// To how many customers.
        recipients: usize,
        /// When it is due; `None` if it already is.
        from: Option<Time>,
    },
    /// Send the current text instead of an older one that waits.
    Replace {
        /// The phase.
        phase: String,
        /// How many mails wait with an older text.
        mails: usize,
    },
    /// Approve what the server holds.
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
    /// Contact the customers who are behind: no mail is due any more.
    ReachOut {
        /// How many customers.
        behind: usize,
    },
}

/// The state of a phase's texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextsState {
    /// Not drafted, or for another deadline, or before a fact changed that they state.
    Missing,
    /// Drafted, and a reviewer rejected one of them.
    Rejected,
    /// Drafted and locked.
    Drafted,
}

impl Next {
    /// The next step, if there is one. `texts` returns the state of a phase's texts.
    pub fn of(campaign: &Campaign, overview: &Overview, texts: impl Fn(&str) -> TextsState) -> Option<Self> {
        if overview.segments.iter().all(|line| line.recipients + line.left == 0) {
            return Some(Self::Segment);
        }
        // Before a correction: it waits for customers who are about to read something outdated.
        if let Some((phase, mails)) = overview.older_text() {
            return Some(match texts(&phase) {
                TextsState::Drafted => Self::Replace { phase, mails },
                state => Self::Draft { phase, rejected: state == TextsState::Rejected, from: None },
            });
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
        // Phases that were not requested are unknown.
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

    /// The action for this step.
    pub fn action(&self) -> Action {
        match self {
            Self::Segment => Action::new("segment"),
            Self::Draft { phase, .. } => Action::new("draft").phase(phase),
            Self::Submit { automatic: true, .. } => Action::new("remind"),
            Self::Submit { phase, .. } => Action::new("submit").phase(phase),
            Self::Replace { phase, .. } => Action::new("submit").phase(phase).flag("replace"),
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

/// The next phase to send: one that is due, otherwise the next in time. Nothing else is considered.
pub fn next_phase<'a>(campaign: &Campaign, overview: &'a Overview) -> Option<&'a str> {
    let line = most_urgent(campaign, overview).or_else(|| first_to_come(overview));
    line.map(|line| line.name.as_str())
}

/// A phase that could be sent to some customers now, a correction first: until it is sent, customers work towards a
/// wrong date.
fn most_urgent<'a>(campaign: &Campaign, overview: &'a Overview) -> Option<&'a PhaseLine> {
    let is_open = |line: &&PhaseLine| matches!(line.state, State::Due | State::Running) && line.ready > 0;
    let corrects = |line: &PhaseLine| campaign.correction().is_some_and(|phase| phase.name == line.name);
    overview.phases.iter().filter(is_open).min_by_key(|line| !corrects(line))
}

/// The dated phase that is due next.
fn first_to_come(overview: &Overview) -> Option<&PhaseLine> {
    let to_come = overview.phases.iter().filter(|line| line.state == State::Upcoming && line.due.is_some());
    to_come.min_by_key(|line| line.due)
}
