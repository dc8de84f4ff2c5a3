//! A time zone as a calendar file describes it, as far as its events need it.

use chrono::{Offset, TimeDelta, TimeZone};
use chrono_tz::{OffsetComponents, OffsetName, Tz, TzOffset};

use super::basic;
use crate::campaign::Time;

/// What holds a while before the first event, and each change up to the last one. Nothing for UTC, which needs none.
pub(super) fn zone_lines(zone: Tz, first: Time, last: Time) -> Vec<String> {
    if zone == Tz::UTC {
        return Vec::new();
    }
    let from = first - TimeDelta::days(1);
    let mut lines = vec!["BEGIN:VTIMEZONE".to_owned(), format!("TZID:{}", zone.name())];
    let before = offset(zone, from);
    lines.extend(observance(from, &before, &before));
    for change in changes(zone, from, last) {
        lines.extend(observance(change, &offset(zone, change - TimeDelta::seconds(1)), &offset(zone, change)));
    }
    lines.push("END:VTIMEZONE".to_owned());
    lines
}

fn offset(zone: Tz, moment: Time) -> TzOffset {
    zone.offset_from_utc_datetime(&moment.naive_utc())
}

/// The moments after `from`, up to `to`, at which the clocks change.
fn changes(zone: Tz, from: Time, to: Time) -> Vec<Time> {
    const STEP: TimeDelta = TimeDelta::days(1);
    let mut changes = Vec::new();
    let mut at = from;
    while at < to {
        if offset(zone, at) != offset(zone, at + STEP) {
            changes.push(first_with_another(zone, at, at + STEP));
        }
        at += STEP;
    }
    changes
}

/// The first second with another offset than `before` has; `after` has another.
fn first_with_another(zone: Tz, mut before: Time, mut after: Time) -> Time {
    let old = offset(zone, before);
    while after - before > TimeDelta::seconds(1) {
        let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if offset(zone, middle) == old { before = middle } else { after = middle }
    }
    after
}

/// What holds from a moment on. The moment is told by the clocks as they were before it.
fn observance(from: Time, before: &TzOffset, after: &TzOffset) -> [String; 6] {
    let kind = if after.dst_offset().is_zero() { "STANDARD" } else { "DAYLIGHT" };
    [
        format!("BEGIN:{kind}"),
        format!("DTSTART:{}", basic(from.naive_utc() + before.fix())),
        format!("TZOFFSETFROM:{}", signed(before)),
        format!("TZOFFSETTO:{}", signed(after)),
        format!("TZNAME:{}", after.abbreviation().unwrap_or_default()),
        format!("END:{kind}"),
    ]
}

/// `+0100`, with seconds where there are any.
fn signed(offset: &TzOffset) -> String {
    let all = offset.fix().local_minus_utc();
    let (sign, all) = (if all < 0 { '-' } else { '+' }, all.abs());
    let seconds = if all % 60 == 0 { String::new() } else { format!("{:02}", all % 60) };
    format!("{sign}{:02}{:02}{seconds}", all / 3600, all / 60 % 60)
}
