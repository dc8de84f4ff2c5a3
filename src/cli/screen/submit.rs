//! The screens of `submit`: the plan before the confirmation, the result after it, test mails.

use std::time::Duration;

use super::cancel::phases;
use crate::app::submit::{
    NarrowLimit, Outlook, PhaseOutcome, PhasePlan, SkipOutcome, SkippedPhase, SubmitOutcome, TestMailsOutcome, TestRow,
};
use crate::campaign::decide::admission::Reason;
use crate::campaign::text::test_mail::MARK;
use crate::cli::ui::{Align, Table, clean, plural};

/// How many held customers are listed; the rest is in `--json`.
const SHOWN: usize = 10;

/// What was sent, phase by phase.
pub fn submit(outcome: &SubmitOutcome, _width: usize) -> String {
    match outcome {
        SubmitOutcome::Phase(one) => phase(one),
        SubmitOutcome::Phases(several) => several.phases.iter().map(phase).collect(),
    }
}

/// The plan of a phase as it is.
pub fn plan(plan: &PhasePlan) -> String {
    intended(plan) + &beside(plan)
}

/// How many mails a plan sends, and when.
fn intended(plan: &PhasePlan) -> String {
    let leaving = plan.send_at.map_or_else(
        || "at once".to_owned(),
        |at| {
            let at = at.with_timezone(&plan.zone).format("%Y-%m-%d %H:%M %Z");
            format!("for {at} (reviewed before, sent then)")
        },
    );
    format!("phase {}: {} to send, {leaving}\n", plan.phase, plan.to_send)
}

/// The other effects of a plan, and who gets nothing.
fn beside(plan: &PhasePlan) -> String {
    let mut text = String::new();
    if plan.resends && plan.to_send > 0 {
        text.push_str("  an earlier mail may have reached them: they may get it a second time\n");
    }
    if plan.unsettled > 0 {
        text.push_str(&format!("  {} from an interrupted run are settled first\n", plan.unsettled));
    }
    if plan.already > 0 {
        text.push_str(&format!("  {} have it already\n", plan.already));
    }
    if plan.older_text > 0 {
        let number = plan.older_text;
        text.push_str(&format!(
            "  {number} of these wait with an older text than the draft: --replace sends the current one\n"
        ));
    }
    for (reason, number) in &plan.excluded {
        text.push_str(&format!("  {number} {}\n", why(*reason)));
    }
    if plan.limited {
        text.push_str(&format!("  {} wait for another day\n", plan.beyond));
    }
    text.extend(plan.outlook.as_ref().map(outlook));
    text
}

/// The result of submitting a phase.
pub fn phase(outcome: &PhaseOutcome) -> String {
    let PhaseOutcome { plan: own, totals, .. } = outcome;
    if !outcome.carried_out {
        return planned(outcome);
    }
    let mut text = format!("phase {}: {} accepted", own.phase, totals.accepted);
    for (number, what) in [
        (totals.failed, "failed"),
        (totals.unknown, "unknown"),
        (totals.remaining, "not tried"),
        (totals.already, "had it already"),
        (outcome.replaced, "with an older text cancelled"),
    ] {
        if number > 0 {
            text.push_str(&format!(", {number} {what}"));
        }
    }
    text.push_str(".\n");
    text.push_str(&held(own));
    if outcome.failure.is_none() && own.older_text > 0 {
        text.push_str(&format!("next: mmig submit --phase {} --replace\n", own.phase));
    } else if outcome.failure.is_none() && totals.accepted > 0 {
        text.push_str(if own.gated {
            "next: mmig review (they wait for approval), then mmig track"
        } else {
            "next: mmig track, then mmig status"
        });
        if totals.remaining > 0 {
            text.push_str(&format!("; then `{}` goes on with the others", outcome.again));
        }
        text.push('\n');
    }
    text
}

/// A plan that was not carried out. If it was refused, nothing is "to send": the error says why.
fn planned(outcome: &PhaseOutcome) -> String {
    let own = &outcome.plan;
    let head = match &outcome.failure {
        Some(_) => format!("phase {}: nothing can be sent as it is\n", own.phase),
        None => intended(own),
    };
    let dry = if outcome.dry_run { held(own) + "Nothing was sent: this was a dry run.\n" } else { String::new() };
    head + &beside(own) + &dry
}

