//! `mmig track`: brings the ledger up to date from the server, from usage data, or by a person's word.

mod clear;
mod mark;
mod named;
mod rebuild;
mod usage;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::json;
use strum::IntoEnumIterator;

use super::{Ending, block_on};
use crate::app::Run;
use crate::app::cancel::{Cancelled, cancel_mails};
use crate::app::failure::Failure;
use crate::app::remote::Remote;
use crate::app::session::{Book, Session};
use crate::app::track::bookkeeping;
use crate::app::track::{News, approvals, track};
use crate::campaign::definition::Campaign;
use crate::campaign::hint::Action;
use crate::campaign::people::search::{Found, find};
use crate::campaign::people::stage::Stage;
use crate::cli::ui::{Report, plural};
use crate::cli::{Face, screen};
use crate::store::folder::Folder;

/// The arguments of `track`.
#[derive(Debug, clap::Args)]
#[command(after_help = usage::COLUMNS)]
pub struct Args {
    /// Take in API usage: CSV, a JSON array or JSON lines (`-` for standard input); no key, no network
    #[arg(long, value_name = "FILE", conflicts_with_all = ["word", "contacts", "from"])]
    usage: Option<PathBuf>,
    /// Set these customers' stage by hand: pending, notified, acknowledged, started, completed
    #[arg(long, value_name = "STAGE", group = "word", value_parser = stages(), hide_possible_values = true)]
    mark: Option<Stage>,
    /// These customers' replies are answered: they leave the list of those who wait, and are reminded again
    #[arg(long, group = "word")]
    clear: bool,
    /// The customer meant; may be given several times
    #[arg(long = "contact", value_name = "EMAIL", requires = "word")]
    contacts: Vec<String>,
    /// The customers listed in this file, an address a line (`-` for standard input)
    #[arg(long, value_name = "FILE", requires = "word")]
    from: Option<PathBuf>,
    /// Make a ledger of what the server knows, where state.toml is lost or damaged; what cannot be told is held
    #[arg(long, conflicts_with_all = ["word", "usage"])]
    rebuild: bool,
    /// Take over the lock of a run on another host that is known to be dead
    #[arg(long)]
    break_lock: bool,
}

/// The stages by name, so that a wrong name is answered with the right ones.
fn stages() -> impl TypedValueParser<Value = Stage> {
    let names = Stage::iter().map(<&str>::from);
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Stage>())
}

/// Runs `track`.
pub fn run(face: Face<'_>, args: &Args) -> Ending {
    let folder = face.app.folder()?;
    let campaign = folder.definition()?.campaign;
    match (&args.usage, args.mark) {
        (Some(file), _) => usage::take(face, &folder, &campaign, file, args.break_lock),
        (None, Some(stage)) => mark::mark(face, &folder, &campaign, args, stage),
        (None, None) if args.clear => clear::clear(face, &folder, &campaign, args),
        (None, None) if args.rebuild => rebuild::run(face, &folder, &campaign, args.break_lock),
        (None, None) => follow(face, &folder, &campaign, args.break_lock),
    }
}

/// Asks the server, for commands that show the answer.
pub fn sync(face: Face<'_>, folder: &Folder, campaign: &Campaign, break_lock: bool) -> Result<(), Failure> {
    follow(face, folder, campaign, break_lock).map(drop)
}

/// Asks the server who approved the mails of one customer, if it is one that `who` names.
pub fn sync_approvals(face: Face<'_>, folder: &Folder, campaign: &Campaign, who: &str) -> Result<(), Failure> {
    let mut book = Book::open(face.app, folder, "track", false, false)?;
    let Found::One(recipient) = find(book.records(), who) else { return Ok(()) };
    let key = recipient.key().to_owned();
    block_on(face, async || {
        let remote = Remote::open(face.app, campaign).await?;
        if remote.api.capabilities().lists_mail {
            approvals(book.records_mut(), &remote, &key, face.app.clock.now()).await?;
        }
        book.save()
    })
}

fn follow(face: Face<'_>, folder: &Folder, campaign: &Campaign, break_lock: bool) -> Ending {
    let book = Book::open(face.app, folder, "track", false, break_lock)?;
    let (news, cancelled, session) = block_on(face, async || {
        let mut session = Session::open(face.app, folder, campaign, book).await?;
        session.refuse_if_all_left()?;
        let now = face.app.clock.now();
        let news = track(campaign, session.book.records_mut(), &session.remote, now).await?;
        session.book.save()?;
        let mut cancelled = Cancelled::default();
        let targets = session.overtaken(campaign);
        if let Book::Open(ledger) = &mut session.book {
            let run = Run { app: face.app, folder, campaign };
            cancelled = cancel_mails(&run, targets, ledger, &session.remote).await?;
            bookkeeping::keep(&run, ledger, &session.remote).await;
        }
        session.book.save()?;
        Ok((news, cancelled, session))
    })?;
    Ok(report(campaign, news, cancelled, &session))
}

fn report(campaign: &Campaign, news: News, cancelled: Cancelled, session: &Session) -> Report {
    let records = session.book.records();
    let left: usize = session.census.segments.iter().map(|count| count.left).sum();
    let mut data = json!({
        "campaign": campaign.name, "tracked": records.tracked, "mails_changed": news.mails, "replies": news.replies,
        "automatic_replies": news.automatic, "replies_answered": news.answered, "segments": session.census.segments, "odd": session.census.odd,
        "tags_stopped": records.tags_stopped,
    });
    let mut screen = format!("{} changed, {} answered", plural(news.mails, "mail"), plural(news.replies, "customer"));
    if news.answered > 0 {
        screen.push_str(&format!(", {} got an answer", plural(news.answered, "customer")));
    }
    if left > 0 {
        screen.push_str(&format!(", {} left the campaign", plural(left, "customer")));
    }
    screen.push_str(".\n");
    screen.push_str(&screen::cancel::cancelled(&cancelled));
    if !session.remote.api.capabilities().reports_delivery {
        screen.push_str("This server reports no delivery: a mail counts as delivered once it is accepted.\n");
    }
    screen.push_str("next: mmig status\n");
    let mut data = data.as_object_mut().map(std::mem::take).unwrap_or_default();
    data.extend(super::fields(&cancelled));
    Report { data, screen, failure: cancelled.failure(&Action::new("track")), ..Report::default() }
}
