//! A text parsed for the rules: its prose, its code and its links.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use chrono::NaiveDate;
use pulldown_cmark::{CodeBlockKind, Event, LinkType, Parser, Tag, TagEnd};

use super::reading::{Folded, sentences};
use crate::campaign::definition::problem::Severity;
use crate::campaign::definition::reader::Reader;
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::text::Text;
use crate::campaign::text::template::{Inputs, Part};

/// A text parsed for the rules.
#[derive(Debug)]
pub struct ParsedText<'a> {
    /// The campaign of the text.
    pub campaign: &'a Campaign,
    /// The phase of the text.
    pub phase: &'a Phase,
    /// The inputs it was made from.
    pub inputs: &'a Inputs,
    /// The first day, in the campaign's zone, on which it may be read.
    pub day: NaiveDate,
    /// Known former deadlines that customers were told.
    pub former_deadlines: &'a BTreeSet<NaiveDate>,
    /// The ids of the changes that its customers read.
    pub changes: HashSet<&'a str>,
    /// The text.
    pub text: &'a Text,
    /// The body with everything but prose blanked out: offsets are the same as in the body.
    pub prose: String,
    /// The same, without the text of links.
    pub unlinked: String,
    /// The code blocks.
    pub blocks: Vec<Block>,
    /// Inline code.
    pub spans: Vec<Range<usize>>,
    /// The links and pictures.
    pub links: Vec<Link>,
    /// The raw HTML.
    pub html: Vec<Range<usize>>,
    /// The sentences of the prose, subject first.
    pub sentences: Vec<Sentence>,
}

/// No date at all.
static NONE: BTreeSet<NaiveDate> = BTreeSet::new();

/// A sentence of the prose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The part it is in.
    pub part: Part,
    /// Its byte range in the part.
    pub at: Range<usize>,
    /// Its words, folded for patterns.
    pub folded: Folded,
    /// Whether it names something in code.
    pub names_code: bool,
}

impl Sentence {
    /// Its words in lower case, without accents, separated by single spaces.
    pub fn words(&self) -> &str {
        &self.folded.words
    }
}

/// A code block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Its byte range, including fences.
    pub span: Range<usize>,
    /// The text after the opening fence up to the first space; empty for indented code.
    pub language: String,
    /// Whether it has fences.
    pub fenced: bool,
    /// The code.
    pub code: String,
    /// The position of each stretch of code: in the code, and in the body.
    stretches: Vec<(usize, Range<usize>)>,
}

/// A link or a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its byte range.
    pub span: Range<usize>,
    /// Its target.
    pub to: String,
    /// Its text; `None` if that is the address itself.
    pub label: Option<String>,
}

/// A rule's finding in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its severity.
    pub severity: Severity,
    /// The rule.
    pub rule: Rule,
    /// The part of the text.
    pub part: Part,
    /// The byte range in the part.
    pub at: Range<usize>,
    /// What is wrong.
    pub what: String,
    /// How to fix it.
    pub fix: String,
}

impl Finding {
    /// A finding that blocks sending: a customer would read something wrong.
    pub fn error(rule: Rule, part: Part, at: Range<usize>, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { severity: Severity::Error, rule, part, at, what: what.into(), fix: fix.into() }
    }

    /// The same finding as a warning.
    #[must_use]
    pub fn into_warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }
}

impl Block {
    /// The position in the body of an offset in the code.
    pub fn place(&self, offset: usize) -> usize {
        let before = self.stretches.iter().rev().find(|(own, _)| *own <= offset);
        before.map_or(self.span.start, |(own, body)| body.end.min(body.start + (offset - own)))
    }

    /// The range in the body of a range in the code, up to the end of its first line.
    pub fn places(&self, stretch: Range<usize>) -> Range<usize> {
        let line = self.code[stretch.start..].find('\n').map_or(self.code.len(), |end| stretch.start + end);
        let start = self.place(stretch.start);
        start..self.place(stretch.end.min(line)).max(start)
    }
}

impl<'a> ParsedText<'a> {
    /// Parses a text that is read from this day on.
    pub fn new(campaign: &'a Campaign, phase: &'a Phase, inputs: &'a Inputs, text: &'a Text, day: NaiveDate) -> Self {
        let blank: String = text.body.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
        let mut parsed = Self {
            campaign,
            phase,
            inputs,
            text,
            day,
            former_deadlines: &NONE,
            changes: inputs.changes.iter().map(String::as_str).collect(),
            prose: blank.clone(),
            unlinked: blank,
            blocks: Vec::new(),
            spans: Vec::new(),
            links: Vec::new(),
            html: Vec::new(),
            sentences: Vec::new(),
        };
        let breaks = parsed.read_body();
        parsed.sentences = parsed.read_sentences(&breaks);
        parsed
    }

