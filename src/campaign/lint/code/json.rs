//! Checks JSON in examples: deliberate gaps, comments and placeholders are not mistakes.

use super::mistake::Wrong;

/// How strictly JSON is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// JSON.
    Strict,
    /// With commas before closing brackets, as in JSONC and JSON5.
    Relaxed,
}

/// What is wrong with code as JSON: one value, several on separate lines, or the fields of an object without braces.
pub fn wrong(code: &str, dialect: Dialect) -> Option<Wrong> {
    let whole = without_elisions(code, dialect);
    let error = match values(&whole) {
        Ok(()) => return None,
        Err(error) => error,
    };
    if is_fields(&whole) && values(&format!("{{{}}}", whole.trim_end().trim_end_matches(','))).is_ok() {
        return None;
    }
    let lines = || code.split_inclusive('\n');
    let line = error.line().clamp(1, lines().count().max(1));
    let start: usize = lines().take(line - 1).map(str::len).sum();
    let text = lines().nth(line - 1).unwrap_or_default().trim_end();
    let message = error.to_string();
    let what = message.split(" at line ").next().unwrap_or(&message).to_owned();
    Some(Wrong { at: start..start + text.len(), what })
}

/// Parses one value, or several that each start a line.
fn values(text: &str) -> Result<(), serde_json::Error> {
    let first = serde_json::from_str::<serde::de::IgnoredAny>(text);
    let Err(error) = first else { return Ok(()) };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_whole = |line: &str| serde_json::from_str::<serde::de::IgnoredAny>(line).is_ok();
    let begins = |line: &str| line.starts_with(['{', '[']);
    if lines.clone().count() > 1 && lines.clone().all(|line| begins(line) && is_whole(line)) {
        Ok(())
    } else {
        Err(error)
    }
}

/// Whether code starts with a key.
fn is_fields(code: &str) -> bool {
    let code = code.trim_start();
    let mut quotes = code.match_indices('"').map(|(at, _)| at);
    let (first, second) = (quotes.next(), quotes.next());
    first == Some(0) && second.is_some_and(|end| code[end + 1..].trim_start().starts_with(':'))
}

/// The code without placeholders, at the same length: `…` and `...`, comments, `<values to fill in>`.
fn without_elisions(code: &str, dialect: Dialect) -> String {
    let mut out: Vec<u8> = Vec::with_capacity(code.len());
    let mut at = 0;
    // Whether the next comma belongs to what was left out.
    let mut skips_comma = false;
    while let Some(c) = code[at..].chars().next() {
        let rest = &code[at..];
        let taken = match c {
            '"' => {
                let taken = text_length(rest);
                out.extend(&rest.as_bytes()[..taken]);
                at += taken;
                continue;
            }
            '/' if rest.starts_with("//") => line_length(rest),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '#' => line_length(rest),
            '.' if rest.starts_with("...") => rest.len() - rest.trim_start_matches('.').len(),
            '…' => c.len_utf8(),
            '⟦' => rest.find('⟧').map_or(c.len_utf8(), |end| end + '⟧'.len_utf8()),
            '<' | '$' => fill_in_length(rest).unwrap_or(0),
            _ => 0,
        };
        if taken == 0 {
            let skipped = c == ',' && std::mem::take(&mut skips_comma);
            let kept = if skipped { " " } else { &rest[..c.len_utf8()] };
            out.extend(kept.as_bytes());
            at += c.len_utf8();
            continue;
        }
        let is_comment = matches!(c, '/' | '#');
        let after = without_comments(&code[at + taken..]);
        let gap = blank(&rest[..taken]);
        let gap = if is_comment { gap } else { elided(gap, &mut out, after, &mut skips_comma) };
        out.extend(gap);
        at += taken;
    }
    if dialect == Dialect::Relaxed {
        drop_last_commas(&mut out);
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Replaces a gap: by a value after a colon, otherwise by nothing, including the commas around it.
fn elided(mut gap: Vec<u8>, out: &mut [u8], after: &str, skips_comma: &mut bool) -> Vec<u8> {
    let before = out.iter().rposition(|byte| !byte.is_ascii_whitespace());
    let next = after.chars().next();
    let ends = matches!(next, None | Some(',' | '}' | ']'));
    match before.map(|before| (before, out[before])) {
        Some((_, b':')) => gap[0] = b'0',
        // Between two commas, or before the end, the first comma goes too.
        Some((comma, b',')) if ends => out[comma] = b' ',
        Some((_, b',')) => {}
        // At the start, the comma after it goes too.
        None | Some((_, b'{' | b'[')) => *skips_comma = next == Some(','),
        Some(_) if !ends => gap[0] = b',',
        Some(_) => {}
    }
    gap
}

fn blank(text: &str) -> Vec<u8> {
    text.bytes().map(|byte| if byte == b'\n' { b'\n' } else { b' ' }).collect()
}

fn line_length(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}

/// The rest without leading spaces and comments.
fn without_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let next = if rest.starts_with("//") || rest.starts_with('#') {
            &rest[line_length(rest)..]
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or("", |end| &rest[end + 2..])
        } else {
            return rest;
        };
        rest = next.trim_start();
    }
}

