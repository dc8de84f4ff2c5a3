//! What can be wrong in a code.

use std::ops::Range;

use crate::campaign::definition::problem::Severity;

/// What is wrong in a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// An error where the code certainly fails.
    pub severity: Severity,
    /// Where, in bytes of the code.
    pub at: Range<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub fix: &'static str,
}

/// Why a code cannot be read in its language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The line or the sign, in bytes of the code.
    pub at: Range<usize>,
    /// What is wrong, in the reader's words.
    pub what: String,
}

impl Mistake {
    /// A mistake with which the code fails.
    pub fn error(at: Range<usize>, what: impl Into<String>, fix: &'static str) -> Self {
        Self { severity: Severity::Error, at, what: what.into(), fix }
    }
}
