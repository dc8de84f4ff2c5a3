//! Who hears what happens while a use case runs, and answers its questions: a terminal, a client of the agent's server, or a test.

use futures_util::future::LocalBoxFuture;

use crate::app::App;
use crate::app::cancel::WaitingMail;
use crate::app::correct::CorrectOutcome;
use crate::app::deadline::DeadlinePlan;
use crate::app::failure::{Failure, Kind};
use crate::app::review::text::ReviewText;
use crate::app::submit::skip::SkippedPhase;
use crate::app::submit::{PhasePlan, TestRow};
use crate::campaign::hint::Action;
use crate::hint;

/// Something worth saying before the use case ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// What a person wants to know.
    Note(String),
    /// Odd, though nothing failed.
    Warning(String),
    /// What only a person who asked for more wants to read: where a setting comes from, what was retried.
    Detail(String),
}

/// Work that takes long enough to show how far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Mails are sent.
    Sending,
    /// The server is asked and a plan is made.
    Planning,
    /// What an interrupted run left open is looked up.
    Settling,
    /// Mails are cancelled.
    Cancelling,
    /// Mails are approved or rejected.
    Deciding,
    /// Contacts are tagged.
    TaggingContacts,
    /// Mails are tagged.
    TaggingMails,
    /// The ledger is rebuilt from the server.
    Rebuilding,
    /// A language model writes.
    Composing,
    /// Links are asked whether they respond.
    CheckingLinks,
    /// Code examples are run.
    RunningExamples,
}

impl Work {
    /// What is being done, in a word or two.
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

/// How far a piece of work is. It ends when it is dropped.
pub trait Progress {
    /// One more is done.
    fn step(&self);
}

/// A question that yes or no answers.
#[derive(Debug)]
pub enum Question<'a> {
    /// Any question, in words.
    Words(String),
    /// Whether to carry out these plans.
    Submit {
        /// The plans, phase by phase.
        plans: Vec<&'a PhasePlan>,
        /// The mails that are cancelled before.
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
    /// Whether to prepare the phase that corrects this.
    Correct(&'a CorrectOutcome),
    /// Whether to record that nobody need hear of this.
    Dismiss(&'a CorrectOutcome),
    /// Whether to give these phases up for those who never got them.
    Skip(&'a [SkippedPhase]),
    /// Whether to cancel mails that are not yet out.
    Cancel {
        /// The phases, by name.
        phases: &'a [String],
        /// How many mails.
        mails: usize,
    },
    /// Whether to decide about waiting mails.
    Decide {
        /// Whether to approve them; else they are rejected.
        approve: bool,
        /// How many mails.
        mails: usize,
        /// The texts they are of.
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
    /// Nobody can be asked here.
    NobodyThere,
}

/// Who listens and answers.
pub trait Observer {
    /// Something happened.
    fn tell(&self, event: Event);

    /// A piece of work of `total` steps begins.
    fn progress(&self, work: Work, total: usize) -> Box<dyn Progress>;

    /// A piece of work of unknown length begins.
    fn busy(&self, work: Work) -> Box<dyn Progress> {
        self.progress(work, 0)
    }

    /// Shows what a question is about, whether it is about to be asked or was answered beforehand.
    fn explain(&self, _: &Question<'_>) {}

    /// Asks a question; no is the default.
    fn ask<'a>(&'a self, question: &'a Question<'a>) -> LocalBoxFuture<'a, Answer>;
}

impl dyn Observer + '_ {
    /// Tells what a person wants to know.
    pub fn note(&self, text: impl Into<String>) {
        self.tell(Event::Note(text.into()));
    }

    /// Tells what is odd.
    pub fn warn(&self, text: impl Into<String>) {
        self.tell(Event::Warning(text.into()));
    }

    /// Tells a detail.
    pub fn detail(&self, text: impl Into<String>) {
        self.tell(Event::Detail(text.into()));
    }
}

/// An observer that hears nothing and answers nothing.
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

/// Asks whether to go ahead, unless `yes` was given. `again` is the action that needs no answer.
///
/// # Errors
/// The answer is no, nobody can be asked, or Ctrl-C came first: nothing was done.
pub async fn agreed(app: &App<'_>, yes: bool, question: Question<'_>, again: Action) -> Result<(), Failure> {
    app.observer.explain(&question);
    if yes {
        return Ok(());
    }
    let answer = tokio::select! {
        biased;
        () = app.stop.once() => return Err(Failure::new(Kind::Interrupted, "interrupted; nothing was done", "")),
        answer = app.observer.ask(&question) => answer,
    };
    match answer {
        Answer::Yes => Ok(()),
        Answer::No => Err(Failure::new(Kind::Usage, "nothing was done", "")),
        Answer::NobodyThere => {
            let message = "this needs a yes, and nobody can be asked here; nothing was done";
            Err(Failure::new(Kind::Usage, message, hint!["add --yes: ", again.flag("yes")]))
        }
    }
}
