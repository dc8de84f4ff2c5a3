//! What moving the deadline means, for people and programs.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::campaign::Time;
use crate::campaign::decide::deadline::{Move, PhaseMove};
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::mail::withdrawal::Target;
use crate::campaign::view::overview::State;
use crate::cli::Face;
use crate::cli::ui::{Column, Table, clean, plural, wrapped};
use crate::store::folder::Folder;

/// The plan, before and after it was carried out.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    pub face: Face<'a>,
    pub folder: &'a Folder,
    /// The campaign as it is.
    pub campaign: &'a Campaign,
    pub moved: &'a Move,
    /// The mails that wait at the server with another date.
    pub targets: &'a [Target],
    pub can_withdraw: bool,
}

impl Plan<'_> {
    /// Whether there is anything to do: the date is another, or an earlier run was cut off.
    pub fn changes_anything(&self) -> bool {
        self.moved.after.deadline != self.campaign.deadline
            || self.moved.added.is_some()
            || self.can_withdraw && !self.targets.is_empty()
    }

    /// The plan for `--json`.
    pub fn data(&self) -> Map<String, Value> {
        let told = self.moved.told.iter().map(|told| {
            json!({
                "phase": told.phase, "deadline": told.deadline, "recipients": told.contacts.len(), "contacts": told.contacts,
            })
        });
        let data = json!({
            "campaign": self.campaign.name, "old": self.campaign.deadline, "new": self.moved.after.deadline,
            "days": self.days(), "moved": false, "phases": self.moved.phases, "told": told.collect::<Vec<_>>(),
            "under_way": self.under_way(), "correction": self.correction(), "draft_again": self.draft_again(),
            "warnings": self.warnings(), "withdrawn": [], "too_late_to_withdraw": [],
        });
        data.as_object().cloned().unwrap_or_default()
    }

    fn correction(&self) -> Option<Value> {
        let phase = self.moved.after.correction().filter(|_| self.moved.to_tell > 0)?;
        Some(json!({ "phase": phase.name, "recipients": self.moved.to_tell, "added": self.moved.added.is_some() }))
    }

    fn days(&self) -> i64 {
        (self.moved.after.deadline - self.campaign.deadline).num_days()
    }

    /// By phase, how many mails wait at the server with another date.
    fn under_way(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for target in self.targets {
            *counts.entry(target.phase.as_str()).or_default() += 1;
        }
        counts
    }

    /// The phases that somebody waits for, and whose drafts, if any, are void.
    fn draft_again(&self) -> Vec<&str> {
        let waits = |line: &&PhaseMove| !matches!(line.state, State::Done | State::Late);
        let void = |name: &&str| !self.folder.drafts(name).are_for(self.moved.after.deadline);
        self.moved.phases.iter().filter(waits).map(|line| line.name.as_str()).filter(void).collect()
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let waiting = |state| self.moved.phases.iter().filter(move |line| line.state == state && line.ready > 0);
        for line in waiting(State::Late) {
            warnings.push(format!(
                "phase {} is too late then, and {} never had it: raise [limits] max_late, or choose a later date",
                line.name,
                plural(line.ready, "customer")
            ));
        }
        let due: Vec<&str> = [State::Due, State::Running]
            .into_iter()
            .flat_map(waiting)
            .filter(|line| line.new_due.is_some())
            .map(|line| line.name.as_str())
            .collect();
        if due.len() > 1 {
            warnings.push(format!("phases {} are due at the same time then", due.join(" and ")));
        }
        warnings
    }

    /// The plan for a person.
    pub fn screen(&self) -> String {
        let (title, old, new) = (clean(&self.campaign.title), self.campaign.deadline, self.moved.after.deadline);
        if !self.changes_anything() {
            return format!("The deadline of {title} is {new} already: nothing was changed.\n{}", self.later());
        }
        let days = usize::try_from(self.days().abs()).unwrap_or_default();
        let way = if self.days() < 0 { "earlier" } else { "later" };
        let mut text = match days {
            0 => format!("{title}: the deadline is {new} already. What is left to do:\n\n"),
            _ => format!("{title}: the deadline moves from {old} to {new}, {} {way}.\n\n", plural(days, "day")),
        };
        text.push_str(&self.phases());
        let width = self.face.terminal.width();
        text.push('\n');
        self.remarks().iter().for_each(|remark| text.push_str(&wrapped(remark, width, 0)));
        text
    }

    fn phases(&self) -> String {
        let columns = [Column::name("phase"), Column::word("due now"), Column::word("due then"), Column::text("then")];
        let mut table = Table::new(columns, self.face.terminal.width());
        for line in &self.moved.phases {
            let then = match line.state {
                State::Late if line.ready > 0 => format!("too late: {} never had it", line.ready),
                state if line.ready > 0 => format!("{state}, {} wait", line.ready),
                state => state.to_string(),
            };
            let known = self.campaign.phase(&line.name);
            let due_now = known.map_or_else(|| "not there".to_owned(), |phase| self.date(phase, line.old_due));
            let due_then = self.moved.after.phase(&line.name).map(|phase| self.date(phase, line.new_due));
            table.row([line.name.clone(), due_now, due_then.unwrap_or_default(), then]);
        }
        table.render()
    }

    fn date(&self, phase: &Phase, due: Option<Time>) -> String {
        due.map_or_else(|| phase.undated().to_owned(), |due| self.campaign.local_date(due).to_string())
    }

    fn remarks(&self) -> Vec<String> {
        let mut remarks: Vec<String> = self.warnings().iter().map(|warning| format!("warning: {warning}")).collect();
        for told in &self.moved.told {
            let number = plural(told.contacts.len(), "customer");
            remarks.push(format!("Told {}: {number}, in phase {}.", told.deadline, told.phase));
        }
        remarks.extend(self.withdrawals());
        if let Some(phase) = self.moved.after.correction().filter(|_| self.moved.to_tell > 0) {
            let (number, name) = (plural(self.moved.to_tell, "customer"), &phase.name);
            let added = if self.moved.added.is_some() { " is added to campaign.toml; it" } else { "" };
            remarks.push(format!("Phase {name}{added} tells {number} of the new date."));
        }
        if !self.draft_again().is_empty() {
            remarks.push(format!("To be drafted and reviewed: {}.", self.draft_again().join(", ")));
        }
        remarks
    }

    fn withdrawals(&self) -> Vec<String> {
        let remark = |(phase, count): (&str, usize)| {
            let mails = format!("{} of phase {phase}, not out yet, with another date", plural(count, "mail"));
            if self.can_withdraw {
                format!("To withdraw: {mails}.")
            } else {
                format!("{mails}: `mmig cancel --phase {phase}` withdraws what it can.")
            }
        };
        self.under_way().into_iter().map(remark).collect()
    }

    /// What is said once it is done.
    pub fn done(&self) -> String {
        format!(
            "The deadline of {} is {} now.\n{}",
            clean(&self.campaign.title),
            self.moved.after.deadline,
            self.later()
        )
    }

    /// What is left to do.
    fn later(&self) -> String {
        let mut commands: Vec<String> = Vec::new();
        if !self.can_withdraw {
            commands.extend(self.under_way().keys().map(|phase| format!("mmig cancel --phase {phase}")));
        }
        if !self.draft_again().is_empty() {
            commands.push("mmig draft --all".to_owned());
        }
        if let Some(phase) = self.moved.after.correction().filter(|_| self.moved.to_tell > 0) {
            commands.push(format!("mmig submit --phase {}", phase.name));
        }
        if commands.is_empty() { String::new() } else { format!("next: {}\n", commands.join(", then ")) }
    }
}
