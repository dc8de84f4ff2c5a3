//! A server that replies as configured and remembers its requests.

use std::time::Duration;

use mmig::api::{Api, Choice, Patience, Settings};
use secrecy::SecretString;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::openapi::Auditor;

/// The keys; no text for people may contain them.
pub const KEY: &str = "mm_live_ordinary";
pub const OVERSIGHT: &str = "mm_live_oversight";
pub const ADMIN: &str = "mm_live_admin";

pub struct Server {
    pub mock: MockServer,
    auditor: Auditor,
}

impl Drop for Server {
    /// A failed test has already said why.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.auditor.found(), Vec::<String>::new(), "these requests are not the contract's");
        }
    }
}

pub fn settings(url: &str, choice: Choice) -> Settings {
    Settings {
        url: url.to_owned(),
        key: SecretString::from(KEY),
        oversight_key: Some(SecretString::from(OVERSIGHT)),
        admin_key: Some(SecretString::from(ADMIN)),
        choice,
        // Reached only where a server is silent, also on a machine with much else to do.
        timeout: Duration::from_secs(20),
        patience: Patience { attempts: 3, backoff: Duration::from_millis(1), ..Patience::default() },
        ..Settings::default()
    }
}

pub fn json_reply(status: u16, body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

pub fn refusal(status: u16, words: &str) -> ResponseTemplate {
    json_reply(status, &json!({ "error": words }))
}

impl Server {
    pub async fn start() -> Self {
        let (mock, auditor) = (MockServer::start().await, Auditor::default());
        // Sees requests before all other mocks, and never replies.
        Mock::given(auditor.clone()).respond_with(ResponseTemplate::new(500)).with_priority(1).mount(&mock).await;
        Self { mock, auditor }
    }

    /// Always replies to a request like this.
    pub async fn answers(&self, verb: &str, at: &str, reply: ResponseTemplate) {
        Mock::given(method(verb)).and(path(at)).respond_with(reply).with_priority(9).mount(&self.mock).await;
    }

    /// Replies to a request like this once, before any other mock.
    pub async fn answers_once(&self, verb: &str, at: &str, reply: ResponseTemplate) {
        Mock::given(method(verb)).and(path(at)).respond_with(reply).up_to_n_times(1).mount(&self.mock).await;
    }

    pub async fn api(&self, choice: Choice) -> Api {
        Api::connect(settings(&self.mock.uri(), choice)).await.expect("it opens")
    }

    pub async fn asked(&self) -> Vec<Request> {
        self.mock.received_requests().await.expect("requests are recorded")
    }

    /// The only request.
    pub async fn asked_once(&self) -> Request {
        let mut asked = self.asked().await;
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked.remove(0)
    }
}

/// Method, path and query as they were sent.
pub fn line(request: &Request) -> String {
    let query = request.url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{} {}{query}", request.method, request.url.path())
}

pub fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap_or_default()
}

pub fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    request.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
}

/// Fails unless a body has all fields that the contract requires, and no unknown ones.
pub fn assert_fields(body: &Value, required: &[&str], optional: &[&str]) {
    let fields: Vec<&str> = body.as_object().expect("an object").keys().map(String::as_str).collect();
    for field in required {
        assert!(fields.contains(field), "`{field}` is missing: {body}");
    }
    for field in &fields {
        assert!(required.contains(field) || optional.contains(field), "`{field}` is invented: {body}");
    }
}
