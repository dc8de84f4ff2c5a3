//! The three kinds of 429: request rate, daily warm-up, monthly quota.

use std::time::Instant;

use axum::http::StatusCode;
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde_json::json;

use super::answer::{Kind, Refusal};
use super::options::{Limits, Rate};

/// How much of each limit is used.
#[derive(Debug)]
pub struct Meters {
    bucket: Option<Bucket>,
    day: NaiveDate,
    /// How often the daily warm-up allowance has grown.
    stage: u32,
    pub sent_today: u64,
    pub sent_this_month: u64,
}

/// The remaining tokens for requests, at a moment.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Meters {
    pub fn new(now: DateTime<Utc>, sent_this_month: u64) -> Self {
        Self { bucket: None, day: now.date_naive(), stage: 0, sent_today: 0, sent_this_month }
    }

    /// Resets the counts when a new day or month begins.
    pub fn turn(&mut self, now: DateTime<Utc>) {
        let today = now.date_naive();
        if today == self.day {
            return;
        }
        // A day without sends does not count for the warm-up.
        self.stage += u32::from(self.sent_today > 0);
        self.sent_today = 0;
        if (today.year(), today.month()) != (self.day.year(), self.day.month()) {
            self.sent_this_month = 0;
        }
        self.day = today;
    }

    /// Takes a token for one request, or returns when there will be one.
    pub fn admit(&mut self, rate: &Rate, is_send: bool, at: Instant) -> Result<(), Refusal> {
        let Some(per_second) = rate.per_second.filter(|_| is_send || rate.everywhere) else { return Ok(()) };
        let full = per_second.max(1.0);
        let bucket = self.bucket.get_or_insert(Bucket { tokens: full, at });
        let refilled = at.duration_since(bucket.at).as_secs_f64() * per_second;
        bucket.tokens = (bucket.tokens + refilled).min(full);
        bucket.at = at;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        let wait = (1.0 - bucket.tokens) / per_second;
        Err(too_fast(rate.retry_after.then(|| whole_seconds(wait))))
    }

    /// Whether one more mail is within the daily and monthly limits.
    pub fn room(&self, limits: &Limits) -> Result<(), Refusal> {
        match limits.warmup_per_day.map(|first| self.allowed_today(first)) {
            Some(allowed) if self.sent_today >= allowed => Err(self.still_warming_up(allowed)),
            _ if self.sent_this_month >= limits.monthly_quota => Err(self.quota_used_up(limits.monthly_quota)),
            _ => Ok(()),
        }
    }

    /// The vendor is said to allow 50, then 500, then 5,000 a day: ten times as many after each day with mails.
    fn allowed_today(&self, first: u64) -> u64 {
        first.saturating_mul(10_u64.saturating_pow(self.stage))
    }

    /// Starts a warm-up at its first day.
    pub fn begin_warm_up(&mut self) {
        self.stage = 0;
    }

    /// A new rate starts with a full bucket.
    pub fn refill(&mut self) {
        self.bucket = None;
    }

    pub fn count(&mut self) {
        self.sent_today += 1;
        self.sent_this_month += 1;
    }

    fn still_warming_up(&self, allowed: u64) -> Refusal {
        let body = json!({
            "error": "Daily sending limit reached while the account warms up",
            "warmup_stage": format!("stage_{}", self.stage + 1),
            "daily_sent": self.sent_today,
            "daily_limit": allowed,
            "hint": "The allowance grows as mail is delivered. Sending goes on tomorrow (UTC).",
        });
        limited(Kind::Warmup, body, None)
    }

    fn quota_used_up(&self, quota: u64) -> Refusal {
        let error = format!("Monthly email quota exceeded: {} of {quota} sent", self.sent_this_month);
        limited(Kind::Quota, json!({ "error": error }), None)
    }
}

fn too_fast(retry_after: Option<u64>) -> Refusal {
    limited(Kind::RateLimit, json!({ "error": "Rate limit exceeded, slow down" }), retry_after)
}

fn limited(kind: Kind, body: serde_json::Value, retry_after: Option<u64>) -> Refusal {
    Refusal { status: StatusCode::TOO_MANY_REQUESTS, body, retry_after, kind }
}

/// Rounded up, so that a client that waits as requested is not too early. Counted up to avoid float casts.
fn whole_seconds(wait: f64) -> u64 {
    let mut seconds: u32 = 1;
    while f64::from(seconds) < wait && seconds < 3600 {
        seconds += 1;
    }
    seconds.into()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn rate(per_second: f64) -> Rate {
        Rate { per_second: Some(per_second), ..Rate::default() }
    }

    #[test]
    fn a_client_that_waits_as_requested_is_accepted_again() {
        let start = Instant::now();
        let mut meters = Meters::new(Utc::now(), 0);
        assert!(meters.admit(&rate(0.5), true, start).is_ok());
        let refusal = meters.admit(&rate(0.5), true, start).expect_err("the bucket is empty");
        assert_eq!(refusal.retry_after, Some(2));
        assert!(meters.admit(&rate(0.5), true, start + Duration::from_secs(2)).is_ok());
    }

    #[test]
    fn an_even_stream_at_the_allowed_rate_is_never_refused() {
        let start = Instant::now();
        let mut meters = Meters::new(Utc::now(), 0);
        for n in 0..1000 {
            assert!(meters.admit(&rate(20.0), true, start + Duration::from_millis(51 * n)).is_ok());
        }
    }
}
