//! A client for language models: one request, one text answer. It supports two kinds of endpoints and parses replies
//! leniently, since servers leave out, add and rename fields.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use thiserror::Error;

use super::settings::is_loopback;
use super::transport::{cause, install_tls};
use crate::campaign::characters::one_line;

/// The maximum size of a reply, in bytes.
const LARGEST: usize = 4 << 20;
/// How often a request is repeated to an overloaded or failing server.
const AGAIN: usize = 2;
/// The maximum wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// The timeout for connecting.
const CONNECT: Duration = Duration::from_secs(10);

/// How to reach a model.
#[derive(Debug, Clone)]
pub struct WriterSettings {
    /// The endpoint: `http://host:port/v1`, or Anthropic's, which ends in `/v1/messages`.
    pub url: String,
    /// The model's name.
    pub model: String,
    /// The key, if the server wants one.
    pub key: Option<SecretString>,
    /// The time limit for an attempt, to the last byte.
    pub timeout: Duration,
}

/// A turn of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// Our message.
    Ours(String),
    /// The model's answer.
    Theirs(String),
}

/// A request to a model.
#[derive(Debug, Clone)]
pub struct Prompt<'a> {
    /// The rules.
    pub system: &'a str,
    /// The conversation; the last turn is ours.
    pub turns: &'a [Turn],
    /// The format of the answer, as a JSON Schema.
    pub schema: &'a Value,
    /// The maximum length of the answer, in tokens.
    pub room: u32,
}

/// A model's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Text, possibly cut off.
    Words {
        /// The words.
        text: String,
        /// Whether it was cut off at the token limit.
        cut: bool,
    },
    /// The model refused, or returned nothing.
    None(&'static str),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WriterError {
    /// The address is not valid.
    #[error("the model's address cannot be used: {0}")]
    Address(String),
    /// No complete reply in time.
    #[error("the model at {host} cannot be reached: {why}")]
    Unreachable {
        /// The host.
        host: String,
        /// Why.
        why: String,
    },
    /// The key is missing or wrong.
    #[error("the model at {host} refuses the key")]
    Key {
        /// The host.
        host: String,
    },
    /// It is rate-limiting us.
    #[error("the model at {host} is at its limit: {words}")]
    Limited {
        /// The host.
        host: String,
        /// Its message.
        words: String,
    },
    /// It rejects the request.
    #[error("the model at {host} answered {status}: {words}")]
    Refused {
        /// The host.
        host: String,
        /// The status.
        status: u16,
        /// Its message.
        words: String,
    },
}

/// The kind of endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    OpenAi,
    Anthropic,
}

/// A client for one model.
#[derive(Debug)]
pub struct Writer {
    client: Client,
    url: Url,
    form: Form,
    settings: WriterSettings,
}

impl Writer {
    /// Prepares the client; nothing is sent yet.
    ///
    /// # Errors
    /// The address is not valid, or a key would be sent unencrypted.
    pub fn new(settings: WriterSettings) -> Result<Self, WriterError> {
        let (url, form) = endpoint(&settings)?;
        install_tls();
        let mut builder = Client::builder()
            .user_agent(concat!("mmig/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(settings.timeout);
        if is_loopback(&url) {
            builder = builder.no_proxy();
        }
        if url.scheme() == "http" {
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|error| WriterError::Address(cause(&error)))?;
        Ok(Self { client, url, form, settings })
    }

    /// The model's host.
    pub fn host(&self) -> String {
        host(&self.url)
    }

    /// The body of a request, as sent.
    pub fn body(&self, prompt: &Prompt<'_>) -> Value {
        body(self.form, &self.settings.model, prompt, true)
    }

    /// Sends a request; repeats it if the server fails or is busy.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn ask(&self, prompt: &Prompt<'_>) -> Result<Answer, WriterError> {
        let mut with_schema = true;
        let mut left = AGAIN;
        loop {
            match self.attempt(&body(self.form, &self.settings.model, prompt, with_schema)).await {
                Ok(answer) => return Ok(answer),
                // A server without support for the field may reject it; the answer is checked either way.
                Err((WriterError::Refused { status: 400 | 422, .. }, _))
                    if with_schema && self.form == Form::OpenAi =>
                {
                    with_schema = false;
                }
                Err((error, Some(wait))) if left > 0 => {
                    left -= 1;
                    if wait > LONGEST_WAIT {
                        return Err(error);
                    }
                    tokio::time::sleep(wait).await;
                }
                Err((error, _)) => return Err(error),
            }
        }
    }

    /// One attempt; an error comes with the wait before the next one, if that makes sense.
    async fn attempt(&self, body: &Value) -> Result<Answer, (WriterError, Option<Duration>)> {
        let unreachable = |error: &reqwest::Error| {
            let seconds = self.settings.timeout.as_secs();
            let why = if error.is_timeout() { format!("no whole answer within {seconds} s") } else { cause(error) };
            (WriterError::Unreachable { host: self.host(), why }, None)
        };
        let mut request = self.client.post(self.url.clone()).header(CONTENT_TYPE, "application/json");
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        let mut response = request.body(body.to_string()).send().await.map_err(|error| unreachable(&error))?;
        let status = response.status().as_u16();
        let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let wait = Duration::from_secs(wait.unwrap_or(1));
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
            if bytes.len() + chunk.len() > LARGEST {
                let why = format!("its answer is larger than {} MB", LARGEST >> 20);
                return Err((WriterError::Unreachable { host: self.host(), why }, None));
            }
            bytes.extend_from_slice(&chunk);
        }
        let (host, words) = (self.host(), || self.words(&bytes));
        match status {
            200..=299 => self.read(&bytes).ok_or_else(|| {
                let why = "it does not answer as a model's server does".to_owned();
                (WriterError::Unreachable { host, why }, None)
            }),
            401 | 403 => Err((WriterError::Key { host }, None)),
            408 | 429 | 529 => Err((WriterError::Limited { host, words: words() }, Some(wait))),
            500..=599 => {
                let why = format!("it answered {status}: {}", words());
                Err((WriterError::Unreachable { host, why }, Some(wait)))
            }
            _ => Err((WriterError::Refused { host, status, words: words() }, None)),
        }
    }

