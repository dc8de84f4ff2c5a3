//! Checks YAML and TOML in examples.

use std::ops::Range;

use serde::de::IgnoredAny;
use toml::de::DeTable;

use super::mistake::Wrong;

/// What is wrong with code as YAML: one document, or several.
pub fn wrong(code: &str) -> Option<Wrong> {
    // Values that another program fills in are not YAML yet; `${{ … }}` is a string.
    if code.contains("{{") && code.match_indices("{{").any(|(at, _)| !code[..at].ends_with('$')) || code.contains("{%")
    {
        return None;
    }
    let whole = without_ellipses(code);
    let error = serde_saphyr::from_multiple::<IgnoredAny>(&whole).err()?;
    let line = error.location().map_or(1, |location| usize::try_from(location.line()).unwrap_or(1));
    let message = error.to_string();
    let what = message.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    Some(Wrong { at: nth_line(code, line), what })
}

/// What is wrong with code as TOML.
pub fn wrong_toml(code: &str) -> Option<Wrong> {
    let whole = without_ellipses(code);
    let error = DeTable::parse(&whole).err()?;
    let at = error.span().map_or(0, |span| span.start.min(code.len()));
    let line = whole[..at].matches('\n').count() + 1;
    Some(Wrong { at: nth_line(code, line), what: error.message().to_owned() })
}

/// Replaces an elided line by a comment of the same length.
fn without_ellipses(code: &str) -> String {
    let line = |line: &str| {
        let text = line.trim();
        let is_one =
            !text.is_empty() && text.trim_start_matches("- ").trim_matches(['.', '…', ' ']).is_empty() && text != "-";
        if is_one { line.replacen(text, &format!("#{}", " ".repeat(text.len() - 1)), 1) } else { line.to_owned() }
    };
    code.split_inclusive('\n').map(line).collect()
}

/// The line with this number, from 1, without its end.
fn nth_line(code: &str, number: usize) -> Range<usize> {
    let lines = || code.split_inclusive('\n');
    let number = number.clamp(1, lines().count().max(1));
    let start: usize = lines().take(number - 1).map(str::len).sum();
    let text = lines().nth(number - 1).unwrap_or_default().trim_end();
    start..start + text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_that_cannot_be_read_is_found_at_its_line() {
        for (code, line) in [
            ("acme:\n\turl: https://api.acme.io/v2\n", "\turl"),
            ("a:\n  - b\n c: 1\n", " c: 1"),
            ("a: [1, 2\nb: 3\n", ""),
            ("a: \"x\nb: 1\n", ""),
        ] {
            let wrong = wrong(code).unwrap_or_else(|| panic!("{code}"));
            assert!(code[wrong.at.clone()].starts_with(line), "{code}: {wrong:?}");
        }
        for code in [
            "env:\n  ACME_KEY: ${{ secrets.ACME_KEY }}\n",
            "a:\n  - x: 1\n  - ...\n...\nb: <your key>\n",
            "a: 1\n---\nb: 2\n",
            "on: [push]\n200:\n  $ref: '#/x'\n",
            "key: {{ value }}\n",
            "- a\n- …\n",
        ] {
            assert_eq!(wrong(code), None, "{code}");
        }
    }

    #[test]
    fn toml_that_cannot_be_read_is_found_at_its_line() {
        let found = wrong_toml("[a]\nurl = https://api.acme.io/v2\n").map(|wrong| wrong.at.start);
        assert_eq!(found, Some(4));
        assert_eq!(wrong_toml("[a]\n...\nurl = \"x\"\n…\n"), None);
    }
}
