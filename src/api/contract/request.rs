//! A request before it is sent.

use serde_json::Value;

use super::super::error::ApiError;
use crate::campaign::text::percent_encoded;

/// The HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or acts.
    Post,
    /// Replaces.
    Put,
}

/// The key for a request. A sending key never approves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Reading and sending.
    Ordinary,
    /// Approving.
    Oversight,
    /// The account's affairs.
    Admin,
}

/// The effect of repeating a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// No further effect.
    Harmless,
    /// It happens twice: repeat it only if it certainly did not arrive.
    Doubles,
}

/// Which limits apply to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// A send: our own limit, the warm-up, the quota, and the rate.
    Send,
    /// Any other request: only the rate.
    Other,
}

/// A request of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// The path's segments, unencoded.
    pub path: Vec<String>,
    /// The query, unencoded.
    pub query: Vec<(&'static str, String)>,
    /// The body, in JSON.
    pub body: Option<Value>,
    /// The key.
    pub scope: Scope,
    /// The effect of a repetition.
    pub repeat: Repeat,
    /// The limits that apply.
    pub traffic: Traffic,
}

impl Request {
    fn new(method: Method, path: &[&str]) -> Self {
        Self {
            method,
            path: path.iter().map(|segment| (*segment).to_owned()).collect(),
            query: Vec::new(),
            body: None,
            scope: Scope::Ordinary,
            repeat: Repeat::Harmless,
            traffic: Traffic::Other,
        }
    }

    /// A request that reads.
    pub fn get(path: &[&str]) -> Self {
        Self::new(Method::Get, path)
    }

    /// A request that acts; by default it must not happen twice.
    pub fn post(path: &[&str], body: Option<Value>) -> Self {
        Self { body, repeat: Repeat::Doubles, ..Self::new(Method::Post, path) }
    }

    /// A request that replaces.
    pub fn put(path: &[&str], body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::Put, path) }
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Uses another key.
    #[must_use]
    pub fn with_scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// Marks repetitions as harmless.
    #[must_use]
    pub fn harmless(self) -> Self {
        Self { repeat: Repeat::Harmless, ..self }
    }

    /// Makes it a send.
    #[must_use]
    pub fn into_send(self, repeat: Repeat) -> Self {
        Self { repeat, traffic: Traffic::Send, ..self }
    }

    /// The encoded path. Ids come from outside: one that would change the path's structure is refused.
    pub fn encoded_path(&self) -> Result<String, ApiError> {
        let mut path = String::new();
        for segment in &self.path {
            if matches!(segment.as_str(), "" | "." | "..") {
                return Err(ApiError::NotFound { words: format!("`{segment}` is not an id") });
            }
            path.push('/');
            path.push_str(&percent_encoded(segment));
        }
        Ok(path)
    }

    /// The encoded query, if there is one.
    pub fn encoded_query(&self) -> Option<String> {
        let pairs: Vec<String> =
            self.query.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
        (!pairs.is_empty()).then(|| pairs.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_values_cannot_leave_their_place_in_the_path() {
        let path = Request::get(&["v1", "contacts", "a/b?c#d%2e é", "tags"]).encoded_path().unwrap();
        assert_eq!(path, "/v1/contacts/a%2Fb%3Fc%23d%252e%20%C3%A9/tags");
        for id in ["", ".", ".."] {
            assert!(Request::get(&["v1", "emails", id, "cancel"]).encoded_path().is_err());
        }
    }

    #[test]
    fn a_query_is_encoded_to_the_byte() {
        let request = Request::get(&["v1"]).with("tags", "api-v1,-migration started,größe&x=+1");
        let expected = "tags=api-v1%2C-migration%20started%2Cgr%C3%B6%C3%9Fe%26x%3D%2B1";
        assert_eq!(request.encoded_query().unwrap(), expected);
    }
}
