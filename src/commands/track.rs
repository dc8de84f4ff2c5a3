//! `mmig track`: brings the ledger up to date from the server, or by a person's word.

mod rebuild;

use std::path::PathBuf;

use serde_json::json;

use super::{Ending, block_on};
use crate::bookkeeping;
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::records::Records;
use crate::campaign::stage::{Evidence, Mark, Stage};
use crate::context::Context;
use crate::failure::{Failure, Kind};
use crate::folder::Folder;
use crate::session::{Book, Session};
use crate::submission::Run;
use crate::tracking::{News, track};
use crate::ui::{Report, plural};
use crate::withdrawing::{Withdrawn, withdraw};

/// The arguments of `track`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Set these customers' stage by hand: pending, notified, acknowledged, started, completed
    #[arg(long, value_name = "STAGE")]
    mark: Option<Stage>,
    /// The customer to mark; may be given several times
    #[arg(long = "contact", value_name = "EMAIL", requires = "mark")]
    contacts: Vec<String>,
    /// Mark the customers listed in this file, an address a line (`-` for standard input)
    #[arg(long, value_name = "FILE", requires = "mark")]
    from: Option<PathBuf>,
    /// Make a ledger of what the server knows, where state.toml is lost or damaged; what cannot be told is held
    #[arg(long, conflicts_with = "mark")]
    rebuild: bool,
    /// Take over the lock of a run on another host that is known to be dead
    #[arg(long)]
    break_lock: bool,
}

/// Runs `track`.
pub fn run(context: &Context, args: &Args) -> Ending {
    let folder = Folder::find(context.global.campaign.as_deref())?;
    let campaign = folder.definition()?.campaign;
    match args.mark {
        Some(stage) => mark(context, &folder, &campaign, args, stage),
        None if args.rebuild => rebuild::run(context, &folder, &campaign, args.break_lock),
        None => follow(context, &folder, &campaign, args.break_lock),
    }
}

/// Asks the server, for commands that show the answer.
pub fn sync(context: &Context, folder: &Folder, campaign: &Campaign) -> Result<(), Failure> {
    follow(context, folder, campaign, false).map(drop)
}

fn follow(context: &Context, folder: &Folder, campaign: &Campaign, break_lock: bool) -> Ending {
    let book = Book::open(context, folder, "track", false, break_lock)?;
    let (news, withdrawn, session) = block_on(async |stop| {
        let mut session = Session::open(context, folder, campaign, book).await?;
        let now = context.clock.now();
        let news = track(campaign, session.book.records_mut(), &session.remote, now).await?;
        session.book.save()?;
        let mut withdrawn = Withdrawn::default();
        let targets = session.overtaken(campaign);
        if let Book::Open(ledger) = &mut session.book {
            let run = Run { context, folder, campaign, stop: &stop };
            withdrawn = withdraw(&run, targets, ledger, &session.remote).await?;
            bookkeeping::keep(&run, ledger, &session.remote).await;
        }
        session.book.save()?;
        Ok((news, withdrawn, session))
    })?;
    Ok(report(campaign, news, withdrawn, &session))
}

fn report(campaign: &Campaign, news: News, withdrawn: Withdrawn, session: &Session) -> Report {
    let records = session.book.records();
    let left: usize = session.census.segments.iter().map(|count| count.left).sum();
    let mut data = json!({
        "campaign": campaign.name, "tracked": records.tracked, "mails_changed": news.mails, "replies": news.replies,
        "automatic_replies": news.automatic, "segments": session.census.segments, "odd": session.census.odd,
        "tags_stopped": records.tags_stopped,
    });
    let mut screen = format!("{} changed, {} answered", plural(news.mails, "mail"), plural(news.replies, "customer"));
    if left > 0 {
        screen.push_str(&format!(", {} left the campaign", plural(left, "customer")));
    }
    screen.push_str(".\n");
    let withdrawn = withdrawn.report("mmig track");
    screen.push_str(&withdrawn.screen);
    if !session.remote.api.capabilities().reports_delivery {
        screen.push_str("This server reports no delivery: a mail counts as delivered once it is accepted.\n");
    }
    screen.push_str("next: mmig status\n");
    let mut data = data.as_object_mut().map(std::mem::take).unwrap_or_default();
    data.extend(withdrawn.data);
    Report { data, screen, failure: withdrawn.failure, ..Report::default() }
}

/// Marks customers by hand; no key, no network. The tags follow with the next `track`.
fn mark(context: &Context, folder: &Folder, campaign: &Campaign, args: &Args, stage: Stage) -> Ending {
    let mut wanted = args.contacts.clone();
    if let Some(file) = &args.from {
        wanted.extend(addresses_in(file)?);
    }
    if wanted.is_empty() {
        let hint = format!("name them: mmig track --mark {stage} --contact ADDRESS, or --from FILE");
        return Err(Failure::new(Kind::Usage, "nobody was named to be marked", hint));
    }
    let mut book = Book::open(context, folder, "track --mark", false, args.break_lock)?;
    let keys: Vec<Result<String, String>> =
        wanted.iter().map(|address| key_of(book.records(), address).ok_or_else(|| address.clone())).collect();
    let missing: Vec<String> = keys.iter().filter_map(|key| key.as_ref().err().cloned()).collect();
    if !missing.is_empty() {
        let message = format!(
            "campaign `{}` does not know {}; nobody was marked",
            campaign.name,
            plural(missing.len(), "address")
        );
        return Err(Failure::new(Kind::NotFound, message, "correct the list, or run `mmig segment` first")
            .with_details(missing));
    }
    let now = context.clock.now();
    for key in keys.iter().flatten() {
        mark_one(campaign, book.records_mut(), key, stage, now);
    }
    book.save()?;
    let data = json!({ "campaign": campaign.name, "stage": stage, "marked": keys.len() });
    let screen = format!(
        "{} marked {stage}.\nnext: mmig track (writes the tags), or mmig status\n",
        plural(keys.len(), "customer")
    );
    Ok(Report { data: data.as_object().cloned().unwrap_or_default(), screen, ..Report::default() })
}

fn mark_one(campaign: &Campaign, records: &mut Records, key: &str, stage: Stage, now: Time) {
    let note = crate::config::user();
    records.update(key, |recipient| {
        recipient.mark_tags(&campaign.tags, now);
        recipient.marks.push(Mark { stage, at: now, by: Evidence::Hand, note });
    });
}

fn key_of(records: &Records, address: &str) -> Option<String> {
    let wanted = address.trim().to_lowercase();
    let found = records
        .recipients()
        .iter()
        .filter(|recipient| recipient.email.to_lowercase() == wanted || recipient.id == address.trim());
    found.min_by_key(|recipient| recipient.left.is_some()).map(|recipient| recipient.key().to_owned())
}

fn addresses_in(file: &std::path::Path) -> Result<Vec<String>, Failure> {
    let read = if file == std::path::Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(file)
    };
    let text = read.map_err(|error| {
        Failure::new(
            Kind::Usage,
            format!("cannot read {}: {error}", file.display()),
            "name a file with an address a line",
        )
    })?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(str::to_owned).collect())
}
