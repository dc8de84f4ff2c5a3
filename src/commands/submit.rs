//! `mmig submit`: sends a phase's reviewed texts to those who do not have them yet.

use super::{Ending, agreed, block_on, unknown};
use crate::campaign::Time;
use crate::campaign::admission::Reason;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::gates::Wish;
use crate::campaign::mail::{Mail, Outcome};
use crate::campaign::plan::Scope;
use crate::campaign::problem::Severity;
use crate::campaign::records::Records;
use crate::campaign::variant::Texts;
use crate::context::Context;
use crate::failure::{Failure, Kind};
use crate::folder::Folder;
use crate::session::{Book, Session};
use crate::submission::{Done, Order, Prepared, Run, carry_out, plan_json, plan_text, prepare, refused, ways_on};
use crate::tracking::track;
use crate::ui::{Report, clean, plural};

/// The arguments of `submit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The phase
    #[arg(long, value_name = "PHASE")]
    phase: String,
    /// This segment alone
    #[arg(long, value_name = "SEGMENT")]
    segment: Option<String>,
    /// At most so many mails; the next run goes on with the rest
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Only so many mails, spread over all texts, to see how they fare
    #[arg(long, value_name = "N", conflicts_with = "limit")]
    canary: Option<usize>,
    /// Also those whose mail failed, was rejected or withdrawn
    #[arg(long)]
    retry_failed: bool,
    /// Send again what may have arrived and what may not, to the customers named with --contact: perhaps twice
    #[arg(long, requires = "contacts", conflicts_with_all = ["segment", "limit", "canary", "retry_failed"])]
    resend_unknown: bool,
    /// A customer whose unknown mail is sent again; may be given several times
    #[arg(long = "contact", value_name = "EMAIL", requires = "resend_unknown")]
    contacts: Vec<String>,
    /// Hand the mails over now, to leave at this time
    #[arg(long, value_name = "TIME", conflicts_with = "now", value_parser = crate::cli::parse_time)]
    at: Option<Time>,
    /// Send now, although the phase's date is still to come
    #[arg(long)]
    now: bool,
    /// Show the plan, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Take over the lock of a run on another host that is known to be dead
    #[arg(long)]
    break_lock: bool,
}

/// Runs `submit`.
pub fn run(context: &Context, args: &Args) -> Ending {
    let folder = Folder::find(context.global.campaign.as_deref())?;
    let definition = folder.definition()?;
    let campaign = &definition.campaign;
    let phases = campaign.phases.iter().map(|own| own.name.as_str());
    let phase = campaign.phase(&args.phase).ok_or_else(|| unknown("phase", &args.phase, phases))?;
    if let Some(segment) = args.segment.as_deref().filter(|segment| campaign.segment(segment).is_none()) {
        return Err(unknown("segment", segment, campaign.segments.iter().map(|own| own.name.as_str())));
    }
    let templates = folder.templates()?;
    let found = templates.vet(campaign, &definition.source);
    if found.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(Failure::invalid(&campaign.name, found));
    }
    let wish = match (args.at, args.now) {
        (Some(at), _) => Wish::At(at),
        (None, true) => Wish::Now,
        (None, false) => Wish::OnItsDate,
    };
    let book = Book::open(context, &folder, "submit", args.dry_run, args.break_lock)?;
    let mut texts = Texts::new(campaign, &templates, phase);
    block_on(async |stop| {
        let mut session = Session::open(context, &folder, campaign, book).await?;
        if phase.corrects() {
            // Whom it is for depends on what became of the other mails.
            track(campaign, session.book.records_mut(), &session.remote, context.clock.now()).await?;
        }
        let run = Run { context, folder: &folder, campaign, stop: &stop };
        let resend = held(session.book.records(), phase, &args.contacts)?;
        let order = Order {
            phase,
            scope: match (&args.segment, args.resend_unknown) {
                (_, true) => Scope::These(&resend),
                (Some(segment), false) => Scope::Segment(segment),
                (None, false) => Scope::Everybody,
            },
            limit: args.limit,
            canary: args.canary,
            retry_failed: args.retry_failed,
            resend_unknown: &resend,
            wish,
        };
        let prepared = prepare(&run, &order, &mut session, &mut texts).await?;
        prepared.warnings.iter().for_each(|warning| context.terminal.warn(warning));
        let mut report = planned(campaign, &order, &prepared);
        if !prepared.refusals.is_empty() {
            report.failure = Some(refused(&order, &prepared));
            return Ok(report);
        }
        let Book::Open(ledger) = &mut session.book else { return Ok(dry(report, &order, &prepared)) };
        let number = prepared.plan.mails();
        if number > 0 {
            context.terminal.say(report.screen.trim_end());
            agreed(
                context,
                args.yes,
                &format!("Send {}?", plural(number, "mail")),
                &format!("mmig submit --phase {} --yes", phase.name),
            )?;
            report.screen.clear();
        }
        let done = carry_out(&run, &order, &prepared, ledger, &session.remote, &mut texts).await?;
        Ok(finished(report, &order, &prepared, done))
    })
}

