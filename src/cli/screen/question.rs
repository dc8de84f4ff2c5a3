//! What a person sees of a question that yes or no answers.

use super::cancel::{phases, to_cancel};
use super::submit::{plan, tests};
use crate::app::observer::Question;
use crate::cli::ui::{clean, plural};

/// What the question is about, with line ends; empty where the question says it all.
pub fn explained(question: &Question<'_>, width: usize) -> String {
    match question {
        Question::Words(_) | Question::Cancel { .. } => String::new(),
        Question::Submit { plans, to_cancel: mails } => {
            to_cancel(mails) + &plans.iter().map(|phase| plan(phase)).collect::<String>()
        }
        Question::SendTests { to, tests: rows } => tests(to, rows, width),
    }
}

/// The question, on a line.
pub fn asked(question: &Question<'_>) -> String {
    match question {
        Question::Words(words) => words.clone(),
        Question::Cancel { phases: names, mails } => {
            format!("Cancel {} of {} that are not yet out?", plural(*mails, "mail"), phases(names))
        }
        Question::Submit { plans, to_cancel } => {
            let cancel = plural(to_cancel.len(), "mail");
            match (plans.iter().map(|plan| plan.mails()).sum::<usize>(), to_cancel.len()) {
                (mails, 0) => format!("Send {}?", plural(mails, "mail")),
                (0, _) => format!("Cancel {cancel}?"),
                (mails, _) => format!("Cancel {cancel}, and send {mails}?"),
            }
        }
        Question::SendTests { to, tests } => format!("Send {} to {}?", plural(tests.len(), "test mail"), clean(to)),
    }
}
