//! Variables in an expression, such as `contact.name` or `vars["old"]`, and how they are used.

use std::ops::Range;

use super::tags::{Is, Token};

/// Words of the expression language that are not variables.
const WORDS: [&str; 16] = [
    "and", "or", "not", "in", "is", "if", "else", "elif", "for", "true", "True", "false", "False", "none", "None",
    "null",
];

/// The path these tokens form, if they are nothing else.
pub(super) fn plain_path(tokens: &[Token<'_>]) -> Option<Vec<String>> {
    let (path, next) = path_at(tokens, 0);
    (!path.is_empty() && next == tokens.len()).then_some(path)
}

/// The variable's path that starts at a token, and its end; empty if none starts there.
pub(super) fn path_at(tokens: &[Token<'_>], at: usize) -> (Vec<String>, usize) {
    let none = (Vec::new(), at + 1);
    let Some(token) = tokens.get(at) else { return none };
    let before = at.checked_sub(1).and_then(|before| tokens.get(before)).map(|token| token.text);
    let after = tokens.get(at + 1).map(|token| token.text);
    let begins_with_letter = !token.text.starts_with(|c: char| c.is_ascii_digit());
    let is_variable = token.is == Is::Name
        && begins_with_letter
        && !WORDS.contains(&token.text)
        // A filter, a test, a name bound by a comprehension, or a later step of a path.
        && !matches!(before, Some("|" | "is" | "." | "?." | "for"))
        && !(before == Some("not") && at >= 2 && tokens[at - 2].text == "is")
        // A function or a named argument.
        && !matches!(after, Some("(" | "="));
    if !is_variable {
        return none;
    }
    let mut path = vec![token.text.to_owned()];
    let mut next = at + 1;
    while let (Some(dot), Some(step)) = (tokens.get(next), tokens.get(next + 1))
        && matches!(dot.text, "." | "?.")
        && step.is == Is::Name
    {
        path.push(step.text.to_owned());
        next += 2;
    }
    // A quoted index is a step; with any other, the rest of the path is unknown.
    while let [open, index, close, ..] = &tokens[next.min(tokens.len())..]
        && (open.text, close.text, index.is) == ("[", "]", Is::Text)
    {
        path.push(index.unquoted());
        next += 3;
    }
    if path.len() == 1
        && let Some(close) = closing(tokens, next)
    {
        path.push("[]".to_owned());
        // The field read from the entry; the index itself is scanned as its own expression.
        if let [dot, step, ..] = &tokens[close + 1..]
            && matches!(dot.text, "." | "?.")
            && step.is == Is::Name
        {
            path.push(step.text.to_owned());
        }
    }
    (path, next)
}

/// The position of the bracket that closes the one at a token, if any.
fn closing(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    tokens.get(open).filter(|token| token.text == "[")?;
    tokens.iter().enumerate().skip(open).find_map(|(at, token)| {
        match token.text {
            "[" => depth += 1,
            "]" => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })
}

/// How a variable is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Printed unchanged: `{{ contact.name }}`.
    Printed,
    /// Only tested for existence: `vars.x is defined`.
    Probed,
    /// Anything else: a condition, a loop, a filter, an argument, or output that a block captures.
    Steers,
}

/// How the variable formed by these tokens is used in the expression.
pub(super) fn role(tokens: &[Token<'_>], path: Range<usize>, printed: bool) -> Role {
    let follows = |offset: usize| tokens.get(path.end + offset).map(|token| token.text);
    let probed = follows(0) == Some("is")
        && (follows(1) == Some("defined") || follows(1) == Some("not") && follows(2) == Some("defined"));
    match () {
        () if printed && path == (0..tokens.len()) => Role::Printed,
        () if probed => Role::Probed,
        () => Role::Steers,
    }
}

/// The text searched for in the list formed by these tokens: `"x" in list`, `list is containing("x")`.
pub(super) fn sought(tokens: &[Token<'_>], path: Range<usize>) -> Option<String> {
    let before = &tokens[..path.start];
    let text = match (before, &tokens[path.end..]) {
        ([.., text, not, word], _) if (not.text, word.text) == ("not", "in") => text,
        ([.., text, word], _) if word.text == "in" => text,
        (_, [is, word, open, text, ..]) if (is.text, word.text, open.text) == ("is", "containing", "(") => text,
        _ => return None,
    };
    (text.is == Is::Text).then(|| text.unquoted())
}
