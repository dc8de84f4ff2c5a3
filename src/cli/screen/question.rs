//! What a person sees of a question that yes or no answers.

use super::cancel::phases;
use super::review::pages;
use crate::app::observer::Question;
use crate::cli::ui::plural;

/// What the question is about, with line ends; empty where the question says it all.
pub fn explained(question: &Question<'_>) -> String {
    match question {
        Question::Words(_) | Question::Cancel { .. } | Question::Decide { .. } => String::new(),
    }
}

/// What a person has to read before they answer, with line ends; empty where that is nothing.
pub fn to_read(question: &Question<'_>, width: usize) -> String {
    match question {
        Question::Words(_) | Question::Cancel { .. } => String::new(),
        Question::Decide { texts, .. } => pages(texts, width),
    }
}

/// The question, on a line.
pub fn asked(question: &Question<'_>) -> String {
    match question {
        Question::Words(words) => words.clone(),
        Question::Cancel { phases: names, mails } => {
            format!("Cancel {} of {} that are not yet out?", plural(*mails, "mail"), phases(names))
        }
        Question::Decide { approve: true, mails, .. } => format!("Approve {}?", plural(*mails, "mail")),
        Question::Decide { approve: false, mails, .. } => format!("Reject {}?", plural(*mails, "mail")),
    }
}
