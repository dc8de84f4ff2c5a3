//! How much of a phase the limits allow, and whether it will be in time: shown before anything is
//! sent.

use std::time::Duration;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::Account;
use crate::campaign::Time;
use crate::campaign::decide::allowance::{Allowance, Allowances, Reach};
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::people::records::{Records, WarmUp};

/// How much of a phase the limits allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Outlook {
    /// How much can be sent, and by when.
    #[serde(flatten)]
    pub reach: Reach,
    /// Whether everyone has the mail by the last day on which it may be sent.
    pub in_time: bool,
    /// The limits that keep all of it from being sent today.
    #[serde(skip)]
    pub limits: Vec<NarrowLimit>,
    /// The last day on which the phase may be submitted; `None` if it has no date.
    #[serde(skip)]
    pub until: Option<NaiveDate>,
    /// The minimum duration of what can be sent today; `None` if the campaign sets no rate.
    #[serde(skip)]
    pub takes: Option<Duration>,
    /// What is left of the campaign's own daily limit.
    #[serde(skip)]
    left_of_our_day: u64,
}

/// A limit that keeps all mails from being sent today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NarrowLimit {
    /// The campaign's own: this many mails a day.
    PerDay(u64),
    /// The account is warming up: this many mails a day, as the server reported on that day.
    WarmUp(u64, Option<NaiveDate>),
    /// This many mails are left in the account's monthly quota.
    Quota(u64),
}

impl Outlook {
    /// The outlook for this many mails of a phase; `None` for zero.
    pub fn of(
        campaign: &Campaign,
        phase: &Phase,
        records: &Records,
        account: Option<&Account>,
        mails: usize,
        now: Time,
    ) -> Option<Self> {
        let today = campaign.local_date(now);
        let per_day = Some(campaign.limits.per_day).filter(|most| *most > 0).map(|most| {
            let used = records.taken().filter(|at| campaign.local_date(*at) == today).count() as u64;
            Allowance { most, used }
        });
        let quota = account
            .and_then(|account| Some((account.monthly_email_quota?, account.emails_sent_this_month?)))
            .map(|(most, used)| Allowance { most, used });
        let warm_up = records.warm_up.map(|known| warm_up(known, records, now));
        let allowances = Allowances { per_day, warm_up, quota };
        let wanted = mails as u64;
        let (reach, until) = (allowances.reach(wanted, today), campaign.last_day(phase));
        (wanted > 0).then(|| Self {
            in_time: reach.last_day.is_some_and(|last| until.is_none_or(|until| last <= until)),
            takes: at_rate(reach.today, campaign.limits.per_second),
            reach,
            limits: in_the_way(&allowances, wanted, records.warm_up),
            until,
            left_of_our_day: per_day.map_or(u64::MAX, Allowance::left),
        })
    }

    /// How many more mails the campaign's own daily limit allows.
    pub fn left_of_our_day(&self) -> usize {
        usize::try_from(self.left_of_our_day).unwrap_or(usize::MAX)
    }
}

/// How long this many mails take at this rate per second; `None` without a rate.
#[allow(clippy::cast_precision_loss)] // Of numbers of mails nothing is lost.
fn at_rate(mails: u64, per_second: f64) -> Option<Duration> {
    (per_second > 0.0).then(|| Duration::try_from_secs_f64(mails as f64 / per_second).ok()).flatten()
}

/// The limits that keep this many mails from being sent today.
fn in_the_way(allowances: &Allowances, mails: u64, known: Option<WarmUp>) -> Vec<NarrowLimit> {
    let narrow = |allowance: Option<Allowance>| allowance.filter(|allowance| allowance.left() < mails);
    let limits = [
        narrow(allowances.per_day).map(|own| NarrowLimit::PerDay(own.most)),
        narrow(allowances.warm_up).map(|account| NarrowLimit::WarmUp(account.most, known.map(|known| known.on))),
        narrow(allowances.quota).map(|quota| NarrowLimit::Quota(quota.left())),
    ];
    limits.into_iter().flatten().collect()
}

/// The warm-up limit as far as it is known: what we and others have used of today's.
fn warm_up(known: WarmUp, records: &Records, now: Time) -> Allowance {
    let today = now.date_naive();
    let ours = records.taken().filter(|at| at.date_naive() == today).count() as u64;
    let used = if known.on == today { ours.max(known.sent) } else { ours };
    Allowance { most: known.most, used }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sending_takes_as_long_as_the_rate_allows() {
        assert_eq!(at_rate(5000, 10.0), Some(Duration::from_secs(500)));
        assert_eq!((at_rate(5000, 0.0), at_rate(0, 10.0)), (None, Some(Duration::ZERO)));
    }
}
