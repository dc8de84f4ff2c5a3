//! The screen of `doctor`.

use anstyle::AnsiColor;

use crate::app::doctor::{DoctorOutcome, State};
use crate::cli::ui::clean;

/// A line for each check, and one for its fix.
pub fn doctor(outcome: &DoctorOutcome, _: usize) -> String {
    let mut text = String::new();
    for found in &outcome.checks {
        let (word, color) = match found.state {
            State::Good => ("ok  ", AnsiColor::Green),
            State::Odd => ("note", AnsiColor::Yellow),
            State::Bad => ("bad ", AnsiColor::Red),
        };
        let style = color.on_default().bold();
        text.push_str(&format!("{style}{word}{style:#}  {}: {}\n", found.check, clean(&found.message)));
        if !found.fix.is_empty() {
            text.push_str(&format!("      → {}\n", clean(&found.fix.to_string())));
        }
    }
    text
}
