//! Escapes outside values for their position.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the unreserved characters: servers interpret `+` differently, but agree on `%20`.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The value as a part of an address.
pub fn percent_encoded(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}

/// The text as Markdown that shows it unchanged: no emphasis, links, code, HTML, lists or headings, and nothing a
/// server would turn into a link itself. (CommonMark allows every ASCII punctuation character to be escaped.)
pub fn escape_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        let always =
            matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '|' | '$' | '^' | '!' | ':' | '.');
        let at_the_start = at == 0 && matches!(c, '#' | '+' | '-' | '=');
        let after_number = c == ')' && text[..at].bytes().all(|byte| byte.is_ascii_digit());
        if always || at_the_start || after_number {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
