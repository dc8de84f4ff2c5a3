//! Mistakes in code.

use std::ops::Range;

use crate::campaign::definition::problem::Severity;

/// A mistake in code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// An error if the code certainly fails.
    pub severity: Severity,
    /// The byte range in the code.
    pub at: Range<usize>,
    /// What is wrong.
    pub what: String,
    /// How to fix it.
    pub fix: &'static str,
}

/// Why code cannot be parsed in its language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The line or the character, as a byte range in the code.
    pub at: Range<usize>,
    /// What is wrong, in the parser's words.
    pub what: String,
}

impl Mistake {
    /// A mistake that makes the code fail.
    pub fn error(at: Range<usize>, what: impl Into<String>, fix: &'static str) -> Self {
        Self { severity: Severity::Error, at, what: what.into(), fix }
    }
}
