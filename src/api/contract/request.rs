//! A request, before it is put on the line.

use serde_json::Value;

use super::super::error::ApiError;
use crate::campaign::text::percent_encoded;

/// How a request acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Adds or does.
    Post,
    /// Replaces.
    Put,
}

/// Which key goes with a request. A key that sends never approves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Reading and sending.
    Ordinary,
    /// Approving.
    Oversight,
    /// The account's affairs.
    Admin,
}

/// What happens if a request is carried out twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Nothing more than if it is carried out once.
    Harmless,
    /// It happens twice: only to be repeated if it certainly did not arrive.
    Doubles,
}

/// What limits a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// Sends: our own limit, the warm-up, the quota, and the rate.
    Send,
    /// All others: the rate alone.
    Other,
}

/// A request in the words of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// How it acts.
    pub method: Method,
    /// The path's segments, not yet encoded.
    pub path: Vec<String>,
    /// The query, not yet encoded.
    pub query: Vec<(&'static str, String)>,
    /// The body, in JSON.
    pub body: Option<Value>,
    /// Which key goes with it.
    pub scope: Scope,
    /// What a second time does.
    pub repeat: Repeat,
    /// What limits it.
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

    /// Reads something.
    pub fn get(path: &[&str]) -> Self {
        Self::new(Method::Get, path)
    }

    /// Does something; by itself it is taken for something that must not happen twice.
    pub fn post(path: &[&str], body: Option<Value>) -> Self {
        Self { body, repeat: Repeat::Doubles, ..Self::new(Method::Post, path) }
    }

    /// Replaces something.
    pub fn put(path: &[&str], body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::Put, path) }
    }

    /// With one more query parameter.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// With another key.
    pub fn with_scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// A second time does no harm.
    pub fn harmless(self) -> Self {
        Self { repeat: Repeat::Harmless, ..self }
    }

    /// As a send.
    pub fn into_send(self, repeat: Repeat) -> Self {
        Self { repeat, traffic: Traffic::Send, ..self }
    }

    /// The path as it goes on the line. Ids come from outside: one that would change the path's shape is refused.
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

    /// The query as it goes on the line, if there is one.
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
    fn what_comes_from_outside_cannot_leave_its_place_in_the_path() {
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
