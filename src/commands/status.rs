//! `mmig status`: the campaign on one screen, or one customer's whole history.

use serde_json::{Value, json};
use strum::IntoEnumIterator;

use super::{Ending, unknown};
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::history::{Event, history};
use crate::campaign::mail::Outcome;
use crate::campaign::overview::{Attention, Overview, PhaseLine, State, behind, overview};
use crate::campaign::recipient::Recipient;
use crate::campaign::records::Records;
use crate::campaign::stage::Stage;
use crate::context::Context;
use crate::failure::{Failure, Kind};
use crate::folder::Folder;
use crate::ledger;
use crate::ui::{Align, Report, Table, clean, plural};

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
    /// Everything about one customer: what they were told, when, and how far they are
    #[arg(long, value_name = "EMAIL")]
    contact: Option<String>,
    /// Ask the server first, as `mmig track` does (needs the key)
    #[arg(long)]
    sync: bool,
}

/// How many things to look at the screen lists; the rest is in `--json`.
const SHOWN: usize = 10;

/// Runs `status`.
pub fn run(context: &Context, args: &Args) -> Ending {
    let folder = Folder::find(context.global.campaign.as_deref())?;
    let campaign = folder.definition()?.campaign;
    if args.sync {
        super::track::sync(context, &folder, &campaign)?;
    }
    if let Some(segment) = args.segment.as_deref().filter(|segment| campaign.segment(segment).is_none()) {
        return Err(unknown("segment", segment, campaign.segments.iter().map(|own| own.name.as_str())));
    }
    if let Some(phase) = args.phase.as_deref().filter(|phase| campaign.phase(phase).is_none()) {
        return Err(unknown("phase", phase, campaign.phases.iter().map(|own| own.name.as_str())));
    }
    let records = ledger::read(&folder.path)?.unwrap_or_default();
    if let Some(email) = &args.contact {
        return one_customer(context, &campaign, &records, email);
    }
    let now = context.clock.now();
    let overview = overview(&campaign, &records, now, args.segment.as_deref(), args.phase.as_deref());
    let stragglers = if args.behind { behind(&records, args.segment.as_deref()) } else { Vec::new() };
    let mut data = json!({
        "as_of": now, "campaign": head_json(&campaign, now), "segments": overview.segments, "phases": overview.phases,
        "attention": overview.attention,
    });
    let screen = if args.behind {
        data["behind"] = stragglers.iter().map(|recipient| straggler_json(recipient)).collect();
        behind_screen(context, &stragglers)
    } else {
        screen(context, &campaign, &records, &overview, now)
    };
    // The system takes a large ledger's memory back faster than we could give it back piece by piece.
    drop(stragglers);
    std::mem::forget(records);
    Ok(Report { data: data.as_object().cloned().unwrap_or_default(), screen, ..Report::default() })
}

fn head_json(campaign: &Campaign, now: Time) -> Value {
    json!({
        "name": campaign.name, "title": campaign.title, "deadline": campaign.deadline.to_string(),
        "days_left": campaign.days_left(now),
    })
}

fn screen(context: &Context, campaign: &Campaign, records: &Records, overview: &Overview, now: Time) -> String {
    let width = context.terminal.width();
    let bold = anstyle::Style::new().bold();
    let left = match campaign.days_left(now) {
        0 => "today".to_owned(),
        days if days < 0 => format!("{} ago", plural(usize::try_from(-days).unwrap_or_default(), "day")),
        days => format!("in {}", plural(usize::try_from(days).unwrap_or_default(), "day")),
    };
    let mut text = format!(
        "{bold}{}{bold:#} ({}), deadline {}, {left}\n\n",
        clean(&campaign.title),
        campaign.name,
        campaign.deadline
    );
    if records.recipients().is_empty() {
        text.push_str("Nobody is recorded yet.\nnext: mmig segment\n");
        return text;
    }
    text.push_str(&segment_table(overview, width));
    text.push('\n');
    text.push_str(&phase_table(campaign, overview, width));
    if let Some(tracked) = records.tracked {
        text.push_str(&format!("\nserver last asked {}\n", local(campaign, tracked)));
    }
    text.push_str(&attention_list(&overview.attention));
    if let Some(next) = next(campaign, records, overview) {
        text.push_str(&format!("\nnext: {next}\n"));
    }
    text
}

