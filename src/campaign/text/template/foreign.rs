//! Expressions of other programs that look like ours: `${{ secrets.KEY }}` in an example workflow is for its reader to
//! copy, not a variable of ours.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

/// Replaces two braces while the engine reads a template: control characters that no text contains, of the same length,
/// so that offsets stay the same.
const OPEN: &str = "\u{91}";
const CLOSE: &str = "\u{92}";

/// An expression whose first name only exists in those programs.
#[allow(clippy::expect_used, reason = "the pattern is constant, and the tests try it")]
static EXPRESSION: LazyLock<Regex> = LazyLock::new(|| {
    let names = "secrets|github|env|matrix|steps|inputs|needs|runner|jobs?|strategy|hashFiles|fromJSON|toJSON";
    Regex::new(&format!(r"\$\{{\{{(?P<inner>\s*(?:{names})\b[^{{}}\n]*)\}}\}}")).expect("a pattern of ours")
});

/// The text of a template for the engine.
pub(super) fn hidden(text: &str) -> String {
    if !text.contains("${{") {
        return text.to_owned();
    }
    let hide = |found: &Captures<'_>| format!("${OPEN}{}{CLOSE}", &found["inner"]);
    EXPRESSION.replace_all(text, hide).into_owned()
}

/// The engine's output for customers.
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
