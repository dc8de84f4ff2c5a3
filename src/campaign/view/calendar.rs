//! The campaign's dates as a calendar file (RFC 5545): the deadline, its other dates, and each phase that has a date.
//!
//! After a move, importing it again moves the existing events: they keep their ids and get higher sequence numbers.

use chrono::Datelike;

use crate::campaign::Time;
use crate::campaign::characters::presentable;
use crate::campaign::definition::reader::{Reader, ReaderDate};
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::hint::Action;
use crate::campaign::moment::LocalMoment;

/// The maximum length of a line, in bytes, without its end.
const LONGEST_LINE: usize = 75;

/// The calendar as of `now`: each date once for all readers who share it, and once more for each segment with its own.
pub fn calendar(campaign: &Campaign, now: Time) -> String {
    let mut lines: Vec<String> =
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//mmig//mmig//EN", "CALSCALE:GREGORIAN"].map(str::to_owned).into();
    let everybody = campaign.everybody();
    lines.extend(deadline(everybody, now));
    for segment in campaign.segments.iter().filter(|segment| segment.deadline.is_some()) {
        lines.extend(deadline(Reader::of(campaign, Some(segment)), now));
    }
    for date in everybody.dates().filter(|date| !date.past) {
        lines.extend(named(everybody, &date, now));
    }
    for phase in &campaign.phases {
        // Calendars have four-digit years.
        let due = |reader: &Reader<'_>| reader.due(phase).filter(|due| (0..=9999).contains(&due.year()));
        let mut known = Vec::new();
        for reader in campaign.readers(phase) {
            let Some(due) = due(&reader).filter(|due| !known.contains(due)) else { continue };
            let own = campaign.segment(reader.segment()).is_some_and(|segment| segment.deadline.is_some());
            lines.extend(leaves(if own { reader } else { everybody }, phase, due, now));
            known.push(due);
        }
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|content| line(content)).collect()
}

/// `.SEGMENT`, for readers with their own dates.
fn suffix(reader: Reader<'_>) -> String {
    if reader.segment().is_empty() { String::new() } else { format!(".{}", reader.segment()) }
}

/// ` (SEGMENT)`, for the same readers.
fn whose(reader: Reader<'_>) -> String {
    if reader.segment().is_empty() { String::new() } else { format!(" ({})", reader.segment()) }
}

/// A day, or a moment.
fn start(reader: Reader<'_>, at: LocalMoment) -> String {
    match at.time.and(reader.campaign().moment(at.first())) {
        Some(at) => format!("DTSTART:{}", moment(at)),
        None => format!("DTSTART;VALUE=DATE:{}", at.date.format("%Y%m%d")),
    }
}

/// The last day, as a whole-day event, or the moment at which the old version ends.
fn deadline(reader: Reader<'_>, now: Time) -> Vec<String> {
    let at = reader.deadline();
    let what = if at.time.is_none() {
        "The last day on which the old version works."
    } else {
        "The old version works until then."
    };
    let own = [start(reader, at), "TRANSP:TRANSPARENT".to_owned(), text("DESCRIPTION", what)];
    event(reader.campaign(), &format!("deadline{}", suffix(reader)), &format!("deadline{}", whose(reader)), own, now)
}

/// A date of `[campaign.dates]`.
fn named(reader: Reader<'_>, date: &ReaderDate<'_>, now: Time) -> Vec<String> {
    let end = match date.end {
        // A whole day ends at the start of the next.
        Some(LocalMoment { date, time: None }) => {
            date.succ_opt().map(|next| format!("DTEND;VALUE=DATE:{}", next.format("%Y%m%d")))
        }
        Some(end) => reader.campaign().moment(end.first()).map(|end| format!("DTEND:{}", moment(end))),
        None => None,
    };
    let end = end.filter(|_| date.start.time.is_some() == date.end.is_some_and(|end| end.time.is_some()));
    let end = end.unwrap_or_else(|| "TRANSP:TRANSPARENT".to_owned());
    let own = [start(reader, date.start), end];
    event(reader.campaign(), &format!("date.{}", date.name), date.name, own, now)
}

/// The moment at which a phase is due, in UTC: every calendar shows it in its user's zone.
fn leaves(reader: Reader<'_>, phase: &Phase, due: Time, now: Time) -> Vec<String> {
    let (campaign, name) = (reader.campaign(), &phase.name);
    let action = if phase.automatic { Action::new("remind") } else { Action::new("submit").phase(name) };
    let action = action.option("campaign", &campaign.name);
    let what = format!("Phase {name} is due; its audience: {}.\n{action}", phase.audience);
    let own = [format!("DTSTART:{}", moment(due)), "DURATION:PT15M".to_owned(), text("DESCRIPTION", &what)];
    event(campaign, &format!("phase.{name}{}", suffix(reader)), &format!("phase {name}{}", whose(reader)), own, now)
}

fn event<const N: usize>(campaign: &Campaign, key: &str, what: &str, own: [String; N], now: Time) -> Vec<String> {
    // Another company may have a campaign with the same name; a name has no dot.
    let company = campaign.from.rsplit('@').next().unwrap_or_default();
    let head = [
        "BEGIN:VEVENT".to_owned(),
        text("UID", &format!("mmig.{}.{key}@{company}", campaign.name)),
        format!("DTSTAMP:{}", moment(now)),
        // Programs compare events by this number first.
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
            // No other control character is allowed here.
            c if c.is_control() => {}
            c => line.push(c),
        }
        line
    })
}

/// A line with its end; a long one continues on lines that start with a space.
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
