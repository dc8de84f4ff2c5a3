//! How many customers were at each stage, day by day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use strum::{EnumCount, IntoEnumIterator};

use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::definition::stage::Stage;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;

/// The days of a campaign so far, without gaps.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Timeline {
    /// Oldest first; the last one is today.
    pub days: Vec<Day>,
}

/// The state at the end of a day in the campaign's zone; for today, the state now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Day {
    /// The day.
    pub date: NaiveDate,
    /// The recipients in the cohorts, by stage, in order.
    #[serde(serialize_with = "by_stage")]
    #[schemars(with = "BTreeMap<Stage, usize>")]
    pub stages: [usize; Stage::COUNT],
}

fn by_stage<S: Serializer>(stages: &[usize; Stage::COUNT], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(Stage::iter().zip(stages))
}

impl Day {
    /// How many were at this stage.
    pub fn at(&self, stage: Stage) -> usize {
        self.stages[stage as usize]
    }
}

/// The timeline up to `now`; empty if no customer is recorded.
pub fn timeline(campaign: &Campaign, records: &Records, now: Time) -> Timeline {
    let mut changes: BTreeMap<NaiveDate, [i64; Stage::COUNT]> = BTreeMap::new();
    for recipient in records.recipients() {
        for (at, stage, change) in comings_and_goings(recipient).into_iter().filter(|(at, ..)| *at <= now) {
            changes.entry(campaign.local_date(at)).or_default()[stage as usize] += change;
        }
    }
    let Some((&first, _)) = changes.first_key_value() else { return Timeline::default() };
    let mut stages = [0; Stage::COUNT];
    let dates = first.iter_days().take_while(|date| *date <= campaign.local_date(now));
    let days = dates.map(|date| {
        let today = changes.get(&date).copied().unwrap_or_default();
        stages.iter_mut().zip(today).for_each(|(stage, change)| *stage += change);
        Day { date, stages: stages.map(|count| usize::try_from(count).unwrap_or_default()) }
    });
    Timeline { days: days.collect() }
}

/// When the recipient reached each stage (+1) and left it (-1). After leaving the cohort, a recipient is at
/// none.
fn comings_and_goings(recipient: &Recipient) -> Vec<(Time, Stage, i64)> {
    let mut stage = Stage::Pending;
    let mut moves = vec![(recipient.since, stage, 1)];
    for (at, next) in recipient.steps() {
        // What a tag showed before we found the contact counts from then on.
        let at = at.max(recipient.since);
        moves.extend([(at, stage, -1), (at, next, 1)]);
        stage = next;
    }
    if let Some(left) = recipient.left {
        moves.retain(|(at, ..)| *at <= left);
        let stage = moves.last().map_or(Stage::Pending, |(_, stage, _)| *stage);
        moves.push((left, stage, -1));
    }
    moves
}
