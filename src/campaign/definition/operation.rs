//! An operation of the API: a method and a path, as an `OpenAPI` document writes it.

use std::fmt;

/// `GET /v1/items/{id}`: text in braces matches anything within a segment of the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    text: String,
    /// The length of the method in the text.
    method: usize,
}

impl Operation {
    /// Parses an operation; an error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (method, path) = text.split_once(' ').ok_or("it has no method")?;
        if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err("its method is not written in capitals");
        }
        if !path.starts_with('/') {
            return Err("its path does not begin with a slash");
        }
        if path.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#')) {
            return Err("its path has a character that paths cannot have");
        }
        if !path.split('/').all(is_pattern) {
            return Err("its braces do not hold a name each");
        }
        Ok(Self { text: text.to_owned(), method: method.len() })
    }

    /// As written in the campaign.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a call is a call of this operation. Without a method, any matches. Base paths are ignored, on either
    /// side.
    pub fn matches(&self, method: &str, path: &str, base_paths: &[String]) -> bool {
        if !method.is_empty() && !method.eq_ignore_ascii_case(&self.text[..self.method]) {
            return false;
        }
        let own = &self.text[self.method + 1..];
        let without = |base: &String| {
            below(base, path).is_some_and(|path| fits_path(own, path))
                || below(base, own).is_some_and(|own| fits_path(own, path))
        };
        fits_path(own, path) || base_paths.iter().any(without)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether it has braces with names, and text between one pair and the next.
fn is_pattern(segment: &str) -> bool {
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { return false };
        if before.contains('}') || name.is_empty() || name.contains('{') || after.starts_with('{') {
            return false;
        }
        rest = after;
    }
    !rest.contains('}')
}

/// The part of a path after a base path, which may have braces too.
fn below<'p>(base: &str, path: &'p str) -> Option<&'p str> {
    let mut rest = path;
    for own in base.split('/').skip(1) {
        let after = rest.strip_prefix('/')?;
        let (segment, _) = after.split_once('/').unwrap_or((after, ""));
        if !fits(own, segment) {
            return None;
        }
        rest = &after[segment.len()..];
    }
    Some(if rest.is_empty() { "/" } else { rest })
}

/// Whether a path matches; a query and a trailing slash are ignored.
fn fits_path(pattern: &str, path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let trimmed = |path: &'_ str| path.strip_suffix('/').unwrap_or(path).len();
    let (mut own, mut given) = (pattern[..trimmed(pattern)].split('/'), path[..trimmed(path)].split('/'));
    loop {
        match (own.next(), given.next()) {
            (Some(pattern), Some(text)) if fits(pattern, text) => {}
            (None, None) => return true,
            _ => return false,
        }
    }
}

/// Whether a segment of a path matches a segment with braces.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((before, after)) = pattern.split_once('{') else { return pattern == text };
    let Some(rest) = text.strip_prefix(before) else { return false };
    let after = after.split_once('}').map_or("", |(_, after)| after);
    if after.is_empty() {
        return !rest.is_empty();
    }
    rest.char_indices().skip(1).any(|(at, _)| fits(after, &rest[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_take_one_segment_or_a_part_of_one() {
        for (operation, method, path, expected) in [
            ("POST /hooks", "POST", "/hooks", true),
            ("POST /hooks", "post", "/hooks/", true),
            ("POST /hooks", "", "/hooks?x=1", true),
            ("POST /hooks", "GET", "/hooks", false),
            ("POST /hooks", "POST", "/hooks/1", false),
            ("POST /hooks", "POST", "/Hooks", false),
            ("GET /v1/items/{id}", "GET", "/v1/items/7", true),
            ("GET /v1/items/{id}", "GET", "/v1/items/{item}", true),
            ("GET /v1/items/{id}", "GET", "/v1/items/", false),
            ("GET /v1/items/{id}", "GET", "/v1/items//", false),
            ("GET /v1/items/{id}", "GET", "/v1/items/7/parts", false),
            ("GET /v1/items", "GET", "/v1/items/{id}", false),
            ("GET /v1/items/{id}.json", "GET", "/v1/items/7.json", true),
            ("GET /v1/items/{id}.json", "GET", "/v1/items/.json", false),
            ("GET /v1/{a}:{b}", "GET", "/v1/x:y:z", true),
            ("GET /", "GET", "/", true),
            ("GET /", "GET", "/x", false),
        ] {
            let read = Operation::parse(operation).unwrap();
            assert_eq!(read.matches(method, path, &[]), expected, "{operation}: {method} {path}");
        }
    }

    #[test]
    fn a_base_path_counts_neither_in_the_log_nor_in_the_operation() {
        let bases = ["/v1".to_owned(), "/{tenant}/api".to_owned()];
        for (operation, path, expected) in [
            ("GET /orders/{id}", "/v1/orders/7", true),
            ("GET /orders/{id}", "/orders/7", true),
            ("GET /v1/orders/{id}", "/orders/7", true),
            ("GET /orders", "/acme/api/orders", true),
            ("GET /orders", "/v10/orders", false),
            ("GET /orders", "/v2/orders", false),
            ("GET /v1/orders", "/v2/orders", false),
            ("GET /orders", "/v1/v1/orders", false),
            ("GET /", "/v1", true),
        ] {
            let read = Operation::parse(operation).unwrap();
            assert_eq!(read.matches("GET", path, &bases), expected, "{operation}: {path}");
        }
    }

    #[test]
    fn text_without_method_and_path_is_refused() {
        for text in [
            "",
            "GET",
            "/v1",
            "get /v1",
            "GET v1",
            "GET /v1 x",
            "GET  /v1",
            "GET /a?b",
            "GET /{",
            "GET /{}",
            "GET /a}",
            "GET /{a}{b}",
            "GET /{{a}}",
        ] {
            assert!(Operation::parse(text).is_err(), "{text:?}");
        }
    }
}
