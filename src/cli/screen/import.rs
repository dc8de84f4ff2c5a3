//! The screen of `import`.

use crate::app::import::{GoneChange, ImportOutcome, NewChange};
use crate::cli::ui::{clean, plural, wrapped};

/// How many changes are listed; all are in the campaign file.
const LISTED: usize = 40;

/// What is new or gone, and the next command.
pub fn import(outcome: &ImportOutcome, width: usize) -> String {
    let paragraphs = [empty(outcome), added(outcome), left(outcome), gone(&outcome.gone), rest(outcome), next(outcome)];
    paragraphs.into_iter().flatten().map(|line| wrapped(&line.words, width, line.indent)).collect()
}

/// A line, before it is wrapped.
struct Line {
    words: String,
    indent: usize,
}

fn head(words: impl Into<String>) -> Line {
    Line { words: words.into(), indent: 0 }
}

fn item(words: impl Into<String>) -> Line {
    Line { words: words.into(), indent: 2 }
}

fn empty(outcome: &ImportOutcome) -> Vec<Line> {
    outcome.empty.iter().map(|name| head(format!("{} contains no changes", clean(name)))).collect()
}

fn added(outcome: &ImportOutcome) -> Vec<Line> {
    let place = if outcome.dry_run { "would be added to" } else { "added to" };
    let findings: usize = outcome.new.iter().map(|new| new.fingerprints.len()).sum();
    let first = match outcome.new.len() {
        0 => "nothing new".to_owned(),
        count => {
            let of = plural(findings, "finding");
            format!("{} {place} {}, of {of}", plural(count, "change"), outcome.definition.display())
        }
    };
    let line = |new: &NewChange| {
        let operations = match new.operations.len() {
            0 | 1 => String::new(),
            count => format!(" in {count} operations"),
        };
        item(format!("{} ({}): {}{operations}", new.id, new.level, clean(&new.title)))
    };
    let lines = outcome.new.iter().take(LISTED).map(line);
    let more = outcome.new.len().checked_sub(LISTED).filter(|more| *more > 0);
    let more = more.map(|more| item(format!("and {more} more")));
    std::iter::once(head(first)).chain(lines).chain(more).collect()
}

/// Findings that stay as they are, since they are known or may be.
fn left(outcome: &ImportOutcome) -> Vec<Line> {
    let mut lines = Vec::new();
    if outcome.known > 0 {
        let again = match outcome.known_by_operation {
            0 => String::new(),
            again => format!("; {again} of them by kind and operation, since oasdiff now words them differently"),
        };
        lines.push(head(format!("{} known already, left as you wrote them{again}", outcome.known)));
    }
    if !outcome.in_doubt.is_empty() && outcome.dry_run {
        lines.push(head(format!("{} uncertain: new, or known with other wording", outcome.in_doubt.len())));
        lines.extend(outcome.in_doubt.iter().map(|title| item(clean(title))));
    }
    lines
}

fn gone(gone: &[GoneChange]) -> Vec<Line> {
    if gone.is_empty() {
        return Vec::new();
    }
    let line = |gone: &GoneChange| {
        let what = match (gone.whole, gone.findings.len()) {
            (true, _) => "all of it".to_owned(),
            (false, count) => plural(count, "finding"),
        };
        item(format!("{}: {what}", clean(&gone.id)))
    };
    let first = head(format!("{} gone: oasdiff no longer finds them; left as they are", gone.len()));
    std::iter::once(first).chain(gone.iter().map(line)).collect()
}

/// Findings that were not requested, and the base paths.
fn rest(outcome: &ImportOutcome) -> Vec<Line> {
    let mut lines = Vec::new();
    if outcome.ignored > 0 {
        lines.push(head(format!("{} ignored, by [oasdiff] ignore", outcome.ignored)));
    }
    if outcome.below_level > 0 {
        let (below, level) = (outcome.below_level, outcome.level);
        lines.push(head(format!("{below} below level {level}, skipped: `--level info` imports all levels")));
    }
    if outcome.other_paths > 0 {
        lines.push(head(format!("{} at other paths, skipped by --match-path", outcome.other_paths)));
    }
    if !outcome.base_paths.is_empty() {
        let written = if outcome.dry_run { "would be added to" } else { "added to" };
        lines.push(head(format!("base path {} {written} [usage] base_paths", outcome.base_paths.join(", "))));
    }
    lines
}

fn next(outcome: &ImportOutcome) -> Vec<Line> {
    let words = match (outcome.new.is_empty(), outcome.dry_run) {
        (true, _) => return Vec::new(),
        (false, true) => "next: the same without --dry-run",
        // What was written is true, but in a tool's words.
        (false, false) => {
            "next: say in your customers' words what each is about and what to do, with code before and after; then \
             `mmig check`, which refuses what is still as oasdiff said it"
        }
    };
    vec![head(words)]
}
