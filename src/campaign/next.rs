//! What moves the campaign on: one thing, and the command for it.

use serde::Serialize;

use super::Time;
use super::definition::Campaign;
use super::mail::Outcome;
use super::overview::{Overview, PhaseLine, State};
use super::stage::Stage;

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Next {
    /// Find the customers.
    Segment,
    /// Write a phase's texts, and have them reviewed.
    Draft {
        /// The phase.
        phase: String,
        /// When it is due; `None` if it is.
        from: Option<Time>,
    },
    /// Send a phase.
    Submit {
        /// The phase.
        phase: String,
        /// Whether `mmig remind` does it.
        automatic: bool,
        /// For how many.
        recipients: usize,
        /// When it is due; `None` if it is.
        from: Option<Time>,
    },
    /// Let out what the server holds.
    Approve {
        /// So many mails.
        mails: usize,
    },
    /// Speak to those who are behind: no mail is due any more.
    ReachOut {
        /// So many customers.
        behind: usize,
    },
}

impl Next {
    /// The next thing to do, if there is one. `drafted` says whether a phase has a lock.
    pub fn of(campaign: &Campaign, overview: &Overview, drafted: impl Fn(&str) -> bool) -> Option<Self> {
        let (recipients, behind) = (overview.recipients(), overview.recipients() - overview.at_stage(Stage::Completed));
        let outgoing = |line: &PhaseLine, recipients, from| {
            let phase = line.name.clone();
            let automatic = campaign.phase(&phase).is_some_and(|phase| phase.automatic);
            if drafted(&phase) {
                Self::Submit { phase, automatic, recipients, from }
            } else {
                Self::Draft { phase, from }
            }
        };
        let is_open = |line: &&PhaseLine| line.is_open();
        // A correction goes before anything else: until then customers go by a wrong date.
        let corrects = |line: &&PhaseLine| campaign.correction().is_some_and(|phase| phase.name == line.name);
        let most_urgent = || overview.phases.iter().filter(is_open).min_by_key(|line| !corrects(line));
        let open = || most_urgent().map(|line| outgoing(line, line.ready, None));
        let held = || Some(held(overview)).filter(|mails| *mails > 0).map(|mails| Self::Approve { mails });
        let upcoming = overview.phases.iter().filter(|line| line.state == State::Upcoming);
        let first = || upcoming.filter(|line| line.due.is_some()).min_by_key(|line| line.due);
        let to_come = || first().map(|line| outgoing(line, line.ready, line.due));
        let nobody = recipients == 0 && overview.segments.iter().all(|line| line.left == 0);
        // Of phases that were not asked about we know nothing.
        let all = overview.phases.len() == campaign.phases.len();
        let reach_out = || (all && behind > 0).then_some(Self::ReachOut { behind });
        if nobody { Some(Self::Segment) } else { open().or_else(held).or_else(to_come).or_else(reach_out) }
    }

    /// The command to type.
    pub fn command(&self) -> String {
        match self {
            Self::Segment => "mmig segment".to_owned(),
            Self::Draft { phase, .. } => format!("mmig draft --phase {phase}"),
            Self::Submit { automatic: true, .. } => "mmig remind".to_owned(),
            Self::Submit { phase, .. } => format!("mmig submit --phase {phase}"),
            Self::Approve { .. } => "mmig review".to_owned(),
            Self::ReachOut { .. } => "mmig status --behind".to_owned(),
        }
    }
}

impl PhaseLine {
    /// Whether somebody could be mailed now.
    fn is_open(&self) -> bool {
        matches!(self.state, State::Due | State::Running) && self.ready > 0
    }
}

/// The mails that wait for a person's yes.
fn held(overview: &Overview) -> usize {
    overview.phases.iter().map(|line| line.count(Outcome::PendingApproval)).sum()
}
