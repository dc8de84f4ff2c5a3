//! Everything that can go wrong with a request, and what it means for the request.

use std::time::Duration;

use thiserror::Error;

/// Why the server did not do what was requested.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ApiError {
    /// The server's address is not valid.
    #[error("the server's address `{url}` cannot be used: {why}")]
    InvalidUrl {
        /// The address as given, without user and password.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// Connection refused, unknown host, or no TLS: the request certainly did not arrive.
    #[error("{server} cannot be reached{}: {why}", through(proxy.as_ref()))]
    Unreachable {
        /// The server's scheme, host and port, and the setting that names it.
        server: String,
        /// The cause.
        why: String,
        /// The proxy in use, if any.
        proxy: Option<Proxy>,
    },
    /// This machine does not trust the server's certificate: nothing was sent, and a retry will not help.
    #[error("the certificate of {server} is not trusted: {why}")]
    Untrusted {
        /// The server's scheme, host and port, and the setting that names it.
        server: String,
        /// What is wrong with it.
        why: String,
    },
    /// No reply in time; it is unknown whether the request arrived.
    #[error("the server did not answer in time")]
    TimedOut,
    /// The connection broke after the request was written; it is unknown whether it was carried
    /// out.
    #[error("the connection broke before a reply arrived: {why}")]
    Lost {
        /// How.
        why: String,
    },
    /// 401: the key is missing or unknown to the server.
    #[error("the server does not accept the API key: {words}")]
    KeyRefused {
        /// The server's message.
        words: String,
    },
    /// 403: the key lacks the scope, or the mailbox may not send.
    #[error("the server does not allow this: {words}")]
    Forbidden {
        /// The server's message.
        words: String,
    },
    /// 404.
    #[error("not found: {words}")]
    NotFound {
        /// The server's message.
        words: String,
    },
    /// 409: not possible in the current state. For a send: the server may already have the same mail, so
    /// look it up.
    #[error("conflict: {words}")]
    Conflict {
        /// The server's message.
        words: String,
    },
    /// 400 and the other 4xx: rejected, and a repetition would be too.
    #[error("refused with status {status}: {words}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The server's full message.
        words: String,
    },
    /// 429, too many requests, and the wait would be longer than we accept.
    #[error("too many requests: {words}")]
    RateLimited {
        /// How long the server asks to wait, if it says.
        retry_after: Option<Duration>,
        /// The server's message.
        words: String,
    },
    /// 429, the account is new and today's allowance is used up.
    #[error("today's warm-up allowance is used up: {words}")]
    WarmUp {
        /// The server's name for the stage of the warm-up.
        stage: String,
        /// Mails sent today, if reported.
        sent: Option<u64>,
        /// Mails allowed per day, if reported.
        limit: Option<u64>,
        /// The server's advice; may be empty.
        hint: String,
        /// The server's message.
        words: String,
    },
    /// 429, the monthly quota is used up.
    #[error("the monthly quota is used up: {words}")]
    Quota {
        /// The server's message.
        words: String,
    },
    /// 5xx: the server failed; it may still have accepted a mail.
    #[error("the server failed with status {status}: {words}")]
    Server {
        /// The HTTP status.
        status: u16,
        /// The server's message.
        words: String,
        /// How long it asks to wait, if it says.
        retry_after: Option<Duration>,
    },
    /// An unreadable reply: not JSON, HTML, cut short, or something required is missing.
    #[error("the server sent an unreadable response: {what}")]
    Garbage {
        /// What is wrong with it.
        what: String,
    },
    /// A successful status, with a body that says otherwise.
    #[error("the server did not {what} it: {words}")]
    NotDone {
        /// The requested operation.
        what: &'static str,
        /// What the reply says instead.
        words: String,
    },
    /// An earlier attempt may have arrived, and the repetition did not show it: only looking at the server
    /// does.
    #[error("{first}; asked again: {then}")]
    Uncertain {
        /// How the attempt that may have arrived ended.
        first: Box<ApiError>,
        /// How the last attempt ended.
        then: Box<ApiError>,
    },
    /// The request was not started: when its turn came, this run no longer held the campaign.
    #[error("its turn came too late")]
    NoLeave,
    /// The server's contract has no such request; see [`Capabilities`](super::Capabilities).
    #[error("this server offers no way to {what}")]
    Unsupported {
        /// The operation.
        what: &'static str,
    },
    /// A key that this request needs is missing.
    #[error("no key to {what}")]
    NoKey {
        /// The operation.
        what: &'static str,
    },
}

/// The proxy that requests go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// The environment variable that names it.
    pub variable: &'static str,
    /// Its host and port, without user and password.
    pub host: String,
}

fn through(proxy: Option<&Proxy>) -> String {
    proxy.map_or_else(String::new, |Proxy { variable, host }| format!(" through the proxy {host} ({variable})"))
}