    /// The answer in the body of a success; `None` where that is not a model's.
    pub fn read(&self, body: &[u8]) -> Option<Answer> {
        serde_json::from_slice(body).ok().map(|reply| read(self.form, &reply))
    }

    fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let secret = |value: String| {
            let mut header = HeaderValue::try_from(value).ok()?;
            header.set_sensitive(true);
            Some(header)
        };
        let key = self.settings.key.as_ref().map(|key| key.expose_secret().trim().to_owned());
        let mut headers = Vec::new();
        match self.form {
            Form::OpenAi => {
                headers.extend(key.and_then(|key| Some((AUTHORIZATION, secret(format!("Bearer {key}"))?))));
            }
            Form::Anthropic => {
                headers.push((HeaderName::from_static("anthropic-version"), HeaderValue::from_static("2023-06-01")));
                headers.extend(key.and_then(|key| Some((HeaderName::from_static("x-api-key"), secret(key)?))));
            }
        }
        headers
    }

    /// The server's error message on one line, without the key, which it may quote.
    fn words(&self, bytes: &[u8]) -> String {
        let value: Option<Value> = serde_json::from_slice(bytes).ok();
        let error = value.as_ref().and_then(|value| value.get("error").or_else(|| value.get("message")));
        let said = error.and_then(|error| error.get("message").unwrap_or(error).as_str().map(str::to_owned));
        let said = said.unwrap_or_else(|| String::from_utf8_lossy(&bytes[..bytes.len().min(500)]).into_owned());
        let key =
            self.settings.key.as_ref().map(|key| key.expose_secret().trim().to_owned()).filter(|key| !key.is_empty());
        one_line(&key.map_or(said.clone(), |key| said.replace(&key, "[key]")), 200)
    }
}

