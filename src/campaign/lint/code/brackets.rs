//! Checks brackets and quotes in languages without a parser here: whatever opens must be closed by its
//! counterpart.

use super::mistake::Wrong;

/// The comment and string syntax of a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Syntax {
    /// What starts a comment until the end of the line.
    pub comments: &'static [&'static str],
    /// Whether it has comments between `/*` and `*/`.
    pub blocks: bool,
    /// What starts a string on one line.
    pub quotes: &'static [char],
    /// What starts a string that may span lines.
    pub long_quotes: &'static [&'static str],
    /// Whether `/` may start a regular expression.
    pub slashes: bool,
}

/// JavaScript, TypeScript.
pub const SCRIPT: Syntax =
    Syntax { comments: &["//", "#!"], blocks: true, quotes: &['"', '\''], long_quotes: &["`"], slashes: true };
/// Java, Kotlin, C#, C, C++, Swift, Dart, Scala.
pub const C: Syntax =
    Syntax { comments: &["//"], blocks: true, quotes: &['"', '\''], long_quotes: &["\"\"\""], slashes: false };
/// Go.
pub const GO: Syntax =
    Syntax { comments: &["//"], blocks: true, quotes: &['"', '\''], long_quotes: &["`"], slashes: false };
/// Rust, whose lifetimes start like a string.
pub const RUST: Syntax = Syntax { comments: &["//"], blocks: true, quotes: &[], long_quotes: &["\""], slashes: false };
/// Python.
pub const PYTHON: Syntax =
    Syntax { comments: &["#"], blocks: false, quotes: &['"', '\''], long_quotes: &["\"\"\"", "'''"], slashes: false };
/// Ruby, Perl, Elixir, R: strings may span lines.
pub const RUBY: Syntax =
    Syntax { comments: &["#"], blocks: false, quotes: &[], long_quotes: &["\"", "'"], slashes: false };
/// PHP.
pub const PHP: Syntax =
    Syntax { comments: &["//", "#"], blocks: true, quotes: &[], long_quotes: &["\"", "'"], slashes: false };
/// SQL.
pub const SQL: Syntax =
    Syntax { comments: &["--"], blocks: true, quotes: &[], long_quotes: &["'", "\""], slashes: false };
/// An unknown language: only brackets.
pub const PLAIN: Syntax = Syntax { comments: &[], blocks: false, quotes: &['"'], long_quotes: &[], slashes: false };

/// The first bracket or quote without a counterpart. Code that is deliberately cut off, before the first line or after
/// the last, may leave one open there.
pub fn wrong(code: &str, syntax: Syntax) -> Option<Wrong> {
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut at = 0;
    let mut last = ' ';
    let sign = |at: usize, c: char, what: String| Some(Wrong { at: at..at + c.len_utf8(), what });
    while let Some(c) = code[at..].chars().next() {
        let rest = &code[at..];
        if let Some(length) = skipped(rest, syntax, last) {
            match length {
                Ok(length) => at += length,
                Err(()) => return sign(at, c, format!("the quotation mark `{c}` is not closed")),
            }
            last = '"';
            continue;
        }
        match c {
            '(' | '[' | '{' => open.push((c, at)),
            ')' | ']' | '}' => match open.pop() {
                Some((opened, _)) if closing(opened) == c => {}
                Some((opened, from)) => {
                    return sign(from, opened, format!("`{opened}` is closed by `{c}`"));
                }
                None if begins_cut(code) => {}
                None => return sign(at, c, format!("`{c}` has no opening bracket")),
            },
            _ => {}
        }
        if !c.is_whitespace() {
            last = c;
        }
        at += c.len_utf8();
    }
    let (opened, from) = *open.last()?;
    if ends_cut(code) { None } else { sign(from, opened, format!("`{opened}` is not closed")) }
}

