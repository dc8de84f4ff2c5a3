//! Patterns and lines, as the rules read them.

use regex_lite::Regex;

/// A pattern of ours.
#[allow(clippy::expect_used, reason = "patterns are constants, and the tests try each")]
pub fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of ours")
}

/// A text with each run of blanks, line ends too, as one blank.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_end()
}

/// The line that a place stands in.
pub fn line_at(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |before| before + 1);
    text[start..].lines().next().unwrap_or_default()
}
