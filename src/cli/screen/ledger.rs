//! The screens of `ledger`.

use crate::app::ledger::{LedgerHolder, LedgerOutcome, MoveOutcome};
use crate::cli::ui::{clean, plural};

/// Its location, size, and holder.
pub fn ledger(outcome: &LedgerOutcome, _: usize) -> String {
    let place = clean(&outcome.place);
    let mut text = format!("{place} ({})\n", clean(&outcome.origin));
    if outcome.exists {
        let recipients = plural(outcome.recipients, "recipient");
        let parts = plural(usize::try_from(outcome.objects).unwrap_or(usize::MAX), "file");
        text.push_str(&format!("{recipients}, {} in {parts}\n", size(outcome.bytes)));
    } else {
        text.push_str("no recipient is recorded yet\n");
    }
    match &outcome.held_by {
        None => text.push_str("free\n"),
        Some(holder) => text.push_str(&held(holder)),
    }
    if !outcome.exists {
        text.push_str("\nnext: mmig segment\n");
    }
    text
}

fn held(holder: &LedgerHolder) -> String {
    let who = [&holder.user, &holder.job].into_iter().filter(|word| !word.is_empty()).map(|word| clean(word));
    let who = who.collect::<Vec<_>>().join(", ");
    let who = if who.is_empty() { String::new() } else { format!(" ({who})") };
    let silent = if holder.alive { "" } else { "; silent: the next run takes over if it is dead" };
    format!(
        "held by `{}` on {}{who}, process {}, since {}{silent}\n",
        clean(&holder.command),
        clean(&holder.host),
        holder.pid,
        clean(&holder.since)
    )
}

/// A size for people.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

/// The move, and what is left to do.
pub fn moved(outcome: &MoveOutcome, width: usize) -> String {
    let recipients = plural(outcome.recipients, "recipient");
    let mut text =
        format!("moved {recipients} from {} to {}, read back and compared\n", clean(&outcome.from), clean(&outcome.to));
    if outcome.campaign_file_changed {
        text.push_str("campaign.toml says so\n");
    }
    if let Some(note) = &outcome.note {
        text.push_str(&format!("{}\n", textwrap::fill(&clean(note), width)));
    }
    text.push_str("\nnext: mmig doctor\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_the_largest_unit_that_fits() {
        let sizes = [0, 999, 1_000, 999_999, 18_150_000].map(size);
        assert_eq!(sizes, ["0 bytes", "999 bytes", "1 kB", "999 kB", "18.1 MB"]);
    }
}
