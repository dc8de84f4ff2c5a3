//! Checking: each rule is asked about each text and about the campaign as a whole.

use std::collections::BTreeSet;

use super::checked::Checked;
use super::parsed_text::{Block, Finding, ParsedText};
use super::readers::readers;
use super::reading::{first_line, line_at, one_line};
use super::{code, dates, hidden, leftovers, links, locate, server, silence, structure, unused, words};
use crate::campaign::definition::Phase;
use crate::campaign::definition::problem::{Problem, Severity};
use crate::campaign::definition::rule::Rule;
use crate::campaign::digest::Digest;
use crate::campaign::text::Text;
use crate::campaign::text::template::{Inputs, Part, Trace};
use crate::campaign::text::variant::Texts;

/// The rules that read a text.
const RULES: [fn(&ParsedText<'_>) -> Vec<Finding>; 13] = [
    dates::dates_and_weekdays,
    dates::days_that_move,
    leftovers::leftovers,
    leftovers::example_hosts,
    links::links,
    code::fences,
    code::json,
    code::curl_commands,
    hidden::characters,
    server::raw_html,
    server::lengths,
    server::personal_in_code,
    words::advertising,
];

/// What was found in a text, and what of it can be tried.
#[derive(Debug, Default)]
pub struct Linted {
    /// The findings.
    pub problems: Vec<Problem>,
    /// The addresses it leads to.
    pub links: Vec<Tried>,
    /// Its code blocks, by language.
    pub examples: Vec<(String, Tried)>,
}

/// Something of a text that can be tried.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The address, or the code.
    pub text: String,
    /// The finding it would be, were it found wrong.
    pub finding: Problem,
}

impl Linted {
    /// Takes in what was found in another text.
    pub fn extend(&mut self, other: Self) {
        self.problems.extend(other.problems);
        self.links.extend(other.links);
        self.examples.extend(other.examples);
    }
}

impl Checked<'_> {
    /// Everything that can be wrong: what templates use, the campaign as a whole, and each text that can be rendered.
    /// `own` is what the paths of its own templates begin with. Also how many texts there are.
    pub fn all(&self, own: &str) -> (usize, Linted) {
        let mut linted = Linted::default();
        linted.problems.extend(self.templates.vet(self.campaign, &self.campaign.source));
        linted.problems.extend(self.whole(own));
        let texts = self.campaign.phases.iter().map(|phase| self.texts(phase, &mut linted)).sum();
        (texts, linted)
    }

    /// Lints the texts of a phase, each once; how many there are.
    fn texts(&self, phase: &Phase, linted: &mut Linted) -> usize {
        let mut texts = Texts::new(self.campaign, self.templates, phase);
        let mut known: BTreeSet<Digest> = BTreeSet::new();
        for inputs in readers(self, &texts) {
            let segment = self.campaign.segment(&inputs.segment);
            match texts.render(&inputs) {
                Ok(rendered) if known.insert(rendered.digest) => {
                    linted.extend(self.text(phase, &inputs, &rendered.text));
                }
                Ok(_) => {}
                Err(problem)
                    if segment.is_some_and(|segment| self.templates.is_sound(self.campaign, phase, segment)) =>
                {
                    linted.problems.push(problem);
                }
                // What the template uses wrongly is told already, with its place.
                Err(_) => {}
            }
        }
        known.len()
    }

    /// What is wrong with a text of a phase.
    pub fn text(&self, phase: &Phase, inputs: &Inputs, text: &Text) -> Linted {
        let Some(trace) = self.tracer.trace(self.campaign, phase, inputs, text) else { return Linted::default() };
        let parsed = ParsedText::new(self.campaign, inputs, text);
        let found = RULES.iter().flat_map(|rule| rule(&parsed));
        let problems = found.map(|finding| self.problem(&parsed, &trace, &finding)).collect();
        let tried = |rule: Rule, text: String, at: std::ops::Range<usize>| {
            let finding = Finding::error(rule, Part::Body, at, "", "");
            Tried { text, finding: self.problem(&parsed, &trace, &finding) }
        };
        let links = links::addresses(&parsed).map(|(at, address)| tried(Rule::DeadLink, address, at)).collect();
        let blocks = parsed.blocks.iter();
        let example = |block: &Block| {
            (block.language.clone(), tried(Rule::CodeCheck, block.code.clone(), block.places(0..block.code.len())))
        };
        Linted { problems, links, examples: blocks.map(example).collect() }
    }

    /// What is wrong with the campaign as a whole. `own` is what the paths of its own templates begin with.
    pub fn whole(&self, own: &str) -> Vec<Problem> {
        let mut problems: Vec<Problem> = [
            structure::same_code,
            structure::segments_for_nobody,
            structure::segments_without_changes,
            structure::changes_for_nobody,
            structure::phases_for_nobody,
            unused::variables,
        ]
        .iter()
        .flat_map(|rule| rule(self))
        .collect();
        problems.extend(unused::templates(self, own));
        problems
    }

    /// The findings that the campaign does not allow; each once, in the order of the files. `asked` says which rules
    /// were looked at.
    pub fn left(&self, problems: Vec<Problem>, asked: impl Fn(Rule) -> bool) -> Vec<Problem> {
        in_order(silence::silenced(self, problems, asked))
    }

    fn problem(&self, parsed: &ParsedText<'_>, trace: &Trace<'_>, finding: &Finding) -> Problem {
        let (source, span) = locate::locate(self, parsed, trace, finding.part, &finding.at);
        let raw = parsed.raw(finding.part);
        let problem = match finding.severity {
            Severity::Error => Problem::error(&source, span, &finding.what, &finding.fix),
            Severity::Warning => Problem::warning(&source, span, &finding.what, &finding.fix),
        };
        let words = one_line(first_line(&raw[finding.at.clone()]));
        problem.of(finding.rule).about(&words, &one_line(line_at(raw, finding.at.start)))
    }
}

/// Each finding once, in the order of the files.
pub fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by(|a, b| place(a).cmp(&place(b)));
    let mut once: Vec<Problem> = Vec::with_capacity(problems.len());
    for problem in problems {
        let mut beside = once.iter().rev().take_while(|known| place(known) == place(&problem));
        if !beside.any(|known| known.repeats(&problem)) {
            once.push(problem);
        }
    }
    once
}

fn place(problem: &Problem) -> (&str, usize) {
    (&problem.source.path, problem.span.start)
}
