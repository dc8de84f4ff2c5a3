//! The screens of `track`.

use super::cancel::cancelled;
use crate::app::track::explain::ExplainOutcome;
use crate::app::track::follow::FollowOutcome;
use crate::app::track::mark::{ClearOutcome, MarkOutcome};
use crate::app::track::rebuilding::RebuildOutcome;
use crate::app::track::usage::UsageOutcome;
use crate::campaign::decide::traces::Findings;
use crate::campaign::usage::PathCount;
use crate::cli::ui::{clean, plural, wrapped};

/// How many items of a list are shown; `--json` has more.
const SHOWN: usize = 5;

/// What the server reported.
pub fn follow(outcome: &FollowOutcome, _: usize) -> String {
    let (mails, replies) = (outcome.mails_changed, outcome.replies);
    let mut text = format!("{} changed, {} answered", plural(mails, "mail"), plural(replies, "customer"));
    if outcome.replies_answered > 0 {
        text.push_str(&format!(", {} got an answer", plural(outcome.replies_answered, "customer")));
    }
    let left: usize = outcome.segments.iter().map(|count| count.left).sum();
    if left > 0 {
        text.push_str(&format!(", {} left the campaign", plural(left, "customer")));
    }
    text.push_str(".\n");
    text.push_str(&cancelled(&outcome.cancelled));
    if !outcome.reports_delivery {
        text.push_str("This server does not report deliveries: a mail counts as delivered once it is accepted.\n");
    }
    text.push_str("next: mmig status\n");
    text
}

/// Whose stage was set.
pub fn mark(outcome: &MarkOutcome, _: usize) -> String {
    let (marked, stage) = (plural(outcome.marked, "customer"), outcome.stage);
    format!("{marked} marked {stage}.\nnext: mmig track (writes the tags), or mmig status\n")
}

/// Whose replies are answered.
pub fn clear(outcome: &ClearOutcome, _: usize) -> String {
    let mut text = String::new();
    if outcome.not_waiting > 0 {
        text.push_str(&format!("{} had no unanswered reply.\n", plural(outcome.not_waiting, "customer")));
    }
    if outcome.cleared == 0 {
        return text + "next: mmig status\n";
    }
    text.push_str(&format!("Marked as answered: the replies of {}.\n", plural(outcome.cleared, "customer")));
    text + "next: mmig remind (they are reminded again), or mmig status\n"
}

/// What a usage file shows.
pub fn usage(outcome: &UsageOutcome, _: usize) -> String {
    let UsageOutcome { rows, customers, started, completed, relapsed, contacts, .. } = outcome;
    let mut text = format!(
        "{} of {}: {started} started, {completed} completed, {relapsed} relapsed.\n",
        plural(*rows, "row"),
        plural(*customers, "customer"),
    );
    let addresses = |listed: &[String]| listed.iter().map(|contact| clean(contact)).collect();
    let place = |file: &Option<String>, line: u64| {
        file.as_ref().map_or_else(|| format!("line {line}"), |file| format!("{}, line {line}", clean(file)))
    };
    let unmatched =
        outcome.unmatched_rows.iter().map(|row| format!("{}: {}", place(&row.file, row.line), clean(&row.contact)));
    let unreadable =
        outcome.unreadable_rows.iter().map(|row| format!("{}: {}", place(&row.file, row.line), clean(&row.why)));
    let unfit = outcome.unfit_paths.iter().map(|path| format!("{} in {}", clean(&path.path), plural(path.rows, "row")));
    let quiet = "will have completed once the old version has been quiet for [usage] quiet_days";
    let anybody = "of these could be anyone's: this report marks no one as done";
    let unfit_customers = "call only paths that match no operation of a change: they get every change, and are not \
                           done; the commonest paths, for `operations` or [usage] base_paths:";
    let lists: [(usize, Vec<String>, &str); 8] = [
        (*relapsed, addresses(&contacts.relapsed), "relapsed: they were done, and call the old version again"),
        (outcome.quiet, addresses(&contacts.quiet), quiet),
        (outcome.without_row, addresses(&contacts.without_row), "without a row: their stage is unchanged"),
        (outcome.unmatched, unmatched.collect(), "of the rows match no customer of this campaign"),
        (outcome.unreadable, unreadable.collect(), "of the rows could not be read"),
        (outcome.unattributed, Vec::new(), anybody),
        (
            outcome.incomplete,
            addresses(&contacts.incomplete),
            "with such a row: they get every change, and are not done",
        ),
        (outcome.fits_no_operation, unfit.collect(), unfit_customers),
    ];
    for (count, lines, what) in lists.into_iter().filter(|(count, ..)| *count > 0) {
        text.push_str(&format!("\n{count} {what}\n"));
        lines.iter().take(SHOWN).for_each(|line| text.push_str(&format!("  {line}\n")));
        if lines.len() > SHOWN && count >= lines.len() {
            text.push_str(&format!("  and {} more: --json lists {}\n", count - SHOWN, lines.len()));
        }
    }
    text.push_str("\nnext: mmig track (writes the tags), or mmig status\n");
    text
}

