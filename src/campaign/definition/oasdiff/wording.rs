//! Converts a tool's wording to Markdown with exactly the same meaning.

/// A part of a tool's wording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Plain words.
    Text(String),
    /// What is between quotes.
    Quoted(String),
}

impl Piece {
    /// Plain words, if it is that.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Quoted(_) => None,
        }
    }

    /// What is between quotes, if it is that.
    pub(super) fn quoted(&self) -> Option<&str> {
        match self {
            Self::Quoted(value) => Some(value),
            Self::Text(_) => None,
        }
    }
}

/// The quote character of a line: older versions use apostrophes.
fn quote_of(line: &str) -> char {
    if line.contains('`') { '`' } else { '\'' }
}

/// A line split at its quotes. A value may be empty.
pub(super) fn pieces(line: &str) -> Vec<Piece> {
    let quote = quote_of(line);
    let (mut pieces, mut text, mut rest) = (Vec::new(), String::new(), line);
    while let Some(c) = rest.chars().next() {
        let inside = if text.ends_with(char::is_alphanumeric) { None } else { rest.strip_prefix(quote) };
        let end = inside.and_then(|inside| closing(inside, quote).map(|end| &inside[..end]));
        if let Some(value) = end {
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            pieces.push(Piece::Quoted(value.to_owned()));
            rest = &rest[value.len() + 2 * quote.len_utf8()..];
        } else {
            text.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    pieces
}

/// The position of the closing quote: an apostrophe inside a word does not close.
fn closing(inside: &str, quote: char) -> Option<usize> {
    let closes = |at: usize| !inside[at + 1..].starts_with(char::is_alphanumeric);
    inside.match_indices(quote).map(|(at, _)| at).find(|at| closes(*at))
}

/// One line of text as Markdown: quoted parts become code, the rest stays text wherever it is.
pub(super) fn as_markdown(line: &str) -> String {
    let quote = quote_of(line);
    let mut markdown = String::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let follows_word = line[..line.len() - rest.len()].ends_with(char::is_alphanumeric);
        let code = if follows_word { None } else { quoted(rest, quote) };
        if let Some(code) = code {
            markdown.extend(["`", code, "`"]);
            rest = &rest[code.len() + 2..];
        } else {
            if matches!(c, '\\' | '`' | '*' | '_' | '<' | '[' | '&' | '~' | '|') {
                markdown.push('\\');
            }
            markdown.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    no_block(markdown)
}

/// A text as code, if possible.
pub(super) fn as_code(line: &str) -> String {
    if line.contains('`') { as_markdown(line) } else { format!("`{line}`") }
}

/// The quoted text at the start: an apostrophe does not close it.
fn quoted(text: &str, quote: char) -> Option<&str> {
    let inside = text.strip_prefix(quote)?;
    Some(&inside[..closing(inside, quote)?]).filter(|code| !code.trim().is_empty() && !code.contains('`'))
}

/// The same at the start of a paragraph: no heading, list or quotation.
fn no_block(markdown: String) -> String {
    let digits = markdown.bytes().take_while(u8::is_ascii_digit).count();
    let at = match markdown[digits..].chars().next() {
        Some('.' | ')') if digits > 0 => digits,
        Some('#' | '>' | '-' | '+' | '=') if digits == 0 => 0,
        _ => return markdown,
    };
    format!("{}\\{}", &markdown[..at], &markdown[at..])
}

/// As a heading: with a capital letter and no full stop.
pub(super) fn as_heading(markdown: &str) -> String {
    let mut chars = markdown.trim_end_matches('.').chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_parts_become_code_and_the_rest_stays_text() {
        for (line, markdown) in [
            ("deleted the 'query' request parameter 'page'", "deleted the `query` request parameter `page`"),
            ("deleted the `query` parameter 'page'", "deleted the `query` parameter 'page'"),
            ("the client's 'id' and the owner's", "the client's `id` and the owner's"),
            ("it's one", "it's one"),
            ("the pattern '^[a-z]*$' was removed", "the pattern `^[a-z]*$` was removed"),
            ("an empty '' and a lone ' and `", "an empty '' and a lone ' and \\`"),
            ("`a` [x](https://evil.example) *b* <i> &lt;", "`a` \\[x](https://evil.example) \\*b\\* \\<i> \\&lt;"),
            ("page_size \\ a|b ~~c~~", "page\\_size \\\\ a\\|b \\~\\~c\\~\\~"),
            ("# x", "\\# x"),
            ("12. x", "12\\. x"),
            ("- x", "\\- x"),
            ("12 x", "12 x"),
            ("", ""),
        ] {
            assert_eq!(as_markdown(line), markdown, "{line}");
        }
    }

    #[test]
    fn an_operation_with_a_backtick_is_not_shown_as_code() {
        assert_eq!(as_code("GET /v1"), "`GET /v1`");
        assert_eq!(as_code("GET /`*x*"), "GET /\\`\\*x\\*");
    }
}
