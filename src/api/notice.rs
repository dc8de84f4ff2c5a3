//! Events in the communication with the server, for listeners: requests, retries, waits. They never contain a key, a
//! query, or an address.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::contract::{Method, Request};

/// An event in the communication with the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A reply arrived.
    Replied {
        /// The request.
        request: Line,
        /// The HTTP status.
        status: u16,
        /// How long it took.
        took: Duration,
    },
    /// An attempt failed, and another will follow.
    Retry {
        /// Which request.
        request: Line,
        /// Why the attempt failed, without the server's message, which may quote an address.
        why: &'static str,
        /// The number of the next attempt; the first is 1.
        attempt: usize,
        /// The wait before it.
        wait: Duration,
    },
    /// The server limits the rate: all requests wait.
    RateLimited {
        /// The rejected request.
        request: Line,
        /// How long the server asks to wait, if it says.
        retry_after: Option<Duration>,
    },
    /// No reply for some time. Reported once per run.
    Slow {
        /// Which request.
        request: Line,
        /// How long it has waited.
        waited: Duration,
        /// When it gives up, from its start.
        limit: Duration,
    },
}

/// A request as logged: method and path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line(String);

impl From<&Request> for Line {
    fn from(request: &Request) -> Self {
        let method = match request.method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
        };
        let segments = request.path.iter().map(|segment| if segment.contains('@') { "[address]" } else { segment });
        Self(segments.fold(method.to_owned() + " ", |line, segment| line + "/" + segment))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replied { request, status, took } => write!(f, "{request}: {status} after {}", seconds(*took)),
            Self::Retry { request, why, attempt, wait } => {
                write!(f, "{request}: {why}; attempt {attempt} in {}", seconds(*wait))
            }
            Self::RateLimited { request, retry_after: Some(wait) } => {
                write!(f, "{request}: too many requests; the server asks to wait {}", seconds(*wait))
            }
            Self::RateLimited { request, retry_after: None } => write!(f, "{request}: too many requests; waiting"),
            Self::Slow { request, waited, limit } => write!(
                f,
                "{request}: no answer for {}; waiting up to {} (Ctrl-C ends it)",
                seconds(*waited),
                seconds(*limit)
            ),
        }
    }
}

fn seconds(time: Duration) -> String {
    if time < Duration::from_secs(10) {
        format!("{:.2} s", time.as_secs_f64())
    } else {
        format!("{} s", time.as_secs())
    }
}

/// Receives [`Notice`]s.
#[derive(Clone)]
pub struct Listener(Arc<dyn Fn(Notice) + Send + Sync>);

impl Listener {
    /// Calls `hear` for each notice.
    pub fn new(hear: impl Fn(Notice) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hear))
    }

    /// Passes a notice on.
    pub fn hear(&self, notice: Notice) {
        (self.0)(notice);
    }
}

impl Default for Listener {
    /// Ignores all notices.
    fn default() -> Self {
        Self::new(drop)
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_neither_addresses_nor_the_query() {
        let mut request = Request::get(&["contacts", "ada@acme.example", "tags"]);
        request.query.push(("email", "bob@acme.example".to_owned()));
        assert_eq!(Line::from(&request).to_string(), "GET /contacts/[address]/tags");
    }
}
