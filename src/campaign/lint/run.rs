//! Runs the rules on each text and on the whole campaign.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use compact_str::CompactString;

use super::checked::Checked;
use super::parsed_text::{Block, Finding, ParsedText};
use super::reading::{first_line, line_at, one_line};
use super::runs::CodeRuns;
use super::verified::Verified;
use super::{
    changes, claims, code, contradictions, dates, headers, hidden, hosts, leftovers, links, locate, moving, names,
    others, periods, promises, secrets, server, structure, told, versions, words, zones,
};
use crate::campaign::Time;
use crate::campaign::definition::problem::{Problem, Severity};
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{Allow, Campaign, Change, Concerns, Phase, Segment};
use crate::campaign::digest::Digest;
use crate::campaign::text::Text;
use crate::campaign::text::template::{Inputs, Part, TagsRead, Trace};
use crate::campaign::text::variant::{Texts, Variant};

/// The rules for texts.
const RULES: [fn(&ParsedText<'_>) -> Vec<Finding>; 31] = [
    dates::dates_and_weekdays,
    periods::periods,
    moving::days_that_move,
    zones::zones,
    headers::dates_in_headers,
    leftovers::leftovers,
    leftovers::fillers,
    leftovers::example_hosts,
    links::links,
    hosts::internal_hosts,
    hosts::unsafe_links,
    hosts::foreign_links,
    names::misspelt_names,
    names::other_companies,
    names::mail_addresses,
    versions::wrong_way_round,
    versions::third_versions,
    contradictions::contradictions,
    secrets::secrets,
    code::fences,
    code::examples,
    code::indented_text,
    hidden::characters,
    server::raw_html,
    server::lengths,
    server::personal_in_code,
    words::advertising,
    promises::unfounded_promises,
    others::others_changes,
    claims::unfounded_claims,
    told::missing_changes,
];

/// The findings in a text, and what else can be tried.
#[derive(Debug, Default)]
pub struct Linted {
    /// The findings.
    pub problems: Vec<Problem>,
    /// The addresses it links to.
    pub links: Vec<Tried>,
    /// Its code blocks, by language.
    pub examples: Vec<(String, Tried)>,
}

/// Something in a text that can be tried.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The address, or the code.
    pub text: String,
    /// The finding to report if it fails.
    pub finding: Problem,
}

impl Linted {
    /// Adds the results for another text.
    pub fn extend(&mut self, other: Self) {
        self.problems.extend(other.problems);
        self.links.extend(other.links);
        self.examples.extend(other.examples);
    }
}

impl<'a> Checked<'a> {
    /// Checks everything: what templates use, the campaign as a whole, and each text that can be rendered. `own` is
    /// the path prefix of the campaign's own templates. Also returns the number of texts.
    pub fn all(&self, own: &str) -> (usize, Linted) {
        let mut linted = Linted::default();
        linted.problems.extend(self.templates.vet(self.campaign, &self.campaign.source));
        linted.problems.extend(self.whole(own));
        let mut told = told::Told::default();
        let texts = self.campaign.phases.iter().map(|phase| self.texts(phase, &mut linted, &mut told)).sum();
        linted.problems.extend(told.gaps(self));
        (texts, linted)
    }

    /// Checks the texts of a phase, each once; returns their number.
    fn texts(&self, phase: &Phase, linted: &mut Linted, told: &mut told::Told<'a>) -> usize {
        let mut texts = Texts::new(self.campaign, self.templates, phase).knowing(&self.records.sent_facts);
        let mut known: BTreeSet<Digest> = BTreeSet::new();
        for inputs in readers(self, &texts) {
            let segment = self.campaign.segment(&inputs.segment);
            match texts.render(&inputs) {
                Ok(rendered) => {
                    if told.is_new(self, phase, &inputs, rendered.digest) {
                        told.read(&self.parsed(phase, &inputs, &rendered.text));
                    }
                    if known.insert(rendered.digest) {
                        linted.extend(self.text(phase, &inputs, &rendered.text));
                    }
                }
                Err(problem)
                    if segment.is_some_and(|segment| self.templates.is_sound(self.campaign, phase, segment)) =>
                {
                    linted.problems.push(problem);
                }
                // Wrong uses in the template are already reported, with their places.
                Err(_) => {}
            }
        }
        known.len()
    }

