//! The campaign's dates as a calendar file (RFC 5545): the deadline, and each phase that has a date.
//!
//! Written again after a move, it moves what was imported before: the events keep their names and get higher numbers.

mod line;
mod zone;

use chrono::{Datelike, NaiveDateTime};
use chrono_tz::Tz;

use crate::campaign::Time;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::text::presentable;
use line::{line, text};
use zone::zone_lines;

/// The calendar as of `now`.
pub fn calendar(campaign: &Campaign, now: Time) -> String {
    // Four digits are all a calendar has for a year, and no zone is known for long ago.
    let due = |phase| campaign.due(phase).filter(|due| (1900..9999).contains(&due.year()));
    let dated: Vec<(&Phase, Time)> = campaign.phases.iter().filter_map(|phase| Some((phase, due(phase)?))).collect();
    let moments: Vec<Time> = dated.iter().map(|(_, due)| *due).collect();
    let mut lines: Vec<String> =
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//mmig//mmig//EN", "CALSCALE:GREGORIAN"].map(str::to_owned).into();
    if let (Some(first), Some(last)) = (moments.iter().min(), moments.iter().max()) {
        lines.extend(zone_lines(campaign.zone, *first, *last));
    }
    lines.extend(deadline(campaign, now));
    lines.extend(dated.into_iter().flat_map(|(phase, due)| leaves(campaign, phase, due, now)));
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

/// The moment at which a phase is due, at the local time that people know.
fn leaves(campaign: &Campaign, phase: &Phase, due: Time, now: Time) -> Vec<String> {
    let (name, campaign_name) = (&phase.name, &campaign.name);
    let command = if phase.automatic { "remind".to_owned() } else { format!("submit --phase {name}") };
    let what = format!("Phase {name} is due; its audience: {}.\nmmig -c {campaign_name} {command}", phase.audience);
    let own =
        [format!("DTSTART{}", local(campaign.zone, due)), "DURATION:PT15M".to_owned(), text("DESCRIPTION", &what)];
    event(campaign, &format!("phase.{name}"), &format!("phase {name}"), own, now)
}

fn event<const N: usize>(campaign: &Campaign, key: &str, what: &str, own: [String; N], now: Time) -> Vec<String> {
    // Another company's campaign of the same name is another one; a name has no dot.
    let company = campaign.from.rsplit('@').next().unwrap_or_default();
    let head = [
        "BEGIN:VEVENT".to_owned(),
        text("UID", &format!("mmig.{}.{key}@{company}", campaign.name)),
        format!("DTSTAMP:{}", basic(now.naive_utc())) + "Z",
        // Programs that compare events go by this number first.
        format!("SEQUENCE:{}", now.timestamp() / 60),
        text("SUMMARY", &format!("{}: {what}", presentable(&campaign.title))),
    ];
    head.into_iter().chain(own).chain(["END:VEVENT".to_owned()]).collect()
}

/// A moment as the value of a property, with the zone it is read in.
fn local(zone: Tz, moment: Time) -> String {
    if zone == Tz::UTC {
        return format!(":{}Z", basic(moment.naive_utc()));
    }
    format!(";TZID={}:{}", zone.name(), basic(moment.with_timezone(&zone).naive_local()))
}

fn basic(time: NaiveDateTime) -> String {
    time.format("%Y%m%dT%H%M%S").to_string()
}
