//! Limits that end a run before everyone has the mail, and when each of them resets.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::campaign::Time;

/// Why no more mails may be sent for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The server asks to wait this long.
    Rate(TimeDelta),
    /// The account is new: a daily limit of the server, in UTC.
    WarmUp,
    /// The account's monthly quota is used up.
    Quota,
    /// The campaign's own daily limit, in its time zone.
    PerDay,
}

impl Limit {
    /// When more may be sent.
    pub fn ends(self, now: Time, zone: Tz) -> Time {
        let today = now.date_naive();
        let ends = match self {
            Self::Rate(wait) => now.checked_add_signed(wait),
            Self::WarmUp => start_of(today.checked_add_days(Days::new(1)), &Utc),
            Self::Quota => start_of(first_of_next_month(today), &Utc),
            Self::PerDay => {
                let today = now.with_timezone(&zone).date_naive();
                start_of(today.checked_add_days(Days::new(1)), &zone)
            }
        };
        ends.unwrap_or(Time::MAX_UTC)
    }
}

fn first_of_next_month(date: NaiveDate) -> Option<NaiveDate> {
    date.with_day(1)?.checked_add_months(chrono::Months::new(1))
}

/// The first moment of a date. If the clocks skip midnight, the day begins an hour later.
fn start_of<Z: TimeZone>(date: Option<NaiveDate>, zone: &Z) -> Option<Time> {
    let midnight = date?.and_time(NaiveTime::MIN);
    let found = zone.from_local_datetime(&midnight).earliest();
    let found = found.or_else(|| zone.from_local_datetime(&(midnight + TimeDelta::hours(1))).earliest());
    found.map(|moment| moment.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(limit: Limit, now: &str, zone: Tz) -> String {
        let now: Time = now.parse().unwrap();
        limit.ends(now, zone).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    #[test]
    fn a_day_of_the_server_is_utcs_and_one_of_the_campaign_its_zones() {
        let now = "2027-01-30T23:30:00Z";
        assert_eq!(ends(Limit::WarmUp, now, Tz::Europe__Berlin), "2027-01-31T00:00:00Z");
        assert_eq!(ends(Limit::PerDay, now, Tz::Europe__Berlin), "2027-01-31T23:00:00Z");
        assert_eq!(ends(Limit::PerDay, "2027-03-28T10:00:00Z", Tz::Europe__Berlin), "2027-03-28T22:00:00Z");
    }

    #[test]
    fn a_month_ends_with_its_last_day() {
        for (now, first) in [
            ("2027-01-31T12:00:00Z", "2027-02-01T00:00:00Z"),
            ("2027-02-28T23:59:59Z", "2027-03-01T00:00:00Z"),
            ("2027-12-01T00:00:00Z", "2028-01-01T00:00:00Z"),
        ] {
            assert_eq!(ends(Limit::Quota, now, Tz::UTC), first);
        }
    }

    #[test]
    fn a_day_without_a_midnight_begins_when_it_does() {
        // The clocks go from 00:00 to 01:00 there.
        assert_eq!(ends(Limit::PerDay, "2027-04-29T12:00:00Z", Tz::Africa__Cairo), "2027-04-29T22:00:00Z");
    }

    #[test]
    fn a_wait_beyond_all_calendars_is_forever() {
        assert_eq!(Limit::Rate(TimeDelta::MAX).ends("2027-01-30T23:30:00Z".parse().unwrap(), Tz::UTC), Time::MAX_UTC);
    }
}
