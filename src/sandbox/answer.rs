//! The result of a handler: a reply, or a refusal.

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

pub type Answer = Result<Reply, Refusal>;

/// A reply in JSON.
pub struct Reply {
    pub status: StatusCode,
    pub body: Vec<u8>,
    /// Seconds for the `Retry-After` header.
    pub retry_after: Option<u64>,
}

impl Reply {
    pub fn new(status: StatusCode, body: &impl Serialize) -> Self {
        // Only maps with non-string keys cannot be serialised, and there are none here.
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self { status, body, retry_after: None }
    }

    #[expect(clippy::unnecessary_wraps, reason = "most handlers end in it, and a handler may refuse")]
    pub fn ok(body: &impl Serialize) -> Answer {
        Ok(Self::new(StatusCode::OK, body))
    }
}

/// Why a request is refused.
#[derive(Debug)]
pub struct Refusal {
    pub status: StatusCode,
    pub body: Value,
    pub retry_after: Option<u64>,
    pub kind: Kind,
}

/// How a refusal is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A normal refusal: not found, too late, not allowed.
    Ordinary,
    /// A request that a correct client never sends.
    Violation,
    RateLimit,
    Warmup,
    Quota,
}

impl Refusal {
    pub fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, body: json!({ "error": error.into() }), retry_after: None, kind: Kind::Ordinary }
    }

    /// 400, and recorded: the request breaks the contract.
    pub fn violation(error: impl Into<String>) -> Self {
        Self { kind: Kind::Violation, ..Self::new(StatusCode::BAD_REQUEST, error) }
    }

    pub fn bad_request(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("{what} not found"))
    }

    pub fn conflict(error: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, error)
    }

    pub fn error(&self) -> &str {
        self.body.get("error").and_then(Value::as_str).unwrap_or_default()
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self { retry_after: refusal.retry_after, ..Self::new(refusal.status, &refusal.body) }
    }
}
