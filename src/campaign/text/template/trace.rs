//! Finds where in the templates each part of a text comes from.
//!
//! The engine does not report this. So the templates are rendered once more with a mark before the first letter of
//! every line: private-use characters, which are then removed. A mark never changes what is trimmed, since it is next
//! to a letter; and if the text without the marks is not the original text, no origin is claimed.

use std::ops::Range;
use std::sync::Arc;

use tera::Tera;

use super::context::context;
use super::engine::{engine, moments_printed, with_filters};
use super::inputs::Inputs;
use super::load::{Template, Templates, subject_name};
use super::render::{tidied, written};
use crate::campaign::definition::expression::{Binding, Kind, Tag, Use, scan, tags};
use crate::campaign::definition::problem::Source;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::text::{Personal, Text};

/// Templates with marks in them.
#[derive(Debug)]
pub struct Tracer<'a> {
    templates: &'a Templates,
    /// `None` if they cannot be marked.
    tera: Option<Tera>,
    /// What each mark is placed before.
    marks: Vec<Mark<'a>>,
    /// The tags of each part of a file.
    tags: Vec<Vec<Tag>>,
}

#[derive(Debug, Clone, Copy)]
struct Mark<'a> {
    file: &'a Template,
    /// The part of the file with the mark: the subject or the body, with spaces elsewhere.
    text: &'a str,
    /// The index of that part, among those whose tags are kept.
    part: usize,
    at: usize,
}

/// Where a part of a text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is literally in a template.
    Letters(Arc<Source>, Range<usize>),
    /// A template prints it: one of these variables, each with the names bound around it.
    Printed(Arc<Source>, Vec<Printed>),
    /// Somewhere in this template or its includes.
    Somewhere(Arc<Source>),
}

/// A variable that a template prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The tag.
    pub span: Range<usize>,
    /// The paths in it, with names bound by loops replaced by what they iterate over.
    pub paths: Vec<Vec<String>>,
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The subject.
    Subject,
    /// The body.
    Body,
}

/// The first character used as a mark.
const FIRST: u32 = 0xF_0000;
/// The last.
const LAST: u32 = 0xF_FFFD;

impl<'a> Tracer<'a> {
    /// Marks the templates.
    pub fn new(templates: &'a Templates) -> Self {
        let (mut marks, mut tags) = (Vec::new(), Vec::new());
        let mut sources = Vec::new();
        for (name, file) in &templates.files {
            sources.push((name.clone(), marked(file, &file.body_text, &mut marks, &mut tags)));
            if file.subject.is_some() {
                sources.push((subject_name(name), marked(file, &file.subject_text, &mut marks, &mut tags)));
            }
        }
        let mut tera = engine();
        let room = u32::try_from(marks.len()).is_ok_and(|count| count <= LAST - FIRST);
        let tera = (room && tera.add_raw_templates(sources).is_ok()).then_some(tera);
        Self { templates, tera, marks, tags }
    }

    /// Where the parts of a text come from.
    pub fn trace(&self, campaign: &Campaign, phase: &Phase, inputs: &Inputs, text: &Text) -> Option<Trace<'_>> {
        let (entry, facts) = self.templates.facts(campaign, phase, inputs).ok()?;
        let entry_source = self.templates.source(entry)?;
        let rendered =
            self.tera.as_ref().and_then(|tera| written(tera, entry, &context(&facts, Personal::placeholder)).ok());
        let marked = rendered.map(|(subject, body)| tidied(&subject, &body));
        let (subject, body) = marked.map_or_else(Default::default, |marked| {
            (found(&marked.subject, &text.subject), found(&marked.body, &text.body))
        });
        Some(Trace { tracer: self, entry: Arc::clone(entry_source), subject, body })
    }
}

/// A template's text with a mark before the first letter of each literal line.
fn marked<'a>(file: &'a Template, text: &'a str, marks: &mut Vec<Mark<'a>>, parts: &mut Vec<Vec<Tag>>) -> String {
    let (own, printed) = (tags(text), moments_printed(text));
    let mut out = String::with_capacity(text.len() * 2);
    let mut at = 0;
    let end = text.len()..text.len();
    for tag in own.iter().map(|tag| tag.span.clone()).chain([end]) {
        mark_lines(Mark { file, text, part: parts.len(), at }, tag.start, marks, &mut out);
        out.push_str(&with_filters(text, tag.clone(), &printed));
        at = tag.end;
    }
    parts.push(own);
    out
}