fn endpoint(settings: &WriterSettings) -> Result<(Url, Form), WriterError> {
    let wrong = |why: &str| WriterError::Address(why.to_owned());
    let mut url = Url::parse(settings.url.trim()).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong("it has to be like http://127.0.0.1:11434/v1 or https://api.example.com/v1"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it holds a user, a password, a `?` or a `#`; a key goes into MMIG_MODEL_KEY"));
    }
    if url.scheme() == "http" && settings.key.is_some() && !is_loopback(&url) {
        return Err(wrong("over plain http the key could be read on the way; use https"));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    if path.ends_with("/v1/messages") {
        url.set_path(&path);
        return Ok((url, Form::Anthropic));
    }
    let path = if path.ends_with("/chat/completions") { path } else { format!("{path}/chat/completions") };
    url.set_path(&path);
    Ok((url, Form::OpenAi))
}

fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn body(form: Form, model: &str, prompt: &Prompt<'_>, with_schema: bool) -> Value {
    let turn = |turn: &Turn| match turn {
        Turn::Ours(words) => json!({ "role": "user", "content": words }),
        Turn::Theirs(words) => json!({ "role": "assistant", "content": words }),
    };
    let turns: Vec<Value> = prompt.turns.iter().map(turn).collect();
    match form {
        Form::Anthropic => {
            json!({ "model": model, "max_tokens": prompt.room, "system": prompt.system, "messages": turns })
        }
        Form::OpenAi => {
            let system = json!({ "role": "system", "content": prompt.system });
            let messages: Vec<Value> = std::iter::once(system).chain(turns).collect();
            let mut body = json!({ "model": model, "messages": messages, "max_tokens": prompt.room, "temperature": 0.2, "stream": false });
            if with_schema {
                body["response_format"] = json!({ "type": "json_schema",
                    "json_schema": { "name": "mail", "strict": true, "schema": prompt.schema } });
            }
            body
        }
    }
}

/// The answer in a reply, whatever else it contains.
fn read(form: Form, reply: &Value) -> Answer {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
        _ => String::new(),
    };
    let (text, ended, refused) = match form {
        Form::Anthropic => (text(&reply["content"]), reply["stop_reason"].as_str(), false),
        Form::OpenAi => {
            let choice = &reply["choices"][0];
            let message = &choice["message"];
            let refused = message["refusal"].as_str().is_some_and(|words| !words.trim().is_empty());
            (text(&message["content"]), choice["finish_reason"].as_str(), refused)
        }
    };
    match ended {
        _ if refused => Answer::None("the model refused"),
        Some("refusal") => Answer::None("the model refused"),
        Some("content_filter") => Answer::None("a content filter kept the answer back"),
        Some("length" | "max_tokens") => Answer::Words { text, cut: true },
        _ if text.trim().is_empty() => Answer::None("the answer is empty"),
        _ => Answer::Words { text, cut: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str, key: Option<&str>) -> WriterSettings {
        let key = key.map(SecretString::from);
        WriterSettings { url: url.to_owned(), model: "m".to_owned(), key, timeout: Duration::from_secs(1) }
    }

    #[test]
    fn both_forms_of_endpoint_are_known_by_their_address() {
        for (url, asked, form) in [
            ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1/chat/completions", Form::OpenAi),
            (
                "https://api.example.com/v1/chat/completions",
                "https://api.example.com/v1/chat/completions",
                Form::OpenAi,
            ),
            ("https://api.example.com/v1/messages", "https://api.example.com/v1/messages", Form::Anthropic),
        ] {
            let (found, spoken) = endpoint(&settings(url, Some("k"))).unwrap();
            assert_eq!((found.as_str(), spoken), (asked, form));
        }
        for url in ["", "ftp://a/v1", "http://u:p@a/v1", "https://a/v1?key=x", "http://10.0.0.1/v1"] {
            assert!(endpoint(&settings(url, Some("k"))).is_err(), "{url}");
        }
        assert!(endpoint(&settings("http://10.0.0.1/v1", None)).is_ok());
    }

    #[tokio::test]
    async fn a_server_that_takes_the_request_and_says_nothing_is_unreachable_in_time() {
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", silent.local_addr().unwrap());
        let writer =
            Writer::new(WriterSettings { timeout: Duration::from_millis(50), ..settings(&url, None) }).unwrap();
        let prompt = Prompt { system: "", turns: &[], schema: &Value::Null, room: 1 };
        let error = writer.ask(&prompt).await.unwrap_err();
        assert!(matches!(&error, WriterError::Unreachable { why, .. } if why.contains("no whole answer")), "{error}");
    }

    #[test]
    fn replies_are_read_whatever_is_missing_or_added() {
        let said = |text: &str, cut| Answer::Words { text: text.to_owned(), cut };
        let open = |choice: Value| read(Form::OpenAi, &json!({ "choices": [choice], "service_tier": { "odd": true } }));
        assert_eq!(open(json!({ "message": { "content": "x" }, "finish_reason": "eos_v9" })), said("x", false));
        assert_eq!(open(json!({ "message": { "content": [{ "type": "text", "text": "x" }] } })), said("x", false));
        assert_eq!(open(json!({ "message": { "content": "x" }, "finish_reason": "length" })), said("x", true));
        for none in [
            json!({ "message": { "content": null, "refusal": "no" } }),
            json!({ "message": { "content": "half" }, "finish_reason": "content_filter" }),
            json!({ "message": { "content": "", "reasoning_content": "I think" }, "finish_reason": "stop" }),
            json!({}),
            json!(7),
        ] {
            assert!(matches!(open(none.clone()), Answer::None(_)), "{none}");
        }
        let anthropic = |reply: Value| read(Form::Anthropic, &reply);
        let parts = json!([{ "type": "thinking", "thinking": "…" }, { "type": "text", "text": "x" }]);
        assert_eq!(anthropic(json!({ "content": parts, "stop_reason": "end_turn" })), said("x", false));
        assert_eq!(anthropic(json!({ "content": parts, "stop_reason": "max_tokens" })), said("x", true));
        assert!(matches!(anthropic(json!({ "content": [], "stop_reason": "refusal" })), Answer::None(_)));
    }
}
