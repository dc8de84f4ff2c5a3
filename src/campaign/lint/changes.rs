//! A change's code before and after, compared with each other, with its text and with the other changes.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::checked::Checked;
use super::reading::pattern;
use super::versions::{Versions, called};
use crate::campaign::definition::problem::Problem;
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{Change, Code};

/// Finds code that is the same before and after: the author forgot to change it.
pub fn same_code(checked: &Checked<'_>) -> Vec<Problem> {
    of_pairs(checked, |pair| {
        let same = pair.before.split_whitespace().eq(pair.after.split_whitespace());
        same.then(|| {
            let what = format!("change `{}` has the same code before and after", pair.change.id);
            (Rule::SameCode, what, "write what the code must become, or leave both out".to_owned())
        })
    })
}

/// Finds code before and after that call the versions in the wrong order, or call a third version.
pub fn versions_of_code(checked: &Checked<'_>) -> Vec<Problem> {
    let versions = Versions::of(checked.campaign);
    of_pairs(checked, |pair| {
        let names = |code: &str| called(code).into_iter().map(|(_, version)| version).collect::<Vec<_>>();
        let (before, after) = (names(pair.before), names(pair.after));
        let has = |of: &[String], version: &str| of.iter().any(|own| own == version);
        let swapped = |old: &str, new: &str| has(&before, new) && !has(&before, old) && has(&after, old);
        let found = |what: String, fix: String| Some((Rule::BeforeAfter, what, fix));
        let id = &pair.change.id;
        if let Some((old, new)) = versions.both() {
            if swapped(old, new) {
                return found(
                    format!("change `{id}` has before and after swapped: {new} comes first"),
                    "swap them".to_owned(),
                );
            }
            if has(&after, old) {
                let what = format!("the new code of change `{id}` still calls {old}");
                return found(what, format!("write code that calls {new}"));
            }
            let third = after.iter().find(|own| *own != old && *own != new && has(&before, old));
            return third.and_then(|third| {
                found(
                    format!("the new code of change `{id}` calls {third}"),
                    format!("customers go from {old} to {new}"),
                )
            });
        }
        let number = |versions: &[String]| {
            versions.iter().filter_map(|own| own[1..].split('.').next()?.parse::<u32>().ok()).max()
        };
        let falls = number(&before).zip(number(&after)).filter(|(before, after)| after < before);
        falls.and_then(|(before, after)| {
            found(
                format!("change `{id}` goes from v{before} to v{after}: before and after are swapped"),
                "swap them".to_owned(),
            )
        })
    })
}

/// Finds code after a change with a line that another change, or its own text, calls the old form.
pub fn old_forms(checked: &Checked<'_>) -> Vec<Problem> {
    let changes = &checked.campaign.changes;
    let dropped: Vec<(&str, Vec<&str>)> = changes
        .iter()
        .map(|change| (change.id.as_str(), change.codes().flat_map(|code| replaced(&code)).collect()))
        .collect();
    of_pairs(checked, |pair| {
        let others = dropped.iter().filter(|(id, _)| *id != pair.change.id);
        let kept = others.flat_map(|(id, lines)| lines.iter().map(move |line| (*id, *line)));
        let (id, line) = kept.into_iter().find(|(_, line)| has_line(pair.after, line))?;
        let what = format!("the new code of change `{}` still has what change `{id}` replaces: {line}", pair.change.id);
        Some((Rule::BeforeAfter, what, "write the new form".to_owned()))
    })
}

/// The lines of the old code that the new code does not have.
fn replaced<'c>(code: &Code<'c>) -> Vec<&'c str> {
    let (Some(before), Some(after)) = (code.before, code.after) else { return Vec::new() };
    lines(before).filter(|line| !after.contains(line)).collect()
}

/// The distinctive lines of code: long enough not to be just a bracket, and of more than one word or symbol.
fn lines(code: &str) -> impl Iterator<Item = &str> {
    let telling =
        |line: &&str| line.len() >= 12 && line.contains([' ', ':', '=', '(']) && line.contains(char::is_alphabetic);
    code.lines().map(str::trim).filter(telling)
}

fn has_line(code: &str, line: &str) -> bool {
    code.lines().any(|own| own.trim() == line)
        || code.contains(&format!("\"{line}\""))
        || code.contains(&format!("'{line}'"))
}

