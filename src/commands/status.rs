//! `mmig status`: the campaign on one screen, those behind, or one customer's whole history.

mod customer;
mod evidence;
mod screen;
mod stragglers;
mod watch;

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Ending, block_on, unknown};
use crate::app::failure::Failure;
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::people::records::Records;
use crate::campaign::review::stale_mails;
use crate::campaign::text::Form;
use crate::campaign::view::attention::Attention;
use crate::campaign::view::next::Next;
use crate::campaign::view::overview::overview;
use crate::cli::Face;
use crate::cli::ui::Report;
use crate::store::folder::Folder;
use crate::store::local as ledger;

pub(super) use stragglers::json as stragglers_json;

/// The arguments of `status`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// This segment alone
    #[arg(long, value_name = "SEGMENT")]
    segment: Option<String>,
    /// This phase alone
    #[arg(long, value_name = "PHASE")]
    phase: Option<String>,
    /// List the customers who are not done, those furthest behind first
    #[arg(long, conflicts_with = "contact")]
    behind: bool,
    /// Everything about one customer, named by the address, the name, or a part of either
    #[arg(long, value_name = "WHO")]
    contact: Option<String>,
    /// With --contact: every mail word for word, with its times, addresses, ids and who approved it
    #[arg(long, requires = "contact")]
    evidence: bool,
    /// Ask the server first, as `mmig track` does, with --evidence also who approved each mail (needs the key)
    #[arg(long)]
    sync: bool,
    /// Take over the lock of a run on another host that is known to be dead
    #[arg(long, requires = "sync")]
    break_lock: bool,
    /// Also write the campaign's dates to this file, for a calendar
    #[arg(long, value_name = "FILE")]
    ics: Option<PathBuf>,
    /// Keep the screen and draw it again when something changed, until Ctrl-C
    #[arg(long, conflicts_with_all = ["sync", "ics"])]
    watch: bool,
}

/// Runs `status`.
pub fn run(face: Face<'_>, args: &Args) -> Ending {
    let folder = face.app.folder()?;
    if args.sync {
        let campaign = folder.definition()?.campaign;
        super::track::sync(face, &folder, &campaign, args.break_lock)?;
        if let Some(who) = args.contact.as_deref().filter(|_| args.evidence) {
            super::track::sync_approvals(face, &folder, &campaign, who)?;
        }
    }
    if args.watch { watch::run(face, args, &folder) } else { look(face, args, &folder) }
}

/// What the files say now.
fn look(face: Face<'_>, args: &Args, folder: &Folder) -> Ending {
    let campaign = folder.definition()?.campaign;
    known(&campaign, args)?;
    if let Some(file) = &args.ics {
        super::calendar::write(face, &campaign, file)?;
    }
    let records = ledger::read(&folder.path)?.unwrap_or_default();
    let seen = match &args.contact {
        Some(who) => {
            let sent = args.evidence.then(|| folder.sent());
            customer::report(face, &campaign, &records, who, sent.as_ref())
        }
        None => Ok(everybody(face, args, folder, &campaign, &records)),
    };
    // The system takes a large ledger's memory back faster than we could give it back piece by piece.
    std::mem::forget(records);
    seen
}

/// The segment and the phase that are asked for are those of the campaign.
fn known(campaign: &Campaign, args: &Args) -> Result<(), Failure> {
    if let Some(segment) = args.segment.as_deref().filter(|segment| campaign.segment(segment).is_none()) {
        return Err(unknown("segment", segment, campaign.segments.iter().map(|own| own.name.as_str())));
    }
    if let Some(phase) = args.phase.as_deref().filter(|phase| campaign.phase(phase).is_none()) {
        return Err(unknown("phase", phase, campaign.phases.iter().map(|own| own.name.as_str())));
    }
    Ok(())
}

fn everybody(face: Face<'_>, args: &Args, folder: &Folder, campaign: &Campaign, records: &Records) -> Report {
    let now = face.app.clock.now();
    let mut overview = overview(campaign, records, now, args.segment.as_deref(), args.phase.as_deref());
    overview.attention.extend(stale(args, folder, campaign, records, now));
    let next = Next::of(campaign, &overview, |phase| folder.drafts(phase).are_for(campaign.deadline));
    let mut data = json!({
        "as_of": now, "campaign": head_json(campaign, now), "segments": overview.segments, "phases": overview.phases,
        "attention": overview.attention, "coverage": overview.coverage, "forecast": overview.forecast, "next": next,
    });
    data["forecast"]["in_words"] = overview.forecast.in_words(campaign).into();
    if let Some(next) = &next {
        data["next"]["command"] = next.command().into();
    }
    let width = face.terminal.width();
    let screen = if args.behind {
        let behind = crate::campaign::view::behind::behind(records, args.segment.as_deref());
        data["behind"] = stragglers::json(&behind);
        stragglers::screen(campaign, &behind, width)
    } else {
        screen::Screen { campaign, records, overview: &overview, next: next.as_ref(), now, width }.to_string()
    };
    Report { data: data.as_object().cloned().unwrap_or_default(), screen, ..Report::default() }
}

/// The mails that wait for approval and should not get it as they are. Which days a text tells, only the text says.
fn stale(args: &Args, folder: &Folder, campaign: &Campaign, records: &Records, now: Time) -> Vec<Attention> {
    let sent = folder.sent();
    let found = stale_mails(campaign, records, |digest| Form::of(&sent.text(digest)?).ok(), now);
    let wanted = found.into_iter().filter(|(recipient, mail, _)| {
        args.phase.as_ref().is_none_or(|phase| mail.phase == *phase)
            && args.segment.as_ref().is_none_or(|segment| recipient.segment == *segment)
    });
    wanted.map(|(recipient, mail, why)| Attention::stale(recipient, mail, &why)).collect()
}

pub(super) fn head_json(campaign: &Campaign, now: Time) -> Value {
    json!({
        "name": campaign.name, "title": campaign.title, "deadline": campaign.deadline.to_string(),
        "days_left": campaign.days_left(now),
    })
}

/// A moment as people in the campaign's zone read it.
fn local(campaign: &Campaign, moment: Time) -> String {
    moment.with_timezone(&campaign.zone).format("%Y-%m-%d %H:%M %Z").to_string()
}
