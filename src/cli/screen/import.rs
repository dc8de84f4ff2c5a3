//! The screen of `import`.

use crate::app::import::ImportOutcome;
use crate::cli::ui::{clean, plural};

/// What is new or gone, and how to go on.
pub fn import(outcome: &ImportOutcome, _: usize) -> String {
    let mut text =
        outcome.empty.iter().map(|name| format!("{} contains no changes\n", clean(name))).collect::<String>();
    text.push_str(&added(outcome));
    if outcome.known > 0 {
        text.push_str(&format!("{} known already, left as you wrote them\n", outcome.known));
    }
    if !outcome.gone.is_empty() {
        text.push_str(&format!("{} gone: oasdiff no longer finds them; left as they are\n", outcome.gone.len()));
        let lines = outcome.gone.iter().map(|gone| format!("  {} ({})\n", gone.id, clean(&gone.fingerprint)));
        text.extend(lines);
    }
    if outcome.ignored > 0 {
        text.push_str(&format!("{} ignored, by [oasdiff] ignore\n", outcome.ignored));
    }
    if outcome.below_level > 0 {
        let (below, level) = (outcome.below_level, outcome.level);
        text.push_str(&format!("{below} below level {level}, skipped: `--level info` imports all levels\n"));
    }
    text + next(outcome)
}

fn added(outcome: &ImportOutcome) -> String {
    let place = if outcome.dry_run { "would be added to" } else { "added to" };
    let head = match outcome.new.len() {
        0 => "nothing new\n".to_owned(),
        count => format!("{} {place} {}\n", plural(count, "change"), outcome.definition.display()),
    };
    let lines = outcome.new.iter().map(|new| format!("  {} ({}): {}\n", new.id, new.level, clean(&new.title)));
    std::iter::once(head).chain(lines).collect()
}

fn next(outcome: &ImportOutcome) -> &'static str {
    match (outcome.new.is_empty(), outcome.dry_run) {
        (true, _) => "",
        (false, true) => "next: the same without --dry-run\n",
        // What was written is true, but in the words of a tool.
        (false, false) => {
            "next: say in your customers' words what each is about and what to do, with code before and after;\n  \
             then `mmig check`\n"
        }
    }
}
