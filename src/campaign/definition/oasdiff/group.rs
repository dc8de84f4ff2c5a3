//! Turns findings with one cause into one change.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::cause::{Cause, Position, subject};
use super::entry::{Entry, name};
use super::finding::Finding;
use super::wording::{Piece, as_code, as_heading, as_markdown, pieces};
use crate::campaign::characters::{one_line, presentable};
use crate::campaign::definition::level::Level;
use crate::campaign::definition::operation::Operation;
use crate::campaign::definition::{Change, Concerns, RunCode};

/// The maximum length of a text: no one reads more in a mail.
const LONGEST_TEXT: usize = 2000;
/// How many operations a text names; all of them are in `operations`.
const NAMED: usize = 3;
/// How many values, such as statuses, are listed in a title; a text lists all.
const LISTED: usize = 3;
/// This many properties of the same operations with the same finding are one decision: the request or response was
/// replaced.
const MANY: usize = 4;

/// Findings with one cause, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group<'a> {
    findings: Vec<&'a Finding>,
}

/// The findings by cause: most severe first, then the one that occurs in most places.
pub(super) fn grouped<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut places: HashMap<Cause, usize> = HashMap::new();
    for finding in findings {
        let place = *places.entry(Cause::of(finding)).or_insert_with(|| {
            groups.push(Group { findings: Vec::new() });
            groups.len() - 1
        });
        groups[place].findings.push(finding);
    }
    let mut groups = merged(groups);
    groups.sort_by_key(|group| std::cmp::Reverse((group.level(), group.findings.len())));
    groups
}

/// Merges groups that are the same in [`MANY`] properties of the same operations.
fn merged<'a>(groups: Vec<Group<'a>>) -> Vec<Group<'a>> {
    let mut alike: HashMap<_, Vec<usize>> = HashMap::new();
    for (at, group) in groups.iter().enumerate() {
        if let Some(shape) = group.findings.first().and_then(|finding| Cause::shape(finding)) {
            let operations: Vec<String> = group.operations().iter().map(ToString::to_string).collect();
            alike.entry((group.level(), operations, shape)).or_default().push(at);
        }
    }
    let mut into: Vec<usize> = (0..groups.len()).collect();
    for places in alike.values().filter(|places| places.len() >= MANY) {
        for place in places {
            into[*place] = places[0];
        }
    }
    let mut joined: Vec<Group<'a>> = groups.iter().map(|_| Group { findings: Vec::new() }).collect();
    for (at, group) in groups.into_iter().enumerate() {
        joined[into[at]].findings.extend(group.findings);
    }
    joined.retain(|group| !group.findings.is_empty());
    joined
}

