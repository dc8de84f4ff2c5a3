//! A template as a sequence of tags, and a tag as a sequence of tokens.

use std::ops::Range;

/// The kind of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `{{ … }}`
    Output,
    /// `{% … %}`
    Statement,
    /// `{# … #}`
    Comment,
}

/// A tag of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    /// Its kind.
    pub kind: Kind,
    /// Its byte range, including the delimiters.
    pub span: Range<usize>,
}

impl Tag {
    /// What is between its delimiters.
    pub fn inner(&self) -> Range<usize> {
        self.span.start + 2..self.span.end - 2
    }
}

/// The tags of a template, in order. Text between `raw` and `endraw` has none.
pub(crate) fn tags(text: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(tag) = next_tag(text, at) {
        at = tag.span.end;
        let word = || tokens(text, tag.inner()).first().map(|token| token.text);
        let raw = tag.kind == Kind::Statement && word() == Some("raw");
        found.push(tag);
        if raw && let Some(end) = end_of_raw(text, at) {
            at = end.span.end;
            found.push(end);
        }
    }
    found
}

/// The next tag from `at` on. Quoted texts may contain closing braces.
fn next_tag(text: &str, at: usize) -> Option<Tag> {
    let (start, kind, close) = text[at..].match_indices('{').find_map(|(offset, _)| {
        let start = at + offset;
        match text.as_bytes().get(start + 1)? {
            b'{' => Some((start, Kind::Output, "}}")),
            b'%' => Some((start, Kind::Statement, "%}")),
            b'#' => Some((start, Kind::Comment, "#}")),
            _ => None,
        }
    })?;
    let mut here = start + 2;
    while let Some(c) = text[here..].chars().next() {
        let rest = &text[here..];
        if rest.starts_with(close) {
            return Some(Tag { kind, span: start..here + 2 });
        }
        here += if kind != Kind::Comment && is_quote(c) { quoted(rest, c) } else { c.len_utf8() };
    }
    None
}

/// The tag that ends raw text, in which nothing else is interpreted: neither braces nor quotes.
fn end_of_raw(text: &str, at: usize) -> Option<Tag> {
    text[at..].match_indices("{%").find_map(|(offset, sign)| {
        let start = at + offset;
        let rest = &text[start + sign.len()..];
        let rest = rest.strip_prefix('-').unwrap_or(rest).trim_start().strip_prefix("endraw")?.trim_start();
        let rest = rest.strip_prefix('-').unwrap_or(rest).strip_prefix("%}")?;
        Some(Tag { kind: Kind::Statement, span: start..text.len() - rest.len() })
    })
}

/// The length of the quoted text at the start of a stretch, including the quotes. After a backslash, a quote is a
/// letter.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    let end = rest.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == quote && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(rest.len(), |(at, c)| at + c.len_utf8())
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`')
}

/// A token of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub text: &'a str,
    pub span: Range<usize>,
    pub is: Is,
}

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    Name,
    Text,
    Sign,
}

impl Token<'_> {
    /// The contents of a quoted text.
    pub fn unquoted(&self) -> String {
        let inside = self.text.strip_prefix(is_quote).unwrap_or(self.text);
        let mut letters = inside.strip_suffix(is_quote).unwrap_or(inside).chars();
        let mut said = String::with_capacity(inside.len());
        while let Some(letter) = letters.next() {
            said.extend(match letter {
                '\\' => letters.next().map(|escaped| match escaped {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    plain => plain,
                }),
                plain => Some(plain),
            });
        }
        said
    }
}

/// The tokens in a range of a template.
pub(super) fn tokens(text: &str, inner: Range<usize>) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut at = inner.start;
    while at < inner.end {
        let rest = &text[at..inner.end];
        let Some(first) = rest.chars().next() else { break };
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (length, is) = token(rest, first);
        found.push(Token { text: &rest[..length], span: at..at + length, is });
        at += length;
    }
    // A tag may begin and end with a minus that trims white space.
    if found.first().is_some_and(|token| token.text == "-") {
        found.remove(0);
    }
    if found.last().is_some_and(|token| token.text == "-") {
        found.pop();
    }
    found
}

/// The length and kind of the token at the start of a text.
fn token(rest: &str, first: char) -> (usize, Is) {
    if first == '_' || first.is_alphanumeric() {
        return (rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len()), Is::Name);
    }
    if is_quote(first) {
        return (quoted(rest, first), Is::Text);
    }
    let long = ["?.", "==", "!=", "<=", ">=", "//", "**"].iter().find(|sign| rest.starts_with(**sign));
    (long.map_or(first.len_utf8(), |sign| sign.len()), Is::Sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(text: &str) -> Vec<&str> {
        let tags = tags(text).into_iter().filter(|tag| tag.kind == Kind::Output);
        tags.map(|tag| text[tag.inner()].trim()).collect()
    }

    #[test]
    fn neither_raw_text_nor_an_escaped_quote_hides_what_follows() {
        for hiding in [
            "{% raw %}{{ don't {% endraw %}",
            "{% raw %}{{ b {% endraw %}",
            "{%- raw -%}{% endraw x %}{%- endraw -%}",
            "{% if 'it\\'s' %}",
            "{% if \"\\\\\" %}",
            "{# don't #}",
            "{ x",
        ] {
            assert_eq!(outputs(&format!("{hiding}{{{{ a }}}}")), ["a"], "{hiding}");
        }
        assert_eq!(outputs("{#}{{ a }}#}{{ b"), [""; 0]);
    }

    #[test]
    fn a_quoted_text_says_what_the_engine_reads_in_it() {
        let text = r#"{{ "a\"b\\" ~ 'it\'s' ~ `x` }}"#;
        let said: Vec<_> = tokens(text, 2..text.len() - 2).iter().map(Token::unquoted).collect();
        assert_eq!(said, ["a\"b\\", "~", "it's", "~", "x"]);
    }
}
