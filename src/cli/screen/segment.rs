//! The screen of `segment`.

use crate::app::segment::SegmentOutcome;
use crate::campaign::people::cohort::{Odd, Oddity};
use crate::cli::ui::{Align, Table, clean, plural};

/// How many unusual contacts of each kind are listed; the rest is in `--json`.
const SHOWN: usize = 10;

/// How many contacts are in each segment, and what is unusual.
pub fn segment(outcome: &SegmentOutcome, width: usize) -> String {
    let columns = [
        ("segment", Align::Left),
        ("found", Align::Right),
        ("new", Align::Right),
        ("left", Align::Right),
        ("moved", Align::Right),
    ];
    let mut table = Table::new(&columns, width);
    for count in &outcome.segments {
        let numbers = [count.found, count.new, count.left, count.moved].map(|number| number.to_string());
        table.row(std::iter::once(count.name.clone()).chain(numbers));
    }
    let mut text = table.render();
    text.push_str(&odd_list(&outcome.odd));
    text.push_str(&match (outcome.found(), outcome.dry_run) {
        (0, _) => "\nNo contact matches. Compare the tags in campaign.toml with the contacts' tags.\n".to_owned(),
        (_, true) => "\nNothing was recorded.\nnext: mmig segment\n".to_owned(),
        (found, false) => format!("\n{} recorded.\nnext: mmig draft --all\n", plural(found, "recipient")),
    });
    text
}

fn odd_list(odd: &[Odd]) -> String {
    let mut text = String::new();
    let mut odd: Vec<&Odd> = odd.iter().collect();
    odd.sort_by_key(|odd| kind(&odd.why));
    for same in odd.chunk_by(|a, b| kind(&a.why) == kind(&b.why)) {
        text.push_str(&format!("\n{} {}\n", same.len(), kind(&same[0].why)));
        for odd in same.iter().take(SHOWN) {
            text.push_str(&format!("  {}{}\n", clean(&odd.contact), more(&odd.why)));
        }
        if same.len() > SHOWN {
            text.push_str(&format!("  and {} more: mmig segment --dry-run --json\n", same.len() - SHOWN));
        }
    }
    text
}

fn kind(why: &Oddity) -> &'static str {
    match why {
        Oddity::NoSegment => "affected but in no segment: they get no mail",
        Oddity::SeveralSegments { .. } => "in several segments: the first one counts",
        Oddity::DuplicateAddress { .. } => "sharing an address with another contact: mailed once",
        Oddity::InvalidAddress => "with an address that cannot be mailed",
        Oddity::Suppressed => "on the suppression list: reach them another way",
        Oddity::Bounced => "whose mail bounced: reach them another way",
        Oddity::SameId { .. } => "with the same id as another contact: not mailed, correct one of them",
        Oddity::Retagged { .. } => "whose tags another program replaced: held until they are restored",
        Oddity::NearTag { .. } => "with a tag close to one of the campaign's: it does not count",
        Oddity::NoName { .. } => "with an unusable name: greeted by their address",
        Oddity::NoTechnicalContact { .. } => {
            "in an account without a technical contact: no contact there can make the change"
        }
        Oddity::Unreadable { .. } => "that could not be read",
    }
}

fn more(why: &Oddity) -> String {
    match why {
        Oddity::SeveralSegments { segments } => format!(" ({})", segments.join(", ")),
        Oddity::NearTag { tag, meant } => format!(" (`{}`, and not `{}`)", clean(tag), clean(meant)),
        Oddity::NoName { name, .. } => format!(" (`{}`)", clean(name)),
        Oddity::Unreadable { why } => format!("({})", clean(why)),
        Oddity::DuplicateAddress { mailed } => format!(" (mailed as {})", clean(mailed)),
        Oddity::SameId { id } => format!(" (id {})", clean(id)),
        Oddity::NoTechnicalContact { account } => format!(" (account {})", clean(account)),
        Oddity::Retagged { tag } => format!(" (carries {})", clean(tag)),
        Oddity::NoSegment | Oddity::InvalidAddress | Oddity::Suppressed | Oddity::Bounced => String::new(),
    }
}
