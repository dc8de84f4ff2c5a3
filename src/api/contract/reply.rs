//! A reply as received, and what it means if it is an error.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;

use super::super::error::ApiError;
use super::super::error_text::{looks_like_html, words};
use super::request::Traffic;
use crate::campaign::Time;
use crate::campaign::characters::clean;

/// A reply.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The header `Retry-After`, unparsed.
    pub retry_after: Option<String>,
    /// The server's time.
    pub date: Option<Time>,
    /// The header `Location`: the target of a redirect.
    pub location: Option<String>,
    /// The header `Link`: where other pages of a list are.
    pub link: Option<String>,
    /// The body, as far as it arrived.
    pub body: Vec<u8>,
    /// Whether the connection broke within the body.
    pub cut: bool,
}

impl Reply {
    /// Whether the status is a success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A successful body parsed as JSON; `needs` describes what `T` requires, for errors.
    pub fn json<T: DeserializeOwned>(&self, needs: &str) -> Result<T, ApiError> {
        let garbage = |what: String| Err(ApiError::Garbage { what });
        if self.cut {
            return garbage("it was cut short".to_owned());
        }
        let body = self.body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.body);
        let error = match serde_json::from_slice(body) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        // Serde's messages quote the data, which may contain addresses.
        garbage(match error.classify() {
            Category::Data => format!("{needs} is missing or has the wrong type"),
            _ if body.trim_ascii().is_empty() => "it is empty".to_owned(),
            _ if looks_like_html(&String::from_utf8_lossy(body)) => words(body),
            Category::Eof => "its JSON ends too early".to_owned(),
            Category::Syntax | Category::Io => "it is not JSON".to_owned(),
        })
    }

    /// The error that an unsuccessful reply means.
    pub fn refusal(&self, traffic: Traffic) -> ApiError {
        let words = words(&self.body);
        match self.status {
            401 => ApiError::KeyRefused { words },
            403 => ApiError::Forbidden { words },
            404 => ApiError::NotFound { words },
            // A gateway timed out waiting for the rest of our request; what it passed on is
            // unknown.
            408 => ApiError::TimedOut,
            409 => ApiError::Conflict { words },
            429 if traffic == Traffic::Send => self.limit(words),
            429 => ApiError::RateLimited { retry_after: self.wait(), words },
            400..500 => ApiError::Refused { status: self.status, words },
            500..600 => ApiError::Server { status: self.status, words, retry_after: self.wait() },
            300..400 => {
                let place = self.location.as_deref().map(clean).unwrap_or_default();
                ApiError::Garbage { what: format!("a redirect (status {}) to {place}", self.status) }
            }
            other => ApiError::Garbage { what: format!("status {other}") },
        }
    }

    /// The three kinds of 429 on a send, tested in this order.
    fn limit(&self, words: String) -> ApiError {
        let json: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        if let Some(stage) = json.get("warmup_stage") {
            let warm_up: WarmUp = serde_json::from_value(json.clone()).unwrap_or_default();
            return ApiError::WarmUp {
                stage: stage.as_str().map_or_else(|| stage.to_string(), clean),
                sent: warm_up.daily_sent.as_ref().and_then(Value::as_u64),
                limit: warm_up.daily_limit.as_ref().and_then(Value::as_u64),
                hint: warm_up.hint.as_ref().and_then(Value::as_str).map(clean).unwrap_or_default(),
                words,
            };
        }
        if words.to_lowercase().contains("quota") {
            return ApiError::Quota { words };
        }
        ApiError::RateLimited { retry_after: self.wait(), words }
    }

    /// `Retry-After`: seconds, or a date, which is compared with the server's own clock.
    fn wait(&self) -> Option<Duration> {
        let text = self.retry_after.as_deref()?.trim();
        if let Ok(seconds) = text.parse::<f64>() {
            return Duration::try_from_secs_f64(seconds).ok();
        }
        let until: DateTime<Utc> = DateTime::parse_from_rfc2822(text).ok()?.to_utc();
        (until - self.date?).max(TimeDelta::zero()).to_std().ok()
    }
}

