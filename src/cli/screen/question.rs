//! What a person sees of a question that yes or no answers.

use super::cancel::phases;
use crate::app::observer::Question;
use crate::cli::ui::plural;

/// What the question is about, with line ends; empty where the question says it all.
pub fn explained(question: &Question<'_>) -> String {
    match question {
        Question::Words(_) | Question::Cancel { .. } => String::new(),
    }
}

/// The question, on a line.
pub fn asked(question: &Question<'_>) -> String {
    match question {
        Question::Words(words) => words.clone(),
        Question::Cancel { phases: names, mails } => {
            format!("Cancel {} of {} that are not yet out?", plural(*mails, "mail"), phases(names))
        }
    }
}
