//! The screen of `review`: the states of its mails, and the next command.

use super::review_text::{SHOWN, page, set_aside};
use crate::app::review::outcome::{Counts, ReviewOutcome, ReviewText, SameChangeText, UnknownMail};
use crate::campaign::view::rejected::SameChange;
use crate::cli::ui::{Align, NOTHING, Table, clean};

/// How many mails of each text are in which state; before it the texts, unless they were read already.
pub fn review(outcome: &ReviewOutcome, width: usize) -> String {
    let mut text = if outcome.unread { pages(&outcome.texts, width) } else { String::new() };
    text.push_str(&table(outcome, width));
    if !outcome.unread {
        text.push_str(&set_aside(&outcome.set_aside, SHOWN));
    }
    text.push_str(&unknown_mails(&outcome.unknown_mails));
    text.push_str(&tests(&outcome.tests));
    text.extend(outcome.same_changes.iter().map(same_change));
    // A failure has its own next step.
    if outcome.failure.is_none() {
        text.push_str(&next(outcome));
    }
    text
}

/// All texts, one after another.
pub fn pages(texts: &[ReviewText], width: usize) -> String {
    let each = texts.iter().enumerate();
    each.map(|(at, text)| format!("{}\n", page(text, at + 1, texts.len(), width))).collect()
}

/// The counts in words, without empty states.
pub fn counts(counts: &Counts) -> String {
    let occur = each(counts).into_iter().filter(|(_, count)| *count > 0);
    occur.map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
}

/// The counts with their names; every table has the first two.
fn each(counts: &Counts) -> [(&'static str, usize); 6] {
    [
        ("waiting", counts.waiting),
        ("approved", counts.approved),
        ("rejected", counts.rejected),
        ("set aside", counts.set_aside),
        ("decided elsewhere", counts.decided_elsewhere),
        ("failed", counts.failed),
    ]
}

fn table(outcome: &ReviewOutcome, width: usize) -> String {
    if outcome.texts.is_empty() {
        return "Nothing of this campaign waits for approval.\n".to_owned();
    }
    let total = each(&outcome.counts);
    let shown = |at: &usize| *at < 2 || total[*at].1 > 0;
    let mut columns = vec![("phase", Align::Left), ("text", Align::Left)];
    columns.extend((0..total.len()).filter(shown).map(|at| (total[at].0, Align::Right)));
    let mut table = Table::new(&columns, width);
    for text in &outcome.texts {
        let numbers =
            each(&text.counts).map(|(_, count)| if count == 0 { NOTHING.to_owned() } else { count.to_string() });
        let numbers = (0..total.len()).filter(shown).map(|at| numbers[at].clone());
        table.row([text.phase.clone(), text.name()].into_iter().chain(numbers));
    }
    table.render()
}

fn unknown_mails(mails: &[UnknownMail]) -> String {
    if mails.is_empty() {
        return String::new();
    }
    let wait = if mails.len() == 1 { "1 mail waits".to_owned() } else { format!("{} mails wait", mails.len()) };
    let mut text = format!("\n{wait} in this mailbox that the ledger does not know; review does not decide on them:\n");
    for mail in mails.iter().take(SHOWN) {
        text.push_str(&format!("  to {}: {}\n", clean(&mail.to.join(", ")), clean(&mail.subject)));
    }
    if mails.len() > SHOWN {
        text.push_str(&format!("  and {} more: --json lists all\n", mails.len() - SHOWN));
    }
    text.push('\n');
    text
}

fn tests(mails: &[UnknownMail]) -> String {
    let Some(first) = mails.first() else { return String::new() };
    let wait =
        if mails.len() == 1 { "1 test mail waits".to_owned() } else { format!("{} test mails wait", mails.len()) };
    let to = clean(&first.to.join(", "));
    format!("\n{wait} (--test-to, the first to {to}); approve or reject tests in MultiMail\n\n")
}

/// A text that contains wording rejected in another one.
fn same_change(text: &SameChangeText) -> String {
    let SameChange { phase, changes, waiting, sent, .. } = &text.same;
    let counts = [(*waiting, "waiting"), (*sent, "sent")].into_iter().filter(|(count, _)| *count > 0);
    let counts = counts.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ");
    let name = clean(&text.name());
    format!("The same change, {}, is in text {name} of phase {phase}: {counts}.\n", changes.join(", "))
}

/// The next command.
fn next(outcome: &ReviewOutcome) -> String {
    let first = |fits: fn(&Counts) -> bool| outcome.texts.iter().find(|text| fits(&text.counts));
    if let Some(text) = first(|counts| counts.rejected > 0) {
        let again = format!("mmig submit --phase {} --retry-failed", text.phase);
        return if outcome.by_itself {
            format!("next: {again} (sends it again)\n")
        } else {
            format!("next: fix the template, `mmig draft --phase {}`, then `{again}`\n", text.phase)
        };
    }
    if let Some(text) = first(|counts| counts.waiting > 0) {
        let one = if outcome.texts.len() == 1 { format!(" --variant {}", text.name()) } else { String::new() };
        return format!("next: mmig review --approve --phase {}{one} --by NAME, or --reject --reason …\n", text.phase);
    }
    let decided = outcome.counts.approved + outcome.counts.decided_elsewhere > 0;
    if decided { "next: mmig track, then mmig status\n".to_owned() } else { String::new() }
}