/// What a text calls new and old, in back-ticks.
static SAID: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    let code = |name: &str| format!(r"`(?P<{name}>[^`\n]+)`");
    let (a, b) = (code("new"), code("old"));
    let new_first = format!(
        r"{a}(?: \w+)? (?:in place of|instead of|rather than|replaces|takes the place of|statt|anstelle von|anstatt|au lieu de|en lugar de|en vez de|em vez de) (?:\w+ )?{b}"
    );
    let old_first = [
        format!(
            r"(?:[Rr]eplace[ds]?|[Ee]rsetzen Sie|[Rr]emplacez|[Rr]eemplac\w+) (?:\w+ )?{b} (?:with|by|durch|par|por) (?:\w+ )?{a}"
        ),
        format!(
            r"{b}(?: \w+)? (?:is now(?: called)?|is renamed to|was renamed to|becomes?|is replaced (?:by|with)|heißt jetzt|wird zu|devient|se llama ahora|pasa a ser|passa a ser) (?:\w+ )?{a}"
        ),
        format!(r"[Rr]ename[ds]? (?:\w+ )?{b} (?:to|as|into) (?:\w+ )?{a}"),
        format!(r"[Ff]rom (?:\w+ )?{b} to (?:\w+ )?{a}"),
        format!(r"{b} ?(?:→|->|=>) ?{a}"),
    ];
    let numbered = old_first
        .iter()
        .enumerate()
        .map(|(at, shape)| shape.replace("<new>", &format!("<new{at}>")).replace("<old>", &format!("<old{at}>")));
    [pattern(&new_first), pattern(&numbered.collect::<Vec<_>>().join("|"))]
});

/// Finds texts that say the opposite of what the code before and after shows.
pub fn text_against_code(checked: &Checked<'_>) -> Vec<Problem> {
    let campaign = checked.campaign;
    let mut problems = Vec::new();
    for (number, change) in campaign.changes.iter().enumerate() {
        let only_in = |of: &str, other: &str, words: &str| of.contains(words) && !other.contains(words);
        let says_the_opposite = |code: &Code<'_>, new: &str, old: &str| {
            let both = code.before.zip(code.after);
            both.is_some_and(|(before, after)| only_in(before, after, new) && only_in(after, before, old))
        };
        for (new, old) in said(&change.text) {
            if new != old && change.codes().any(|code| says_the_opposite(&code, new, old)) {
                let what = format!(
                    "change `{}` says `{new}` is new and `{old}` is old, and its code says the opposite",
                    change.id
                );
                let place = format!("change.{number}.text");
                problems.push(checked.error(
                    Rule::BeforeAfter,
                    &place,
                    &change.id,
                    what,
                    "swap them in the text, or in the code",
                ));
            }
        }
    }
    problems
}

/// The pairs of new and old in a text.
fn said(text: &str) -> Vec<(&str, &str)> {
    let pairs = SAID.iter().flat_map(|shape| {
        shape.captures_iter(text).filter_map(|captures| {
            let name = |kind: &str| {
                let names = std::iter::once(kind.to_owned()).chain((0..5).map(|at| format!("{kind}{at}")));
                names.into_iter().find_map(|name| captures.name(&name)).map(|found| found.as_str())
            };
            Some((name("new")?, name("old")?))
        })
    });
    pairs.collect()
}

/// A change with code before and after, in one of its languages.
struct Pair<'a> {
    change: &'a Change,
    before: &'a str,
    after: &'a str,
}

/// The findings about each pair of code, placed at the code after.
fn of_pairs(checked: &Checked<'_>, judge: impl Fn(&Pair<'_>) -> Option<(Rule, String, String)>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, change) in checked.campaign.changes.iter().enumerate() {
        for code in change.codes() {
            let (Some(before), Some(after)) = (code.before, code.after) else { continue };
            if let Some((rule, what, fix)) = judge(&Pair { change, before, after }) {
                let place = format!("change.{number}.{}after", code.place);
                problems.push(checked.error(rule, &place, &change.id, what, fix));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_text_calls_new_and_old_is_read() {
        for text in [
            "Write `Bearer` in place of `Token`.",
            "Use `Bearer` instead of the `Token`.",
            "Replace `Token` with `Bearer`.",
            "`Token` is now called `Bearer`.",
            "Rename `Token` to `Bearer`.",
            "It goes from `Token` to `Bearer`.",
            "`Token` → `Bearer`",
        ] {
            assert_eq!(said(text), [("Bearer", "Token")], "{text}");
        }
        assert_eq!(said("Send `Bearer`, not `Token`."), []);
    }
}