fn segment_table(overview: &Overview, width: usize) -> String {
    let stages: Vec<String> = Stage::iter().map(|stage| stage.to_string()).collect();
    let mut columns = vec![("segment", Align::Left), ("recipients", Align::Right)];
    columns.extend(stages.iter().map(|stage| (stage.as_str(), Align::Right)));
    columns.push(("left", Align::Right));
    let mut table = Table::new(&columns, width);
    for line in &overview.segments {
        let mut row = vec![line.name.clone(), line.recipients.to_string()];
        row.extend(line.stages.values().map(|count| shown(*count)));
        row.push(shown(line.left));
        table.row(row);
    }
    table.render()
}

/// Only outcomes that occur have a column: the screen stays narrow and its columns mean something.
fn phase_table(campaign: &Campaign, overview: &Overview, width: usize) -> String {
    let occurs = |outcome: &Outcome| {
        overview.phases.iter().any(|line| line.outcomes.get(outcome).is_some_and(|count| *count > 0))
    };
    let outcomes: Vec<Outcome> = Outcome::iter().filter(occurs).collect();
    let names: Vec<String> = outcomes.iter().map(|outcome| outcome.to_string().replace('_', " ")).collect();
    let mut columns = vec![("phase", Align::Left), ("due", Align::Left), ("state", Align::Left)];
    columns.extend(names.iter().map(|name| (name.as_str(), Align::Right)));
    let mut table = Table::new(&columns, width);
    for line in &overview.phases {
        let due = line.due.map_or_else(|| "on completion".to_owned(), |due| campaign.local_date(due).to_string());
        let mut row = vec![line.name.clone(), due, line.state.to_string()];
        row.extend(outcomes.iter().map(|outcome| shown(line.outcomes.get(outcome).copied().unwrap_or_default())));
        table.row(row);
    }
    table.render()
}

/// Nothing is a dot: the numbers that are there stand out.
fn shown(count: usize) -> String {
    if count == 0 { "·".to_owned() } else { count.to_string() }
}

fn attention_list(attention: &[Attention]) -> String {
    if attention.is_empty() {
        return String::new();
    }
    let bold = anstyle::Style::new().bold();
    let mut text = format!("\n{bold}attention{bold:#}\n");
    for item in attention.iter().take(SHOWN) {
        let place =
            [&item.phase, &item.contact].into_iter().flatten().map(|part| clean(part)).collect::<Vec<_>>().join(", ");
        text.push_str(&format!("  {}: {place}: {}\n", item.kind, clean(&item.message)));
    }
    if attention.len() > SHOWN {
        text.push_str(&format!("  and {} more: mmig status --json\n", attention.len() - SHOWN));
    }
    text
}

/// The command that moves the campaign on.
fn next(campaign: &Campaign, records: &Records, overview: &Overview) -> Option<String> {
    let waits_for_server = |line: &PhaseLine| {
        [Outcome::PendingApproval, Outcome::Scheduled]
            .iter()
            .any(|outcome| line.outcomes.get(outcome).is_some_and(|count| *count > 0))
    };
    let open = overview.phases.iter().find(|line| matches!(line.state, State::Due | State::Running) && line.ready > 0);
    if let Some(line) = open {
        let automatic = campaign.phase(&line.name).is_some_and(|phase| phase.automatic);
        let waiting = plural(line.ready, "recipient");
        return Some(if automatic {
            format!("mmig remind (phase {}, {waiting})", line.name)
        } else {
            format!("mmig submit --phase {} ({waiting})", line.name)
        });
    }
    if overview.phases.iter().any(waits_for_server) {
        return Some("approve what waits in MultiMail, then mmig track".to_owned());
    }
    let upcoming =
        overview.phases.iter().filter(|line| line.state == State::Upcoming).find_map(|line| Some((line, line.due?)));
    let drafted = upcoming.map(|(line, due)| format!("phase {} is due {}", line.name, local(campaign, due)));
    drafted.filter(|_| !records.recipients().is_empty())
}

