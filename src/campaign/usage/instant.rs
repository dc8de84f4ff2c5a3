//! Parses times as databases, gateways, programs and spreadsheets write them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::campaign::Time;
use crate::campaign::definition::Campaign;

/// Parses a time with only one meaning; a day means its start, and a time without an offset is in the
/// campaign's zone.
pub(super) fn instant(text: &str, campaign: &Campaign) -> Option<Time> {
    // The usual form of each length first: what does not fit is tried in the order below.
    let usual = match text.as_bytes() {
        [_, _, b'/', _, _, _, b'/', ..] => logged(text),
        [_, _, _, _, b'-', _, _, b'-', _, _, b'T', ..] => text.parse::<DateTime<Utc>>().ok(),
        _ => None,
    };
    let time = usual
        .or_else(|| iso(text, campaign))
        .or_else(|| digits(text, campaign))
        .or_else(|| with_zone_name(text, campaign))
        .or_else(|| log_or_mail(text))
        .or_else(|| spreadsheet(text, campaign))?;
    // Two-digit years, and a program's zero value, are not times of a call.
    (2000..=2100).contains(&time.year()).then_some(time)
}

/// 2026-10-20, 2026-10-20T08:15:00Z, 2026-10-20 08:15:00.123+00, 2026-10-20 08:15
fn iso(text: &str, campaign: &Campaign) -> Option<Time> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return campaign.moment(day.and_time(NaiveTime::MIN));
    }
    if let Ok(time) = text.parse::<DateTime<Utc>>() {
        return Some(time);
    }
    let zoned = ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z", "%Y-%m-%d %H:%M%#z"];
    if let Some(time) = zoned.iter().find_map(|format| DateTime::parse_from_str(text, format).ok()) {
        return Some(time.to_utc());
    }
    campaign.moment(local(text)?)
}

fn local(text: &str) -> Option<NaiveDateTime> {
    let formats = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
    formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

/// 20261020, and seconds, milliseconds or microseconds since 1970, distinguished by their length.
fn digits(text: &str, campaign: &Campaign) -> Option<Time> {
    let whole = match text.split_once('.') {
        Some((whole, rest)) if rest.bytes().all(|byte| byte.is_ascii_digit()) => whole,
        _ => text,
    };
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match whole.len() {
        8 => campaign.moment(NaiveDate::parse_from_str(text, "%Y%m%d").ok()?.and_time(NaiveTime::MIN)),
        10 => DateTime::from_timestamp(whole.parse().ok()?, 0),
        13 => DateTime::from_timestamp_millis(whole.parse().ok()?),
        16 => DateTime::from_timestamp_micros(whole.parse().ok()?),
        _ => None,
    }
}

/// 2026-10-20 08:15:00 UTC, and 2026-10-20 08:15:00 +0200 CEST, if the name only repeats the offset.
fn with_zone_name(text: &str, campaign: &Campaign) -> Option<Time> {
    let (text, name) = text.rsplit_once(' ')?;
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let is_offset = text.rsplit_once(' ').is_some_and(|(_, last)| last.starts_with(['+', '-']));
    match (is_offset, name) {
        (true, _) => {
            let (time, offset) = text.rsplit_once(' ')?;
            iso(&format!("{time}{offset}"), campaign)
        }
        (false, "UTC" | "GMT") => local(text).map(|time| time.and_utc()),
        (false, _) => None,
    }
}

/// 20/Oct/2026:08:15:00 +0000 as in access logs, and Tue, 20 Oct 2026 08:15:00 GMT as in mails and headers.
fn log_or_mail(text: &str) -> Option<Time> {
    let mailed = || DateTime::parse_from_rfc2822(text).ok().map(|time| time.to_utc());
    logged(text.trim_start_matches('[').trim_end_matches(']')).or_else(mailed)
}

fn logged(text: &str) -> Option<Time> {
    DateTime::parse_from_str(text, "%d/%b/%Y:%H:%M:%S %z").ok().map(|time| time.to_utc())
}

/// 2026/10/20 with or without a time, and 20.10.2026 or 10/20/2026 if only one of the numbers can be the month.
fn spreadsheet(text: &str, campaign: &Campaign) -> Option<Time> {
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let formats = ["%H:%M", "%H:%M:%S%.f", "%I:%M %p", "%I:%M:%S %p"];
    let time = match time.trim() {
        "" => NaiveTime::MIN,
        time => formats.iter().find_map(|format| NaiveTime::parse_from_str(time, format).ok())?,
    };
    let sign = ['/', '.'].into_iter().find(|sign| day.contains(*sign))?;
    let parts: Vec<&str> = day.split(sign).collect();
    let [first, second, third] = parts[..] else { return None };
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let (year, month, day) = if first.len() == 4 {
        (first, number(second)?, number(third)?)
    } else {
        match (number(first)?, number(second)?) {
            (day, month) if day > 12 || day == month => (third, month, day),
            (month, day) if day > 12 => (third, month, day),
            _ => return None,
        }
    };
    let year = number(year).filter(|_| year.len() == 4)?;
    campaign.moment(NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?.and_time(time))
}