    /// The campaign from the view of the text's customers.
    pub fn reader(&self) -> Reader<'a> {
        self.campaign.reader(&self.inputs.segment)
    }

    /// The sentence at an offset of a part.
    pub fn sentence(&self, part: Part, at: usize) -> Option<&Sentence> {
        self.sentences.iter().find(|sentence| sentence.part == part && sentence.at.contains(&at))
    }

    fn read_sentences(&self, breaks: &[usize]) -> Vec<Sentence> {
        let parts = self.parts().into_iter().zip([&[], breaks]);
        let sentence = |part: Part, text: &str, at: Range<usize>| Sentence {
            part,
            folded: Folded::of(text, at.clone()),
            names_code: part == Part::Body && self.spans.iter().any(|span| at.contains(&span.start)),
            at,
        };
        let of_part = |((part, text), breaks): ((Part, &str), &[usize])| {
            sentences(text, breaks).into_iter().map(|at| sentence(part, text, at)).collect::<Vec<_>>()
        };
        parts.flat_map(of_part).collect()
    }

    /// The prose of both parts.
    pub fn parts(&self) -> [(Part, &str); 2] {
        [(Part::Subject, &self.text.subject), (Part::Body, &self.prose)]
    }

    /// The prose of a part.
    pub fn prose_of(&self, part: Part) -> &str {
        match part {
            Part::Subject => &self.text.subject,
            Part::Body => &self.prose,
        }
    }

    /// The source of a part.
    pub fn raw(&self, part: Part) -> &str {
        match part {
            Part::Subject => &self.text.subject,
            Part::Body => &self.text.body,
        }
    }

    /// Whether an offset of the body is in code.
    pub fn is_code(&self, at: usize) -> bool {
        self.blocks.iter().map(|block| &block.span).chain(&self.spans).any(|span| span.contains(&at))
    }

    /// Parses the body; returns where its paragraphs and list items end.
    fn read_body(&mut self) -> Vec<usize> {
        let body = &self.text.body;
        let mut breaks: Vec<usize> = Vec::new();
        let mut block: Option<Block> = None;
        let mut link: Option<Link> = None;
        for (event, span) in Parser::new(body).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(kind)) => block = Some(Block::new(&kind, span)),
                Event::End(TagEnd::CodeBlock) => self.blocks.extend(block.take()),
                Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                    let named = !matches!(link_type, LinkType::Autolink | LinkType::Email);
                    let to =
                        if link_type == LinkType::Email { format!("mailto:{dest_url}") } else { dest_url.to_string() };
                    link = Some(Link { span, to, label: named.then(String::new) });
                }
                Event::Start(Tag::Image { dest_url, .. }) => {
                    self.links.push(Link { span, to: dest_url.to_string(), label: Some(String::new()) });
                }
                Event::End(TagEnd::Link) => self.links.extend(link.take()),
                Event::Text(text) => match (&mut block, &mut link) {
                    (Some(block), _) => block.take(&text, span),
                    (None, Some(link)) => {
                        self.prose.replace_range(span.clone(), &body[span]);
                        link.label.iter_mut().for_each(|label| label.push_str(&text));
                    }
                    (None, None) => {
                        self.prose.replace_range(span.clone(), &body[span.clone()]);
                        self.unlinked.replace_range(span.clone(), &body[span]);
                    }
                },
                Event::Code(_) => self.spans.push(span),
                Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => self.html.push(span),
                Event::Start(Tag::Item) => breaks.push(span.start),
                Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::BlockQuote(_)) => {
                    breaks.push(span.end);
                }
                _ => {}
            }
        }
        self.links.sort_by_key(|link| link.span.start);
        breaks.sort_unstable();
        breaks
    }
}

impl Block {
    fn new(kind: &CodeBlockKind<'_>, span: Range<usize>) -> Self {
        let (fenced, info) = match kind {
            CodeBlockKind::Fenced(info) => (true, info.as_ref()),
            CodeBlockKind::Indented => (false, ""),
        };
        let language = info.split_whitespace().next().unwrap_or_default().to_lowercase();
        Self { span, language, fenced, code: String::new(), stretches: Vec::new() }
    }

    fn take(&mut self, text: &str, at: Range<usize>) {
        // Spaces that expand part of a tab are not in the body.
        let at = if text.len() == at.len() { at } else { at.start..at.start };
        self.stretches.push((self.code.len(), at));
        self.code.push_str(text);
    }
}
