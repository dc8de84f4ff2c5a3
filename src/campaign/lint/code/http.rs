//! Checks HTTP in examples: a request or a response as sent, head first.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::mistake::Mistake;
use super::{json, xml};
use crate::campaign::lint::reading::pattern;

/// The methods in use.
const METHODS: [&str; 17] = [
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "QUERY",
];
/// Headers that are often misspelled, or written without their colon.
const HEADERS: [&str; 25] = [
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Length",
    "Content-Type",
    "Cookie",
    "Deprecation",
    "ETag",
    "Host",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Link",
    "Location",
    "Origin",
    "Retry-After",
    "Set-Cookie",
    "Sunset",
    "User-Agent",
    "WWW-Authenticate",
];

static REQUEST: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<method>[A-Z]{3,10})\s+(?:https?://|/|\*|\{|<|\$)\S*"));
static STATUS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^HTTP/\d(?:\.\d)?\s+\d{3}\b"));
static HEADER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?P<name>[A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*:"));

/// Whether code starts like a request or a response.
pub fn seems_http(code: &str) -> bool {
    let first = code.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let method = REQUEST.captures(first).and_then(|captures| captures.name("method")).map(|method| method.as_str());
    let with_head = || code.lines().skip(1).any(is_known_header);
    STATUS.is_match(first) || method.is_some_and(|method| is_method(method) || meant(method).is_some() || with_head())
}

/// What is wrong with code as HTTP.
pub fn mistakes(code: &str) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut at = 0;
    let mut head = true;
    let mut body: Option<usize> = None;
    let mut type_of_body = String::new();
    for line in code.split_inclusive('\n') {
        let (start, text) = (at, line.trim());
        at += line.len();
        let begins = begins(text);
        if begins {
            mistakes.extend(body.take().and_then(|from| of_body(code, from..start, &type_of_body)));
            (head, type_of_body) = (true, String::new());
            mistakes.extend(wrong_method(text).map(|what| mistake(start..start + line.trim_end().len(), what)));
        } else if body.is_some() {
        } else if text.is_empty() {
            head = false;
        } else if head && !text.starts_with(['{', '[', '<']) {
            if let Some(what) = wrong_header(text) {
                mistakes.push(mistake(start..start + line.trim_end().len(), what));
            }
            if let Some(value) = header(text, "content-type") {
                type_of_body = value.to_lowercase();
            }
        } else {
            body = Some(start);
        }
    }
    mistakes.extend(body.and_then(|from| of_body(code, from..code.len(), &type_of_body)));
    mistakes
}

/// Whether a line starts a request or a response.
fn begins(line: &str) -> bool {
    STATUS.is_match(line) || REQUEST.is_match(line)
}

fn mistake(at: Range<usize>, (what, fix): (String, &'static str)) -> Mistake {
    Mistake::error(at, what, fix)
}

fn wrong_method(line: &str) -> Option<(String, &'static str)> {
    let method = REQUEST.captures(line)?.name("method")?.as_str();
    let meant = meant(method).filter(|_| !is_method(method))?;
    Some((format!("`{method}` is not a method: {meant}?"), "correct the method"))
}

/// Whether a word is a known method.
pub fn is_method(word: &str) -> bool {
    METHODS.contains(&word)
}

/// The method that a word seems to mean: they differ by one letter.
pub fn meant(word: &str) -> Option<&'static str> {
    let near = |known: &&&str| strsim::damerau_levenshtein(known, word) == 1;
    METHODS[..7].iter().find(near).copied().filter(|_| !is_method(word))
}

/// The value of the header with this name.
fn header<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (own, value) = line.split_once(':')?;
    own.trim().eq_ignore_ascii_case(name).then(|| value.trim())
}

/// What is wrong with a line of a head.
pub fn wrong_header(line: &str) -> Option<(String, &'static str)> {
    let fix = "write it as `Name: value`";
    // Elided, commented out, or not part of the head.
    if line.starts_with(['#', '/', '.', '…', '&', '?', '-', '→', '>', '(', '⟦', '$', '*', '"'])
        || line.contains('…')
        || line.ends_with("...")
    {
        return None;
    }
    let Some(captures) = HEADER.captures(line) else {
        let name = line.split_whitespace().next().unwrap_or_default().trim_end_matches(['=', ',', ';']);
        return is_known_header(name).then(|| (format!("the header `{name}` has no colon"), fix));
    };
    misspelt_header(captures.name("name")?.as_str())
}

