//! The screen of `import`.

use crate::app::import::{GoneChange, ImportOutcome};
use crate::cli::ui::{clean, plural};

/// How many changes are listed; all are in the campaign file.
const LISTED: usize = 40;

/// What is new or gone, and the next command.
pub fn import(outcome: &ImportOutcome, _: usize) -> String {
    let mut text =
        outcome.empty.iter().map(|name| format!("{} contains no changes\n", clean(name))).collect::<String>();
    text.push_str(&added(outcome));
    if outcome.known > 0 {
        let again = match outcome.known_by_operation {
            0 => String::new(),
            again => format!("; {again} of them by kind and operation, since oasdiff now words them differently"),
        };
        text.push_str(&format!("{} known already, left as you wrote them{again}\n", outcome.known));
    }
    if !outcome.in_doubt.is_empty() && outcome.dry_run {
        text.push_str(&format!("{} in doubt: new, or known in other words\n", outcome.in_doubt.len()));
        text.extend(outcome.in_doubt.iter().map(|title| format!("  {}\n", clean(title))));
    }
    text.push_str(&gone(&outcome.gone));
    if outcome.ignored > 0 {
        text.push_str(&format!("{} ignored, by [oasdiff] ignore\n", outcome.ignored));
    }
    if outcome.below_level > 0 {
        let (below, level) = (outcome.below_level, outcome.level);
        text.push_str(&format!("{below} below level {level}, skipped: `--level info` imports all levels\n"));
    }
    if outcome.other_paths > 0 {
        text.push_str(&format!("{} at other paths, skipped by --match-path\n", outcome.other_paths));
    }
    if !outcome.base_paths.is_empty() {
        let written = if outcome.dry_run { "would be added to" } else { "added to" };
        text.push_str(&format!("base path {} {written} [usage] base_paths\n", outcome.base_paths.join(", ")));
    }
    text + next(outcome)
}

fn added(outcome: &ImportOutcome) -> String {
    let place = if outcome.dry_run { "would be added to" } else { "added to" };
    let findings: usize = outcome.new.iter().map(|new| new.fingerprints.len()).sum();
    let head = match outcome.new.len() {
        0 => "nothing new\n".to_owned(),
        count => {
            let of = plural(findings, "finding");
            format!("{} {place} {}, of {of}\n", plural(count, "change"), outcome.definition.display())
        }
    };
    let line = |new: &crate::app::import::NewChange| {
        let operations = match new.operations.len() {
            0 | 1 => String::new(),
            count => format!(" in {count} operations"),
        };
        format!("  {} ({}): {}{operations}\n", new.id, new.level, clean(&new.title))
    };
    let lines = outcome.new.iter().take(LISTED).map(line);
    let more = outcome.new.len().checked_sub(LISTED).filter(|more| *more > 0);
    let more = more.map(|more| format!("  and {more} more\n"));
    std::iter::once(head).chain(lines).chain(more).collect()
}

fn gone(gone: &[GoneChange]) -> String {
    if gone.is_empty() {
        return String::new();
    }
    let line = |gone: &GoneChange| {
        let what = match (gone.whole, gone.findings.len()) {
            (true, _) => "all of it".to_owned(),
            (false, count) => plural(count, "finding"),
        };
        format!("  {}: {what}\n", clean(&gone.id))
    };
    let head = format!("{} gone: oasdiff no longer finds them; left as they are\n", gone.len());
    std::iter::once(head).chain(gone.iter().map(line)).collect()
}

fn next(outcome: &ImportOutcome) -> &'static str {
    match (outcome.new.is_empty(), outcome.dry_run) {
        (true, _) => "",
        (false, true) => "next: the same without --dry-run\n",
        // What was written is true, but in a tool's words.
        (false, false) => {
            "next: say in your customers' words what each is about and what to do, with code before and after;\n  \
             then `mmig check`, which refuses what is still as oasdiff said it\n"
        }
    }
}
