//! The connection to the server: sends one request, receives one reply. No decisions, no retries.

use std::error::Error as _;
use std::time::Duration;

use chrono::DateTime;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, HeaderName, HeaderValue, LINK, LOCATION, RETRY_AFTER,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use secrecy::{ExposeSecret, SecretString};

use super::contract::{Method, Reply, Request, Scope};
use super::error::{ApiError, Proxy};
use super::settings::{Settings, is_loopback};

/// The maximum size of a list: an address book of half a million.
const LARGEST_LIST: usize = 128 << 20;
/// The maximum size of any other successful response: a receipt has some hundred bytes.
const LARGEST_RECEIPT: usize = 1 << 20;
/// The maximum size read of an error reply.
const LARGEST_REFUSAL: usize = 64 * 1024;
/// The timeout for connecting.
const CONNECT: Duration = Duration::from_secs(10);
/// Connections that were idle for longer are not reused: many servers close theirs after five seconds, and a mail
/// written to a connection that is just being closed may or may not have arrived.
const IDLE: Duration = Duration::from_secs(4);
/// A long list may take longer, as long as data keeps coming.
const LONG_ANSWER: u32 = 20;

/// A connection to one server.
#[derive(Debug, Clone)]
pub struct Transport {
    client: Client,
    base: Url,
    /// The server's name in messages.
    server: String,
    proxy: Option<Proxy>,
    key: Key,
    oversight: Option<Key>,
    admin: Option<Key>,
    timeout: Duration,
}

/// An API key, ready for the header. Its `Debug` reveals nothing.
#[derive(Debug, Clone)]
struct Key {
    header: HeaderValue,
    secret: SecretString,
}

impl Key {
    fn new(secret: &SecretString) -> Result<Self, ApiError> {
        let bearer = format!("Bearer {}", secret.expose_secret().trim());
        let header = HeaderValue::try_from(bearer);
        let mut header =
            header.map_err(|_| ApiError::KeyRefused { words: "it has characters that no key has".to_owned() })?;
        header.set_sensitive(true);
        Ok(Self { header, secret: secret.clone() })
    }
}

