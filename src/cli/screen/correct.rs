//! The screen of `correct`.

use crate::app::correct::CorrectOutcome;
use crate::campaign::view::outdated::OutdatedFact;
use crate::cli::ui::{clean, plural, wrapped};

/// Which wrong facts customers received, and what was done about it.
pub fn correct(outcome: &CorrectOutcome, width: usize) -> String {
    if outcome.facts.is_empty() {
        let nothing = "Nothing to correct: everything that customers are known to have received is still true.\n";
        return nothing.to_owned() + &facts(outcome, width);
    }
    if outcome.dismissed {
        return format!("{} dismissed: no mail is sent about it.\n", plural(outcome.facts.len(), "difference"));
    }
    if outcome.failure.is_some() {
        return String::new();
    }
    let Some(correction) = &outcome.correction else {
        let number = plural(outcome.customers, "customer");
        return facts(outcome, width)
            + &wrapped(&format!("None of the {number} can be mailed: reach them another way."), width, 0);
    };
    let phase = clean(&correction.phase);
    let done = if outcome.prepared {
        format!("Phase {phase} is in campaign.toml: it goes to {}.", plural(correction.recipients, "customer"))
    } else {
        format!("Phase {phase} is in campaign.toml already: it goes to {}.", plural(correction.recipients, "customer"))
    };
    let shown = if outcome.prepared { String::new() } else { facts(outcome, width) };
    let next = format!("next: mmig draft --phase {phase}, then mmig submit --phase {phase}");
    shown + &wrapped(&done, width, 0) + &wrapped(&next, width, 0)
}

/// The facts that customers received, each beside today's, with the number of customers.
pub fn facts(outcome: &CorrectOutcome, width: usize) -> String {
    let mut text: String = outcome.facts.iter().map(|one| fact(one, width)).collect();
    for (phase, mails) in &outcome.waiting {
        let mails = plural(*mails, "mail");
        let line = format!(
            "{mails} of phase {} with outdated facts, not sent yet: `mmig submit --phase {0} --replace` sends the current text instead.",
            clean(phase)
        );
        text.push_str(&wrapped(&line, width, 0));
    }
    text + &unknown(outcome, width)
}

fn unknown(outcome: &CorrectOutcome, width: usize) -> String {
    if outcome.unknown == 0 {
        return String::new();
    }
    let line = format!(
        "{} hold mails of which only the deadline is known, since they were sent before facts were recorded: `mmig \
         status --contact WHO --evidence` shows their words.",
        plural(outcome.unknown, "customer")
    );
    wrapped(&line, width, 0)
}

fn fact(one: &OutdatedFact, width: usize) -> String {
    let (what, told, now) = (clean(&one.what), quoted(one.told.as_deref()), quoted(one.now.as_deref()));
    let head = format!("{} ({}): {}", what, clean(&one.fact.to_string()), plural(one.customers, "customer"));
    format!("{}{}{}\n", wrapped(&head, width, 0), lines("told ", &told), lines("right", &now))
}

fn quoted(text: Option<&str>) -> String {
    text.map_or_else(|| "that it no longer applies".to_owned(), str::to_owned)
}

/// A value of one or more lines, after its name.
fn lines(name: &str, text: &str) -> String {
    let indent = " ".repeat(name.len());
    let lines = text.lines().enumerate();
    lines.map(|(at, line)| format!("  {}  {}\n", if at == 0 { name } else { &indent }, clean(line))).collect()
}
