//! How much of a phase the limits allow: today, and in how many days.

use chrono::{Datelike, Days, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;

/// A limit for some period, and how much of it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// The limit for a whole day or month.
    pub most: u64,
    /// How much of the current period is used.
    pub used: u64,
}

impl Allowance {
    /// How much is left.
    pub fn left(self) -> u64 {
        self.most.saturating_sub(self.used)
    }
}

/// The known limits; `None` means no limit, or an unknown one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allowances {
    /// The campaign's own daily limit.
    pub per_day: Option<Allowance>,
    /// The account's daily limit while it warms up, as the server last reported it. It only grows.
    pub warm_up: Option<Allowance>,
    /// The account's monthly quota.
    pub quota: Option<Allowance>,
}

/// How much of a phase they allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reach {
    /// How many mails can leave today.
    pub today: u64,
    /// How many days it takes, including today; `None` if it never ends.
    pub days: Option<u32>,
    /// The last of these days.
    pub last_day: Option<NaiveDate>,
}

/// How many days to look ahead: no campaign is longer.
const HORIZON: u32 = 3660;

impl Allowances {
    /// How long this many mails take, counted from `today`.
    pub fn reach(mut self, mails: u64, today: NaiveDate) -> Reach {
        let (mut left, mut first) = (mails, 0);
        for day in 0..HORIZON {
            let date = today + Days::new(day.into());
            if day > 0 {
                self.turn(date);
            }
            let sent = left.min(self.room());
            left -= sent;
            self.use_up(sent);
            if day == 0 {
                first = sent;
            }
            if left == 0 {
                return Reach { today: first, days: Some(day + 1), last_day: Some(date) };
            }
        }
        Reach { today: first, days: None, last_day: None }
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Allowance> {
        [&mut self.per_day, &mut self.warm_up, &mut self.quota].into_iter().flatten()
    }

    fn room(&mut self) -> u64 {
        self.all().map(|allowance| allowance.left()).min().unwrap_or(u64::MAX)
    }

    fn use_up(&mut self, mails: u64) {
        self.all().for_each(|allowance| allowance.used = allowance.used.saturating_add(mails));
    }

    /// Starts a new day, and on the first of a month a new month.
    fn turn(&mut self, date: NaiveDate) {
        let month = self.quota.as_mut().filter(|_| date.day() == 1);
        let days = [self.per_day.as_mut(), self.warm_up.as_mut(), month];
        days.into_iter().flatten().for_each(|allowance| allowance.used = 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(most: u64, used: u64) -> Allowance {
        Allowance { most, used }
    }

    fn reach(mails: u64, allowances: Allowances) -> (u64, Option<u32>, Option<String>) {
        let today = NaiveDate::from_ymd_opt(2027, 1, 30).unwrap();
        let Reach { today, days, last_day } = allowances.reach(mails, today);
        (today, days, last_day.map(|day| day.to_string()))
    }

    #[test]
    fn without_limits_everything_leaves_today() {
        assert_eq!(reach(5000, Allowances::default()), (5000, Some(1), Some("2027-01-30".to_owned())));
    }

    #[test]
    fn the_narrowest_limit_decides_each_day() {
        let limits = Allowances { per_day: Some(of(30, 10)), warm_up: Some(of(50, 0)), quota: Some(of(200, 0)) };
        // 20, then 30 per day.
        assert_eq!(reach(90, limits), (20, Some(4), Some("2027-02-02".to_owned())));
        let limits = Allowances { per_day: None, warm_up: Some(of(40, 40)), quota: Some(of(200, 0)) };
        assert_eq!(reach(90, limits), (0, Some(4), Some("2027-02-02".to_owned())));
    }

    #[test]
    fn a_month_that_is_used_up_waits_for_the_next_one() {
        let limits = Allowances { quota: Some(of(50, 0)), ..Allowances::default() };
        // 50 in January, 40 on the first of February.
        assert_eq!(reach(90, limits), (50, Some(3), Some("2027-02-01".to_owned())));
        assert_eq!(reach(150, limits), (50, Some(31), Some("2027-03-01".to_owned())));
    }

    #[test]
    fn a_limit_of_nothing_never_ends() {
        let limits = Allowances { warm_up: Some(of(0, 0)), ..Allowances::default() };
        assert_eq!(reach(1, limits), (0, None, None));
    }
}