/// Whether a line starts with a known header.
fn is_known_header(line: &str) -> bool {
    let name = line.split([' ', '\t', ':']).next().unwrap_or_default();
    HEADERS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// What is wrong with the name of a header.
pub fn misspelt_header(name: &str) -> Option<(String, &'static str)> {
    let lower = name.to_lowercase();
    let known = || HEADERS.iter().map(|known| known.to_lowercase());
    let british = lower == "authorisation";
    let near = |known: &String| known.len() > 5 && strsim::damerau_levenshtein(known, &lower) == 1;
    let meant = known().zip(HEADERS).find(|(known, _)| near(known)).map(|(_, meant)| meant);
    let meant = meant.filter(|_| british || known().all(|known| known != lower))?;
    Some((format!("`{name}` is not a header that servers know: {meant}?"), "correct the header's name"))
}

fn of_body(code: &str, at: Range<usize>, type_of_body: &str) -> Option<Mistake> {
    let body = &code[at.clone()];
    let text = body.trim();
    let said = type_of_body.contains("json");
    let looks = type_of_body.is_empty() && text.starts_with(['{', '[']) && text.contains('"');
    if said || looks {
        let first = text.chars().next();
        // A form, or a placeholder for the body.
        if !matches!(first, Some('{' | '[' | '"')) {
            return None;
        }
        let wrong = json::wrong(body, json::Dialect::Strict)?;
        let what = format!("its body is not JSON: {}", wrong.what);
        return Some(mistake(at.start + wrong.at.start..at.start + wrong.at.end, (what, "correct the body")));
    }
    if type_of_body.contains("xml") && text.starts_with('<') {
        let wrong = xml::wrong(body)?;
        let what = format!("its body is not XML: {}", wrong.what);
        return Some(mistake(at.start + wrong.at.start..at.start + wrong.at.end, (what, "correct the body")));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_that_cannot_be_read_is_found_at_its_line() {
        for (code, line) in [
            ("POST /v2/orders HTTP/1.1\nContent-Type application/json\n", "Content-Type application/json"),
            ("PSOT /v2/orders\n", "PSOT /v2/orders"),
            ("GET /v2 HTTP/1.1\nAuthorisation: Bearer x\n", "Authorisation: Bearer x"),
            ("HTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"orders\": [}\n", "{\"orders\": [}"),
            ("GET /v2/orders?limit=2\n\n{\"a\": 1,}\n", "{\"a\": 1,}"),
            ("GET /a\n\n{\"a\": 1}\n\nPOST /b\nContent-Type: application/json\n\n{'b': 1}\n", "{'b': 1}"),
        ] {
            let found = mistakes(code);
            let [mistake] = &found[..] else { panic!("{code}: {found:?}") };
            assert_eq!(&code[mistake.at.clone()], line, "{code}");
            assert!(seems_http(code), "{code}");
        }
    }

    #[test]
    fn a_head_that_can_be_read_is_left_alone() {
        for code in [
            "POST /your/endpoint HTTP/1.1\nContent-Type: application/json\nExample-Signature: t=1,v1=3…\n\n{\"id\": 1, ...}\n",
            "GET /v1/orders?page=2&per_page=50\n\n{\"orders\": [{\"id\": 1042}]}\n",
            "GET /v1/orders\nGET /v1/customers\n",
            "POST /oauth/token HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\ngrant_type=x&code={code}\n",
            "HTTP/2 404 Not Found\ncontent-type: application/problem+json\n\n{\n  \"type\": \"about:blank\"\n}\n",
            "GET /v2/orders\nAuthorization: Bearer $KEY\n...\n",
            "GET /v1/orders → 410 Gone\n",
        ] {
            assert_eq!(mistakes(code), [], "{code}");
        }
    }
}
