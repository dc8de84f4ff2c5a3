//! A template as a row of tags, and a tag as a row of tokens.

use std::ops::Range;

/// What kind of tag it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::campaign::template) enum Kind {
    /// `{{ … }}`
    Output,
    /// `{% … %}`
    Statement,
    /// `{# … #}`
    Comment,
}

/// A tag of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::campaign::template) struct Tag {
    /// Its kind.
    pub kind: Kind,
    /// Where it stands, signs included.
    pub span: Range<usize>,
}

impl Tag {
    /// What stands between its signs.
    pub fn inner(&self) -> Range<usize> {
        self.span.start + 2..self.span.end - 2
    }
}

/// The tags of a template, in order. Raw text between `raw` and `endraw` has none.
pub(in crate::campaign::template) fn tags(text: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    let (mut at, mut raw) = (0, false);
    while let Some(tag) = next_tag(text, at) {
        at = tag.span.end;
        let word = match tag.kind {
            Kind::Statement => tokens(text, tag.inner()).first().map(|token| token.text),
            Kind::Output | Kind::Comment => None,
        };
        match word {
            Some("raw") => raw = true,
            Some("endraw") => raw = false,
            _ if raw => continue,
            _ => {}
        }
        found.push(tag);
    }
    found
}

/// The next tag from `at` on. Strings inside may hold closing braces.
fn next_tag(text: &str, at: usize) -> Option<Tag> {
    let starts = [("{{", "}}", Kind::Output), ("{%", "%}", Kind::Statement), ("{#", "#}", Kind::Comment)];
    let (start, (_, close, kind)) = starts
        .into_iter()
        .filter_map(|start| Some((at + text[at..].find(start.0)?, start)))
        .min_by_key(|(position, _)| *position)?;
    let mut quote = None;
    for (offset, c) in text[start + 2..].char_indices() {
        let here = start + 2 + offset;
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if kind != Kind::Comment && is_quote(c) => quote = Some(c),
            None if text[here..].starts_with(close) => return Some(Tag { kind, span: start..here + 2 }),
            None => {}
        }
    }
    None
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

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    Name,
    Text,
    Sign,
}

impl Token<'_> {
    /// What a quoted text says.
    pub fn unquoted(&self) -> &str {
        self.text.trim_matches(is_quote)
    }
}

/// The tokens of a stretch of a template.
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

/// How long the token at the beginning of a text is, and what it is.
fn token(rest: &str, first: char) -> (usize, Is) {
    if first == '_' || first.is_alphanumeric() {
        return (rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len()), Is::Name);
    }
    if is_quote(first) {
        return (rest[1..].find(first).map_or(rest.len(), |end| end + 2), Is::Text);
    }
    let long = ["?.", "==", "!=", "<=", ">=", "//", "**"].iter().find(|sign| rest.starts_with(**sign));
    (long.map_or(first.len_utf8(), |sign| sign.len()), Is::Sign)
}