/// The keys of the recipients with these addresses, each of whom has a mail of the phase that is held as unknown.
fn held(records: &Records, phase: &Phase, contacts: &[String]) -> Result<Vec<String>, Failure> {
    let mut keys = Vec::new();
    for contact in contacts {
        let named = records.recipients().iter().filter(|recipient| recipient.is_called(contact));
        let outcomes: Vec<_> = named.map(|own| (own.key(), own.mail(&phase.name).map(Mail::outcome))).collect();
        if outcomes.is_empty() {
            let message = format!("this campaign knows nobody with the address {contact}");
            return Err(Failure::new(Kind::NotFound, message, "check the spelling; `mmig status` lists who is held"));
        }
        let unknown = outcomes.iter().find(|(_, outcome)| *outcome == Some(Outcome::Unknown));
        let (key, _) = unknown.ok_or_else(|| {
            let message = format!("nothing is held for {contact} in phase `{}`, so nothing was sent", phase.name);
            let hint = format!("`mmig status --contact {contact}` tells what was; leave those out who are not held");
            Failure::new(Kind::Usage, message, hint)
        })?;
        keys.push((*key).to_owned());
    }
    Ok(keys)
}

/// The report of a plan.
pub fn planned(campaign: &Campaign, order: &Order<'_>, prepared: &Prepared) -> Report {
    let leaving = match prepared.send_at {
        Some(at) => format!(
            "to leave {} (reviewed before, let out then)",
            at.with_timezone(&campaign.zone).format("%Y-%m-%d %H:%M %Z")
        ),
        None => "at once".to_owned(),
    };
    let mut data = plan_json(&prepared.plan, prepared.send_at);
    data.insert("campaign".to_owned(), campaign.name.clone().into());
    data.insert("phase".to_owned(), order.phase.name.clone().into());
    data.insert("held".to_owned(), prepared.plan.held.values().flatten().cloned().collect::<Vec<_>>().into());
    data.extend(Done { remaining: prepared.beyond, ..Done::default() }.to_json());
    Report { data, screen: plan_text(&prepared.plan, order, &leaving), ..Report::default() }
}

fn dry(mut report: Report, order: &Order<'_>, prepared: &Prepared) -> Report {
    report.data.insert("dry_run".to_owned(), true.into());
    report.data.insert("remaining".to_owned(), (prepared.plan.mails() + prepared.beyond).into());
    report.screen.push_str(&held_list(order, prepared));
    report.screen.push_str("Nothing was sent: this was a dry run.\n");
    report
}

/// How many of those held back the screen lists; the rest is in `--json`.
const SHOWN: usize = 10;

/// Who was held back, and the way on.
pub fn held_list(order: &Order<'_>, prepared: &Prepared) -> String {
    let mut text = String::new();
    for (reason, held) in &prepared.plan.held {
        let why = match reason {
            Reason::NoUsage => {
                "their text tells their usage, which is not known. next: mmig track --usage FILE".to_owned()
            }
            _ => format!("nobody reviewed their text. next: mmig draft --phase {}", order.phase.name),
        };
        text.push_str(&format!("{} held: {why}\n", plural(held.len(), "recipient")));
        for address in held.iter().take(SHOWN) {
            text.push_str(&format!("  {}\n", clean(address)));
        }
        if held.len() > SHOWN {
            text.push_str(&format!("  and {} more: --json lists all\n", held.len() - SHOWN));
        }
    }
    text
}

/// The report of a plan that was carried out.
pub fn finished(mut report: Report, order: &Order<'_>, prepared: &Prepared, done: Done) -> Report {
    let plan = &prepared.plan;
    report.data.extend(done.to_json());
    report.screen.push_str(&format!("phase {}: {} accepted", order.phase.name, done.accepted + done.found_sent));
    for (number, what) in [
        (done.failed.len(), "failed"),
        (done.unknown.len(), "unknown"),
        (done.remaining, "not tried"),
        (plan.already, "had it already"),
    ] {
        if number > 0 {
            report.screen.push_str(&format!(", {number} {what}"));
        }
    }
    report.screen.push_str(".\n");
    report.screen.push_str(&held_list(order, prepared));
    let sent = done.accepted + done.found_sent > 0;
    report.failure = done.failure(&order.phase.name).or_else(|| left_over(order, prepared));
    if report.failure.is_none() && sent {
        report.screen.push_str("next: mmig track, then mmig status\n");
    }
    report
}

/// Nothing went wrong now, but somebody still has not got the mail.
fn left_over(order: &Order<'_>, prepared: &Prepared) -> Option<Failure> {
    use crate::campaign::admission::Reason;
    let phase = &order.phase.name;
    if prepared.day_is_full {
        let message = format!("[limits] per_day is reached; {} still wait", plural(prepared.beyond, "recipient"));
        return Some(Failure::new(Kind::Limited, message, format!("run `mmig submit --phase {phase}` again tomorrow")));
    }
    let (failed, unknown) = (prepared.plan.count(Reason::FailedBefore), prepared.plan.count(Reason::Unknown));
    (failed + unknown > 0).then(|| {
        let message = format!("{failed} failed and {unknown} unknown from earlier runs");
        Failure::new(Kind::Partial, message, ways_on(phase, failed, unknown))
    })
}
