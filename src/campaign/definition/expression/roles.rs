//! How a variable is used in an expression.

use std::ops::Range;

use super::tags::{Is, Token};

/// How a variable is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Printed as it is: `{{ contact.name }}`.
    Printed,
    /// Only asked whether it is there: `vars.x is defined`.
    Probed,
    /// Anything else: a condition, a loop, a filter, an argument, an output that a block catches.
    Steers,
}

/// How the variable that these tokens are is used in the expression.
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

/// The text that is looked for in the list that these tokens are: `"x" in list`, `list is containing("x")`.
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
