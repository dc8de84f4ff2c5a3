//! Findings in the style of a compiler: the line, the place in it, the fix.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::clean;
use crate::campaign::definition::problem::{Problem, Severity};

/// All findings, separated by blank lines.
pub fn render(problems: &[Problem], width: usize) -> String {
    problems.iter().map(|problem| render_one(problem, width)).collect::<Vec<_>>().join("\n\n")
}

fn render_one(problem: &Problem, width: usize) -> String {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let rule = problem.rule.to_string();
    // `error[RULE]: ` before what is wrong, `   = help: ` before the fix; the lines after the first are set below them.
    let what = textwrap::fill(&clean(&problem.what), room(width, rule.len() + "warning[]: ".len()));
    let fix = textwrap::fill(&clean(&problem.fix), room(width, "  1234 = help: ".len()));
    let span = shown(problem, room(width, "1234 | ... ".len()));
    let title = level.primary_title(what.as_str()).id(rule.as_str());
    let group = if problem.source.text.is_empty() {
        title.element(annotate_snippets::Origin::path(problem.source.path.as_str()))
    } else {
        title.element(
            Snippet::source(problem.source.text.as_str())
                .path(problem.source.path.as_str())
                .annotation(AnnotationKind::Primary.span(span)),
        )
    };
    let group = if fix.is_empty() { group } else { group.element(Level::HELP.message(fix.as_str())) };
    Renderer::styled().term_width(width).render(&[group])
}

/// The columns that are left of `width` beside `taken`.
fn room(width: usize, taken: usize) -> usize {
    width.saturating_sub(taken).max(20)
}

/// The place that is underlined: at most `room` characters of it, so that its line can be cut to the screen.
fn shown(problem: &Problem, room: usize) -> Range<usize> {
    let length = problem.source.text.len();
    let (start, end) = (problem.span.start.min(length), problem.span.end.min(length));
    let marked = problem.source.text.get(start..end).unwrap_or_default();
    start..marked.char_indices().nth(room).map_or(end, |(at, _)| start + at)
}
