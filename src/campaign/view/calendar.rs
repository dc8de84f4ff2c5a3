//! The campaign's dates as a calendar file (RFC 5545): the deadline, and each phase that has a date.
//!
//! Written again after a move, it moves what was imported before: the events keep their names and get higher numbers.

use chrono::Datelike;

use crate::campaign::Time;
use crate::campaign::characters::presentable;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::hint::Action;

/// The most bytes a line may have, without its end.
const LONGEST_LINE: usize = 75;

/// The calendar as of `now`.
pub fn calendar(campaign: &Campaign, now: Time) -> String {
    // Four digits are all a calendar has for a year.
    let due = |phase| campaign.due(phase).filter(|due| (0..=9999).contains(&due.year()));
    let dated = campaign.phases.iter().filter_map(|phase| Some((phase, due(phase)?)));
    let mut lines: Vec<String> =
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//mmig//mmig//EN", "CALSCALE:GREGORIAN"].map(str::to_owned).into();
    lines.extend(deadline(campaign, now));
    lines.extend(dated.flat_map(|(phase, due)| leaves(campaign, phase, due, now)));
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|content| line(content)).collect()
}

/// The last day, as a whole day.
fn deadline(campaign: &Campaign, now: Time) -> Vec<String> {
    let own = [
        format!("DTSTART;VALUE=DATE:{}", campaign.deadline.format("%Y%m%d")),
        "TRANSP:TRANSPARENT".to_owned(),
        text("DESCRIPTION", "The last day on which the old way works."),
    ];
    event(campaign, "deadline", "deadline", own, now)
}

/// The moment at which a phase is due, in UTC: every calendar shows it in its reader's own zone.
fn leaves(campaign: &Campaign, phase: &Phase, due: Time, now: Time) -> Vec<String> {
    let name = &phase.name;
    let action = if phase.automatic { Action::new("remind") } else { Action::new("submit").phase(name) };
    let action = action.option("campaign", &campaign.name);
    let what = format!("Phase {name} is due; its audience: {}.\n{action}", phase.audience);
    let own = [format!("DTSTART:{}", moment(due)), "DURATION:PT15M".to_owned(), text("DESCRIPTION", &what)];
    event(campaign, &format!("phase.{name}"), &format!("phase {name}"), own, now)
}

fn event<const N: usize>(campaign: &Campaign, key: &str, what: &str, own: [String; N], now: Time) -> Vec<String> {
    // Another company's campaign of the same name is another one; a name has no dot.
    let company = campaign.from.rsplit('@').next().unwrap_or_default();
    let head = [
        "BEGIN:VEVENT".to_owned(),
        text("UID", &format!("mmig.{}.{key}@{company}", campaign.name)),
        format!("DTSTAMP:{}", moment(now)),
        // Programs that compare events go by this number first.
        format!("SEQUENCE:{}", now.timestamp() / 60),
        text("SUMMARY", &format!("{}: {what}", presentable(&campaign.title))),
    ];
    head.into_iter().chain(own).chain(["END:VEVENT".to_owned()]).collect()
}

fn moment(time: Time) -> String {
    time.format("%Y%m%dT%H%M%SZ").to_string()
}

/// A property whose value is free text.
fn text(name: &str, value: &str) -> String {
    value.chars().fold(format!("{name}:"), |mut line, c| {
        match c {
            '\\' | ';' | ',' => line.extend(['\\', c]),
            '\n' => line.push_str("\\n"),
            // No other control character may stand there.
            c if c.is_control() => {}
            c => line.push(c),
        }
        line
    })
}

/// A line with its end; a long one goes on in further lines that begin with a space.
fn line(content: &str) -> String {
    let mut folded = String::with_capacity(content.len() + 2);
    let mut used = 0;
    for c in content.chars() {
        if used + c.len_utf8() > LONGEST_LINE {
            folded.push_str("\r\n ");
            used = 1;
        }
        folded.push(c);
        used += c.len_utf8();
    }
    folded + "\r\n"
}