    fn parsed<'t>(&'t self, phase: &'t Phase, inputs: &'t Inputs, text: &'t Text) -> ParsedText<'t> {
        let day = read_from(self.campaign, phase, inputs, self.now);
        let mut parsed = ParsedText::new(self.campaign, phase, inputs, text, day);
        parsed.former_deadlines = &self.former_deadlines;
        parsed
    }

    /// Checks a text of a phase.
    pub fn text(&self, phase: &Phase, inputs: &Inputs, text: &Text) -> Linted {
        let parsed = self.parsed(phase, inputs, text);
        let found: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&parsed)).collect();
        // Where things come from takes as long to find out as the text to render.
        if found.is_empty() && !self.tries_links && !self.tries_code {
            return Linted::default();
        }
        let Some(trace) = self.tracer.trace(self.campaign, phase, inputs, text) else { return Linted::default() };
        let problems = found.iter().map(|finding| self.problem(&parsed, &trace, finding)).collect();
        let tried = |rule: Rule, text: String, at: std::ops::Range<usize>| {
            let finding = Finding::error(rule, Part::Body, at, "", "");
            Tried { text, finding: self.problem(&parsed, &trace, &finding) }
        };
        let links = links::addresses(&parsed).filter(|_| self.tries_links);
        let links = links.map(|(at, address)| tried(Rule::DeadLink, address, at)).collect();
        let blocks = parsed.blocks.iter().filter(|_| self.tries_code);
        let example = |block: &Block| {
            (block.language.clone(), tried(Rule::CodeCheck, block.code.clone(), block.places(0..block.code.len())))
        };
        Linted { problems, links, examples: blocks.map(example).collect() }
    }

    /// Checks the campaign as a whole. `own` is the path prefix of the campaign's own templates.
    pub fn whole(&self, own: &str) -> Vec<Problem> {
        let mut problems: Vec<Problem> = [
            changes::same_code,
            changes::versions_of_code,
            changes::old_forms,
            changes::text_against_code,
            structure::unedited,
            structure::segments_for_nobody,
            structure::segments_without_changes,
            structure::changes_for_nobody,
            structure::phases_for_nobody,
            structure::unused_variables,
        ]
        .iter()
        .flat_map(|rule| rule(self))
        .collect();
        problems.extend(structure::unused_templates(self, own));
        problems
    }

    /// The findings that the campaign does not allow, each once, in file order. `asked` says which rules were
    /// checked.
    pub fn left(&self, problems: Vec<Problem>, asked: impl Fn(Rule) -> bool) -> Vec<Problem> {
        in_order(silenced(self, problems, asked))
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

/// What the rules verify in a text, and what they leave to people. `runs` are the code examples that were run.
pub fn verified(
    campaign: &Campaign,
    phase: &Phase,
    inputs: &Inputs,
    text: &Text,
    runs: &CodeRuns,
    now: Time,
) -> Verified {
    let day = read_from(campaign, phase, inputs, now);
    Verified::of(&ParsedText::new(campaign, phase, inputs, text, day), runs)
}

/// What is verified in a variant, in the mail of its first reader.
pub fn verified_variant(campaign: &Campaign, phase: &str, variant: &Variant, runs: &CodeRuns, now: Time) -> Verified {
    let phase = campaign.phase(phase).zip(variant.inputs.first());
    phase.map(|(phase, inputs)| verified(campaign, phase, inputs, &variant.text, runs, now)).unwrap_or_default()
}

/// The first day, in the campaign's zone, on which a text of a phase may be read.
fn read_from(campaign: &Campaign, phase: &Phase, inputs: &Inputs, now: Time) -> NaiveDate {
    let due = campaign.reader(&inputs.segment).due(phase).unwrap_or(now).max(now);
    campaign.local_date(due)
}

/// Each finding once, in file order.
pub fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by(|a, b| place(a).cmp(&place(b)).then(a.severity.cmp(&b.severity)));
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

/// The inputs of a phase's texts: of every recipient, and of every possible reader of each segment, so that a
/// campaign can be checked before any customer is recorded.
pub fn readers(checked: &Checked<'_>, texts: &Texts<'_>) -> BTreeSet<Inputs> {
    let campaign = checked.campaign;
    let current = checked.records.recipients().iter().filter(|recipient| recipient.left.is_none());
    let known = current.filter(|recipient| campaign.segment(&recipient.segment).is_some());
    let known = known.filter(|recipient| texts.concerns(recipient)).map(|recipient| texts.inputs(recipient));
    let segments = campaign.segments.iter().filter(|segment| texts.phase().is_for(&segment.name));
    known.chain(segments.flat_map(|segment| possible(checked, texts, segment))).collect()
}

/// A segment's possible customers: with and without the changes and tags that only some have.
fn possible(checked: &Checked<'_>, texts: &Texts<'_>, segment: &Segment) -> Vec<Inputs> {
    let (campaign, phase) = (checked.campaign, texts.phase());
    let entry = checked.templates.entry(phase, segment);
    let asked = match entry.map_or(TagsRead::None, |entry| checked.templates.tags_read(entry)) {
        TagsRead::These(tags) => tags.into_iter().collect(),
        TagsRead::None | TagsRead::All => Vec::new(),
    };
    // A customer who calls nothing, and one who may call anything.
    let concerned = |all: bool| {
        let called: Option<&[CompactString]> = if all { None } else { Some(&[]) };
        campaign.changes_for(&segment.name, segment.tags.with(), called)
    };
    let (few, many) = (concerned(false), concerned(true));
    let asks = |change: &&Change, all: bool| match &change.concerns {
        Concerns::Tags(_) => all || few.contains(change),
        Concerns::Everybody | Concerns::Segments(_) => if all { &many } else { &few }.contains(change),
    };
    let deadline = campaign.reader(&segment.name).deadline();
    let told = deadline.date.pred_opt().filter(|_| phase.corrects()).map(Into::into);
    let inputs = |(all, asked): (bool, &[String])| Inputs {
        segment: segment.name.clone(),
        changes: campaign.changes.iter().filter(|change| asks(change, all)).map(|change| change.id.clone()).collect(),
        tags: Some([segment.tags.with(), asked].concat()),
        had: Vec::new(),
        told_deadline: told,
        corrections: Vec::new(),
        rest_holds: phase.corrects(),
    };
    [(false, &[][..]), (true, &[][..]), (false, &asked[..]), (true, &asked[..])].map(inputs).to_vec()
}

/// The findings without an `[[allow]]`, and each `[[allow]]` without a finding. `asked` says which rules were
/// checked.
pub fn silenced(checked: &Checked<'_>, problems: Vec<Problem>, asked: impl Fn(Rule) -> bool) -> Vec<Problem> {
    let allows = &checked.campaign.allows;
    let idle = allows.iter().enumerate().filter(|(_, allow)| asked(allow.rule));
    let idle = idle.filter(|(_, allow)| !problems.iter().any(|problem| covers(allow, problem)));
    let idle: Vec<Problem> = idle.map(|(number, allow)| unused(checked, number, allow)).collect();
    let left = problems.into_iter().filter(|problem| !allows.iter().any(|allow| covers(allow, problem)));
    left.chain(idle).collect()
}

/// Whether an `[[allow]]` covers this finding: it quotes the words, and no more than their line.
fn covers(allow: &Allow, problem: &Problem) -> bool {
    let Some(about) = &problem.about else { return false };
    allow.rule == problem.rule && allow.text.contains(&about.words) && about.line.contains(&allow.text)
}

fn unused(checked: &Checked<'_>, number: usize, allow: &Allow) -> Problem {
    let what = format!("this [[allow]] matches no finding ({}: {})", allow.rule, allow.text);
    let fix = "remove it; or write `text` as in the finding (`mmig check --json`)";
    checked.warning(Rule::UnusedAllow, &format!("allow.{number}.text"), &allow.text, what, fix)
}
