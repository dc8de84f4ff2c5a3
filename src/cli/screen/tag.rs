//! The screen of `tag`.

use crate::app::tag::TagOutcome;
use crate::cli::ui::{clean, plural};

/// How many items of a list are shown; `--json` has more.
const SHOWN: usize = 10;

/// Which contacts got which tags.
pub fn tag(outcome: &TagOutcome, _: usize) -> String {
    let TagOutcome { tagged, already, unknown, failed, dry_run, .. } = outcome;
    let what = if *dry_run { "would be tagged" } else { "tagged" };
    let mut text = format!("{} {what}, {already} had the tags already.\n", plural(tagged.len(), "contact"));
    let lists: [(&str, Vec<String>); 3] = [
        ("", tagged.iter().map(|one| format!("{}: {}", clean(&one.contact), one.tags.join(", "))).collect()),
        ("not known to the server", unknown.iter().map(|who| clean(who)).collect()),
        ("not tagged", failed.iter().map(|one| format!("{}: {}", clean(&one.contact), clean(&one.why))).collect()),
    ];
    for (heading, lines) in lists.iter().filter(|(_, lines)| !lines.is_empty()) {
        if !heading.is_empty() {
            text.push_str(&format!("\n{} {heading}\n", lines.len()));
        }
        for line in lines.iter().take(SHOWN) {
            text.push_str(&format!("  {line}\n"));
        }
        if lines.len() > SHOWN {
            text.push_str(&format!("  and {} more: --json lists them\n", lines.len() - SHOWN));
        }
    }
    text.push_str(if *dry_run {
        "\nNothing was written.\nnext: the same command without --dry-run\n"
    } else {
        "\nnext: mmig segment\n"
    });
    text
}
