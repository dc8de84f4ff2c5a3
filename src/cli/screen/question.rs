//! What a person sees of a question that yes or no answers.

use super::cancel::phases;
use super::deadline;
use crate::app::observer::Question;
use crate::cli::ui::plural;

/// What the question is about, with line ends; empty where the question says it all.
pub fn explained(question: &Question<'_>, width: usize) -> String {
    match question {
        Question::MoveDeadline(plan) => deadline::plan(plan, width),
        Question::Words(_) | Question::Cancel { .. } => String::new(),
    }
}

/// The question, on a line.
pub fn asked(question: &Question<'_>) -> String {
    match question {
        Question::Words(words) => words.clone(),
        Question::MoveDeadline(plan) => format!("Move the deadline to {}?", plan.new),
        Question::Cancel { phases: names, mails } => {
            format!("Cancel {} of {} that are not yet out?", plural(*mails, "mail"), phases(names))
        }
    }
}
