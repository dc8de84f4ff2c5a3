//! How far the limits let a phase come, and whether that is in time: said before anything is sent.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::api::Account;
use crate::campaign::Time;
use crate::campaign::decide::allowance::{Allowance, Allowances, Reach};
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::people::records::{Records, WarmUp};

/// How far the limits let a phase come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    reach: Reach,
    /// What is left today of the campaign's own limit.
    left_of_our_day: u64,
    /// The limits that stand in the way, in words.
    limits: Vec<String>,
    /// The last day on which the phase may be submitted; `None` where it has no date.
    until: Option<NaiveDate>,
}

impl Outlook {
    /// For so many mails of a phase; `None` for none.
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
            .map(|account| Allowance { most: account.monthly_email_quota, used: account.emails_sent_this_month });
        let warm_up = records.warm_up.map(|known| warm_up(known, records, now));
        let allowances = Allowances { per_day, warm_up, quota };
        let wanted = mails as u64;
        (wanted > 0).then(|| Self {
            reach: allowances.reach(wanted, today),
            left_of_our_day: per_day.map_or(u64::MAX, Allowance::left),
            limits: in_the_way(&allowances, wanted, records.warm_up),
            until: campaign.last_day(phase),
        })
    }

    /// How many more mails the campaign's own limit of the day allows.
    pub fn left_of_our_day(&self) -> usize {
        usize::try_from(self.left_of_our_day).unwrap_or(usize::MAX)
    }

    /// Whether everybody has the mail by the last day on which it may be sent.
    pub fn in_time(&self) -> bool {
        let last = self.reach.last_day;
        last.is_some_and(|last| self.until.is_none_or(|until| last <= until))
    }

    /// For `--json`.
    pub fn to_json(&self) -> Value {
        let Reach { today, days, last_day } = self.reach;
        json!({ "today": today, "days": days, "last_day": last_day, "in_time": self.in_time() })
    }

    /// For a person; nothing where everything leaves today.
    pub fn text(&self) -> String {
        let Reach { today, days, last_day } = self.reach;
        if days == Some(1) {
            return String::new();
        }
        let all = match (days, last_day) {
            (Some(days), Some(last)) => format!("all of them by {last}, in {days} days"),
            _ => "never all of them".to_owned(),
        };
        let verdict = match (self.in_time(), self.until) {
            (true, None) => String::new(),
            (true, Some(until)) => format!(": in time, the phase may be submitted until {until}"),
            (false, None) => ": raise the limit".to_owned(),
            (false, Some(until)) => {
                format!(": too late, the phase may be submitted until {until}; raise the limit, or [limits] max_late")
            }
        };
        format!("  {today} can leave today ({}),\n    {all}{verdict}\n", self.limits.join("; "))
    }
}

/// The limits that do not let so many mails leave today.
fn in_the_way(allowances: &Allowances, mails: u64, known: Option<WarmUp>) -> Vec<String> {
    let narrow = |allowance: Option<Allowance>| allowance.filter(|allowance| allowance.left() < mails);
    let day = known.map(|known| format!(", as of {}", known.on)).unwrap_or_default();
    let limits = [
        narrow(allowances.per_day).map(|own| format!("[limits] per_day = {}", own.most)),
        narrow(allowances.warm_up).map(|known| format!("the account warms up: {} a day{day}", known.most)),
        narrow(allowances.quota).map(|quota| format!("the quota has {} left this month", quota.left())),
    ];
    limits.into_iter().flatten().collect()
}

/// The warm-up as far as it is known: what is used up of today's, by us or by others.
fn warm_up(known: WarmUp, records: &Records, now: Time) -> Allowance {
    let today = now.date_naive();
    let ours = records.taken().filter(|at| at.date_naive() == today).count() as u64;
    let used = if known.on == today { ours.max(known.sent) } else { ours };
    Allowance { most: known.most, used }
}
