//! What comes from outside, escaped for the place it is to stand in.

/// The value as a part of an address.
pub(super) fn percent_encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
        text
    })
}

/// The text as Markdown that shows it as it is: no emphasis, links, code, HTML, lists or headings, and nothing a server
/// would turn into a link by itself. (CommonMark lets every ASCII punctuation character be escaped.)
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