/// Marks the lines from a position on.
fn mark_lines<'a>(from: Mark<'a>, end: usize, marks: &mut Vec<Mark<'a>>, out: &mut String) {
    let mut at = from.at;
    for line in from.text[at..end].split_inclusive('\n') {
        let blank = line.len() - line.trim_start().len();
        out.push_str(&line[..blank]);
        if blank < line.len() {
            let number = u32::try_from(marks.len()).unwrap_or(LAST);
            out.extend(char::from_u32((FIRST + number).min(LAST)));
            marks.push(Mark { at: at + blank, ..from });
        }
        out.push_str(&line[blank..]);
        at += line.len();
    }
}

/// The marks in a text: the position of each in the text without them, and its number. Empty if that text differs.
fn found(marked: &str, text: &str) -> Vec<(usize, usize)> {
    let mut plain = String::with_capacity(text.len());
    let mut marks = Vec::new();
    for c in marked.chars() {
        match u32::from(c) {
            code @ FIRST..=LAST => marks.push((plain.len(), (code - FIRST) as usize)),
            _ => plain.push(c),
        }
    }
    if plain == text { marks } else { Vec::new() }
}

/// The origins of a text's parts.
#[derive(Debug)]
pub struct Trace<'a> {
    tracer: &'a Tracer<'a>,
    entry: Arc<Source>,
    subject: Vec<(usize, usize)>,
    body: Vec<(usize, usize)>,
}

impl Trace<'_> {
    /// The origin of a range of a text.
    pub fn origin(&self, text: &Text, part: Part, at: Range<usize>) -> Origin {
        let (marks, text) = match part {
            Part::Subject => (&self.subject, &text.subject),
            Part::Body => (&self.body, &text.body),
        };
        let before = marks.iter().rev().find(|(place, _)| *place <= at.start);
        let Some((place, mark)) = before.and_then(|(place, number)| Some((*place, self.tracer.marks.get(*number)?)))
        else {
            return Origin::Somewhere(Arc::clone(&self.entry));
        };
        let written = &mark.text[mark.at..];
        // An empty range has the origin of the letter after it.
        let letter = text[at.start..].chars().next().map_or(0, char::len_utf8);
        let same = alike(&text[place..at.end.max(at.start + letter)], written);
        let tags = self.tracer.tags.get(mark.part).map_or(&[][..], Vec::as_slice);
        let source = Arc::clone(&mark.file.source);
        let offset = at.start - place;
        if offset < same && !tags.iter().any(|tag| tag.span.contains(&(mark.at + offset))) {
            let start = mark.at + offset;
            return Origin::Letters(source, start..(mark.at + same).min(start + at.len()).max(start));
        }
        match printed(mark, tags) {
            tags if tags.is_empty() => Origin::Somewhere(source),
            tags => Origin::Printed(source, tags),
        }
    }
}

/// The length of the common prefix of two texts, in bytes, up to the end of a character.
fn alike(one: &str, other: &str) -> usize {
    one.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
}

/// The printing tags between a mark and the next literal letter in the template.
fn printed(mark: &Mark<'_>, tags: &[Tag]) -> Vec<Printed> {
    let uses = scan(mark.text).uses;
    let mut printed = Vec::new();
    let mut end = None;
    for tag in tags.iter().filter(|tag| tag.span.start >= mark.at) {
        // After the first tag, literal letters would have their own mark.
        if end.is_some_and(|end: usize| !mark.text[end..tag.span.start].trim().is_empty()) {
            break;
        }
        end = Some(tag.span.end);
        if tag.kind == Kind::Output {
            printed.push(Printed { span: tag.span.clone(), paths: paths(&uses, tag) });
        }
    }
    printed
}

fn paths(uses: &[Use], tag: &Tag) -> Vec<Vec<String>> {
    let inside = uses.iter().filter(|found| tag.span.contains(&found.span.start));
    inside.map(|found| whole_path(&found.path, &found.bound)).collect()
}

/// A path with a loop's name replaced by what the loop iterates over.
fn whole_path(path: &[String], bound: &[Binding]) -> Vec<String> {
    let binding = bound.iter().rev().find(|binding| path.first() == Some(&binding.name));
    match binding.and_then(|binding| binding.over.as_ref()) {
        Some(over) => over.iter().chain(&path[1..]).cloned().collect(),
        None => path.to_vec(),
    }
}