impl Group<'_> {
    /// Its severity.
    pub fn level(&self) -> Level {
        self.findings.iter().map(|finding| finding.level).max().unwrap_or_default()
    }

    /// The identity of each finding in this version of oasdiff.
    pub fn fingerprints(&self) -> Vec<String> {
        self.findings.iter().map(|finding| finding.fingerprint()).collect()
    }

    /// Oasdiff's name for this kind of change.
    pub fn kind(&self) -> &str {
        self.findings.first().map_or("", |finding| finding.kind())
    }

    /// The operations, each once, in the order of the file.
    pub fn operations(&self) -> Vec<Operation> {
        let mut seen = BTreeSet::new();
        let found = self.findings.iter().filter_map(|finding| finding.operation());
        found.filter(|operation| seen.insert(operation.to_string())).collect()
    }

    /// The change as first written: true, but in oasdiff's words, and for everyone who calls its operations.
    pub fn to_change(&self) -> Change {
        let operations = self.operations();
        let words = self.words(usize::MAX);
        let comment = self.findings.first().map_or("", |finding| &finding.comment);
        let comment = as_markdown(&one_line(comment, LONGEST_TEXT));
        let mut text = where_it_shows(&operations);
        text.push_str(as_markdown(&one_line(&words, LONGEST_TEXT)).trim_end_matches('.'));
        text.push('.');
        if !comment.is_empty() {
            text.extend([" ", &comment]);
        }
        let mut seen = BTreeSet::new();
        let entries = self.findings.iter().map(|finding| Entry::of(finding).text());
        Change {
            id: self.change_id(),
            task: None,
            language: None,
            title: as_heading(&as_markdown(&presentable(&self.words(LISTED)))),
            text,
            before: None,
            after: None,
            run: RunCode::default(),
            examples: Vec::new(),
            url: None,
            concerns: Concerns::Everybody,
            operations,
            level: Some(self.level()),
            oasdiff: entries.filter(|entry| seen.insert(entry.clone())).collect(),
        }
    }

    /// The change's id, the same in every run and different for each cause: oasdiff's name for the kind, and a
    /// digest of the cause.
    pub(super) fn change_id(&self) -> String {
        self.findings.first().map_or_else(String::new, |finding| change_id(finding))
    }

    /// What all of them say. Differing values are listed, paths to properties by their ends; a sentence is cut if it
    /// would list more than `listed`.
    fn words(&self, listed: usize) -> String {
        let all: Vec<Vec<Piece>> = self.findings.iter().map(|finding| pieces(&finding.text)).collect();
        let Some(first) = all.first() else { return String::new() };
        // Unchanged, including its quotes, if all findings have the same wording.
        if all.iter().all(|other| other == first) {
            return self.findings[0].text.clone();
        }
        let mut words = String::new();
        for (at, piece) in first.iter().enumerate() {
            let Piece::Quoted(value) = piece else {
                words.extend(piece.text());
                continue;
            };
            let values = alternatives(&all, at, value);
            let quoted: Vec<String> = values.iter().take(listed).map(|value| format!("`{value}`")).collect();
            words.push_str(&quoted.join(", "));
            if values.len() > listed {
                words.push('…');
                break;
            }
        }
        words
    }
}

/// The values at one place of several findings, each once: in full if there is one, otherwise only what
/// matters.
fn alternatives(all: &[Vec<Piece>], at: usize, value: &str) -> Vec<String> {
    let mut whole: Vec<String> = Vec::new();
    let mut ends: Vec<String> = Vec::new();
    let mut seen = (HashSet::new(), HashSet::new());
    for pieces in all {
        let Some(value) = pieces.get(at).and_then(Piece::quoted) else { continue };
        let position = Position::of(pieces, at);
        let end = if position == Position::Property { subject(value, position) } else { value.to_owned() };
        if seen.0.insert(value) {
            whole.push(value.to_owned());
        }
        if seen.1.insert(end.clone()) {
            ends.push(end);
        }
    }
    if whole.len() <= 1 { vec![value.to_owned()] } else { ends }
}

pub(super) fn change_id(finding: &Finding) -> String {
    format!("{}-{}", name(&finding.id), Cause::of(finding).digest())
}

/// The text for operations, or for the first of many.
fn where_it_shows(operations: &[Operation]) -> String {
    let code = |operation: &Operation| as_code(&one_line(operation.as_str(), LONGEST_TEXT));
    let named: Vec<String> = operations.iter().take(NAMED).map(code).collect();
    match operations.len() {
        0 => String::new(),
        count if count > NAMED => format!("{} and {} more operations: ", named.join(", "), count - NAMED),
        _ => format!("{}: ", named.join(", ")),
    }
}

/// Whether title and text of an imported change are still as imported: what a tool found, not what customers should do.
pub fn is_as_imported(change: &Change) -> bool {
    let sentences = change.text.match_indices(": ").map(|(at, sign)| &change.text[at + sign.len()..]);
    let mut rests = std::iter::once(change.text.as_str()).chain(sentences);
    !change.oasdiff.is_empty() && rests.any(|rest| begins_with(rest, &change.title))
}

/// Whether a text begins with a title as a sentence of its own; for a shortened title, with its letters.
fn begins_with(text: &str, title: &str) -> bool {
    match title.strip_suffix('…') {
        Some(cut) => letters(text).starts_with(&letters(cut)),
        None => as_heading(text).strip_prefix(title).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
