//! Columns, and how each makes room.

use crate::cli::ui::clean;

/// What stands for a count of nothing: the numbers that are there stand out. A column of it alone has nothing in it.
pub const NOTHING: &str = "·";

/// Between two columns.
pub const GAP: usize = 2;

/// How a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// What becomes of a column's cells on a narrow screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Narrow {
    /// They stay as they are.
    Whole,
    /// They go on in further lines, at least so wide.
    Wrapped(usize),
    /// They end in `…`.
    Cut,
}

/// When a column is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Always,
    IfFilled,
    IfRoom,
}

/// A column: its heading, and how it makes room.
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

    /// Text that goes on in further lines where it has to.
    pub fn text(head: &str) -> Self {
        Self::new(head, Align::Left, Narrow::Wrapped(24))
    }

    /// A remark: text that is short, or may be tall.
    pub fn remark(head: &str) -> Self {
        Self::new(head, Align::Left, Narrow::Wrapped(12))
    }

    /// A name or an address: one line, cut where it has to be.
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

    /// A shorter heading, where the usual one has no room.
    #[must_use]
    pub fn or(self, short: &str) -> Self {
        Self { short: Some(short.to_owned()), ..self }
    }

    /// Only where something is in it.
    #[must_use]
    pub fn if_filled(self) -> Self {
        Self { shown: Shown::IfFilled, ..self }
    }

    /// Only where all others have room.
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
