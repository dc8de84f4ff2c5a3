//! `mmig remind`: submits every automatic phase that is due. Safe to run daily.

use serde_json::{Value, json};

use super::submit::{mails, plans, report};
use super::{Ending, agreed, block_on, unknown, vetted};
use crate::app::Run;
use crate::app::cancel::WaitingMail;
use crate::app::failure::{Failure, Kind};
use crate::app::submit::{Conduct, Order, Part, submit};
use crate::campaign::decide::gates::Wish;
use crate::campaign::definition::dates::Timing;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::hint::Action;
use crate::campaign::mail::withdrawal::Target;
use crate::campaign::people::records::Records;
use crate::cli::ui::{Report, plural};
use crate::cli::{Face, screen};

/// The arguments of `remind`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// This automatic phase alone
    #[arg(long, value_name = "PHASE")]
    phase: Option<String>,
    /// Also hand over now what is due next, to leave on its day; `mmig track` withdraws it from whoever finishes first
    #[arg(long)]
    schedule: bool,
    /// Show the plans, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Where a limit of the day, the month or the rate ends it, wait until more may be sent, and go on
    #[arg(long)]
    wait: bool,
    /// Take over the lock of a run on another host that is known to be dead
    #[arg(long)]
    break_lock: bool,
}

/// Runs `remind`.
pub fn run(face: Face<'_>, args: &Args) -> Ending {
    let folder = face.app.folder()?;
    let definition = folder.definition()?;
    let campaign = &definition.campaign;
    let phases = chosen(face, campaign, args)?;
    let templates = vetted(&folder, &definition)?;
    let orders = |_: &Records| Ok(phases.iter().map(|phase| order(phase, again(args))).collect());
    let conduct = Conduct {
        command: "remind",
        dry_run: args.dry_run,
        withdraws: true,
        break_lock: args.break_lock,
        wait: args.wait,
    };
    let ask = |parts: &[Part<'_>], targets: &[Target]| ask(face, campaign, args, parts, targets);
    let submitted = block_on(face, async || {
        let run = Run { app: face.app, folder: &folder, campaign };
        submit(&run, conduct, &templates, orders, ask).await
    })?;
    let withdrawn = match &submitted.cancelled {
        Some(cancelled) => Report {
            data: super::fields(cancelled),
            screen: screen::cancel::cancelled(cancelled),
            failure: cancelled.failure(&Action::new("remind")),
            ..Report::default()
        },
        None if submitted.to_cancel.is_empty() => Report::default(),
        None => Report {
            data: super::fields(&serde_json::json!({ "to_withdraw": submitted.to_cancel })),
            screen: screen::cancel::to_cancel(&submitted.to_cancel),
            ..Report::default()
        },
    };
    let reports = submitted.parts.into_iter().map(|part| report(campaign, part, args.dry_run)).collect();
    Ok(sum(campaign, args, reports, withdrawn))
}

/// The command that goes on where this one stops.
fn again(args: &Args) -> String {
    let mut again = "mmig remind".to_owned();
    again.extend(args.phase.as_ref().map(|name| format!(" --phase {name}")));
    if args.schedule {
        again.push_str(" --schedule");
    }
    again
}

/// Asks whether to carry out all of it, if there is anything to carry out.
fn ask(
    face: Face<'_>,
    campaign: &Campaign,
    args: &Args,
    parts: &[Part<'_>],
    targets: &[Target],
) -> Result<(), Failure> {
    let question = match (mails(parts), targets.len()) {
        (0, 0) => return Ok(()),
        (sends, 0) => format!("Send {}?", plural(sends, "mail")),
        (0, withdrawals) => format!("Cancel {}?", plural(withdrawals, "mail")),
        (sends, withdrawals) => format!("Cancel {}, and send {sends}?", plural(withdrawals, "mail")),
    };
    face.terminal.say(
        (screen::cancel::to_cancel(&targets.iter().map(WaitingMail::from).collect::<Vec<_>>())
            + &plans(campaign, parts))
            .trim_end(),
    );
    agreed(face, args.yes, &question, &format!("{} --yes", again(args)))
}

fn order(phase: &Phase, again: String) -> Order<'_> {
    Order {
        phase,
        segment: None,
        limit: None,
        canary: None,
        retry_failed: false,
        resend_unknown: Vec::new(),
        wish: Wish::OnItsDate,
        again,
    }
}

/// The automatic phases to submit: those whose time has come, and the next one if it is to be handed over early. One
/// that is too late is said, and left.
fn chosen<'a>(face: Face<'_>, campaign: &'a Campaign, args: &Args) -> Result<Vec<&'a Phase>, Failure> {
    let automatic = || campaign.phases.iter().filter(|phase| phase.automatic);
    if let Some(name) = &args.phase {
        let phase = campaign
            .phase(name)
            .ok_or_else(|| unknown("phase", name, campaign.phases.iter().map(|own| own.name.as_str())))?;
        if !phase.automatic {
            let message = format!("phase `{name}` is not automatic, so `mmig remind` leaves it alone");
            return Err(Failure::new(
                Kind::Usage,
                message,
                format!("mmig submit --phase {name}; or write automatic = true"),
            ));
        }
    }
    let now = face.app.clock.now();
    let wanted = automatic().filter(|phase| args.phase.as_ref().is_none_or(|name| *name == phase.name));
    let (mut due, mut late, mut early) = (Vec::new(), Vec::new(), Vec::new());
    for phase in wanted {
        match campaign.timing(phase, now) {
            Timing::Early => early.push(phase),
            Timing::Due | Timing::OnCompletion => due.push(phase),
            Timing::Late => late.push(phase.name.as_str()),
        }
    }
    if args.schedule {
        // One at a time: whoever gets this one may have finished before the one after it.
        due.extend(early.into_iter().min_by_key(|phase| campaign.due(phase)));
    }
    if !late.is_empty() {
        face.terminal.detail(&format!("too late for {}: more than [limits] max_late days past", late.join(", ")));
    }
    Ok(due)
}

/// One report of all phases: the numbers added up, the worst failure.
fn sum(campaign: &Campaign, args: &Args, reports: Vec<Report>, withdrawn: Report) -> Report {
    let mut data = json!({ "campaign": campaign.name, "phases": [] });
    let mut totals: serde_json::Map<String, Value> = serde_json::Map::new();
    for name in ["planned", "accepted", "already", "failed", "unknown", "remaining"] {
        let total: u64 = reports.iter().filter_map(|report| report.data.get(name)?.as_u64()).sum();
        totals.insert(name.to_owned(), total.into());
    }
    let mut excluded: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
    for (reason, number) in reports.iter().filter_map(|report| report.data.get("excluded")?.as_object()).flatten() {
        *excluded.entry(reason.clone()).or_default() += number.as_u64().unwrap_or_default();
    }
    let lists = |name: &str| -> Vec<Value> {
        reports.iter().filter_map(|report| report.data.get(name)?.as_array()).flatten().cloned().collect()
    };
    data["failures"] = lists("failures").into();
    data["unknowns"] = lists("unknowns").into();
    data["held"] = lists("held").into();
    data["excluded"] = json!(excluded);
    data["phases"] = reports.iter().map(|report| Value::Object(report.data.clone())).collect();
    let mut data = data.as_object().cloned().unwrap_or_default();
    data.extend(totals);
    data.extend(withdrawn.data);
    let phases: String = match reports.as_slice() {
        [] if args.schedule => "No automatic phase is due, and none is still to come.\n".to_owned(),
        [] => "No automatic phase is due.\n".to_owned(),
        reports => reports.iter().map(|report| report.screen.as_str()).collect(),
    };
    let screen = withdrawn.screen + &phases;
    let failures = reports.into_iter().map(|report| report.failure).chain([withdrawn.failure]);
    let failure = failures.flatten().max_by_key(|failure| failure.kind);
    Report { data, screen, failure, ..Report::default() }
}
