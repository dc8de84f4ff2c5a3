//! What happens on the way to the server, for listeners: requests, retries, waits. Never a key, a query, or an address.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::contract::{Method, Request};

/// Something that happened between us and the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A reply arrived.
    Replied {
        /// Which request it answers.
        request: Line,
        /// The HTTP status.
        status: u16,
        /// How long it took.
        took: Duration,
    },
    /// An attempt failed, and another follows.
    Retry {
        /// Which request.
        request: Line,
        /// Why the attempt failed, without the server's own words, which may quote an address.
        why: &'static str,
        /// Which attempt comes next; the first is 1.
        attempt: usize,
        /// How long until then.
        wait: Duration,
    },
    /// The server limits the rate: everything waits.
    RateLimited {
        /// Which request was refused.
        request: Line,
        /// How long the server wants us to wait, if it says.
        retry_after: Option<Duration>,
    },
    /// No answer for some time. Said once a run.
    Slow {
        /// Which request.
        request: Line,
        /// For how long it has waited.
        waited: Duration,
        /// When it gives up, counted from its beginning.
        limit: Duration,
    },
}

/// A request as a log shows it: method and path.
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

/// Hears [`Notice`]s.
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
    /// Hears nothing.
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
