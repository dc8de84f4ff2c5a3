//! Findings in a campaign's files: each with its place and its fix, all at once.

use std::ops::Range;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::rule::Rule;

/// A text file of the campaign, as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its path, as a user would type it.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// A source that findings can point into.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { path: path.into(), text: text.into() })
    }

    /// Line and column (both from 1, columns in characters) of a byte offset.
    pub fn place(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..floor_char(&self.text, offset)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// The byte offset of a line and column, both from 1; the end if the text is shorter.
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let Some(start) =
            std::iter::once(0).chain(self.text.match_indices('\n').map(|(at, _)| at + 1)).nth(line.max(1) - 1)
        else {
            return self.text.len();
        };
        let rest = &self.text[start..];
        let rest = &rest[..rest.find('\n').unwrap_or(rest.len())];
        start + rest.char_indices().nth(column.max(1) - 1).map_or(rest.len(), |(at, _)| at)
    }
}

fn floor_char(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The campaign cannot be used.
    Error,
    /// Worth a look; blocks nothing.
    Warning,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The rule it breaks.
    pub rule: Rule,
    /// The file it is in.
    pub source: Arc<Source>,
    /// The byte range in the file.
    pub span: Range<usize>,
    /// What is wrong, as a phrase in lower case.
    pub what: String,
    /// How to fix it; may be empty.
    pub fix: String,
    /// The text it is about, which `[[allow]]` quotes.
    pub about: Option<Box<About>>,
}

/// The text a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The words themselves, on one line.
    pub words: String,
    /// Their line.
    pub line: String,
}

impl Problem {
    /// An error.
    pub fn error(source: &Arc<Source>, span: Range<usize>, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            rule: Rule::Campaign,
            source: Arc::clone(source),
            span,
            what: what.into(),
            fix: fix.into(),
            about: None,
        }
    }

    /// A warning.
    pub fn warning(source: &Arc<Source>, span: Range<usize>, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(source, span, what, fix) }
    }

    /// The same finding for another rule; the default is that a campaign file must be valid.
    #[must_use]
    pub fn of(self, rule: Rule) -> Self {
        Self { rule, ..self }
    }

    /// The same finding with the words it is about and their line.
    #[must_use]
    pub fn about(self, words: &str, line: &str) -> Self {
        Self { about: Some(Box::new(About { words: words.to_owned(), line: line.to_owned() })), ..self }
    }

    /// Whether another finding says the same about the same place.
    pub fn repeats(&self, other: &Self) -> bool {
        (self.rule, &self.source.path, &self.span, &self.what)
            == (other.rule, &other.source.path, &other.span, &other.what)
    }

    /// Line and column, both from 1.
    pub fn place(&self) -> (usize, usize) {
        self.source.place(self.span.start)
    }
}

/// "did you mean …?" for an unknown name; `None` if no known one is similar.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count() / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_characters_not_bytes() {
        let source = Source::new("x", "ä\nöü = 1");
        assert_eq!(source.place(source.text.find('=').unwrap()), (2, 4));
        assert_eq!(source.offset(2, 4), source.text.find('=').unwrap());
    }

    #[test]
    fn a_misspelt_name_gets_a_suggestion_and_an_unrelated_one_does_not() {
        assert_eq!(nearest("segmnet", ["segment", "phase"]), Some("segment"));
        assert_eq!(nearest("colour", ["segment", "phase"]), None);
    }
}
