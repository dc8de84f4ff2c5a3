//! `mmig deadline`: moves the deadline, and prepares the mail to those who were told the old one.

mod view;

use std::path::PathBuf;

use chrono::NaiveDate;

use super::{Ending, agreed, block_on};
use crate::app::Run;
use crate::app::access as config;
use crate::app::calendar::write_calendar;
use crate::app::cancel::cancel_mails;
use crate::app::failure::{Failure, Kind};
use crate::app::remote::Remote;
use crate::app::track as tracking;
use crate::campaign::Time;
use crate::campaign::decide::deadline::{Move, outdated};
use crate::campaign::definition::Campaign;
use crate::campaign::hint::Action;
use crate::campaign::mail::withdrawal::Target;
use crate::campaign::mail::{Accepted, Course, Fate, Mail};
use crate::campaign::people::recipient::Entry;
use crate::campaign::people::records::Records;
use crate::cli::ui::Report;
use crate::cli::{Face, screen};
use crate::store::folder::Definition;
use crate::store::local::{Holder, Ledger};
use view::Plan;

/// The arguments of `deadline`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The new last day on which the old way works, such as 2027-05-30
    #[arg(value_name = "DATE")]
    date: NaiveDate,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Also write the new dates to this file, for a calendar
    #[arg(long, value_name = "FILE")]
    ics: Option<PathBuf>,
    /// Take over the lock of a run on another host that is known to be dead
    #[arg(long)]
    break_lock: bool,
}

/// Runs `deadline`.
pub fn run(face: Face<'_>, args: &Args) -> Ending {
    let folder = face.app.folder()?;
    let holder = Holder { command: "deadline".to_owned(), at: face.app.clock.now() };
    let mut ledger = Ledger::open(&folder.path, &holder, args.break_lock)?;
    let definition = folder.definition()?;
    still_to_come(face, &definition.campaign, args.date)?;
    let report = block_on(face, async || {
        let run = Run { app: face.app, folder: &folder, campaign: &definition.campaign };
        move_to(face, &run, args, &definition, &mut ledger).await
    })?;
    if let Some(file) = args.ics.as_ref().filter(|_| report.failure.is_none()) {
        write_calendar(face.app, file)?;
    }
    Ok(report)
}

fn still_to_come(face: Face<'_>, campaign: &Campaign, date: NaiveDate) -> Result<(), Failure> {
    let today = campaign.local_date(face.app.clock.now());
    if date >= today {
        return Ok(());
    }
    let message = format!("{date} has passed: no customer could act on it any more");
    Err(Failure::new(Kind::Usage, message, format!("name a day from {today} on")))
}

/// Withdraws first, then changes the file: whoever is cut off in between has moved nothing, and runs it again.
async fn move_to(face: Face<'_>, run: &Run<'_>, args: &Args, definition: &Definition, ledger: &mut Ledger) -> Ending {
    let Run { folder, campaign, .. } = *run;
    let now = face.app.clock.now();
    let remote = ask(face, campaign, ledger).await?;
    let targets = outdated(ledger.records(), args.date);
    let with = remote.as_ref().filter(|remote| remote.api.capabilities().cancels);
    let after = if with.is_some() { without(ledger.records(), &targets, now) } else { ledger.records().clone() };
    let moved = Move::new(campaign, &after, args.date, now);
    let plan = Plan { face, folder, campaign, moved: &moved, targets: &targets, can_withdraw: with.is_some() };
    if !plan.changes_anything() {
        return Ok(Report { data: plan.data(), screen: plan.screen(), ..Report::default() });
    }
    // Found out now, before anything is done.
    folder.change(definition, &moved.after)?;
    face.terminal.say(plan.screen().trim_end());
    let question = format!("Move the deadline to {}?", args.date);
    if let Err(failure) = agreed(face, args.yes, &question, &format!("mmig deadline {} --yes", args.date)) {
        return Ok(Report { data: plan.data(), failure: Some(failure), ..Report::default() });
    }
    let mut report = Report::default();
    if let Some(remote) = with {
        let cancelled = cancel_mails(run, targets.clone(), ledger, remote).await?;
        let failure = cancelled.failure(&Action::new("deadline").value(args.date.to_string()));
        let (data, screen) = (super::fields(&cancelled), screen::cancel::cancelled(&cancelled));
        report = Report { data, screen, failure, ..Report::default() };
        ledger.save()?;
        if report.failure.as_ref().is_some_and(|failure| failure.kind == Kind::Interrupted) {
            return Ok(report);
        }
    }
    // Not all of them may have been withdrawn: whom to tell is judged by what is true now.
    let moved = Move::new(campaign, ledger.records(), args.date, now);
    folder.change(definition, &moved.after)?.write()?;
    let left = outdated(ledger.records(), args.date);
    let done = Plan { moved: &moved, targets: &left, can_withdraw: false, ..plan };
    let data =
        done.data().into_iter().chain(std::mem::take(&mut report.data)).chain([("moved".to_owned(), true.into())]);
    report.data = data.collect();
    report.screen.push_str(&done.done());
    Ok(report)
}

/// The server, if there is a key, asked what became of the mails. Without one the file alone can be changed.
async fn ask(face: Face<'_>, campaign: &Campaign, ledger: &mut Ledger) -> Result<Option<Remote>, Failure> {
    let any = ledger.records().recipients().iter().flat_map(|own| &own.mails).any(Mail::is_out);
    if !any || face.app.keys.send.is_none() {
        return Ok(None);
    }
    let offline = |failure: Failure| {
        let hint = format!("{}; or, without {} set, the file alone is changed", failure.hint, config::KEY);
        Failure { hint: hint.into(), ..failure }
    };
    let remote = Remote::open(face.app, campaign).await.map_err(offline)?;
    if remote.api.capabilities().lists_mail {
        tracking::outbound(ledger.records_mut(), &remote, face.app.clock.now()).await.map_err(offline)?;
    }
    Ok(Some(remote))
}

/// The records as they are once these mails are withdrawn.
fn without(records: &Records, targets: &[Target], when: Time) -> Records {
    let mut records = records.clone();
    for target in targets {
        let course = Course::Cancelled { when, why: target.why };
        let fate = Fate::Accepted(Accepted { course, ..target.accepted.clone() });
        records.apply(&target.key, when, Entry::Fate { phase: target.phase.clone(), fate });
    }
    records
}
