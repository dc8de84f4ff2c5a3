//! A screen that is redrawn in place.

use console::Term;

/// The terminal while a screen is kept on it. The last screen stays when this is dropped.
#[derive(Debug)]
pub struct Live {
    // Buffered, so that a screen appears at once and does not flicker.
    term: Term,
}

impl Live {
    /// Takes the terminal on stdout; `None` if there is none.
    pub(super) fn start() -> Option<Self> {
        let term = Term::buffered_stdout();
        let taken = term.is_term() && term.hide_cursor().and_then(|()| term.clear_screen()).is_ok();
        taken.then(|| Self { term })
    }

    /// The number of lines and columns.
    pub fn size(&self) -> (u16, u16) {
        self.term.size()
    }

    /// Replaces the previous screen. A terminal that has gone away is not our error.
    pub fn draw(&self, text: &str) {
        let rows = usize::from(self.term.size().0);
        let drawn = self.term.move_cursor_to(0, 0).and_then(|()| self.term.clear_to_end_of_screen());
        let _ = drawn.and_then(|()| self.term.write_str(&fitted(text, rows))).and_then(|()| self.term.flush());
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let _ = self.term.write_str("\n").and_then(|()| self.term.show_cursor()).and_then(|()| self.term.flush());
    }
}

/// At most as many lines as there are rows; the last one then says how many are missing, and has no line end, which
/// would scroll.
fn fitted(text: &str, rows: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() <= rows {
        return lines.join("\n");
    }
    let shown = rows.saturating_sub(1);
    let missing = format!("… {} more lines", lines.len() - shown);
    lines[..shown].iter().copied().chain([missing.as_str()]).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_that_is_too_tall_says_what_is_missing() {
        assert_eq!(fitted("a\nb\nc\n", 3), "a\nb\nc");
        assert_eq!(fitted("a\nb\nc\nd\n", 3), "a\nb\n… 2 more lines");
        assert_eq!(fitted("", 3), "");
    }
}
