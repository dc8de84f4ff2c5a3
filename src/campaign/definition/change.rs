//! `[[change]]`: what customers must change.

use compact_str::CompactString;
use strum::EnumString;

use crate::campaign::definition::level::Level;
use crate::campaign::definition::operation::Operation;
use crate::campaign::definition::query::TagQuery;

/// `[[change]]`: one thing the customer must change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its id in drafts and lists.
    pub id: String,
    /// Its heading in the mail.
    pub title: String,
    /// What to do, in one line for checklists; `None` if the heading says it.
    pub task: Option<String>,
    /// The language of its code, as written after the back-ticks.
    pub language: Option<String>,
    /// What to do.
    pub text: String,
    /// The code now.
    pub before: Option<String>,
    /// The code after the change.
    pub after: Option<String>,
    /// Which of its code `check --run` runs.
    pub run: RunCode,
    /// A link to more details.
    pub url: Option<String>,
    /// Which customers it concerns.
    pub concerns: Concerns,
    /// Limits these to customers who call one of these operations, if their calls are known; empty if it does not
    /// matter.
    pub operations: Vec<Operation>,
    /// Oasdiff's severity; written by `mmig import`.
    pub level: Option<Level>,
    /// The oasdiff findings it covers, as `mmig import` records them.
    pub oasdiff: Vec<String>,
}

impl Change {
    /// The first code of it that `check --run` runs.
    pub fn code_to_run(&self) -> Option<&str> {
        let before = self.before.as_deref().filter(|_| self.run.has_before());
        before.or(self.after.as_deref().filter(|_| self.run.has_after()))
    }

    /// Whether a customer who calls these operations is affected.
    pub(super) fn is_met_by(&self, called: &[CompactString]) -> bool {
        let is_called = |operation: &Operation| called.iter().any(|called| called == operation.as_str());
        self.operations.is_empty() || self.operations.iter().any(is_called)
    }
}

/// Which code of a change `check --run` runs. Code for the old version may not run any more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum RunCode {
    /// The code after the change.
    #[default]
    After,
    /// The code before and after.
    Both,
    /// None: it is not code that can run on its own.
    None,
}

impl RunCode {
    /// Whether the code before is run.
    pub fn has_before(self) -> bool {
        self == Self::Both
    }

    /// Whether the code after is run.
    pub fn has_after(self) -> bool {
        self != Self::None
    }
}

/// Which customers a change concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concerns {
    /// Everyone in the campaign.
    Everybody,
    /// The customers of these segments.
    Segments(Vec<String>),
    /// The customers whose tags match.
    Tags(TagQuery),
}