/// The length of a quoted string, including the quotes.
fn text_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a placeholder: `<order id>`, `$ORDER_ID`, `${ORDER_ID}`.
fn fill_in_length(text: &str) -> Option<usize> {
    if let Some(inner) = text.strip_prefix('<') {
        let end = inner.find('>').filter(|end| *end > 0 && !inner[..*end].contains(['\n', '"', '{']))?;
        return Some(end + 2);
    }
    let inner = text.strip_prefix('$')?;
    if let Some(inner) = inner.strip_prefix('{') {
        return inner.find('}').filter(|end| !inner[..*end].contains('\n')).map(|end| end + 3);
    }
    let name = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
    (name > 0).then_some(name + 1)
}

fn drop_last_commas(out: &mut [u8]) {
    let mut in_text = false;
    let mut escaped = false;
    let mut comma: Option<usize> = None;
    for at in 0..out.len() {
        match out[at] {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => {
                in_text = !in_text;
                comma = None;
            }
            _ if in_text => {}
            b',' => comma = Some(at),
            b'}' | b']' => comma.take().into_iter().for_each(|comma| out[comma] = b' '),
            byte if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliberate_gaps_are_not_mistakes() {
        for code in [
            "{\"a\": 1}",
            "{\"orders\": [{\"id\": 1042}, ...], \"next_cursor\": null}",
            "{\"a\": ...}",
            "{\"a\": …, \"b\": 2}",
            "{\n  \"a\": 1,\n  ...\n}",
            "{\n  \"a\": 1\n  …\n}",
            "{\n  ...,\n  \"a\": 1\n}",
            "{\n  ...\n  \"a\": 1\n}",
            "{\n  \"a\": 1,\n  // the rest stays as it is\n  \"b\": 2\n}",
            "{\"a\": /* one */ 1}",
            "// a comment\n{}",
            "[1, 2, ..., 9]",
            "[...]",
            "{...}",
            "{\"id\": <order id>, \"key\": $KEY, \"n\": ⟦days_left⟧}",
            "\"type\": \"order.paid\"",
            "\"type\": \"order.paid\",\n\"id\": 1,",
            "{\"a\": 1}\n{\"a\": 2}",
            "{\"a\": \"// no comment … ...\"}",
            "{\"a\": 1, ...}",
            "{\"a\": {...}, \"b\": [{...}, {...}]}",
            "{\"a\": 1, ... \"b\": 2}",
        ] {
            assert_eq!(wrong(code, Dialect::Strict), None, "{code}");
        }
        assert_eq!(wrong("{\"a\": [1, 2,],}", Dialect::Relaxed), None);
    }

    #[test]
    fn mistakes_are_found_at_their_line() {
        for (code, line) in [
            ("{\"a\": 1,}", "{\"a\": 1,}"),
            ("{\"id\": 1042 \"amount\": 1}", "{\"id\": 1042 \"amount\": 1}"),
            ("{\"orders\": [}", "{\"orders\": [}"),
            ("{'a': 1}", "{'a': 1}"),
            ("{a: 1}", "{a: 1}"),
            ("{\n  \"a\": 1\n  \"b\": 2\n}", "  \"b\": 2"),
            ("{\n  \"a\": 1\n  \"b\": ...\n}", "  \"b\": ..."),
            ("{\"a\": \"x}", "{\"a\": \"x}"),
            ("[{\"a\": 1} {\"b\": 2}]", "[{\"a\": 1} {\"b\": 2}]"),
            ("{\"a\": 1, ...", "{\"a\": 1, ..."),
            ("\"a\": 1 \"b\": 2", "\"a\": 1 \"b\": 2"),
            ("{\"a\": undefined}", "{\"a\": undefined}"),
            ("{\"a\": 01}", "{\"a\": 01}"),
            ("", ""),
        ] {
            let wrong = wrong(code, Dialect::Strict).unwrap_or_else(|| panic!("{code}"));
            assert_eq!(&code[wrong.at], line, "{code}");
        }
    }
}
