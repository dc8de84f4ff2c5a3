//! The states of the mails under review, as decisions are carried out.

use std::collections::HashMap;

use crate::app::batch::Halt;
use crate::campaign::mail;
use crate::campaign::review::{Item, Mismatch};

/// The state of a mail under review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailState {
    /// It waits, and matches what was submitted.
    Waiting,
    /// It waits, and is not what was submitted or comes too late.
    SetAside(Vec<Mismatch>),
    /// This review approved it.
    Approved,
    /// This review rejected it.
    Rejected,
    /// Another person decided, or it was cancelled; where the server has it, if it says so.
    Elsewhere(Option<mail::Outcome>),
    /// The server did not carry out the decision; its words.
    Failed(String),
}

/// The results of a review's decisions.
#[derive(Debug, Default)]
pub struct Results {
    /// By the server's id of the mail.
    states: HashMap<String, MailState>,
    /// Why not everything that was decided was carried out.
    pub halt: Option<Halt>,
}

impl Results {
    /// Records the state of the mail with this id.
    pub fn set(&mut self, id: &str, state: MailState) {
        self.states.insert(id.to_owned(), state);
    }

    /// The state of a mail by now.
    pub fn state(&self, item: &Item<'_>) -> MailState {
        match self.states.get(&item.queued.id) {
            Some(state) => state.clone(),
            None if item.mismatches.is_empty() => MailState::Waiting,
            None => MailState::SetAside(item.mismatches.clone()),
        }
    }

    /// Whether nothing was decided.
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }
}
