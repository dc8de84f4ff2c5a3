//! What the short demo shows of a screen: enough lines to prove the point, no wider than the terminal.

use crate::cli::ui::{self, LongWord};

/// How much of a command's output is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excerpt {
    /// At most this many lines.
    Lines(usize),
    /// The same, with each line cut at the edge of the terminal.
    Cut(usize),
    /// At most this many lines, from the first one with this prefix.
    From(&'static str, usize),
    /// The head of a mail and the start of its body.
    Mail,
}

/// How many lines of a mail's body are shown.
const BODY: usize = 6;

/// Below this width screens need more lines, so fewer of them are shown: the demo has the same length on any
/// terminal.
const NARROW: usize = 76;

impl Excerpt {
    /// The excerpt, in lines of at most `width`.
    pub fn of(self, said: &str, width: usize) -> String {
        match self {
            Self::Lines(most) => first(&fitted(said, width), at_width(most, width)),
            Self::Cut(most) => {
                let cut: String = said.lines().map(|line| ui::cut(line, width) + "\n").collect();
                first(&cut, at_width(most, width))
            }
            Self::From(start, most) => {
                let from = said.lines().skip_while(|line| !line.starts_with(start));
                let rest: String = from.map(|line| format!("{line}\n")).collect();
                first(&fitted(&rest, width), at_width(most, width))
            }
            Self::Mail => {
                let (head, body) = said.split_once("\n\n").unwrap_or(("", said));
                format!("{}\n{}", fitted(head, width), first(&fitted(body.trim_end(), width), BODY))
            }
        }
    }
}

fn at_width(most: usize, width: usize) -> usize {
    if width < NARROW { most.div_ceil(2) } else { most }
}

/// The text with all lines wrapped at `width` and ended.
pub fn fitted(text: &str, width: usize) -> String {
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    ui::fitted(text, width, LongWord::Broken).into_owned() + end
}

/// The first lines, and how many are missing.
fn first(text: &str, most: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() <= most {
        return text.to_owned();
    }
    let shown: String = lines.iter().take(most).map(|line| format!("{line}\n")).collect();
    let missing = lines.len() - most;
    format!("{shown}… {missing} more {}\n", if missing == 1 { "line" } else { "lines" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_screen_is_cut_and_says_what_is_missing() {
        assert_eq!(Excerpt::Lines(2).of("a\nb\n", 80), "a\nb\n");
        assert_eq!(Excerpt::Lines(2).of("a\nb\nc\n", 80), "a\nb\n… 1 more line\n");
        assert_eq!(Excerpt::Lines(2).of("a\nb\nc\nd\n", 80), "a\nb\n… 2 more lines\n");
    }

    #[test]
    fn a_mail_keeps_its_head_and_six_lines_of_its_body() {
        let body: String = (1..=9).map(|number| format!("{number}\n")).collect();
        let shown = Excerpt::Mail.of(&format!("To: a@b.example\nSubject: S\n\n{body}"), 80);
        assert_eq!(shown, "To: a@b.example\nSubject: S\n\n1\n2\n3\n4\n5\n6\n… 3 more lines\n");
    }

    #[test]
    fn an_excerpt_may_begin_further_down_and_cut_its_lines() {
        assert_eq!(Excerpt::From("c", 1).of("a\nb\ncc\nd\n", 80), "cc\n… 1 more line\n");
        assert_eq!(Excerpt::Cut(3).of("abcdef\ng\n", 4), "abc…\ng\n");
    }

    #[test]
    fn a_long_line_goes_on_below_its_own_indent() {
        assert_eq!(fitted("  aaa bbb ccc\n\nd\n", 10), "  aaa bbb\n    ccc\n\nd\n");
    }
}
