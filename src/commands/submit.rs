//! `mmig submit`: sends a phase's reviewed texts to those who do not have them yet.

use chrono::SecondsFormat;

use super::{Ending, agreed, block_on, unknown, vetted};
use crate::app::Run;
use crate::app::failure::{Failure, Kind};
use crate::app::submit::{Conduct, Done, Order, Part, Prepared, plan_json, plan_text, refused, submit, ways_on};
use crate::campaign::Time;
use crate::campaign::decide::admission::Reason;
use crate::campaign::decide::gates::Wish;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::mail::withdrawal::Target;
use crate::campaign::mail::{Mail, Outcome};
use crate::campaign::people::records::Records;
use crate::cli::Face;
use crate::cli::ui::{Report, clean, plural};

mod test_mail;

/// The arguments of `submit`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("by_name").args(["resend_unknown", "test_to"])))]
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
    /// Send the mails of the first customer of each text to a colleague instead, marked TEST; nothing is recorded
    #[arg(long, value_name = "ADDRESS",
          conflicts_with_all = ["limit", "canary", "retry_failed", "resend_unknown", "at", "now", "wait"])]
    test_to: Option<String>,
    /// A customer whose unknown mail is sent again, or whose mail is tested; may be given several times
    #[arg(long = "contact", value_name = "EMAIL", requires = "by_name")]
    contacts: Vec<String>,
    /// Hand the mails over now, to leave at this time
    #[arg(long, value_name = "TIME", conflicts_with = "now", value_parser = crate::cli::global::parse_time)]
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
    /// Where a limit of the day, the month or the rate ends it, wait until more may be sent, and go on
    #[arg(long, conflicts_with_all = ["limit", "canary", "retry_failed", "resend_unknown"])]
    wait: bool,
    /// Take over the lock of a run on another host that is known to be dead
    #[arg(long)]
    break_lock: bool,
}

/// Runs `submit`.
pub fn run(face: Face<'_>, args: &Args) -> Ending {
    let folder = face.app.folder()?;
    let definition = folder.definition()?;
    let campaign = &definition.campaign;
    let phases = campaign.phases.iter().map(|own| own.name.as_str());
    let phase = campaign.phase(&args.phase).ok_or_else(|| unknown("phase", &args.phase, phases))?;
    if let Some(segment) = args.segment.as_deref().filter(|segment| campaign.segment(segment).is_none()) {
        return Err(unknown("segment", segment, campaign.segments.iter().map(|own| own.name.as_str())));
    }
    let templates = vetted(&folder, &definition)?;
    if args.test_to.is_some() {
        return test_mail::run(face, args, &folder, campaign, phase, &templates);
    }
    let wish = match (args.at, args.now) {
        (Some(at), _) => Wish::At(at),
        (None, true) => Wish::Now,
        (None, false) => Wish::OnItsDate,
    };
    let order = |records: &Records| {
        let order = Order {
            phase,
            segment: args.segment.as_deref(),
            limit: args.limit,
            canary: args.canary,
            retry_failed: args.retry_failed,
            resend_unknown: held(records, phase, &args.contacts)?,
            wish,
            again: again(args),
        };
        Ok(vec![order])
    };
    let conduct = Conduct {
        command: "submit",
        dry_run: args.dry_run,
        withdraws: false,
        break_lock: args.break_lock,
        wait: args.wait,
    };
    let ask = |parts: &[Part<'_>], _: &[Target]| match mails(parts) {
        0 => Ok(()),
        number => {
            face.terminal.say(plans(campaign, parts).trim_end());
            agreed(face, args.yes, &format!("Send {}?", plural(number, "mail")), &format!("{} --yes", again(args)))
        }
    };
    let submitted = block_on(face, async || {
        let run = Run { app: face.app, folder: &folder, campaign };
        submit(&run, conduct, &templates, order, ask).await
    })?;
    let report = submitted.parts.into_iter().map(|part| report(campaign, part, args.dry_run)).next();
    Ok(report.unwrap_or_default())
}