/// A moment as people in the campaign's zone read it.
fn local(campaign: &Campaign, moment: Time) -> String {
    moment.with_timezone(&campaign.zone).format("%Y-%m-%d %H:%M %Z").to_string()
}

fn last_mail(recipient: &Recipient) -> Option<(Time, &str)> {
    recipient.mails.iter().filter(|mail| mail.reached()).map(|mail| (mail.sending, mail.phase.as_str())).next_back()
}

fn straggler_json(recipient: &Recipient) -> Value {
    let last = last_mail(recipient);
    json!({
        "contact": recipient.email, "name": recipient.name, "segment": recipient.segment, "stage": recipient.stage(),
        "last_mail": last.map(|(at, phase)| json!({ "phase": phase, "time": at })),
    })
}

fn behind_screen(context: &Context, stragglers: &[&Recipient]) -> String {
    let columns = [
        ("stage", Align::Left),
        ("segment", Align::Left),
        ("contact", Align::Left),
        ("name", Align::Left),
        ("last told", Align::Left),
    ];
    let mut table = Table::new(&columns, context.terminal.width());
    for recipient in stragglers {
        let told = last_mail(recipient)
            .map_or_else(|| "never".to_owned(), |(at, phase)| format!("{} ({phase})", at.date_naive()));
        let name = crate::campaign::text::presentable(&recipient.name);
        table.row([recipient.stage().to_string().as_str(), &recipient.segment, &recipient.email, &name, &told]);
    }
    if stragglers.is_empty() { "Nobody is behind.\n".to_owned() } else { table.render() }
}

fn one_customer(context: &Context, campaign: &Campaign, records: &Records, email: &str) -> Ending {
    let wanted = email.trim().to_lowercase();
    let found = records
        .recipients()
        .iter()
        .filter(|recipient| recipient.email.to_lowercase() == wanted || recipient.id == email);
    // Who left may share the address with who came; the one in the cohort is meant.
    let recipient = found.min_by_key(|recipient| recipient.left.is_some()).ok_or_else(|| {
        let message = format!("campaign `{}` knows nobody with the address {email}", campaign.name);
        Failure::new(Kind::NotFound, message, "check the spelling; `mmig segment` brings the cohorts up to date")
    })?;
    let events = history(recipient);
    let data = json!({
        "contact": { "id": recipient.id, "email": recipient.email, "name": recipient.name, "tags": recipient.tags },
        "segment": recipient.segment, "left": recipient.left, "stage": recipient.stage(), "history": events,
    });
    let screen = customer_screen(context, campaign, recipient, &events);
    Ok(Report { data: data.as_object().cloned().unwrap_or_default(), screen, ..Report::default() })
}

fn customer_screen(context: &Context, campaign: &Campaign, recipient: &Recipient, events: &[Event]) -> String {
    let bold = anstyle::Style::new().bold();
    let mut text = format!(
        "{bold}{}{bold:#} <{}>\nsegment {}, stage {}{}\ntags {}\n\n",
        crate::campaign::text::presentable(&recipient.name),
        clean(&recipient.email),
        recipient.segment,
        recipient.stage(),
        recipient.left.map(|left| format!(", left {}", local(campaign, left))).unwrap_or_default(),
        clean(&recipient.tags.join(", ")),
    );
    let columns = [
        ("time", Align::Left),
        ("what", Align::Left),
        ("phase", Align::Left),
        ("mail", Align::Left),
        ("text", Align::Left),
        ("more", Align::Left),
    ];
    let mut table = Table::new(&columns, context.terminal.width());
    for event in events {
        let variant = event.variant.map(crate::campaign::digest::Digest::short).unwrap_or_default();
        let phase = event.phase.as_deref().unwrap_or_default();
        let mail = event.message_id.as_deref().unwrap_or_default();
        table.row([&local(campaign, event.time), event.what, phase, mail, &variant, &event.more()]);
    }
    text.push_str(&table.render());
    text
}
