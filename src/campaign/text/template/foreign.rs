//! Expressions of other programs, which are written like ours: `${{ secrets.KEY }}` in a workflow that an example shows is for its
//! reader to copy, and no variable of ours.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

/// What stands for two braces while the engine reads a template: control characters that no text has, as long as the braces are, so
/// that places stay where they are.
const OPEN: &str = "\u{91}";
const CLOSE: &str = "\u{92}";

/// An expression whose first name only those programs have.
#[allow(clippy::expect_used, reason = "the pattern is constant, and the tests try it")]
static EXPRESSION: LazyLock<Regex> = LazyLock::new(|| {
    let names = "secrets|github|env|matrix|steps|inputs|needs|runner|jobs?|strategy|hashFiles|fromJSON|toJSON";
    Regex::new(&format!(r"\$\{{\{{(?P<inner>\s*(?:{names})\b[^{{}}\n]*)\}}\}}")).expect("a pattern of ours")
});

/// A template's text, as the engine is given it.
pub(super) fn hidden(text: &str) -> String {
    if !text.contains("${{") {
        return text.to_owned();
    }
    let hide = |found: &Captures<'_>| format!("${OPEN}{}{CLOSE}", &found["inner"]);
    EXPRESSION.replace_all(text, hide).into_owned()
}

/// What the engine made of it, as customers read it.
pub(super) fn shown(text: &str) -> String {
    text.replace(OPEN, "{{").replace(CLOSE, "}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_of_another_program_stays_as_it_is() {
        let text = "key: ${{ secrets.ACME_KEY }}, ${{github.ref}}, costs ${{ vars.price }}";
        let given = hidden(text);
        assert_eq!(given.len(), text.len());
        assert_eq!(given.matches("{{").count(), 1, "{given}");
        assert_eq!(shown(&given), text);
    }
}
