//! A request as handlers see it, with readers that accept nothing outside the contract.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::answer::Refusal;
use super::keys::Role;

/// One request.
pub struct Call {
    /// From the path, decoded.
    pub path: HashMap<String, String>,
    /// From the query string, decoded, in order.
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The role of its key; `None` if no key is required.
    pub role: Option<Role>,
}

impl Call {
    /// A part of the path by its name in the operation's path; the router ensures that it exists.
    pub fn part(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A query parameter parsed as another type.
    pub fn query_as<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let parse = |text: &str| text.parse().map_err(|_| Refusal::violation(format!("{name}: {text:?} is not valid")));
        self.query(name).map(parse).transpose()
    }

    /// The page size.
    pub fn limit(&self, default: usize) -> Result<usize, Refusal> {
        let limit = self.query_as("limit")?.unwrap_or(default);
        if (1..=100).contains(&limit) { Ok(limit) } else { Err(Refusal::violation("limit: must be 1 to 100")) }
    }

    /// The body as JSON; the refusal names an unknown, repeated, missing or wrongly typed field.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("application/json") {
            return Err(Refusal::violation(format!("content-type: expected application/json, found {kind:?}")));
        }
        serde_json::from_slice(&self.body).map_err(|error| Refusal::violation(error.to_string()))
    }

    pub fn no_body(&self) -> Result<(), Refusal> {
        if self.body.is_empty() { Ok(()) } else { Err(Refusal::violation("this operation takes no body")) }
    }

    pub fn bearer(&self) -> Option<&str> {
        self.headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
    }
}

/// For fields that may be omitted but not null: the published schemas have no nullable request field.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Whether a mail could be sent to it: a plain ASCII address with a dotted domain.
pub fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let in_local = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 254
        && (1..=64).contains(&local.len())
        && local.bytes().all(in_local)
        && local.split('.').all(|atom| !atom.is_empty())
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

/// Refuses an invalid address, naming the field.
pub fn check_address(field: &str, text: &str) -> Result<(), Refusal> {
    if is_address(text) {
        Ok(())
    } else {
        Err(Refusal::violation(format!("{field}: {text:?} is not an e-mail address")))
    }
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn plain_addresses_are_mailable_and_broken_ones_are_not() {
        for good in ["a@b.example", "sean.o'hara+x@mail.b-c.example"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.example", "a b@c.example", "a@@b.example", "a..b@c.example", "ä@b.example"] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
