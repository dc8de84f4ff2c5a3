//! The screen of `status --contact`: one customer's history, or with `--evidence` every mail word for word.

use super::local;
use crate::app::status::HistoryOutcome;
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::text::digest::Digest;
use crate::campaign::text::presentable;
use crate::campaign::view::history::Event;
use crate::campaign::view::letter::Letter;
use crate::cli::ui::{Column, Table, clean, wrapped};

/// The customer, and what happened.
pub fn history(outcome: &HistoryOutcome, width: usize) -> String {
    let head: String = head(outcome).iter().map(|line| wrapped(line, width, 0)).collect();
    let rest = match &outcome.evidence {
        None => events_table(&outcome.definition, &outcome.history, width),
        Some(letters) => evidence(&outcome.definition, letters, width),
    };
    format!("{head}\n{rest}")
}

fn head(outcome: &HistoryOutcome) -> [String; 5] {
    let HistoryOutcome { contact, segment, stage, .. } = outcome;
    let bold = anstyle::Style::new().bold();
    let next = outcome.next_mail.as_ref();
    let next = next.map_or("none to come".to_owned(), |mail| format!("{} on {}", mail.phase, mail.day));
    let left = outcome.left.map(|left| format!(", left {}", local(&outcome.definition, left))).unwrap_or_default();
    [
        format!("{bold}{}{bold:#} <{}>", presentable(&contact.name), clean(&contact.email)),
        format!("segment {segment}, stage {stage}{left}"),
        format!("tags {}", clean(&contact.tags.join(", "))),
        format!("next mail: {next}"),
        format!("times in {}", outcome.timezone),
    ]
}

fn events_table(campaign: &Campaign, events: &[Event], width: usize) -> String {
    let columns = [
        Column::word("time"),
        Column::word("what"),
        Column::name("phase").if_filled(),
        Column::word("mail").if_filled(),
        Column::word("text").if_room(),
        Column::remark("more").if_filled(),
    ];
    let mut table = Table::new(columns, width);
    for event in events {
        let digest = event.digest.map(Digest::short).unwrap_or_default();
        let phase = event.phase.as_deref().unwrap_or_default();
        let mail = event.message_id.as_deref().unwrap_or_default();
        let time = event.time.with_timezone(&campaign.zone).format("%Y-%m-%d %H:%M").to_string();
        table.row([&time, event.what, phase, mail, &digest, &event.more(|at| local(campaign, at))]);
    }
    table.render()
}

/// For each mail a heading, the facts and the text.
fn evidence(campaign: &Campaign, letters: &[Letter], width: usize) -> String {
    if letters.is_empty() {
        return "No mail of this campaign was sent to them.\n".to_owned();
    }
    let bold = anstyle::Style::new().bold();
    let mails = letters.iter().enumerate().map(|(index, one)| {
        let place = format!("mail {} of {}, phase {}", index + 1, letters.len(), clean(&one.phase));
        let head = wrapped(&format!("{bold}{place}{bold:#}: {}", one.certainty), width, 0);
        let facts = facts(campaign, one);
        let facts = facts.iter().map(|(name, value)| wrapped(&format!("{name:<10}  {value}"), width, 2));
        format!("{head}{}\n{}", facts.collect::<String>(), words(one))
    });
    mails.collect::<Vec<_>>().join("\n")
}

fn facts(campaign: &Campaign, letter: &Letter) -> Vec<(&'static str, String)> {
    let moment = |at: Time| moment(campaign, at);
    let mut facts = vec![("to", format!("{} <{}>", presentable(&letter.name), clean(&letter.to)))];
    let ids = [("message", &letter.message_id), ("thread", &letter.thread_id)];
    facts.extend(ids.into_iter().filter_map(|(name, id)| Some((name, clean(id.as_deref()?)))));
    facts.push(("begun", moment(letter.written_down)));
    facts.extend(letter.events.iter().map(|event| (event.what, in_one_line(campaign, event))));
    if letter.reached && letter.events.iter().all(|event| event.what != "approved") {
        facts.push(("approved", "reviewer not recorded; --sync asks the server".to_owned()));
    }
    facts.push(("deadline", format!("it states {}", letter.deadline_told)));
    facts.push(("text", format!("{} (as reviewed, without personal values)", letter.digest)));
    facts.extend(letter.markdown_sha256.iter().map(|hash| ("body", format!("SHA-256 {hash}"))));
    facts
}

fn in_one_line(campaign: &Campaign, event: &Event) -> String {
    let more = clean(&event.more(|at| local(campaign, at)));
    let comma = if more.is_empty() { "" } else { ", " };
    format!("{}{comma}{more}", moment(campaign, event.time))
}

/// A moment in UTC and in the campaign's zone.
fn moment(campaign: &Campaign, at: Time) -> String {
    format!("{} ({})", at.format("%Y-%m-%dT%H:%M:%SZ"), local(campaign, at))
}

/// The mail itself, line by line, indented so that nothing in it looks like a line of ours.
fn words(letter: &Letter) -> String {
    let (Some(subject), Some(markdown)) = (&letter.subject, &letter.markdown) else {
        let missing = "Its text was not kept, or was changed by hand: no file in sent/ has this digest.";
        return format!("    {missing}\n");
    };
    let lines = markdown.lines().map(|line| format!("    {}", clean(line)).trim_end().to_owned() + "\n");
    format!("    Subject: {}\n\n{}", clean(subject), lines.collect::<String>())
}
