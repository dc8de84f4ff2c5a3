//! The screen of `check`.

use crate::app::check::CheckOutcome;
use crate::cli::ui::{plural, problems, wrapped};

/// The same outcome with a failure's findings: a screen shows those above it, on stderr. A document already contains
/// them.
pub fn with_findings(mut outcome: CheckOutcome) -> CheckOutcome {
    if let Some(failure) = &mut outcome.failure {
        failure.problems = std::mem::take(&mut outcome.found);
    }
    outcome
}

/// The findings, and what was checked.
pub fn check(outcome: &CheckOutcome, width: usize) -> String {
    let mut text = problems(&outcome.found, width);
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    if outcome.ok {
        let scope = outcome.scope;
        let run = match outcome.examples_run {
            0 => String::new(),
            run => format!(", {} run", plural(run, "code example")),
        };
        let scope = format!(
            "{}, {}, {}, {}{run}",
            plural(scope.segments, "segment"),
            plural(scope.phases, "phase"),
            plural(scope.changes, "change"),
            plural(outcome.texts, "distinct text")
        );
        text.push_str(&wrapped(&format!("campaign `{}` is in order: {scope}", outcome.campaign), width, 0));
    }
    if let Some(folder) = &outcome.texts_in {
        text.push_str(&format!("the texts are in {folder}\n"));
    }
    text
}
