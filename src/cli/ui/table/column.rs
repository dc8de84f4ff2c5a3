//! Columns, and how each adapts to the width.

use crate::cli::ui::clean;

/// Shown instead of zero, so that other numbers stand out. A column with nothing else counts as empty.
pub const NOTHING: &str = "·";

/// The gap between two columns.
pub const GAP: usize = 2;

/// How a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// How a column's cells adapt to a narrow screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Narrow {
    /// They do not change.
    Whole,
    /// They wrap, with at least this width.
    Wrapped(usize),
    /// They are cut and end in `…`.
    Cut,
}

/// When a column is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Always,
    IfFilled,
    IfRoom,
}

/// A column: its heading, and how it adapts.
#[derive(Debug, Clone)]
pub struct Column {
    pub(super) head: String,
    pub(super) short: Option<String>,
    pub(super) align: Align,
    pub(super) narrow: Narrow,
    pub(super) shown: Shown,
}

impl Column {
    fn new(head: &str, align: Align, narrow: Narrow) -> Self {
        Self { head: clean(head), short: None, align, narrow, shown: Shown::Always }
    }

    /// Text that wraps if necessary.
    pub fn text(head: &str) -> Self {
        Self::new(head, Align::Left, Narrow::Wrapped(24))
    }

    /// A remark: text that is short, or may take several lines.
    pub fn remark(head: &str) -> Self {
        Self::new(head, Align::Left, Narrow::Wrapped(12))
    }

    /// A name or an address: one line, cut if necessary.
    pub fn name(head: &str) -> Self {
        Self::new(head, Align::Left, Narrow::Cut)
    }

    /// A word or a date, never cut.
    pub fn word(head: &str) -> Self {
        Self::new(head, Align::Left, Narrow::Whole)
    }

    /// A number.
    pub fn number(head: &str) -> Self {
        Self::new(head, Align::Right, Narrow::Whole)
    }

    /// A shorter heading, for narrow screens.
    #[must_use]
    pub fn or(self, short: &str) -> Self {
        Self { short: Some(short.to_owned()), ..self }
    }

    /// Shown only if a cell is not empty.
    #[must_use]
    pub fn if_filled(self) -> Self {
        Self { shown: Shown::IfFilled, ..self }
    }

    /// Shown only if all others fit.
    #[must_use]
    pub fn if_room(self) -> Self {
        Self { shown: Shown::IfRoom, ..self }
    }
}

impl From<&(&str, Align)> for Column {
    fn from((head, align): &(&str, Align)) -> Self {
        match align {
            Align::Left => Self::text(head),
            Align::Right => Self::number(head),
        }
    }
}
