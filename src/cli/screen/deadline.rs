//! The screen of `deadline`.

use super::cancel::cancelled;
use crate::app::deadline::{DeadlineOutcome, DeadlinePlan};
use crate::campaign::Time;
use crate::campaign::definition::Phase;
use crate::campaign::view::deadline::{FixedDate, Silence};
use crate::campaign::view::overview::State;
use crate::cli::ui::{Column, Table, clean, plural, wrapped};

/// What was done, and what is left to do.
pub fn deadline(outcome: &DeadlineOutcome, _: usize) -> String {
    let plan = &outcome.plan;
    let title = clean(&plan.before.title);
    if !plan.changes_anything() && !outcome.moved {
        return format!("The deadline of {title} is {} already: nothing was changed.\n{}", plan.new, left_to_do(plan));
    }
    let mut text = cancelled(&outcome.cancelled);
    if outcome.moved {
        text.push_str(&format!("The deadline of {title} is now {}.\n{}", plan.new, left_to_do(plan)));
    }
    text
}

/// What moving the deadline means.
pub fn plan(plan: &DeadlinePlan, width: usize) -> String {
    let (title, old, new) = (clean(&plan.before.title), plan.old, plan.new);
    let days = usize::try_from(plan.days.abs()).unwrap_or_default();
    let way = if plan.days < 0 { "earlier" } else { "later" };
    let mut text = match days {
        0 => format!("{title}: the deadline is {new} already. Still to do:\n\n"),
        _ => format!("{title}: the deadline moves from {old} to {new}, {} {way}.\n\n", plural(days, "day")),
    };
    text.push_str(&phases(plan, width));
    text.push('\n');
    text.extend(remarks(plan).iter().map(|remark| wrapped(remark, width, 0)));
    text
}

fn phases(plan: &DeadlinePlan, width: usize) -> String {
    let columns = [Column::name("phase"), Column::word("due now"), Column::word("due then"), Column::text("then")];
    let mut table = Table::new(columns, width);
    let date = |phase: &Phase, due: Option<Time>| {
        due.map_or_else(|| phase.undated().to_owned(), |due| plan.before.local_date(due).to_string())
    };
    for line in &plan.phases {
        let then = match line.state {
            State::Late if line.ready > 0 => format!("too late: {} never had it", line.ready),
            state if line.ready > 0 => format!("{state}, {} wait", line.ready),
            state => state.to_string(),
        };
        let now = plan.before.phase(&line.name).map(|phase| date(phase, line.old_due));
        let due_then = plan.after.phase(&line.name).map(|phase| date(phase, line.new_due));
        table.row([line.name.clone(), now.unwrap_or("none".to_owned()), due_then.unwrap_or_default(), then]);
    }
    table.render()
}

fn remarks(plan: &DeadlinePlan) -> Vec<String> {
    let mut remarks: Vec<String> = plan.warnings.iter().map(|warning| format!("warning: {warning}")).collect();
    for told in &plan.told {
        let number = plural(told.recipients, "customer");
        remarks.push(format!("{number} read the date {}, in phase {}.", told.deadline, told.phase));
    }
    for (phase, count) in &plan.under_way {
        let mails = format!("{} of phase {phase}, not sent yet, with another date", plural(*count, "mail"));
        remarks.push(if plan.cancels {
            format!("To cancel: {mails}.")
        } else {
            format!("{mails}: `mmig cancel --phase {phase}` cancels what it can.")
        });
    }
    for one in &plan.outdated {
        let (number, what) = (plural(one.customers, "customer"), clean(&one.what));
        remarks.push(format!("Changed since {number} received it: {what} ({}).", clean(&one.fact.to_string())));
    }
    if let Some(correction) = &plan.correction {
        let (number, name) = (plural(correction.recipients, "customer"), &correction.phase);
        let what = if plan.outdated.is_empty() { "the new date" } else { "what is right" };
        let added = if correction.added { " is added to campaign.toml; it" } else { "" };
        remarks.push(format!("Phase {name}{added} tells {number} {what}."));
    }
    if !plan.again.is_empty() {
        remarks.push(format!("Added, for those who are not done: phase {}.", plan.again.join(", phase ")));
    }
    remarks.extend(plan.silence.iter().map(|gap| silence(plan, gap)));
    remarks.extend(did_not_move(plan));
    if !plan.draft_again.is_empty() {
        remarks.push(format!("To be drafted and reviewed: {}.", plan.draft_again.join(", ")));
    }
    remarks
}

/// A warning about a long time without mails, and how to change that.
fn silence(plan: &DeadlinePlan, gap: &Silence) -> String {
    let (days, until) = (plural(usize::try_from(gap.days).unwrap_or_default(), "day"), gap.until);
    let ends = gap.phase.as_ref().map_or_else(|| "the deadline".to_owned(), |phase| format!("phase {phase}"));
    let after = if plan.correction.is_some() { "After the correction no" } else { "No" };
    let mut remark = format!("{after} mail is planned for {days}, until {until} ({ends}).");
    if !gap.repeatable.is_empty() {
        let (new, again) = (plan.new.iso(), gap.repeatable.join(","));
        remark.push_str(&format!(
            " `mmig deadline {new} --again {again}` repeats phases for customers who are not done."
        ));
    }
    remark
}

/// The dates that do not move, those on the old deadline's day first.
fn did_not_move(plan: &DeadlinePlan) -> Vec<String> {
    let mut fixed: Vec<_> = plan.fixed.iter().collect();
    fixed.sort_by_key(|date| !date.is_old_deadline);
    let line = |date: &&FixedDate| {
        let old = if date.is_old_deadline && plan.days != 0 { ", the old deadline" } else { "" };
        format!("Did not move: {} in {}{old}.", clean(&date.date), clean(&date.place))
    };
    fixed.iter().map(line).collect()
}

fn left_to_do(plan: &DeadlinePlan) -> String {
    let mut commands: Vec<String> = Vec::new();
    if !plan.cancels {
        commands.extend(plan.under_way.keys().map(|phase| format!("mmig cancel --phase {phase}")));
    }
    if !plan.draft_again.is_empty() {
        commands.push("mmig draft --all".to_owned());
    }
    commands.extend(plan.correction.iter().map(|correction| format!("mmig submit --phase {}", correction.phase)));
    if commands.is_empty() { String::new() } else { format!("next: {}\n", commands.join(", then ")) }
}
