//! The cause of a finding, regardless of operation, status and path to the property: one decision of the API's authors,
//! which oasdiff reports wherever it shows.

use super::finding::{Finding, hex};
use super::wording::{Piece, pieces};
use crate::campaign::definition::level::Level;

/// The cause of findings. Findings with the same cause differ only in operation, status or the path to one
/// property.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Cause {
    kind: String,
    level: Level,
    /// Whether it is about an operation, not the document.
    of_operation: bool,
    /// Its words, with values reduced by [`subject`].
    pieces: Vec<String>,
    /// Only the values: oasdiff words a finding differently from version to version.
    values: Vec<String>,
}

impl Cause {
    pub(super) fn of(finding: &Finding) -> Self {
        let pieces = pieces(&finding.text);
        let (mut said, mut values) = (Vec::new(), Vec::new());
        for (at, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(text) => said.push(text.clone()),
                Piece::Quoted(value) => {
                    let subject = subject(value, Position::of(&pieces, at));
                    said.push(subject.clone());
                    values.push(subject);
                }
            }
        }
        Self {
            kind: finding.id.clone(),
            level: finding.level,
            of_operation: finding.operation().is_some(),
            pieces: said,
            values,
        }
    }

    /// Equal for all causes that differ only in the name of a property; `None` if it names none.
    pub(super) fn shape(finding: &Finding) -> Option<Vec<String>> {
        let pieces = pieces(&finding.text);
        let mut names_property = false;
        let shape = pieces.iter().enumerate().map(|(at, piece)| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Quoted(value) => match Position::of(&pieces, at) {
                Position::Property => {
                    names_property = true;
                    String::new()
                }
                position => subject(value, position),
            },
        });
        let shape: Vec<String> = std::iter::once(finding.id.clone()).chain(shape).collect();
        names_property.then_some(shape)
    }

    /// Its stable id across versions of oasdiff, whatever their quotes and words: 8 digits.
    pub(super) fn digest(&self) -> String {
        let said = if self.values.is_empty() { &self.pieces } else { &self.values };
        hex(&format!("{}\0{}", self.kind, said.join("\0")), 4)
    }
}

/// What a quoted value of a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// The status of a response.
    Status,
    /// The path to a property.
    Property,
    /// Something else: a type, a value of an enum, a media type.
    Other,
}

impl Position {
    /// Determined by the words around it.
    pub(super) fn of(pieces: &[Piece], at: usize) -> Self {
        let text = |at: Option<usize>| match at.and_then(|at| pieces.get(at)) {
            Some(Piece::Text(text)) => text.trim(),
            _ => "",
        };
        let (before, after) = (text(at.checked_sub(1)), text(at.checked_add(1)));
        let starts = |words: &[&str]| words.iter().any(|word| after.starts_with(word));
        let Piece::Quoted(value) = &pieces[at] else { return Self::Other };
        let names_status = before.ends_with("status") || before.ends_with("response") || starts(&["status"]);
        if is_status(value) && names_status {
            Self::Status
        } else if before.ends_with("property")
            || starts(&["request property", "response property", "response's property", "property"])
        {
            Self::Property
        } else {
            Self::Other
        }
    }
}

fn is_status(value: &str) -> bool {
    let digits = value.len() == 3 && value.starts_with(|c: char| c.is_ascii_digit());
    value == "default" || digits && value[1..].chars().all(|c| c.is_ascii_digit() || matches!(c, 'X' | 'x'))
}

/// A value without what may differ: any status, and the path to a property except its end.
pub(super) fn subject(value: &str, position: Position) -> String {
    match position {
        Position::Status => "*".to_owned(),
        Position::Property => property(value),
        Position::Other => value.to_owned(),
    }
}

/// The last named step of a path, with what is inside it: `a/items/b` is `b`, `cards/items/` is `cards/items`.
fn property(path: &str) -> String {
    let steps = steps(path);
    let last = steps.iter().rposition(|step| !is_structure(step)).unwrap_or(0);
    let inside: Vec<&str> = steps[last..].iter().copied().filter(|step| !step.is_empty()).collect();
    inside.join("/")
}

/// The steps of a path; text in brackets may contain slashes.
fn steps(path: &str) -> Vec<&str> {
    let (mut steps, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, c) in path.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '/' if depth == 0 => {
                steps.push(&path[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    steps.push(&path[start..]);
    steps
}

/// Whether a step is a part of a schema, not the name of a property.
fn is_structure(step: &str) -> bool {
    let combined = ["allOf[", "oneOf[", "anyOf[", "not["];
    matches!(step, "" | "items" | "additionalProperties" | "not") || combined.iter().any(|word| step.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_is_the_last_named_step_of_its_path() {
        for (path, name) in [
            ("context_info", "context_info"),
            ("content/items/p1/x_new_flag", "x_new_flag"),
            ("cards/items/", "cards/items"),
            ("cards/items", "cards/items"),
            ("items/", "items"),
            ("", ""),
            ("allOf[subschema #1: a/b -> c]/email", "email"),
            ("a/oneOf[subschema #3: X]", "a/oneOf[subschema #3: X]"),
        ] {
            assert_eq!(property(path), name, "{path}");
        }
    }

    #[test]
    fn the_words_around_a_value_show_what_it_is() {
        for (text, expected) in [
            ("removed the optional property `a/b` from the response with the `404` status", vec!["b", "*"]),
            ("the response property `a/b` became nullable for the status `default`", vec!["b", "*"]),
            ("the `a/b` request property's maxLength was set to `200`", vec!["b", "200"]),
            (
                "added `#/components/schemas/X` to the `a/b` response property `oneOf` list",
                vec!["#/components/schemas/X", "b", "oneOf"],
            ),
            (
                "removed the media type `application/json` for the response with the status `204`",
                vec!["application/json", "*"],
            ),
            ("added the new `404` enum value to the `a` response property", vec!["404", "a"]),
        ] {
            let pieces = pieces(text);
            let values = pieces.iter().enumerate().filter_map(|(at, piece)| match piece {
                Piece::Quoted(value) => Some(subject(value, Position::of(&pieces, at))),
                Piece::Text(_) => None,
            });
            assert_eq!(values.collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
