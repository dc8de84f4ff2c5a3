//! Checks GraphQL in examples: operations, fragments, bare selections, schemas.

use graphql_parser::{parse_query, parse_schema};

use super::mistake::Wrong;

/// What is wrong with code as GraphQL.
pub fn wrong(code: &str) -> Option<Wrong> {
    let whole = without_elisions(code);
    let error = parse_query::<&str>(&whole).err()?.to_string();
    let selection = format!("{{{whole}}}");
    if parse_schema::<&str>(&whole).is_ok() || parse_query::<&str>(&selection).is_ok() {
        return None;
    }
    // "query parse error: Parse error at 1:34\nUnexpected …"
    let place = error.split(" at ").nth(1).and_then(|rest| rest.split([':', '\n', ' ']).next()?.parse::<usize>().ok());
    let lines = || code.split_inclusive('\n');
    let number = place.unwrap_or(1).clamp(1, lines().count().max(1));
    let start: usize = lines().take(number - 1).map(str::len).sum();
    let text = lines().nth(number - 1).unwrap_or_default().trim_end();
    let what = error.lines().nth(1).unwrap_or("it cannot be parsed").trim().to_owned();
    Some(Wrong { at: start..start + text.len(), what })
}

/// The code without `…`, and without `...` that spreads nothing; if a selection has nothing else, a field replaces it.
/// Lengths stay.
fn without_elisions(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    // How many brackets are open, and whether anything comes before: looking back each time would take too long in long code.
    let (mut arguments, mut within) = (0_i64, false);
    while let Some(c) = rest.chars().next() {
        let length = if c == '…' {
            c.len_utf8()
        } else if rest.starts_with("...") && !spreads(&rest[3..]) {
            3
        } else {
            arguments += i64::from(c == '(') - i64::from(c == ')');
            within |= !c.is_whitespace();
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        let selected = arguments <= 0 && within;
        out.push_str(if selected { "x" } else { " " });
        out.push_str(&" ".repeat(length - 1));
        rest = &rest[length..];
    }
    out
}

/// Whether the text after three dots is the name of a fragment, or its type.
fn spreads(after: &str) -> bool {
    let next = after.trim_start_matches([' ', '\t']);
    next.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '@' | '{'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_code_of_nothing_but_dots_is_read_in_one_go() {
        for code in ["{ a }...".repeat(100_000), format!("{{ a({}", "… ".repeat(300_000))] {
            assert_eq!(without_elisions(&code).len(), code.len());
        }
    }

    #[test]
    fn graphql_that_cannot_be_read_is_found() {
        for code in
            ["query { order(id: 1042) { amount \n", "query { order(id: 1042 { amount } }", "mutation { a( }", "{ a }}"]
        {
            assert!(wrong(code).is_some(), "{code}");
        }
        for code in [
            "query { order(id: 1042) { amount } }",
            "query Q($id: ID!) {\n  order(id: $id) {\n    ...OrderFields\n    ... on Paid { at }\n    ...\n  }\n}",
            "{ order(id: 1, …) { … } }",
            "type Order {\n  id: ID!\n  amount: Int!\n}",
            "order(id: 1) { id amount }",
            "fragment F on Order { id }",
        ] {
            assert_eq!(wrong(code), None, "{code}");
        }
    }
}
