//! What a tool wrote of a finding, as Markdown that says the same and nothing else.

/// One line of text as Markdown: what the tool quotes becomes code, all else stays text, wherever it stands.
pub(super) fn as_markdown(line: &str) -> String {
    let quote = if line.contains('`') { '`' } else { '\'' };
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

/// A text as code, where that can be said.
pub(super) fn as_code(line: &str) -> String {
    if line.contains('`') { as_markdown(line) } else { format!("`{line}`") }
}

/// What stands in quotes at the beginning: an apostrophe closes nothing.
fn quoted(text: &str, quote: char) -> Option<&str> {
    let inside = text.strip_prefix(quote)?;
    let closes = |at: usize| !inside[at + 1..].starts_with(char::is_alphanumeric);
    let (end, _) = inside.match_indices(quote).find(|(at, _)| closes(*at))?;
    Some(&inside[..end]).filter(|code| !code.trim().is_empty() && !code.contains('`'))
}

/// The same where a paragraph begins: no heading, list or quotation.
fn no_block(markdown: String) -> String {
    let digits = markdown.bytes().take_while(u8::is_ascii_digit).count();
    let at = match markdown[digits..].chars().next() {
        Some('.' | ')') if digits > 0 => digits,
        Some('#' | '>' | '-' | '+' | '=') if digits == 0 => 0,
        _ => return markdown,
    };
    format!("{}\\{}", &markdown[..at], &markdown[at..])
}

/// With a capital letter, and no full stop: a heading.
pub(super) fn as_heading(markdown: &str) -> String {
    let mut chars = markdown.trim_end_matches('.').chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_becomes_code_and_all_else_stays_text() {
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
    fn an_operation_with_a_backtick_in_it_is_no_code() {
        assert_eq!(as_code("GET /v1"), "`GET /v1`");
        assert_eq!(as_code("GET /`*x*"), "GET /\\`\\*x\\*");
    }
}
