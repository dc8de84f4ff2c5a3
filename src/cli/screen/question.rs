//! How yes-or-no questions are shown.

use super::cancel::{phases, to_cancel};
use super::correct::facts;
use super::deadline;
use super::review::pages;
use super::submit::{names, plan, tests, to_skip};
use crate::app::observer::Question;
use crate::cli::ui::{clean, plural};

/// What the question is about, with line ends; empty if the question says it all.
pub fn explained(question: &Question<'_>, width: usize) -> String {
    match question {
        Question::Skip(skipped) => to_skip(skipped),
        Question::Words(_) | Question::Cancel { .. } | Question::Decide { .. } => String::new(),
        Question::Submit { plans, to_cancel: mails } => {
            to_cancel(mails) + &plans.iter().map(|phase| plan(phase)).collect::<String>()
        }
        Question::SendTests { to, tests: rows } => tests(to, rows, width),
        Question::MoveDeadline(plan) => deadline::plan(plan, width),
        Question::Correct(outcome) | Question::Dismiss(outcome) => facts(outcome, width),
    }
}

/// What the user must read before answering, with line ends; empty if nothing.
pub fn to_read(question: &Question<'_>, width: usize) -> String {
    match question {
        Question::Decide { texts, .. } => pages(texts, width),
        _ => String::new(),
    }
}

/// The question, on one line.
pub fn asked(question: &Question<'_>) -> String {
    match question {
        Question::Words(words) => words.clone(),
        Question::Skip(skipped) => {
            let customers = skipped.iter().map(|phase| phase.contacts.len()).sum();
            format!("Skip {} for {}?", phases(&names(skipped)), plural(customers, "customer"))
        }
        Question::MoveDeadline(plan) => format!("Move the deadline to {}?", plan.new),
        Question::Correct(outcome) => {
            let customers = outcome.correction.as_ref().map_or(0, |correction| correction.recipients);
            format!("Prepare a correction for {}?", plural(customers, "customer"))
        }
        Question::Dismiss(outcome) => {
            format!("Record that {} need no correction?", plural(outcome.facts.len(), "difference"))
        }
        Question::Cancel { phases: names, mails } => {
            format!("Cancel {} of {} that are not sent yet?", plural(*mails, "mail"), phases(names))
        }
        Question::Decide { approve: true, mails, .. } => format!("Approve {}?", plural(*mails, "mail")),
        Question::Decide { approve: false, mails, .. } => format!("Reject {}?", plural(*mails, "mail")),
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
