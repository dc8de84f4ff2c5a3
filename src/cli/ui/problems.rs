//! Findings in the style of a compiler: the line, the place in it, the fix.

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
    let (what, fix) = (clean(&problem.what), clean(&problem.fix));
    let span = problem.span.start.min(problem.source.text.len())..problem.span.end.min(problem.source.text.len());
    let rule = problem.rule.to_string();
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