/// The customers held, and how to continue.
fn held(plan: &PhasePlan) -> String {
    let mut text = String::new();
    for (reason, held) in &plan.held {
        let why = match reason {
            Reason::NoUsage => {
                "their text quotes their usage, which is unknown. next: mmig track --usage FILE".to_owned()
            }
            _ => format!("their text is not reviewed. next: mmig draft --phase {}", plan.phase),
        };
        text.push_str(&format!("{} held: {why}\n", plural(held.len(), "recipient")));
        for address in held.iter().take(SHOWN) {
            text.push_str(&format!("  {}\n", clean(address)));
        }
        if held.len() > SHOWN {
            text.push_str(&format!("  and {} more: --json lists all\n", held.len() - SHOWN));
        }
    }
    text
}

/// The reason for not mailing someone, worded to follow a number.
fn why(reason: Reason) -> &'static str {
    match reason {
        Reason::Done => "done: not mailed",
        Reason::FurtherAlong => "further along than the phase is for: not mailed",
        Reason::OtherSegment => "in a segment that the phase is not for",
        Reason::NotYetDue => "have a later deadline: not due for them yet",
        Reason::TooLate => "too late for them: its date or their deadline has passed; see `mmig status`",
        Reason::Skipped => "skipped by a person: --retry-failed sends it anyway",
        Reason::NotCompleted => "not done yet: they get it when they are",
        Reason::OldDateUnderWay => {
            "wait: a mail with outdated facts is not sent yet; `mmig submit --replace` or `mmig cancel` it, or `mmig track`"
        }
        Reason::NothingToCorrect => "without outdated facts, or corrected in a later phase: not mailed",
        Reason::Left => "left the campaign: not mailed",
        Reason::Suppressed => "on the suppression list: reach them another way",
        Reason::DuplicateAddress => "share an address that is mailed once",
        Reason::InvalidAddress => "have an address that cannot be mailed: reach them another way",
        Reason::BouncedBefore => "bounced before: reach them another way",
        Reason::Unanswered => {
            "replied and are waiting for an answer; reminders resume after `mmig track --clear --contact ADDRESS`"
        }
        Reason::FailedBefore => "failed before: --retry-failed tries again",
        Reason::Rejected => "rejected by a reviewer: fix, draft, then --retry-failed",
        Reason::Cancelled => "cancelled: --retry-failed sends them again",
        Reason::Unknown => "unknown whether it was sent: held, see `mmig status`",
        Reason::NotReviewed => "held: their tags or usage now lead to an unreviewed text; draft again",
        Reason::Retagged => "held: another program replaced their tags; `mmig status` says what to do",
        Reason::NoUsage => "held: the text quotes their usage, which is unknown; run `mmig track --usage FILE`",
    }
}

/// How much the limits allow, and how long sending takes; empty if everything leaves at once.
fn outlook(outlook: &Outlook) -> String {
    let reach = outlook.reach;
    let takes = outlook.takes.map(duration).unwrap_or_default();
    if reach.days == Some(1) {
        return takes;
    }
    let all = match (reach.days, reach.last_day) {
        (Some(days), Some(last)) => format!("all of them by {last}, in {days} days"),
        _ => "never all of them".to_owned(),
    };
    let verdict = match (outlook.in_time, outlook.until) {
        (true, None) => String::new(),
        (true, Some(until)) => format!(": in time, the phase may be submitted until {until}"),
        (false, None) => ": raise the limit".to_owned(),
        (false, Some(until)) => {
            format!(": too late, the phase may be submitted until {until}; raise the limit, or [limits] max_late")
        }
    };
    let limits: Vec<String> = outlook.limits.iter().map(|limit| narrow(*limit)).collect();
    format!("  {} can leave today ({}),\n    {all}{verdict}\n{takes}", reach.today, limits.join("; "))
}

/// How long sending takes, if it is long enough to get a coffee.
fn duration(takes: Duration) -> String {
    let seconds = takes.as_secs();
    match seconds {
        ..60 => String::new(),
        60..5400 => format!("  sending takes about {}\n", plural(minutes(seconds), "minute")),
        _ => {
            let (hours, minutes) = (minutes(seconds) / 60, minutes(seconds) % 60);
            format!("  sending takes about {} and {}\n", plural(hours, "hour"), plural(minutes, "minute"))
        }
    }
}

