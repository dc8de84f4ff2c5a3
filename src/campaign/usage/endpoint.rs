//! The endpoint of a call, however the export writes it.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// An endpoint: method, server and path, normalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// The method; empty if unknown.
    pub method: &'a str,
    /// The server without its port; empty if unknown.
    pub host: &'a str,
    /// The path from its first slash, without a query, double slashes, or a trailing slash.
    pub path: Cow<'a, str>,
}

impl<'a> Endpoint<'a> {
    /// Parses the cells of a row: a path, a whole URL, or a request such as `GET /v1/orders HTTP/1.1`.
    pub fn read(method: &'a str, text: &'a str, host: &'a str) -> Self {
        let (own_method, text) = request(text);
        let method = if method.is_empty() { own_method } else { method };
        let (own_host, path) = server(text);
        let host = without_port(if own_host.is_empty() { host } else { own_host });
        Self { method, host, path: plain(path) }
    }

    /// The length of the prefix in the path, in bytes, if the path starts with it: `/v1` is not a prefix of `/v10`.
    pub fn begins_with(&self, prefix: &str) -> Option<usize> {
        let prefix = prefix.trim_end_matches('/');
        let rest = self.path.strip_prefix(prefix)?;
        let is_word = prefix.ends_with(|c: char| c.is_alphanumeric());
        (!is_word || rest.is_empty() || rest.starts_with('/')).then_some(prefix.len())
    }
}

/// Method and target of a request line; any other text is all target.
fn request(text: &str) -> (&str, &str) {
    let Some((method, rest)) = text.split_once(' ') else { return ("", text) };
    if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return ("", text);
    }
    let target = rest.trim();
    match target.rsplit_once(' ') {
        Some((target, version)) if version.starts_with("HTTP/") => (method, target.trim_end()),
        _ => (method, target),
    }
}

/// The server of a URL, and the rest. `api.example.com/v1` is a URL without its scheme.
fn server(text: &str) -> (&str, &str) {
    if text.starts_with('/') {
        return ("", text);
    }
    let rest = text.find("://").map(|at| &text[at + 3..]);
    let (server, path) = split_server(rest.unwrap_or(text));
    if rest.is_some() || server.contains('.') { (server, path) } else { ("", text) }
}

fn split_server(text: &str) -> (&str, &str) {
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    let server = &text[..end];
    (server.rsplit_once('@').map_or(server, |(_, server)| server), &text[end..])
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    }
}

/// A path, normalised.
fn plain(path: &str) -> Cow<'_, str> {
    let path = &path[..path.find(['?', '#']).unwrap_or(path.len())];
    let is_plain = path.starts_with('/') && !path.bytes().any(|byte| byte == b'%');
    if is_plain && !path.as_bytes().windows(2).any(|pair| pair == b"//") {
        return Cow::Borrowed(if path.len() > 1 { path.trim_end_matches('/') } else { path });
    }
    let segments = path.split('/').filter(|segment| !segment.is_empty()).map(decoded);
    let joined: String = segments.flat_map(|segment| ["/".into(), segment]).collect();
    if joined.is_empty() { Cow::Borrowed("/") } else { Cow::Owned(joined) }
}

/// A segment, percent-decoded; one that hides a slash, or is not UTF-8, stays as it is.
fn decoded(segment: &str) -> Cow<'_, str> {
    let decoded = percent_decode_str(segment).decode_utf8();
    decoded.ok().filter(|text| !text.contains('/')).unwrap_or(Cow::Borrowed(segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_endpoint_is_one() {
        for text in [
            "/v1/orders",
            "/v1/orders/",
            "/v1/orders?limit=5",
            "/v1/orders#x",
            "//v1//orders",
            "v1/orders",
            "/v1/%6Frders",
            "https://api.example.com/v1/orders",
            "https://api.example.com:8443/v1/orders/?x=https://y",
            "https://key:secret@api.example.com/v1/orders",
            "api.example.com/v1/orders",
            "GET /v1/orders",
            "GET /v1/orders?x=1 HTTP/1.1",
            "GET https://api.example.com/v1/orders HTTP/2.0",
        ] {
            let endpoint = Endpoint::read("", text, "");
            assert_eq!(endpoint.path, "/v1/orders", "{text}");
            assert_eq!(endpoint.method, if text.starts_with("GET") { "GET" } else { "" }, "{text}");
            assert_eq!(endpoint.host, if text.contains("api.") { "api.example.com" } else { "" }, "{text}");
        }
        assert_eq!(
            Endpoint::read("POST", "/a%2Fb", "x:80"),
            Endpoint { method: "POST", host: "x", path: "/a%2Fb".into() }
        );
        for root in ["/", "", "https://api.example.com", "?x", "//"] {
            assert_eq!(Endpoint::read("", root, "").path, "/", "{root}");
        }
    }

    #[test]
    fn a_prefix_ends_where_a_segment_does() {
        for (prefix, path, expected) in [
            ("/v1/", "/v1/orders", true),
            ("/v1", "/v1/orders", true),
            ("/v1/", "/v1", true),
            ("/v1", "/v10/orders", false),
            ("/v1/", "/v2/orders", false),
            ("/", "/orders", true),
            ("/api-", "/api-old/x", true),
        ] {
            assert_eq!(Endpoint::read("", path, "").begins_with(prefix).is_some(), expected, "{prefix} {path}");
        }
    }
}
