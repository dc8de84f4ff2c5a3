//! Moments and dates of the campaign in words.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;

use crate::campaign::definition::reader::{Reader, ReaderDate, ZoneInForce};
use crate::campaign::moment::LocalMoment;

/// `30 April 2027`
fn day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// `30 April 2027, 14:00 CEST (12:00 UTC)`. If the day in UTC differs, it says so without a second date.
pub(super) fn moment_in_words(moment: &DateTime<Tz>) -> String {
    let zone = ZoneInForce::of(moment).name;
    let (local, utc) = (moment.naive_local(), moment.naive_utc());
    let own = format!("{}, {} {zone}", day(local.date()), local.format("%H:%M"));
    if zone == "UTC" {
        return own;
    }
    let other = match utc.date().cmp(&local.date()) {
        Ordering::Less => " the day before",
        Ordering::Equal => "",
        Ordering::Greater => " the next day",
    };
    format!("{own} ({} UTC{other})", utc.format("%H:%M"))
}

/// `6 April 2027, 14:00 to 17:00 CEST (12:00 to 15:00 UTC)`
pub(super) fn date_in_words(reader: Reader<'_>, date: &ReaderDate<'_>) -> String {
    let moment = |local: LocalMoment| match local.time {
        None => day(local.date),
        Some(_) => in_zone(reader, local).map_or_else(|| local.to_string(), |moment| moment_in_words(&moment)),
    };
    let Some(end) = date.end else { return moment(date.start) };
    let hours = date.start.time.and(end.time).and(in_zone(reader, date.start).zip(in_zone(reader, end)));
    match hours {
        Some((from, to)) if from.date_naive() == to.date_naive() && same_day_in_utc(&from, &to) => {
            let zone = ZoneInForce::of(&from).name;
            let hours = |from: chrono::NaiveDateTime, to: chrono::NaiveDateTime| {
                format!("{} to {}", from.format("%H:%M"), to.format("%H:%M"))
            };
            let own = format!("{}, {} {zone}", day(from.date_naive()), hours(from.naive_local(), to.naive_local()));
            let utc = hours(from.naive_utc(), to.naive_utc());
            if zone == "UTC" { own } else { format!("{own} ({utc} UTC)") }
        }
        _ => format!("{} to {}", moment(date.start), moment(end)),
    }
}

/// Whether both have the same offset, and the same day in UTC as in their own zone.
fn same_day_in_utc(from: &DateTime<Tz>, to: &DateTime<Tz>) -> bool {
    let day = from.date_naive();
    ZoneInForce::of(from) == ZoneInForce::of(to) && from.naive_utc().date() == day && to.naive_utc().date() == day
}

/// The moment in the campaign's zone; for a whole day, its last second.
pub(super) fn in_zone(reader: Reader<'_>, local: LocalMoment) -> Option<DateTime<Tz>> {
    let campaign = reader.campaign();
    Some(campaign.moment(local.last())?.with_timezone(&campaign.zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_day_in_utc_is_said_without_a_second_date() {
        let words = |zone: Tz| {
            let local = "2027-04-30T23:59:59".parse().unwrap();
            moment_in_words(&chrono::TimeZone::from_local_datetime(&zone, &local).unwrap())
        };
        assert_eq!(words(Tz::America__New_York), "30 April 2027, 23:59 EDT (03:59 UTC the next day)");
        assert_eq!(words(Tz::Europe__Berlin), "30 April 2027, 23:59 CEST (21:59 UTC)");
        assert_eq!(words(Tz::UTC), "30 April 2027, 23:59 UTC");
        let early = "2027-04-30T05:00:00".parse().unwrap();
        let tokyo = chrono::TimeZone::from_local_datetime(&Tz::Asia__Tokyo, &early).unwrap();
        assert_eq!(moment_in_words(&tokyo), "30 April 2027, 05:00 JST (20:00 UTC the day before)");
    }
}