/// Sets ring as the process's cryptography. Called before each client is built; repeating it does nothing.
pub fn install_tls() {
    // An error means that a provider is already set, which is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

impl Transport {
    /// Builds the client; nothing is sent yet.
    pub fn new(settings: &Settings) -> Result<Self, ApiError> {
        let base = settings.base()?;
        let key = Key::new(&settings.key)?;
        let oversight = settings.oversight_key.as_ref().map(Key::new).transpose()?;
        let admin = settings.admin_key.as_ref().map(Key::new).transpose()?;
        install_tls();
        let mut builder = Client::builder()
            .user_agent(concat!("mmig/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .connect_timeout(CONNECT.min(settings.timeout))
            .read_timeout(settings.timeout)
            .pool_idle_timeout(IDLE);
        if is_loopback(&base) {
            // A proxy is not on this machine, and would see the key.
            builder = builder.no_proxy();
        }
        if base.scheme() == "http" {
            // No TLS here: reading the system's certificates would take longer than the rest of the start.
            builder = builder.tls_certs_only([]);
        }
        // A proxy only applies to other machines.
        let proxy = settings.proxy.clone().filter(|_| !is_loopback(&base));
        let mut server = base.origin().ascii_serialization();
        if !settings.url_origin.is_empty() {
            server += &format!(" ({})", settings.url_origin);
        }
        let client = builder.build().map_err(|error| ApiError::Unreachable {
            server: server.clone(),
            why: cause(&error),
            proxy: proxy.clone(),
        })?;
        Ok(Self { client, base, server, proxy, key, oversight, admin, timeout: settings.timeout })
    }

    /// Whether the server is reached without leaving this machine.
    pub fn is_local(&self) -> bool {
        is_loopback(&self.base)
    }

    /// Whether we have the key for this scope.
    pub fn has_key(&self, scope: Scope) -> bool {
        self.key_of(scope).is_some()
    }

    fn key_of(&self, scope: Scope) -> Option<&Key> {
        match scope {
            Scope::Ordinary => Some(&self.key),
            Scope::Oversight => self.oversight.as_ref(),
            Scope::Admin => self.admin.as_ref(),
        }
    }

    /// Sends a request and waits for the reply. An error reply is a reply too.
    pub async fn exchange(&self, request: &Request) -> Result<Reply, ApiError> {
        let response = self.prepare(request)?.send().await.map_err(|error| self.broken(&error))?;
        let mut reply = head(&response);
        let cap = match request.method {
            _ if !reply.is_success() => LARGEST_REFUSAL,
            Method::Get => LARGEST_LIST,
            Method::Post | Method::Put => LARGEST_RECEIPT,
        };
        let whole = read_body(response, &mut reply, cap).await?;
        if !whole && reply.is_success() {
            return Err(ApiError::Garbage { what: format!("it is larger than {} MB", cap >> 20) });
        }
        if !reply.is_success() {
            self.redact(&mut reply.body);
        }
        Ok(reply)
    }

    /// The time limit for a request and its reply.
    pub fn limit(&self, request: &Request) -> Duration {
        match request.method {
            Method::Get => self.timeout.saturating_mul(LONG_ANSWER),
            Method::Post | Method::Put => self.timeout,
        }
    }

    /// The meaning of an error before the reply. Only a failure to connect certainly means that nothing
    /// arrived.
    fn broken(&self, error: &reqwest::Error) -> ApiError {
        if error.is_connect() || error.is_builder() {
            let why = cause(error);
            if untrusted(error) {
                ApiError::Untrusted { server: self.server.clone(), why }
            } else {
                ApiError::Unreachable { server: self.server.clone(), why, proxy: self.proxy.clone() }
            }
        } else if error.is_timeout() {
            ApiError::TimedOut
        } else {
            ApiError::Lost { why: cause(error) }
        }
    }

    fn prepare(&self, request: &Request) -> Result<reqwest::RequestBuilder, ApiError> {
        let key = self.key_of(request.scope).ok_or(ApiError::NoKey {
            what: match request.scope {
                Scope::Ordinary => "read and send",
                Scope::Oversight => "decide about mails",
                Scope::Admin => "read the account's affairs",
            },
        })?;
        let mut url = self.base.clone();
        url.set_path(&format!("{}{}", self.base.path().trim_end_matches('/'), request.encoded_path()?));
        url.set_query(request.encoded_query().as_deref());
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
        };
        let prepared = self.client.request(method, url).timeout(self.limit(request));
        let prepared = prepared.header(AUTHORIZATION, key.header.clone()).header(ACCEPT, "application/json");
        Ok(match &request.body {
            Some(body) => prepared.header(CONTENT_TYPE, "application/json").body(body.to_string()),
            None => prepared,
        })
    }

    /// Removes our key from a reply: a server may quote a rejected key in a message that we show.
    fn redact(&self, body: &mut Vec<u8>) {
        for key in [Some(&self.key), self.oversight.as_ref(), self.admin.as_ref()].into_iter().flatten() {
            let secret = key.secret.expose_secret().trim();
            let text = String::from_utf8_lossy(body);
            if !secret.is_empty() && text.contains(secret) {
                *body = text.replace(secret, "[key]").into_bytes();
            }
        }
    }
}

fn head(response: &Response) -> Reply {
    let header = |name: HeaderName| response.headers().get(name)?.to_str().ok().map(str::to_owned);
    let date = header(DATE).and_then(|text| DateTime::parse_from_rfc2822(&text).ok());
    Reply {
        status: response.status().as_u16(),
        retry_after: header(RETRY_AFTER),
        date: date.map(|date| date.to_utc()),
        location: header(LOCATION),
        link: header(LINK),
        body: Vec::new(),
        cut: false,
    }
}

/// Reads the body as far as it arrives; returns false if it exceeds the cap.
async fn read_body(mut response: Response, reply: &mut Reply, cap: usize) -> Result<bool, ApiError> {
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if reply.body.len() + chunk.len() > cap => {
                let room = cap - reply.body.len();
                reply.body.extend_from_slice(&chunk[..room]);
                return Ok(false);
            }
            Ok(Some(chunk)) => reply.body.extend_from_slice(&chunk),
            Ok(None) => return Ok(true),
            // The status is known, which is all that matters for an error reply.
            Err(error) if error.is_timeout() && reply.is_success() => return Err(ApiError::TimedOut),
            Err(_) => {
                reply.cut = true;
                return Ok(true);
            }
        }
    }
}

/// Whether the certificate was the problem.
fn untrusted(error: &reqwest::Error) -> bool {
    std::iter::successors(error.source(), |error| inside(*error))
        .filter_map(|error| error.downcast_ref::<rustls::Error>())
        .any(|error| matches!(error, rustls::Error::InvalidCertificate(_)))
}

/// The error inside this one; an `io::Error` hides its own from `source`.
fn inside<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a (dyn std::error::Error + 'static)> {
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(hidden) => Some(hidden),
        None => error.source(),
    }
}

/// The innermost cause. The outer errors contain the URL, which may include a customer's address.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let Some(mut cause) = error.source() else { return "the request could not be made".to_owned() };
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    crate::campaign::characters::clean(&cause.to_string())
}
