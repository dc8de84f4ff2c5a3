//! A line-by-line comparison of two texts.

use similar::{ChangeTag, TextDiff};

use crate::campaign::text::Text;

/// Where a line occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// In both texts.
    Same,
    /// Only in the old text.
    Gone,
    /// Only in the new text.
    New,
}

/// A line of two texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where it occurs.
    pub mark: Mark,
    /// The line, without its end.
    pub text: String,
}

impl Text {
    /// Subject and body as one page, as in drafts.
    pub fn page(&self) -> String {
        format!("Subject: {}\n\n{}", self.subject, self.body)
    }
}

/// All lines of two texts; where they differ, the old lines come before the new ones.
pub fn lines(old: &Text, new: &Text) -> Vec<Line> {
    let (old, new) = (old.page(), new.page());
    let diff = TextDiff::from_lines(&old, &new);
    let line = |change: similar::Change<&str>| Line {
        mark: match change.tag() {
            ChangeTag::Equal => Mark::Same,
            ChangeTag::Delete => Mark::Gone,
            ChangeTag::Insert => Mark::New,
        },
        text: change.value().trim_end_matches(['\r', '\n']).to_owned(),
    };
    diff.iter_all_changes().map(line).collect()
}

/// The lines in which two files differ.
pub fn changed(old: &str, new: &str) -> Vec<Line> {
    let (old, new) = (as_text(old), as_text(new));
    // Both get the same first line, which belongs to neither.
    lines(&old, &new).into_iter().filter(|line| line.mark != Mark::Same).collect()
}

fn as_text(file: &str) -> Text {
    Text { subject: String::new(), body: file.to_owned() }
}

/// The lines that differ, with `around` lines before and after each.
pub(crate) fn hunks(lines: &[Line], around: usize) -> Vec<&Line> {
    let near = |at: usize| {
        let near = at.saturating_sub(around)..(at + around + 1).min(lines.len());
        lines[near].iter().any(|line| line.mark != Mark::Same)
    };
    lines.iter().enumerate().filter(|(at, _)| near(*at)).map(|(_, line)| line).collect()
}

impl Line {
    /// The line with its sign, as in a diff.
    pub fn signed(&self) -> String {
        let sign = match self.mark {
            Mark::Same => ' ',
            Mark::Gone => '-',
            Mark::New => '+',
        };
        format!("{sign}{}", self.text)
    }
}
