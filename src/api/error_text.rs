//! The server's message in an error reply, which may be JSON, plain text or a gateway's HTML page.

use serde_json::Value;

use crate::campaign::characters::clean;

/// A web page has a sentence or two of content; this many lines are kept.
const LINES_OF_A_PAGE: usize = 4;

/// The message of an error body, on one line and without control characters. JSON and plain text are kept in
/// full.
pub fn words(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let words = match serde_json::from_slice::<Value>(body) {
        Ok(json) => said(&json).unwrap_or_else(|| text.clone().into_owned()),
        Err(_) if looks_like_html(&text) => of_page(&text),
        Err(_) => text.into_owned(),
    };
    let words = clean(&words);
    let words = words.trim();
    if words.is_empty() { "no words were given".to_owned() } else { words.to_owned() }
}

/// Whether a text is a web page.
pub fn looks_like_html(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    start.starts_with('<')
}

/// `{"error": "text"}` as documented, and the forms other services use, since a gateway may have
/// them.
fn said(json: &Value) -> Option<String> {
    let error = json.get("error").or_else(|| json.get("message"))?;
    let text = error.as_str().or_else(|| error.get("message")?.as_str());
    text.map(str::to_owned).filter(|text| !text.trim().is_empty())
}

/// The first lines that a browser would show.
fn of_page(page: &str) -> String {
    let page = without_element(&without_element(page, "script"), "style");
    let mut text = String::new();
    let mut in_tag = false;
    for c in page.chars() {
        match c {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                text.push('\n');
            }
            _ if !in_tag => text.push(c),
            _ => {}
        }
    }
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let shown = lines.iter().take(LINES_OF_A_PAGE).copied().collect::<Vec<_>>().join(", ");
    format!("a web page instead of an answer: {shown}")
}

/// The page without the content of an element that is not meant to be read.
fn without_element(page: &str, name: &str) -> String {
    // ASCII lower case keeps all offsets.
    let lower = page.to_ascii_lowercase();
    let (open, close) = (format!("<{name}"), format!("</{name}"));
    let mut kept = String::new();
    let mut at = 0;
    while let Some(start) = lower[at..].find(&open).map(|found| at + found) {
        kept.push_str(&page[at..start]);
        match lower[start..].find(&close) {
            Some(end) => at = start + end,
            None => return kept,
        }
    }
    kept.push_str(&page[at..]);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_text_is_kept_whole() {
        let long = "too long: ".to_owned() + &"x".repeat(5_000);
        let body = serde_json::json!({ "error": long }).to_string();
        assert_eq!(words(body.as_bytes()), long);
    }

    #[test]
    fn a_gateways_plain_text_is_kept() {
        assert_eq!(words(b"error code: 1020\n"), "error code: 1020");
    }

    #[test]
    fn a_web_page_is_summarised_by_its_first_lines() {
        let page = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title><STYLE>h1{color:red}</STYLE></head>\
                    <body><script>alert('x')</script><h1>Bad gateway</h1>\n<p>cloudflare</p></body></html>";
        assert_eq!(words(page.as_bytes()), "a web page instead of an answer: 502 Bad Gateway, Bad gateway, cloudflare");
    }

    #[test]
    fn control_characters_are_gone() {
        assert_eq!(words(br#"{"error":"a\u001b[31mred\nb\u0000"}"#), "a[31mred b");
        assert_eq!(words("{\"error\":\"\u{9b}x\"}".as_bytes()), "x");
    }

    #[test]
    fn json_of_another_shape_is_shown_as_it_is() {
        assert_eq!(words(br#"{"detail":"no"}"#), r#"{"detail":"no"}"#);
        assert_eq!(words(br#"{"error":{"message":"no"}}"#), "no");
        assert_eq!(words(b""), "no words were given");
    }
}
