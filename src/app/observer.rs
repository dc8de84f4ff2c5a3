//! Receives what happens while a use case runs, and answers its questions: a terminal, an MCP client, or a test.

use futures_util::future::LocalBoxFuture;

use crate::app::cancel::outcome::WaitingMail;
use crate::app::correct::outcome::CorrectOutcome;
use crate::app::deadline::outcome::DeadlinePlan;
use crate::app::review::outcome::ReviewText;
use crate::app::submit::outcome::{PhasePlan, SkippedPhase, TestRow};

/// Something worth saying before the use case ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Of interest to the user.
    Note(String),
    /// Unusual, though nothing failed.
    Warning(String),
    /// Only for users who asked for more output: where a setting comes from, what was retried.
    Detail(String),
}

/// Work that takes long enough to show progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Sending mails.
    Sending,
    /// Asking the server and making a plan.
    Planning,
    /// Looking up what an interrupted run left open.
    Settling,
    /// Cancelling mails.
    Cancelling,
    /// Approving or rejecting mails.
    Deciding,
    /// Tagging contacts.
    TaggingContacts,
    /// Tagging mails.
    TaggingMails,
    /// Rebuilding the ledger from the server.
    Rebuilding,
    /// Writing with a language model.
    Composing,
    /// Requesting links.
    CheckingLinks,
    /// Running code examples.
    RunningExamples,
}

impl Work {
    /// The work in a word or two.
    pub fn words(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Settling => "settling",
            Self::Planning => "planning",
            Self::Cancelling => "cancelling",
            Self::Deciding => "deciding",
            Self::TaggingContacts => "tagging contacts",
            Self::TaggingMails => "tagging mails",
            Self::Rebuilding => "rebuilding",
            Self::Composing => "composing",
            Self::CheckingLinks => "checking links",
            Self::RunningExamples => "running examples",
        }
    }
}

/// The progress of a piece of work, which ends when this is dropped.
pub trait Progress {
    /// One more step is done.
    fn step(&self);
}

/// A yes-or-no question.
#[derive(Debug)]
pub enum Question<'a> {
    /// Any question, in words.
    Words(String),
    /// Whether to carry out these plans.
    Submit {
        /// The plans, phase by phase.
        plans: Vec<&'a PhasePlan>,
        /// The mails that are cancelled first.
        to_cancel: Vec<WaitingMail>,
    },
    /// Whether to send these mails to a colleague.
    SendTests {
        /// The colleague's address.
        to: &'a str,
        /// The mails.
        tests: &'a [TestRow],
    },
    /// Whether to move the deadline like this.
    MoveDeadline(&'a DeadlinePlan),
    /// Whether to prepare the phase that corrects these facts.
    Correct(&'a CorrectOutcome),
    /// Whether to record that these facts need no correction.
    Dismiss(&'a CorrectOutcome),
    /// Whether to give up these phases for customers who never got them.
    Skip(&'a [SkippedPhase]),
    /// Whether to cancel mails that have not been sent yet.
    Cancel {
        /// The phases, by name.
        phases: &'a [String],
        /// How many mails.
        mails: usize,
    },
    /// Whether to approve or reject waiting mails.
    Decide {
        /// True to approve, false to reject.
        approve: bool,
        /// How many mails.
        mails: usize,
        /// The texts they were made from.
        texts: &'a [ReviewText],
    },
}

/// The answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
    /// There is no one to ask.
    NobodyThere,
}

/// Receives events and answers questions.
pub trait Observer {
    /// Reports an event.
    fn tell(&self, event: Event);

    /// A piece of work of `total` steps begins.
    fn progress(&self, work: Work, total: usize) -> Box<dyn Progress>;

    /// A piece of work of unknown length begins.
    fn busy(&self, work: Work) -> Box<dyn Progress> {
        self.progress(work, 0)
    }

    /// Shows what a question is about, even if it was answered in advance.
    fn explain(&self, _: &Question<'_>) {}

    /// Asks a question; no is the default.
    fn ask<'a>(&'a self, question: &'a Question<'a>) -> LocalBoxFuture<'a, Answer>;
}

impl dyn Observer + '_ {
    /// Reports something of interest to the user.
    pub fn note(&self, text: impl Into<String>) {
        self.tell(Event::Note(text.into()));
    }

    /// Reports something unusual.
    pub fn warn(&self, text: impl Into<String>) {
        self.tell(Event::Warning(text.into()));
    }

    /// Reports a detail.
    pub fn detail(&self, text: impl Into<String>) {
        self.tell(Event::Detail(text.into()));
    }
}

/// An observer that ignores events and cannot answer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn tell(&self, _: Event) {}

    fn progress(&self, _: Work, _: usize) -> Box<dyn Progress> {
        Box::new(Self)
    }

    fn ask<'a>(&'a self, _: &'a Question<'a>) -> LocalBoxFuture<'a, Answer> {
        Box::pin(std::future::ready(Answer::NobodyThere))
    }
}

impl Progress for Silent {
    fn step(&self) {}
}
