//! A language model that returns recorded answers, in order and then from the start again, and keeps its requests.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

use super::answer::{Answer, Refusal, Reply};

/// The base path, for both kinds of endpoints.
pub const BASE: &str = "/model/v1";

/// The recorded answers, and the requests so far.
#[derive(Debug, Default)]
pub struct Model {
    answers: Vec<Value>,
    next: usize,
    pub requests: Vec<Value>,
    /// The delay of the last request's answer.
    pub delay: Duration,
}

impl Model {
    /// A model with these answers; a file has a JSON array of them. An answer is one of: `{"say": text or
    /// JSON}`, words in a well-formed reply, with `"finish"` for its reason; `{"body": JSON}` or `{"raw":
    /// text}`, a whole reply. With `"status"`, `"retry_after"` and `"delay_ms"`.
    pub fn new(file: Option<&Path>, answers: &[Value]) -> io::Result<Self> {
        let mut all = answers.to_vec();
        if let Some(file) = file {
            let odd = |error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", file.display()));
            let text = fs::read_to_string(file).map_err(|error| odd(&error))?;
            let read: Vec<Value> = serde_json::from_str(&text).map_err(|error| odd(&error))?;
            all.extend(read);
        }
        Ok(Self { answers: all, ..Self::default() })
    }

    pub fn plays(&self) -> bool {
        !self.answers.is_empty()
    }

    /// The next answer, to the request in `body`; `shape` makes a reply of words and of why they end.
    pub fn play(&mut self, body: &[u8], shape: impl Fn(String, Option<&str>) -> Value) -> Answer {
        let asked = serde_json::from_slice(body).map_err(|error| Refusal::bad_request(error.to_string()))?;
        self.requests.push(asked);
        if self.answers.is_empty() {
            return Err(Refusal::new(StatusCode::NOT_FOUND, "this sandbox plays no model: start it with --model FILE"));
        }
        let answer = self.answers[self.next % self.answers.len()].clone();
        self.next += 1;
        self.delay = Duration::from_millis(answer["delay_ms"].as_u64().unwrap_or(0));
        let said = match &answer["say"] {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        let body = match (said, answer["raw"].as_str()) {
            (Some(say), _) => shape(say, answer["finish"].as_str()).to_string().into_bytes(),
            (None, Some(raw)) => raw.as_bytes().to_vec(),
            (None, None) => answer["body"].to_string().into_bytes(),
        };
        let status =
            answer["status"].as_u64().and_then(|status| StatusCode::from_u16(u16::try_from(status).ok()?).ok());
        Ok(Reply { status: status.unwrap_or(StatusCode::OK), body, retry_after: answer["retry_after"].as_u64() })
    }
}