/// Minutes, rounded up.
fn minutes(seconds: u64) -> usize {
    usize::try_from(seconds.div_ceil(60)).unwrap_or(usize::MAX)
}

fn narrow(limit: NarrowLimit) -> String {
    match limit {
        NarrowLimit::PerDay(most) => format!("[limits] per_day = {most}"),
        NarrowLimit::WarmUp(most, Some(day)) => format!("the account warms up: {most} a day, as of {day}"),
        NarrowLimit::WarmUp(most, None) => format!("the account warms up: {most} a day"),
        NarrowLimit::Quota(left) => format!("the quota has {left} left this month"),
    }
}

/// The mails that will go to a colleague.
pub fn tests(to: &str, tests: &[TestRow], width: usize) -> String {
    let columns = [("text", Align::Left), ("reviewed", Align::Left), ("as", Align::Left), ("subject", Align::Left)];
    let several = tests.iter().any(|test| test.phase != tests[0].phase);
    let mut table = Table::new(&columns, width);
    for test in tests {
        let draft = if several { format!("{}/{}", test.phase, test.draft) } else { test.draft.clone() };
        let reviewed = if test.reviewed { "yes" } else { "not yet" };
        let subject = test.subject.as_deref().unwrap_or("(quotes their usage, which is unknown)");
        table.row([draft.as_str(), reviewed, &test.contact, subject]);
    }
    let phase = tests.first().filter(|_| !several).map(|test| format!("phase {}: ", test.phase)).unwrap_or_default();
    format!("{phase}to {}, no customer gets anything\n{}", clean(to), table.render())
}

/// The results of the test mails.
pub fn test_mails(outcome: &TestMailsOutcome, _width: usize) -> String {
    if outcome.dry_run {
        return "Nothing was sent: this was a dry run.\n".to_owned();
    }
    let (number, mark, to) = (plural(outcome.accepted, "test mail"), MARK.trim_end(), clean(&outcome.test_to));
    let mut text = format!("{number} accepted for {to}, marked {mark}. The ledger does not record them.\n");
    if outcome.accepted > 0 && outcome.gated {
        text.push_str("Tests wait for approval like any other mail: approve them in MultiMail.\n");
    }
    text
}

/// What was skipped.
pub fn skip(outcome: &SkipOutcome, _width: usize) -> String {
    if outcome.skipped.iter().all(|phase| phase.contacts.is_empty()) {
        return format!("No one is waiting for {}: nothing was skipped.\n", phases(&names(&outcome.skipped)));
    }
    if outcome.dry_run {
        return to_skip(&outcome.skipped);
    }
    let done = outcome
        .skipped
        .iter()
        .filter(|phase| !phase.contacts.is_empty())
        .map(|phase| format!("Phase {} skipped for {}.\n", phase.phase, plural(phase.contacts.len(), "customer")));
    done.collect()
}

/// The customers who never got a phase and never will.
pub fn to_skip(skipped: &[SkippedPhase]) -> String {
    let mut text = String::new();
    for phase in skipped.iter().filter(|phase| !phase.contacts.is_empty()) {
        let number = plural(phase.contacts.len(), "customer");
        text.push_str(&format!("{number} never got phase {} and will not get it:\n", phase.phase));
        text.extend(phase.contacts.iter().take(SHOWN).map(|contact| format!("  {}\n", clean(contact))));
        if phase.contacts.len() > SHOWN {
            text.push_str(&format!("  and {} more: --json lists all\n", phase.contacts.len() - SHOWN));
        }
    }
    text
}

/// The phases' names.
pub fn names(skipped: &[SkippedPhase]) -> Vec<String> {
    skipped.iter().map(|phase| phase.phase.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_says_how_long_it_takes_where_that_is_long() {
        let said = |seconds| duration(Duration::from_secs(seconds));
        assert_eq!((said(0), said(59)), (String::new(), String::new()));
        assert_eq!(said(60), "  sending takes about 1 minute\n");
        assert_eq!(said(500), "  sending takes about 9 minutes\n");
        assert_eq!(said(2 * 3600 + 60), "  sending takes about 2 hours and 1 minute\n");
    }
}