impl ApiError {
    /// The error in a few words of our own, for logs: the server's message may quote an address.
    pub fn summary(&self) -> &'static str {
        match self {
            Self::InvalidUrl { .. } => "the server's address cannot be used",
            Self::Unreachable { .. } => "the server cannot be reached",
            Self::Untrusted { .. } => "the server's certificate is not trusted",
            Self::TimedOut => "no answer in time",
            Self::Lost { .. } => "the connection broke",
            Self::KeyRefused { .. } | Self::NoKey { .. } => "the key was not accepted",
            Self::Forbidden { .. } => "not allowed",
            Self::NotFound { .. } => "not found",
            Self::Conflict { .. } => "conflict",
            Self::Refused { .. } => "refused",
            Self::RateLimited { .. } => "too many requests",
            Self::WarmUp { .. } => "the day's allowance is used up",
            Self::Quota { .. } => "the monthly quota is used up",
            Self::Server { .. } => "the server failed",
            Self::Garbage { .. } => "an unreadable response",
            Self::NotDone { .. } => "not done",
            Self::Uncertain { then, .. } => then.summary(),
            Self::Unsupported { .. } => "not offered by this server",
            Self::NoLeave => "its turn came too late",
        }
    }

    /// For a send: whether the server may have accepted the mail. Then it must not be sent again without its key.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::TimedOut
            | Self::Lost { .. }
            | Self::Conflict { .. }
            | Self::Server { .. }
            | Self::Garbage { .. }
            | Self::NotDone { .. }
            | Self::Uncertain { .. } => true,
            Self::InvalidUrl { .. }
            | Self::Unreachable { .. }
            | Self::Untrusted { .. }
            | Self::KeyRefused { .. }
            | Self::Forbidden { .. }
            | Self::NotFound { .. }
            | Self::Refused { .. }
            | Self::RateLimited { .. }
            | Self::WarmUp { .. }
            | Self::Quota { .. }
            | Self::Unsupported { .. }
            | Self::NoKey { .. }
            | Self::NoLeave => false,
        }
    }

    /// How the last attempt ended, which shows the server's current state.
    pub fn last(&self) -> &Self {
        match self {
            Self::Uncertain { then, .. } => then.last(),
            other => other,
        }
    }

    /// Whether the same request may succeed a moment later.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::TimedOut | Self::Lost { .. } | Self::Server { .. } | Self::Garbage { .. }
        )
    }

    /// Whether every other request would fail the same way, so that continuing is pointless.
    pub fn stops_everything(&self) -> bool {
        match self {
            Self::InvalidUrl { .. }
            | Self::Unreachable { .. }
            | Self::Untrusted { .. }
            | Self::KeyRefused { .. }
            | Self::Forbidden { .. }
            | Self::RateLimited { .. }
            | Self::WarmUp { .. }
            | Self::Quota { .. }
            | Self::Unsupported { .. }
            | Self::NoKey { .. } => true,
            Self::Uncertain { then, .. } => then.stops_everything(),
            Self::TimedOut
            | Self::Lost { .. }
            | Self::NotFound { .. }
            | Self::Conflict { .. }
            | Self::Refused { .. }
            | Self::Server { .. }
            | Self::Garbage { .. }
            | Self::NotDone { .. }
            | Self::NoLeave => false,
        }
    }

    /// What to do about it, in a sentence without a full stop.
    pub fn hint(&self) -> String {
        match self {
            Self::InvalidUrl { .. } => "write it like https://api.multimail.dev".to_owned(),
            Self::Unreachable { proxy: None, .. } => {
                "check the network and the server's address, then run this again".to_owned()
            }
            Self::Unreachable { proxy: Some(Proxy { variable, .. }), .. } => {
                format!("check that the proxy runs; {variable} names it, NO_PROXY lists hosts to ask directly")
            }
            Self::Untrusted { .. } => {
                "check this machine's clock; for a private authority, SSL_CERT_FILE names its certificate".to_owned()
            }
            Self::TimedOut | Self::Lost { .. } | Self::Server { .. } | Self::Uncertain { .. } => {
                "run this again in a few minutes".to_owned()
            }
            Self::KeyRefused { .. } | Self::NoKey { .. } => "get a key from MultiMail's dashboard".to_owned(),
            Self::Forbidden { .. } => "check the key's scopes and the mailbox's oversight mode".to_owned(),
            Self::NotFound { .. } => "check the ids, the server's address and the contract".to_owned(),
            Self::Conflict { .. } | Self::NotDone { .. } => "look at the mail in MultiMail".to_owned(),
            Self::Refused { .. } => "the server's reply says why".to_owned(),
            Self::RateLimited { retry_after: Some(wait), .. } => {
                format!("run this again in {} seconds, or lower [limits] per_second", wait.as_secs().max(1))
            }
            Self::RateLimited { retry_after: None, .. } => {
                "run this again later, or lower [limits] per_second".to_owned()
            }
            Self::WarmUp { hint, .. } if !hint.is_empty() => format!("run this again tomorrow ({hint})"),
            Self::WarmUp { .. } => "run this again tomorrow".to_owned(),
            Self::Quota { .. } => "run this again on the first of next month, or raise the plan".to_owned(),
            Self::Garbage { .. } => "check that the address is the API's, and that no proxy is in between".to_owned(),
            Self::Unsupported { .. } => "do it in MultiMail itself".to_owned(),
            Self::NoLeave => "run this again".to_owned(),
        }
    }
}
