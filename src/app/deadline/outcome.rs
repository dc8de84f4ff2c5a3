//! What moving the deadline means, and its result, as documents.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::cancel::outcome::Cancelled;
use crate::app::correct::outcome::Correction;
use crate::app::document::Outcome;
use crate::app::failure::Failure;
use crate::campaign::decide::withdrawal::Target;
use crate::campaign::definition::Campaign;
use crate::campaign::definition::facts::Fact;
use crate::campaign::moment::LocalMoment;
use crate::campaign::plural;
use crate::campaign::view::deadline::{FixedDate, Move, PhaseMove, Silence, ToldDeadline};
use crate::campaign::view::outdated::OutdatedFact;
use crate::campaign::view::overview::State;
use crate::store::folder::Folder;

/// What moving the deadline means, before or after the move.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeadlinePlan {
    /// The campaign's name.
    pub campaign: String,
    /// The deadline in the campaign file.
    pub old: LocalMoment,
    /// The requested deadline.
    pub new: LocalMoment,
    /// How many days later it is; negative if earlier.
    pub days: i64,
    /// The phases after the move, in order.
    pub phases: Vec<PhaseMove>,
    /// The mails that state another deadline, by phase and date.
    pub told: Vec<ToldDeadline>,
    /// How many mails wait at the server with another date, by phase.
    pub under_way: BTreeMap<String, usize>,
    /// The phase that tells customers the new date; null if no customer needs it.
    pub correction: Option<Correction>,
    /// The names of the phases that are added as repetitions.
    pub again: Vec<String>,
    /// The gap between mails that the move leaves, if it is long.
    pub silence: Option<Silence>,
    /// The dates that did not move.
    pub fixed: Vec<FixedDate>,
    /// The phases that have to be drafted and reviewed again.
    pub draft_again: Vec<String>,
    /// The other facts that have changed since customers received them: the correction states them as
    /// well.
    pub outdated: Vec<OutdatedFact>,
    /// What the user should know before the move.
    pub warnings: Vec<String>,
    /// The campaign before the move.
    #[serde(skip)]
    pub before: Campaign,
    /// The campaign after the move.
    #[serde(skip)]
    pub after: Campaign,
    /// Whether the mails that wait with another date will be cancelled.
    #[serde(skip)]
    pub cancels: bool,
}

/// The result of moving the deadline.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeadlineOutcome {
    /// What the move means.
    #[serde(flatten)]
    pub plan: DeadlinePlan,
    /// Whether this run changed the date in the campaign file.
    pub moved: bool,
    /// The mails with another date.
    #[serde(flatten)]
    pub cancelled: Cancelled,
    /// Why the request was not completed, if it was not.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for DeadlineOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

impl From<DeadlinePlan> for DeadlineOutcome {
    fn from(plan: DeadlinePlan) -> Self {
        Self { plan, moved: false, cancelled: Cancelled::default(), failure: None }
    }
}

impl DeadlinePlan {
    /// What a move of `campaign`, whose files are in `folder`, means. `targets` are the mails that wait with another date.
    pub(super) fn new(campaign: &Campaign, folder: &Folder, moved: &Move, targets: &[Target], cancels: bool) -> Self {
        let (old, new) = (campaign.deadline, moved.after.deadline);
        let correction = Correction::of(moved);
        let mut under_way = BTreeMap::new();
        for target in targets {
            *under_way.entry(target.phase.clone()).or_default() += 1;
        }
        // The phases still to come, whose drafts, if any, are void.
        let waits = |line: &&PhaseMove| !matches!(line.state, State::Done | State::Late);
        let draft_again = moved.phases.iter().filter(waits).map(|line| line.name.clone());
        let draft_again = draft_again.filter(|name| !folder.drafts(name).are_for(&moved.after)).collect();
        Self {
            campaign: campaign.name.clone(),
            old,
            new,
            days: (new.date - old.date).num_days(),
            phases: moved.phases.clone(),
            told: moved.told.clone(),
            under_way,
            correction,
            again: moved.again.iter().map(|phase| phase.name.clone()).collect(),
            silence: moved.silence.clone(),
            fixed: moved.fixed.clone(),
            draft_again,
            outdated: moved.outdated.iter().filter(|one| one.fact != Fact::Deadline).cloned().collect(),
            warnings: warnings(moved),
            before: campaign.clone(),
            after: moved.after.clone(),
            cancels,
        }
    }

    /// Whether there is anything to do: the date differs, or an earlier run was interrupted.
    pub fn changes_anything(&self) -> bool {
        let adds = self.correction.as_ref().is_some_and(|correction| correction.added);
        self.new != self.old || adds || !self.again.is_empty() || self.cancels && !self.under_way.is_empty()
    }
}

fn warnings(moved: &Move) -> Vec<String> {
    let waiting = |state| moved.phases.iter().filter(move |line| line.state == state && line.ready > 0);
    let late = waiting(State::Late).map(|line| {
        let number = plural(line.ready, "customer");
        let name = &line.name;
        format!(
            "phase {name} is too late then, and {number} never had it: raise [limits] max_late, or choose a later date"
        )
    });
    let mut warnings: Vec<String> = late.collect();
    let due = [State::Due, State::Running].into_iter().flat_map(waiting).filter(|line| line.new_due.is_some());
    let due: Vec<&str> = due.map(|line| line.name.as_str()).collect();
    if due.len() > 1 {
        warnings.push(format!("phases {} are due at the same time then", due.join(" and ")));
    }
    warnings
}