/// How usage files are interpreted, and what importing them would record.
pub fn explain(outcome: &ExplainOutcome, width: usize) -> String {
    let usage = &outcome.usage;
    let mut text = String::new();
    for file in &outcome.files {
        text.push_str(&format!("{}: {}, {}\n", clean(&file.file), file.shape.format, plural(file.rows, "row")));
        for column in &file.shape.columns {
            text.push_str(&format!("  {:<10} {}\n", column.column, clean(&column.name)));
        }
        if !file.shape.ignored.is_empty() {
            let ignored = format!("not used: {}", clean(&file.shape.ignored.join(", ")));
            text.push_str(&wrapped(&ignored, width, 2));
        }
    }
    let ExplainOutcome { old_rows, new_rows, neither_rows, .. } = outcome;
    let UsageOutcome { customers, anonymous, unmatched, unreadable, unattributed, .. } = usage;
    text.push_str(&format!(
        "\nrows: {old_rows} old, {new_rows} new, {neither_rows} neither\n\
         about: {} of this campaign; {unmatched} rows about others, {anonymous} about no one, {unreadable} unreadable\n",
        plural(*customers, "customer"),
    ));
    for row in usage.unreadable_rows.iter().take(SHOWN) {
        text.push_str(&format!("  line {}: {}\n", row.line, clean(&row.why)));
    }
    for row in usage.unmatched_rows.iter().take(SHOWN) {
        text.push_str(&format!("  line {} is about {}, who is not in the campaign\n", row.line, clean(&row.contact)));
    }
    let paths: [(&str, &[PathCount]); 2] = [
        ("old calls that match no operation of a change", &usage.unfit_paths),
        ("calls of neither version", &outcome.neither_paths),
    ];
    for (what, paths) in paths.into_iter().filter(|(_, paths)| !paths.is_empty()) {
        text.push_str(&format!("\nthe most common {what}:\n"));
        for path in paths {
            text.push_str(&format!("  {:>8}  {}\n", path.rows, clean(&path.path)));
        }
    }
    text.push_str(&format!(
        "\nimporting this would mark {} started, {} completed and {} relapsed; {} would follow once quiet.\n",
        usage.started, usage.completed, usage.relapsed, usage.quiet
    ));
    if *unattributed > 0 {
        text.push_str(&format!("{unattributed} rows could be anyone's: no one would be marked as done.\n"));
    }
    text.push_str("Nothing was written.\nnext: the same command without --explain, or campaign.toml, [usage]\n");
    text
}

/// What was found, and what the server cannot restore.
pub fn rebuild(outcome: &RebuildOutcome, _: usize) -> String {
    let Findings { by_tags, by_subject, left, others, .. } = &outcome.findings;
    let mut text = format!("{} of the old ledger could be read.\n", plural(outcome.recipients_kept, "recipient"));
    if outcome.shows_mails {
        let found = plural(by_tags + by_subject, "mail");
        let how = format!("{by_tags} by their tags, {by_subject} by subject and recipient");
        text.push_str(&format!("{found} found at the server: {how}.\n"));
    } else {
        text.push_str("This server shows no mails, only the contacts' tags.\n");
    }
    if *left > 0 {
        text.push_str(&format!("{} of them no longer in the campaign.\n", plural(*left, "customer")));
    }
    if *others > 0 {
        text.push_str(&format!("{} to these customers belong to no phase.\n", plural(*others, "other mail")));
    }
    text.push_str(
        "Not known to the server: stages set by hand that no tag shows, usage, why mails were cancelled or refused.\n",
    );
    outcome.aside.iter().for_each(|path| text.push_str(&format!("The old file is kept as {path}.\n")));
    text.push_str("next: mmig status\n");
    text
}
