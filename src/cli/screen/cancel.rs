//! The screen of `cancel`, and how other screens show cancelled mails.

use crate::app::cancel::{CancelOutcome, Cancelled, WaitingMail};
use crate::cli::ui::{clean, plural};

/// How many mails are listed; the rest is in `--json`.
const SHOWN: usize = 10;

/// How many mails were cancelled, and how many had already been sent.
pub fn cancel(outcome: &CancelOutcome, _width: usize) -> String {
    let settled = match outcome.settled.len() {
        0 => String::new(),
        1 => "1 mail given up: it will not be tried again.\n".to_owned(),
        number => format!("{number} mails given up: they will not be tried again.\n"),
    };
    if outcome.planned == 0 && !settled.is_empty() {
        return settled;
    }
    if outcome.planned == 0 {
        return format!("No mail of {} can still be cancelled.\n", phases(&outcome.phases));
    }
    let mut text = format!("{settled}{} cancelled.\n", plural(outcome.cancelled, "mail"));
    if !outcome.too_late.is_empty() {
        let number = outcome.too_late.len();
        text.push_str(&format!("{number} were already sent: `mmig track` asks for their status.\n"));
    }
    text
}

/// Phases in a sentence.
pub fn phases(names: &[String]) -> String {
    format!("phase{} {}", if names.len() == 1 { "" } else { "s" }, names.join(", "))
}

/// What was cancelled besides other work; empty if nothing was.
pub fn cancelled(cancelled: &Cancelled) -> String {
    let mut text = String::new();
    if !cancelled.cancelled.is_empty() {
        let number = plural(cancelled.cancelled.len(), "mail");
        text.push_str(&format!("{number} cancelled: {}.\n", reasons(&cancelled.cancelled)));
    }
    let late = &cancelled.too_late;
    if !late.is_empty() {
        let number = plural(late.len(), "mail");
        text.push_str(&format!("{number} could not be cancelled any more: {}.\n", reasons(late)));
        for mail in late.iter().take(SHOWN) {
            text.push_str(&format!("  {} ({})\n", clean(&mail.contact), mail.phase));
        }
        if late.len() > SHOWN {
            text.push_str(&format!("  and {} more: --json lists all\n", late.len() - SHOWN));
        }
    }
    text
}

/// What will be cancelled; empty if nothing.
pub fn to_cancel(mails: &[WaitingMail]) -> String {
    if mails.is_empty() {
        return String::new();
    }
    format!("{} to cancel: {}\n", plural(mails.len(), "mail"), reasons(mails))
}

/// The reasons, by number of mails: "2 whose customer is done, 1 whose customer left the campaign".
fn reasons(mails: &[WaitingMail]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for mail in mails {
        let why = mail.why.map_or("was to be cancelled", crate::campaign::mail::withdrawal::Withdrawal::describe);
        match counts.iter_mut().find(|(known, _)| *known == why) {
            Some((_, count)) => *count += 1,
            None => counts.push((why, 1)),
        }
    }
    counts.iter().map(|(why, count)| format!("{count} whose customer {why}")).collect::<Vec<_>>().join(", ")
}
