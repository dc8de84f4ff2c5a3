//! `mmig cancel`: withdraws what is not yet out.

use futures_util::{StreamExt, stream};
use serde_json::json;

use super::{Ending, agreed, block_on, unknown};
use crate::api::{ApiError, Cancel};
use crate::campaign::definition::Campaign;
use crate::campaign::mail::{Accepted, Course, Fate};
use crate::campaign::recipient::Entry;
use crate::campaign::records::Records;
use crate::context::Context;
use crate::failure::{Failure, Kind};
use crate::folder::Folder;
use crate::remote::{self, Remote};
use crate::session::Book;
use crate::ui::{Report, plural};

/// The arguments of `cancel`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The phase
    #[arg(long, value_name = "PHASE")]
    phase: String,
    /// This segment alone
    #[arg(long, value_name = "SEGMENT")]
    segment: Option<String>,
    /// This customer alone
    #[arg(long, value_name = "EMAIL")]
    contact: Option<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Take over the lock of a run on another host that is known to be dead
    #[arg(long)]
    break_lock: bool,
}

/// A mail to withdraw.
struct Target {
    key: String,
    email: String,
    accepted: Accepted,
}

#[derive(Default)]
struct Tally {
    cancelled: usize,
    too_late: Vec<String>,
    failed: Vec<(String, String)>,
    halt: Option<ApiError>,
}

/// Runs `cancel`.
pub fn run(context: &Context, args: &Args) -> Ending {
    let folder = Folder::find(context.global.campaign.as_deref())?;
    let campaign = folder.definition()?.campaign;
    if campaign.phase(&args.phase).is_none() {
        return Err(unknown("phase", &args.phase, campaign.phases.iter().map(|own| own.name.as_str())));
    }
    if let Some(segment) = args.segment.as_deref().filter(|segment| campaign.segment(segment).is_none()) {
        return Err(unknown("segment", segment, campaign.segments.iter().map(|own| own.name.as_str())));
    }
    let mut book = Book::open(context, &folder, "cancel", false, args.break_lock)?;
    let targets = targets(book.records(), args)?;
    if !targets.is_empty() {
        let question =
            format!("Withdraw {} of phase {} that are not yet out?", plural(targets.len(), "mail"), args.phase);
        agreed(context, args.yes, &question, &format!("mmig cancel --phase {} --yes", args.phase))?;
    }
    let total = targets.len();
    let tally = if targets.is_empty() {
        Tally::default()
    } else {
        withdraw_all(context, &campaign, targets, &mut book, &args.phase)?
    };
    book.save()?;
    Ok(report(args, total, tally))
}

/// The mails of the phase that may still be withdrawn: the server is asked about each, whatever we last heard.
fn targets(records: &Records, args: &Args) -> Result<Vec<Target>, Failure> {
    let wanted = args.contact.as_ref().map(|email| email.trim().to_lowercase());
    if let Some(email) = wanted
        .as_ref()
        .filter(|email| records.recipients().iter().all(|recipient| recipient.email.to_lowercase() != **email))
    {
        return Err(Failure::new(
            Kind::NotFound,
            format!("this campaign knows nobody with the address {email}"),
            "check the spelling",
        ));
    }
    let in_question = records.recipients().iter().filter(|recipient| {
        args.segment.as_ref().is_none_or(|segment| recipient.segment == *segment)
            && wanted.as_ref().is_none_or(|email| recipient.email.to_lowercase() == *email)
    });
    let open = in_question.filter_map(|recipient| {
        let mail = recipient.mail(&args.phase).filter(|mail| mail.is_open())?;
        let accepted = mail.accepted().filter(|accepted| !accepted.id.is_empty())?.clone();
        Some(Target { key: recipient.key().to_owned(), email: recipient.email.to_string(), accepted })
    });
    Ok(open.collect())
}

fn withdraw_all(
    context: &Context,
    campaign: &Campaign,
    targets: Vec<Target>,
    book: &mut Book,
    phase: &str,
) -> Result<Tally, Failure> {
    block_on(async |stop| {
        let remote = Remote::open(context, campaign).await?;
        if !remote.api.capabilities().cancels {
            let hint = "withdraw them in MultiMail itself, then `mmig track`";
            return Err(Failure::new(Kind::Refused, "this server cannot withdraw mails", hint));
        }
        let progress = context.terminal.progress(targets.len(), "withdrawing");
        let remote = &remote;
        let calls = stream::iter(targets).take_while(|_| std::future::ready(!stop.asked())).map(|target| async move {
            let answer = remote.api.cancel(remote.mailbox_id(), &target.accepted.id).await;
            (target, answer)
        });
        let mut calls = std::pin::pin!(calls.buffer_unordered(campaign.limits.concurrency));
        let mut tally = Tally::default();
        while let Some((target, answer)) = calls.next().await {
            progress.step();
            match answer {
                Ok(Cancel::Done) => {
                    let when = context.clock.now();
                    let fate = Fate::Accepted(Accepted { course: Course::Cancelled { when }, ..target.accepted });
                    book.records_mut().apply(&target.key, when, Entry::Fate { phase: phase.to_owned(), fate });
                    tally.cancelled += 1;
                }
                Ok(Cancel::TooLate | Cancel::Gone) => tally.too_late.push(target.email),
                Err(error) if error.stops_everything() => drop(tally.halt.get_or_insert(error)),
                Err(error) => tally.failed.push((target.email, error.to_string())),
            }
        }
        Ok(tally)
    })
}

fn report(args: &Args, total: usize, tally: Tally) -> Report {
    let failures: Vec<_> =
        tally.failed.iter().map(|(contact, words)| json!({ "contact": contact, "words": words })).collect();
    let data = json!({
        "phase": args.phase, "planned": total, "cancelled": tally.cancelled, "too_late": tally.too_late, "failed": failures.len(),
        "failures": failures,
    });
    let mut screen = format!("{} withdrawn.\n", plural(tally.cancelled, "mail"));
    if total == 0 {
        screen = format!("No mail of phase {} can still be withdrawn.\n", args.phase);
    }
    if !tally.too_late.is_empty() {
        screen
            .push_str(&format!("{} were out already: `mmig track` tells what became of them.\n", tally.too_late.len()));
    }
    let failure = match tally.halt {
        Some(error) => Some(remote::failure(error)),
        None if tally.failed.is_empty() => None,
        None => {
            let message = format!("{} could not be withdrawn", plural(tally.failed.len(), "mail"));
            let lines = tally.failed.iter().take(10).map(|(contact, words)| format!("{contact}: {words}"));
            Some(Failure::new(Kind::Partial, message, "run the same command again").with_details(lines))
        }
    };
    Report { data: data.as_object().cloned().unwrap_or_default(), screen, failure, ..Report::default() }
}
