//! A screen that is drawn again in its place.

use console::Term;

/// The terminal while a screen is kept on it. The last screen stays when it is dropped.
#[derive(Debug)]
pub struct Live {
    // Buffered: what is drawn appears at once, and does not flicker.
    term: Term,
}

impl Live {
    /// Takes the terminal on stdout; `None` where there is none.
    pub(super) fn start() -> Option<Self> {
        let term = Term::buffered_stdout();
        let taken = term.is_term() && term.hide_cursor().and_then(|()| term.clear_screen()).is_ok();
        taken.then(|| Self { term })
    }

    /// How many lines and columns there are.
    pub fn size(&self) -> (u16, u16) {
        self.term.size()
    }

    /// Draws a screen in place of the last one. A terminal that went away is no error of ours.
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

/// No more lines than there are rows; the last one then says what is missing, and none is ended, which would scroll.
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
