//! `mmig remind`: submits every automatic phase that is due. Safe to run daily.

use serde_json::{Value, json};

use super::submit::{finished, held_list, planned};
use super::{Ending, agreed, block_on, unknown};
use crate::campaign::dates::Timing;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::gates::Wish;
use crate::campaign::plan::Scope;
use crate::campaign::problem::Severity;
use crate::campaign::template::Templates;
use crate::campaign::variant::Texts;
use crate::campaign::withdrawal::Target;
use crate::context::Context;
use crate::failure::{Failure, Kind};
use crate::folder::Folder;
use crate::session::{Book, Session};
use crate::submission::{Done, Order, Prepared, Run, carry_out, prepare, refused};
use crate::tracking::track;
use crate::ui::{Report, plural};
use crate::withdrawing::{self, withdraw};

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
    /// Take over the lock of a run on another host that is known to be dead
    #[arg(long)]
    break_lock: bool,
}

/// Runs `remind`.
pub fn run(context: &Context, args: &Args) -> Ending {
    let folder = Folder::find(context.global.campaign.as_deref())?;
    let definition = folder.definition()?;
    let campaign = &definition.campaign;
    let phases = chosen(context, campaign, args)?;
    let templates = folder.templates()?;
    let found = templates.vet(campaign, &definition.source);
    if found.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(Failure::invalid(&campaign.name, found));
    }
    let book = Book::open(context, &folder, "remind", args.dry_run, args.break_lock)?;
    let (reports, withdrawn) = block_on(async |stop| {
        let mut session = Session::open(context, &folder, campaign, book).await?;
        let run = Run { context, folder: &folder, campaign, stop: &stop };
        // Who answered or finished since the last look must not be reminded.
        track(campaign, session.book.records_mut(), &session.remote, context.clock.now()).await?;
        submit_all(&run, &templates, &phases, args, &mut session).await
    })?;
    Ok(sum(campaign, args, reports, withdrawn))
}

/// The automatic phases to submit: those whose time has come, and the next one if it is to be handed over early. One
/// that is too late is said, and left.
fn chosen<'a>(context: &Context, campaign: &'a Campaign, args: &Args) -> Result<Vec<&'a Phase>, Failure> {
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
    let now = context.clock.now();
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
        context.terminal.detail(&format!("too late for {}: more than [limits] max_late days past", late.join(", ")));
    }
    Ok(due)
}

/// A phase with its plan.
type Ready<'a> = (Order<'a>, Texts<'a>, Prepared);

/// Withdraws what must not leave any more, then submits the phases. Reports of each phase, and of the withdrawing.
async fn submit_all(
    run: &Run<'_>,
    templates: &Templates,
    phases: &[&Phase],
    args: &Args,
    session: &mut Session,
) -> Result<(Vec<Report>, Report), Failure> {
    let mut ready = prepare_all(run, templates, phases, session).await?;
    let mut reports: Vec<Report> = ready.iter().map(|ready| plan_of(run.campaign, ready)).collect();
    let targets = session.overtaken(run.campaign);
    let Book::Open(ledger) = &mut session.book else {
        for ((order, _, plan), report) in ready.iter().zip(&mut reports) {
            report.screen.push_str(&held_list(order, plan));
            report.screen.push_str("Nothing was sent: this was a dry run.\n");
        }
        return Ok((reports, withdrawing::planned(&targets)));
    };
    // A mailbox in a wrong mode is worth failing for even on a day with nothing to send.
    let refused = reports.iter().any(|report| report.failure.is_some());
    ask(run.context, args, if refused { &[] } else { &ready }, &reports, &targets)?;
    let withdrawn = withdraw(run, targets, ledger, &session.remote).await?.report("mmig remind");
    if refused || withdrawn.failure.is_some() {
        return Ok((reports, withdrawn));
    }
    ledger.save()?;
    for ((order, texts, plan), report) in ready.iter_mut().zip(&mut reports) {
        let done = if plan.plan.sends.is_empty() && plan.plan.unsettled.is_empty() {
            Done::without_sends(plan)
        } else {
            report.screen.clear();
            carry_out(run, order, plan, ledger, &session.remote, texts).await?
        };
        let halted = done.halt.is_some();
        *report = finished(std::mem::take(report), order, plan, done);
        if halted {
            break;
        }
    }
    Ok((reports, withdrawn))
}

async fn prepare_all<'a>(
    run: &Run<'a>,
    templates: &'a Templates,
    phases: &[&'a Phase],
    session: &mut Session,
) -> Result<Vec<Ready<'a>>, Failure> {
    let mut ready = Vec::new();
    for phase in phases {
        let order = Order {
            phase,
            scope: Scope::Everybody,
            limit: None,
            canary: None,
            retry_failed: false,
            resend_unknown: &[],
            wish: Wish::OnItsDate,
        };
        let mut texts = Texts::new(run.campaign, templates, phase);
        let plan = prepare(run, &order, session, &mut texts).await?;
        ready.push((order, texts, plan));
    }
    Ok(ready)
}

fn plan_of(campaign: &Campaign, (order, _, plan): &Ready<'_>) -> Report {
    let failure = Some(plan).filter(|plan| !plan.refusals.is_empty()).map(|plan| refused(order, plan));
    Report { failure, ..planned(campaign, order, plan) }
}

/// Asks whether to carry out all of it, if there is anything to carry out.
fn ask(
    context: &Context,
    args: &Args,
    ready: &[Ready<'_>],
    reports: &[Report],
    targets: &[Target],
) -> Result<(), Failure> {
    let sends: usize = ready.iter().map(|(_, _, plan)| plan.plan.sends.len() + plan.plan.unsettled.len()).sum();
    let question = match (sends, targets.len()) {
        (0, 0) => return Ok(()),
        (_, 0) => format!("Send {}?", plural(sends, "mail")),
        (0, _) => format!("Withdraw {}?", plural(targets.len(), "mail")),
        (_, withdrawals) => format!("Withdraw {}, and send {sends}?", plural(withdrawals, "mail")),
    };
    let plans: String = reports.iter().map(|report| report.screen.as_str()).collect();
    context.terminal.say((withdrawing::planned(targets).screen + &plans).trim_end());
    agreed(context, args.yes, &question, "mmig remind --yes")
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
