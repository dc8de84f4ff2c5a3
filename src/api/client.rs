//! The client: knows the contract, and turns requests into answers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::contract::{Capabilities, Contract, Reply, Request, Scope};
use super::error::ApiError;
use super::notice::{Line, Listener, Notice};
use super::rate_limit::{RateLimit, TooLong};
use super::retry::{Failed, Patience, with_retry};
use super::settings::{Choice, Settings};
use super::transport::Transport;
use crate::campaign::Time;

/// A server whose contract is known. Clones share connections and rate limit.
#[derive(Debug, Clone)]
pub struct Api {
    transport: Transport,
    contract: Contract,
    rate_limit: Arc<RateLimit>,
    patience: Patience,
    server_time: Arc<Mutex<Option<Time>>>,
    listener: Listener,
    slow: Duration,
    /// Whether a slow server has been reported.
    said_slow: Arc<AtomicBool>,
}

impl Api {
    /// Connects to the server. With [`Choice::Auto`] it requests the mailboxes once: a list means the published
    /// contract, 404 the simple one. Anything else is an error, typically [`ApiError::KeyRefused`]. With a chosen
    /// contract no request is made yet.
    pub async fn connect(settings: Settings) -> Result<Self, ApiError> {
        let mut api = Self {
            transport: Transport::new(&settings)?,
            contract: Contract::Mailbox,
            rate_limit: Arc::new(RateLimit::new(settings.per_second, settings.max_pause)),
            patience: settings.patience,
            server_time: Arc::default(),
            listener: settings.listener.clone(),
            slow: settings.slow,
            said_slow: Arc::default(),
        };
        api.contract = match settings.choice {
            Choice::Mailbox => Contract::Mailbox,
            Choice::Simple => Contract::Simple,
            Choice::Auto => match api.mailboxes().await {
                Ok(_) => Contract::Mailbox,
                Err(ApiError::NotFound { .. }) => Contract::Simple,
                Err(error) => return Err(error),
            },
        };
        Ok(api)
    }

    /// The contract, for display. Decisions use [`capabilities`](Self::capabilities).
    pub fn contract(&self) -> Contract {
        self.contract
    }

    /// What the server can do.
    pub fn capabilities(&self) -> Capabilities {
        self.contract.capabilities()
    }

    /// Whether [`suppressed`](Self::suppressed) is possible: the server has a list, and we have its key.
    pub fn may_read_suppression(&self) -> bool {
        self.capabilities().shows_account && self.transport.has_key(Scope::Admin)
    }

    /// Whether [`pending`](Self::pending) and [`decide`](Self::decide) are possible.
    pub fn may_decide(&self) -> bool {
        self.capabilities().has_queue && self.transport.has_key(Scope::Oversight)
    }

    /// Whether the server runs on this machine.
    pub fn is_on_this_machine(&self) -> bool {
        self.transport.is_local()
    }

    /// The server's time when it last responded, if it reports one.
    pub fn server_time(&self) -> Option<Time> {
        *self.server_time.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request until there is an answer that `read` understands, as far as the request may
    /// be repeated.
    pub(super) async fn ask<T>(
        &self,
        request: &Request,
        read: impl Fn(&Reply) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.with_retry(request, read).await.map_err(|failed| failed.last)
    }

    /// The same; a failure says whether an earlier attempt may have arrived.
    pub(super) async fn with_retry<T>(
        &self,
        request: &Request,
        read: impl Fn(&Reply) -> Result<T, ApiError>,
    ) -> Result<T, Failed> {
        self.with_retry_while(request, read, &|| true).await
    }

    /// The same, as long as `may_start` allows another attempt.
    pub(super) async fn with_retry_while<T>(
        &self,
        request: &Request,
        read: impl Fn(&Reply) -> Result<T, ApiError>,
        may_start: &dyn Fn() -> bool,
    ) -> Result<T, Failed> {
        let again = |error: &ApiError, attempt, wait| {
            self.listener.hear(Notice::Retry { request: Line::from(request), why: error.summary(), attempt, wait });
        };
        with_retry(self.patience, request.repeat, async || read(&self.attempt(request, may_start).await?), again).await
    }

    /// One attempt. A rate-limited request does not count as an attempt: it waits with all others and is
    /// sent again.
    async fn attempt(&self, request: &Request, may_start: &dyn Fn() -> bool) -> Result<Reply, ApiError> {
        let mut refusal = "the server delays all requests".to_owned();
        loop {
            let leave = match self.rate_limit.leave(request.traffic).await {
                Ok(leave) => leave,
                Err(TooLong(left)) => {
                    return Err(ApiError::RateLimited { retry_after: Some(left), words: refusal });
                }
            };
            if !may_start() {
                return Err(ApiError::NoLeave);
            }
            let reply = self.exchange(request).await?;
            if reply.date.is_some() {
                *self.server_time.lock().unwrap_or_else(PoisonError::into_inner) = reply.date;
            }
            if reply.is_success() {
                leave.passed();
                return Ok(reply);
            }
            match reply.refusal(request.traffic) {
                ApiError::RateLimited { retry_after, words } => {
                    self.listener.hear(Notice::RateLimited { request: Line::from(request), retry_after });
                    leave.limited(retry_after);
                    refusal = words;
                }
                error => {
                    leave.passed();
                    return Err(error);
                }
            }
        }
    }

    /// One request and its reply; reports a slow one.
    async fn exchange(&self, request: &Request) -> Result<Reply, ApiError> {
        let start = Instant::now();
        let mut exchange = std::pin::pin!(self.transport.exchange(request));
        let in_time = tokio::time::timeout(self.slow, &mut exchange).await;
        if in_time.is_err() && !self.said_slow.swap(true, Ordering::Relaxed) {
            let limit = self.transport.limit(request);
            self.listener.hear(Notice::Slow { request: Line::from(request), waited: self.slow, limit });
        }
        let reply = match in_time {
            Ok(reply) => reply,
            Err(_) => exchange.await,
        }?;
        let (status, took) = (reply.status, start.elapsed());
        self.listener.hear(Notice::Replied { request: Line::from(request), status, took });
        Ok(reply)
    }

    /// Reads a list page by page. `page` gets a cursor and returns the next one, to continue. Cursors that repeat
    /// would never end: then the result is false.
    pub(super) async fn pages(
        &self,
        mut page: impl AsyncFnMut(Option<String>) -> Result<Option<String>, ApiError>,
    ) -> Result<bool, ApiError> {
        let mut seen = std::collections::HashSet::new();
        let mut cursor = None;
        loop {
            cursor = page(cursor).await?;
            match &cursor {
                None => return Ok(true),
                Some(next) if !seen.insert(next.clone()) => return Ok(false),
                Some(_) => {}
            }
        }
    }
}

/// Fails if the server does not support the operation.
pub(super) fn need(able: bool, what: &'static str) -> Result<(), ApiError> {
    if able { Ok(()) } else { Err(ApiError::Unsupported { what }) }
}