/// The length of a comment or string that starts here; an error for a string that does not end.
fn skipped(rest: &str, syntax: Syntax, last: char) -> Option<Result<usize, ()>> {
    if syntax.comments.iter().any(|begin| rest.starts_with(begin)) {
        return Some(Ok(rest.find('\n').unwrap_or(rest.len())));
    }
    if syntax.blocks && rest.starts_with("/*") {
        return Some(Ok(rest.find("*/").map_or(rest.len(), |end| end + 2)));
    }
    if let Some(quote) = syntax.long_quotes.iter().find(|quote| rest.starts_with(**quote)) {
        return Some(end_of_text(rest, quote, false).ok_or(()));
    }
    let first = rest.chars().next()?;
    if syntax.quotes.contains(&first) {
        let quote = &rest[..first.len_utf8()];
        // An apostrophe as in "It's", in a comment or string that was not recognised.
        let apostrophe = first == '\'' && last.is_alphanumeric();
        return (!apostrophe).then(|| end_of_text(rest, quote, true).ok_or(()));
    }
    let expression = syntax.slashes
        && first == '/'
        && matches!(last, '(' | ',' | '=' | ':' | '[' | '!' | '&' | '|' | '?' | '{' | '}' | ';');
    expression.then(|| Ok(end_of_text(rest, "/", true).unwrap_or(1)))
}

/// The length of a string up to its closing quote, including the quotes.
fn end_of_text(rest: &str, quote: &str, one_line: bool) -> Option<usize> {
    let mut at = quote.len();
    while let Some(c) = rest[at..].chars().next() {
        if rest[at..].starts_with(quote) {
            return Some(at + quote.len());
        }
        match c {
            '\\' => at += c.len_utf8() + rest[at + 1..].chars().next().map_or(0, char::len_utf8),
            '\n' if one_line => return None,
            _ => at += c.len_utf8(),
        }
    }
    None
}

fn closing(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

fn is_ellipsis(line: &str) -> bool {
    line.contains("...") || line.contains('…')
}

fn begins_cut(code: &str) -> bool {
    code.lines().find(|line| !line.trim().is_empty()).is_some_and(is_ellipsis)
}

fn ends_cut(code: &str) -> bool {
    code.lines().rfind(|line| !line.trim().is_empty()).is_some_and(is_ellipsis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unclosed_bracket_or_quote_is_found_at_its_place() {
        for (code, syntax, at) in [
            ("const orders = await acme.orders.list({limit: 50);", SCRIPT, 38),
            ("f(a[1)", SCRIPT, 3),
            ("f(a))", SCRIPT, 4),
            ("print(\"a)\n", PYTHON, 6),
            ("client.orders(\n  limit=2\n", PYTHON, 13),
            ("SELECT 'a FROM t", SQL, 7),
            ("let x = \"a;\n}", RUST, 8),
            ("fmt.Println(`a)", GO, 12),
        ] {
            assert_eq!(wrong(code, syntax).map(|wrong| wrong.at.start), Some(at), "{code}");
        }
    }

    #[test]
    fn closed_or_deliberately_cut_code_is_accepted() {
        for (code, syntax) in [
            ("app.post(\"/hooks\", (req, res) => {\n  // it's (here\n  ...", SCRIPT),
            ("...\n})", SCRIPT),
            ("const r = s.replace(/[(]/g, ')'); // (\n/* ( */", SCRIPT),
            ("const t = `a\n(${f(1)}`;", SCRIPT),
            ("x = \"\"\"a\n(\"\"\"  # (\ny = 'it\\'s ('", PYTHON),
            ("char c = '('; // don't (", C),
            ("fn f<'a>(x: &'a str) -> &'a str { x }", RUST),
            ("client.f(file=\"./logo.png\", channels=[\"C111\", \"C222\"])", PLAIN),
            ("SELECT count(*) FROM t -- it's (", SQL),
            ("orders.each { |o| puts \"#{o[:id]}\" }", RUBY),
        ] {
            assert_eq!(wrong(code, syntax), None, "{code}");
        }
    }
}
