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
    /// It waits, and differs from what was submitted or is too late.
    SetAside(Vec<Mismatch>),
    /// This review approved it.
    Approved,
    /// This review rejected it.
    Rejected,
    /// Another person decided, or it was cancelled; with its status at the server, if known.
    Elsewhere(Option<mail::Outcome>),
    /// The server did not carry out the decision; its message.
    Failed(String),
}

/// The results of a review's decisions.
#[derive(Debug, Default)]
pub struct Results {
    /// The states, by the server's id of the mail.
    states: HashMap<String, MailState>,
    /// Why some decisions were not carried out.
    pub halt: Option<Halt>,
}

impl Results {
    /// Records the state of the mail with this id.
    pub fn set(&mut self, id: &str, state: MailState) {
        self.states.insert(id.to_owned(), state);
    }

    /// The current state of a mail.
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