/// The body of a 429 for a mailbox that is warming up. Values may have any type: the field `warmup_stage` decides.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WarmUp {
    daily_sent: Option<Value>,
    daily_limit: Option<Value>,
    hint: Option<Value>,
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        Reply { status, body: body.into(), ..Reply::default() }
    }

    #[test]
    fn the_three_limits_of_a_send_are_distinguished() {
        let both =
            r#"{"error":"warm-up quota","warmup_stage":"day_1","daily_sent":50,"daily_limit":50,"hint":"grows"}"#;
        let expected = ApiError::WarmUp {
            stage: "day_1".to_owned(),
            sent: Some(50),
            limit: Some(50),
            hint: "grows".to_owned(),
            words: "warm-up quota".to_owned(),
        };
        assert_eq!(reply(429, both).refusal(Traffic::Send), expected);
        let quota = reply(429, r#"{"error":"Monthly Quota exceeded"}"#).refusal(Traffic::Send);
        assert_eq!(quota, ApiError::Quota { words: "Monthly Quota exceeded".to_owned() });
        let rate = reply(429, "error code: 1015").refusal(Traffic::Send);
        assert_eq!(rate, ApiError::RateLimited { retry_after: None, words: "error code: 1015".to_owned() });
    }

    #[test]
    fn a_warm_up_with_fields_of_the_wrong_kind_is_still_a_warm_up() {
        let odd = reply(429, r#"{"error":"wait","warmup_stage":2,"daily_sent":"many"}"#).refusal(Traffic::Send);
        assert!(matches!(odd, ApiError::WarmUp { stage, sent: None, limit: None, .. } if stage == "2"));
    }

    #[test]
    fn other_requests_than_sends_have_one_limit() {
        let reply = reply(429, r#"{"error":"request quota per minute used up"}"#);
        assert!(matches!(reply.refusal(Traffic::Other), ApiError::RateLimited { .. }));
    }

    #[test]
    fn retry_after_may_be_seconds_or_a_date() {
        let with = |text: &str| {
            let date = Some(Utc.with_ymd_and_hms(2027, 1, 30, 13, 0, 0).unwrap());
            Reply { retry_after: Some(text.to_owned()), date, ..reply(429, "") }.wait()
        };
        assert_eq!(with(" 7 "), Some(Duration::from_secs(7)));
        assert_eq!(with("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(with("Sat, 30 Jan 2027 13:00:20 GMT"), Some(Duration::from_secs(20)));
        assert_eq!(with("Sat, 30 Jan 2027 12:00:00 GMT"), Some(Duration::ZERO));
        for nonsense in ["", "-1", "soon", "inf", "NaN", "1e300"] {
            assert_eq!(with(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_yes_that_makes_no_sense_is_garbage_and_quotes_no_data() {
        let what = |body: &str| match reply(200, body).json::<Vec<u32>>("the list").unwrap_err() {
            ApiError::Garbage { what } => what,
            other => panic!("{other:?}"),
        };
        assert_eq!(what(""), "it is empty");
        assert_eq!(what("[1,"), "its JSON ends too early");
        assert_eq!(what("hello"), "it is not JSON");
        assert_eq!(
            what("<html><title>Welcome to the hotel</title>"),
            "a web page instead of an answer: Welcome to the hotel"
        );
        assert_eq!(what(r#"["ann@example.com"]"#), "the list is missing or has the wrong type");
    }

    #[test]
    fn each_status_has_its_meaning() {
        let of = |status| reply(status, r#"{"error":"w"}"#).refusal(Traffic::Other);
        let words = || "w".to_owned();
        assert_eq!(of(400), ApiError::Refused { status: 400, words: words() });
        assert_eq!(of(401), ApiError::KeyRefused { words: words() });
        assert_eq!(of(403), ApiError::Forbidden { words: words() });
        assert_eq!(of(404), ApiError::NotFound { words: words() });
        assert_eq!(of(409), ApiError::Conflict { words: words() });
        assert_eq!(of(413), ApiError::Refused { status: 413, words: words() });
        assert_eq!(of(503), ApiError::Server { status: 503, words: words(), retry_after: None });
        assert!(matches!(of(301), ApiError::Garbage { .. }));
    }
}
