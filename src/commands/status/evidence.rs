//! `status --contact --evidence`: what a customer was told, word for word, when, and who approved it.

use serde_json::{Value, json};

use super::local;
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::mail::sent::{Letter, certainty, reading};
use crate::campaign::text::digest::sha256;
use crate::campaign::text::{Text, presentable};
use crate::campaign::view::history::Event;
use crate::cli::ui::{clean, wrapped};

/// A mail with all that is known of it. Texts are exact here.
pub fn json(letter: &Letter<'_>) -> Value {
    let mail = letter.mail;
    let accepted = mail.accepted();
    json!({
        "phase": mail.phase, "outcome": mail.outcome(), "certainty": certainty(mail), "to": letter.to, "name": letter.name,
        "message_id": accepted.map(|accepted| &accepted.id).filter(|id| !id.is_empty()),
        "thread_id": accepted.map(|accepted| &accepted.thread).filter(|id| !id.is_empty()),
        "deadline_told": mail.deadline, "written_down": mail.sending, "leaves": mail.leaves(),
        "approved": accepted.and_then(|accepted| accepted.approved.as_ref()), "events": letter.events,
        "variant": mail.variant, "text_kept": letter.text.is_some(), "read_as": reading(mail).to_string(),
        "subject": letter.text.as_ref().map(|text| &text.subject), "body": letter.text.as_ref().map(|text| &text.body),
        "body_sha256": letter.text.as_ref().map(|text| sha256(&text.body)),
    })
}

/// The same for a person: a heading, the facts, the text.
pub fn screen(campaign: &Campaign, letters: &[Letter<'_>], width: usize) -> String {
    if letters.is_empty() {
        return "No mail of this campaign was sent to them.\n".to_owned();
    }
    let bold = anstyle::Style::new().bold();
    let sheets = letters.iter().enumerate().map(|(index, one)| {
        let place = format!("mail {} of {}, phase {}", index + 1, letters.len(), clean(&one.mail.phase));
        let head = wrapped(&format!("{bold}{place}{bold:#}: {}", certainty(one.mail)), width, 0);
        let facts = facts(campaign, one);
        let facts = facts.iter().map(|(name, value)| wrapped(&format!("{name:<10}  {value}"), width, 2));
        format!("{head}{}\n{}", facts.collect::<String>(), words(one.text.as_ref()))
    });
    sheets.collect::<Vec<_>>().join("\n")
}

fn facts(campaign: &Campaign, letter: &Letter<'_>) -> Vec<(&'static str, String)> {
    let mail = letter.mail;
    let moment = |at: Time| moment(campaign, at);
    let mut facts = vec![("to", format!("{} <{}>", presentable(letter.name), clean(letter.to)))];
    if let Some(accepted) = mail.accepted() {
        let ids = [("message", &accepted.id), ("thread", &accepted.thread)];
        facts.extend(ids.into_iter().filter(|(_, id)| !id.is_empty()).map(|(name, id)| (name, clean(id))));
    }
    facts.push(("begun", moment(mail.sending)));
    facts.extend(letter.events.iter().map(|event| (event.what, in_one_line(campaign, event))));
    if mail.reached() && !letter.events.iter().any(|event| event.what == "approved") {
        facts.push(("approved", "by whom is not recorded; --sync asks the server".to_owned()));
    }
    facts.push(("deadline", format!("{} is what it told", mail.deadline)));
    facts.push(("variant", format!("{} (the reviewed text, its personal values left open)", mail.variant)));
    if let Some(text) = &letter.text {
        facts.push(("body", format!("SHA-256 {}", sha256(&text.body))));
    }
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

/// The mail itself, each line as it was, set in so that nothing in it passes for a line of ours.
fn words(text: Option<&Text>) -> String {
    let Some(text) = text else {
        return "    Its text was not kept, or was changed by hand: sent/ has no file that fits the variant.\n"
            .to_owned();
    };
    let lines = text.body.lines().map(|line| format!("    {}", clean(line)).trim_end().to_owned() + "\n");
    format!("    Subject: {}\n\n{}", clean(&text.subject), lines.collect::<String>())
}