/// How many mails the plans mean.
pub fn mails(parts: &[Part<'_>]) -> usize {
    parts.iter().map(|part| part.prepared.plan.mails()).sum()
}

/// The plans as a person reads them.
pub fn plans(campaign: &Campaign, parts: &[Part<'_>]) -> String {
    parts.iter().map(|part| planned(campaign, &part.order, &part.prepared).screen).collect()
}

/// The command that goes on where this one stops.
fn again(args: &Args) -> String {
    let mut again = format!("mmig submit --phase {}", args.phase);
    again.extend(args.segment.as_ref().map(|segment| format!(" --segment {segment}")));
    again.extend(args.at.map(|at| format!(" --at {}", at.to_rfc3339_opts(SecondsFormat::Secs, true))));
    if args.now {
        again.push_str(" --now");
    }
    again
}

/// The report of a phase, however far it came.
pub fn report(campaign: &Campaign, part: Part<'_>, dry_run: bool) -> Report {
    let Part { order, mut prepared, done, failure } = part;
    let mut report = planned(campaign, &order, &prepared);
    if !prepared.refusals.is_empty() {
        report.failure = Some(refused(&order, &prepared));
    }
    match done {
        Some(done) => report = finished(report, campaign, &order, &prepared, &done),
        None if dry_run => {
            let stop = prepared.stop.take().map(|stop| Done::not_tried(&prepared, Some(stop.into())));
            report.failure = report.failure.or(stop.and_then(|done| done.failure(&order, campaign.zone)));
            report = dry(report, &order, &prepared);
        }
        None => {}
    }
    report.failure = failure.or(report.failure);
    report
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
fn planned(campaign: &Campaign, order: &Order<'_>, prepared: &Prepared) -> Report {
    let leaving = match prepared.send_at {
        Some(at) => format!(
            "to leave {} (reviewed before, let out then)",
            at.with_timezone(&campaign.zone).format("%Y-%m-%d %H:%M %Z")
        ),
        None => "at once".to_owned(),
    };
    let mut data = plan_json(prepared);
    data.insert("campaign".to_owned(), campaign.name.clone().into());
    data.insert("phase".to_owned(), order.phase.name.clone().into());
    data.insert("held".to_owned(), prepared.plan.held.values().flatten().cloned().collect::<Vec<_>>().into());
    data.extend(Done::nothing(prepared).to_json());
    Report { data, screen: plan_text(prepared, order, &leaving), ..Report::default() }
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
fn held_list(order: &Order<'_>, prepared: &Prepared) -> String {
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
fn finished(mut report: Report, campaign: &Campaign, order: &Order<'_>, prepared: &Prepared, done: &Done) -> Report {
    report.data.extend(done.to_json());
    report.screen = format!("phase {}: {} accepted", order.phase.name, done.accepted + done.found_sent);
    for (number, what) in [
        (done.failed.len(), "failed"),
        (done.uncertain().len(), "unknown"),
        (done.remaining, "not tried"),
        (prepared.plan.already, "had it already"),
    ] {
        if number > 0 {
            report.screen.push_str(&format!(", {number} {what}"));
        }
    }
    report.screen.push_str(".\n");
    report.screen.push_str(&held_list(order, prepared));
    let sent = done.accepted + done.found_sent > 0;
    let failure = done.failure(order, campaign.zone);
    report.failure = report.failure.or(failure).or_else(|| left_over(order, prepared));
    if report.failure.is_none() && sent {
        report.screen.push_str("next: mmig track, then mmig status");
        report.screen.push_str(&the_others(order, done.remaining));
    }
    report
}

/// How those are mailed whom a canary or a number left out.
fn the_others(order: &Order<'_>, remaining: usize) -> String {
    if remaining == 0 { "\n".to_owned() } else { format!("; then `{}` goes on with the others\n", order.again) }
}

/// Nothing went wrong now, but somebody still has not got the mail.
fn left_over(order: &Order<'_>, prepared: &Prepared) -> Option<Failure> {
    let (failed, unknown) = (prepared.earlier.0.len(), prepared.earlier.1.len());
    (failed + unknown > 0).then(|| {
        let message = format!("{failed} failed and {unknown} unknown from earlier runs");
        Failure::new(Kind::Partial, message, ways_on(&order.phase.name, failed, unknown))
    })
}
