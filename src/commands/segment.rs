//! `mmig segment`: finds the affected customers and records them by segment.

use serde_json::json;

use super::{Ending, block_on};
use crate::app::context::Context;
use crate::app::session::{Book, Session};
use crate::campaign::people::cohort::{Census, Odd, Oddity};
use crate::cli::ui::{Align, Report, Table, clean, plural};
use crate::store::folder::Folder;

/// The arguments of `segment`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show what would be found, and record nothing
    #[arg(long)]
    dry_run: bool,
    /// Take over the lock of a run on another host that is known to be dead
    #[arg(long)]
    break_lock: bool,
}

/// How many odd contacts of a kind the screen lists; the rest is in `--json`.
const SHOWN: usize = 5;

/// Runs `segment`.
pub fn run(context: &Context, args: &Args) -> Ending {
    let folder = Folder::find(context.global.campaign.as_deref())?;
    let campaign = folder.definition()?.campaign;
    let book = Book::open(context, &folder, "segment", args.dry_run, args.break_lock)?;
    let mut session = block_on(async |_| Session::open(context, &folder, &campaign, book).await)?;
    session.book.save()?;
    let census = &session.census;
    let data = json!({
        "campaign": campaign.name, "dry_run": args.dry_run, "segments": census.segments, "odd": census.odd,
        "suppression_known": session.suppression_known,
    });
    let screen = screen(context, census, args.dry_run);
    Ok(Report { data: data.as_object().cloned().unwrap_or_default(), screen, ..Report::default() })
}

fn screen(context: &Context, census: &Census, dry_run: bool) -> String {
    let columns = [
        ("segment", Align::Left),
        ("found", Align::Right),
        ("new", Align::Right),
        ("left", Align::Right),
        ("moved", Align::Right),
    ];
    let mut table = Table::new(&columns, context.terminal.width());
    for count in &census.segments {
        let numbers = [count.found, count.new, count.left, count.moved].map(|number| number.to_string());
        table.row(std::iter::once(count.name.clone()).chain(numbers));
    }
    let mut text = table.render();
    text.push_str(&odd_list(&census.odd));
    let found: usize = census.segments.iter().map(|count| count.found).sum();
    text.push_str(&match (found, dry_run) {
        (0, _) => "\nNobody matches. Compare the tags in campaign.toml with the contacts' own.\n".to_owned(),
        (_, true) => "\nNothing was recorded.\nnext: mmig segment\n".to_owned(),
        (_, false) => format!("\n{} recorded.\nnext: mmig draft --all\n", plural(found, "recipient")),
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
        Oddity::NoSegment => "affected but in no segment: they hear nothing",
        Oddity::SeveralSegments { .. } => "in several segments: the first counts",
        Oddity::DuplicateAddress { .. } => "sharing an address with another contact: mailed once",
        Oddity::InvalidAddress => "with an address that cannot be mailed",
        Oddity::Suppressed => "on the suppression list: reach them another way",
        Oddity::Bounced => "whose mail came back: reach them another way",
        Oddity::Unreadable { .. } => "that could not be read",
    }
}

fn more(why: &Oddity) -> String {
    match why {
        Oddity::SeveralSegments { segments } => format!(" ({})", segments.join(", ")),
        Oddity::Unreadable { why } => format!("({})", clean(why)),
        Oddity::DuplicateAddress { mailed } => format!(" (mailed as {})", clean(mailed)),
        Oddity::NoSegment | Oddity::InvalidAddress | Oddity::Suppressed | Oddity::Bounced => String::new(),
    }
}
