//! `[[change]]`: what customers must change.

use compact_str::CompactString;
use strum::EnumString;

use crate::campaign::definition::level::Level;
use crate::campaign::definition::operation::Operation;
use crate::campaign::definition::query::TagQuery;

/// `[[change]]`: one thing the customer must change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its name in drafts and lists.
    pub id: String,
    /// Its heading in the mail.
    pub title: String,
    /// What to do, in a line for checklists; `None` where the heading says it.
    pub task: Option<String>,
    /// The language of its code, as it stands after the back-ticks.
    pub language: Option<String>,
    /// What to do.
    pub text: String,
    /// The code as it is now.
    pub before: Option<String>,
    /// The code as it must become.
    pub after: Option<String>,
    /// Which of its code `check --run` tries.
    pub run: RunCode,
    /// Where more is written.
    pub url: Option<String>,
    /// Whom it concerns.
    pub concerns: Concerns,
    /// Of those, only who calls one of these, where that is known; empty where it does not matter who calls what.
    pub operations: Vec<Operation>,
    /// How bad oasdiff finds it; written by `mmig import`.
    pub level: Option<Level>,
    /// The findings of oasdiff that it is about, as `mmig import` keeps them.
    pub oasdiff: Vec<String>,
}

impl Change {
    /// The first code of it that `check --run` is to try.
    pub fn code_to_run(&self) -> Option<&str> {
        let before = self.before.as_deref().filter(|_| self.run.has_before());
        before.or(self.after.as_deref().filter(|_| self.run.has_after()))
    }

    /// Whether who calls these operations meets it.
    pub(super) fn is_met_by(&self, called: &[CompactString]) -> bool {
        let is_called = |operation: &Operation| called.iter().any(|called| called == operation.as_str());
        self.operations.is_empty() || self.operations.iter().any(is_called)
    }
}

/// Which code of a change `check --run` tries. What the old version understood may not run any more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum RunCode {
    /// What it must become.
    #[default]
    After,
    /// What it is now, and what it must become.
    Both,
    /// Nothing: it is no code by itself.
    None,
}

impl RunCode {
    /// Whether the current code is tried.
    pub fn has_before(self) -> bool {
        self == Self::Both
    }

    /// Whether the new code is tried.
    pub fn has_after(self) -> bool {
        self != Self::None
    }
}

/// Whom a change concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concerns {
    /// Everybody in the campaign.
    Everybody,
    /// The customers of these segments.
    Segments(Vec<String>),
    /// The customers whose tags match.
    Tags(TagQuery),
}
