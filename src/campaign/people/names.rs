//! Contact names that are not names: placeholders written by a program, damaged text, and links.

use schemars::JsonSchema;
use serde::Serialize;

/// Why a text is not a name to greet someone with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NameFlaw {
    /// A program's placeholder for a missing name.
    Placeholder,
    /// Characters garbled by a wrong encoding or by HTML.
    Damaged,
    /// It contains a link, which a mail program would make clickable.
    Link,
}

/// What is wrong with a name, if anything. A missing name is fine.
pub(crate) fn flaw(name: &str) -> Option<NameFlaw> {
    let name = name.trim();
    if name.is_empty() {
        return None;
    }
    let lower = name.to_lowercase();
    if ["http:", "https:", "://", "www.", "mailto:"].iter().any(|sign| lower.contains(sign)) {
        return Some(NameFlaw::Link);
    }
    if is_placeholder(name, &lower) {
        return Some(NameFlaw::Placeholder);
    }
    is_damaged(name).then_some(NameFlaw::Damaged)
}

fn is_placeholder(name: &str, lower: &str) -> bool {
    const WORDS: [&str; 18] = [
        "null",
        "(null)",
        "nil",
        "none",
        "undefined",
        "nan",
        "n/a",
        "#n/a",
        "unknown",
        "no name",
        "noname",
        "name",
        "first name",
        "firstname",
        "first_name",
        "last name",
        "full name",
        "vorname",
    ];
    const SIGNS: [&str; 9] = ["{{", "}}", "<%", "%>", "${", "*|", "|*", "[[", "]]"];
    let framed = |open: char, close: char| name.len() > 2 && name.starts_with(open) && name.ends_with(close);
    let is_framed =
        [('%', '%'), ('[', ']'), ('<', '>'), ('{', '}')].into_iter().any(|(open, close)| framed(open, close));
    let has_words = name.chars().any(char::is_alphanumeric);
    WORDS.contains(&lower) || SIGNS.iter().any(|sign| name.contains(sign)) || is_framed || !has_words
}

fn is_damaged(name: &str) -> bool {
    let pairs = name.chars().zip(name.chars().skip(1));
    // UTF-8 that was decoded as Latin-1: no language has these two in a row.
    let is_mojibake = |(one, next): (char, char)| match one {
        'Ã' | 'Ð' | 'Ñ' => ('\u{80}'..='\u{bf}').contains(&next) || "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ".contains(next),
        'Â' => ('\u{80}'..='\u{bf}').contains(&next),
        'â' => next == '€' || next == '\u{80}',
        _ => false,
    };
    name.contains(char::REPLACEMENT_CHARACTER) || has_entity(name) || pairs.into_iter().any(is_mojibake)
}

/// `&amp;`, `&#39;`
fn has_entity(name: &str) -> bool {
    name.split('&').skip(1).filter_map(|rest| rest.split_once(';')).any(|(entity, _)| {
        (2..=8).contains(&entity.len()) && entity.chars().all(|c| c.is_ascii_alphanumeric() || c == '#')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_distinguished_from_names() {
        for (name, flaw_of) in [
            ("null", NameFlaw::Placeholder),
            ("undefined", NameFlaw::Placeholder),
            ("N/A", NameFlaw::Placeholder),
            ("%FIRSTNAME%", NameFlaw::Placeholder),
            ("{{first_name}}", NameFlaw::Placeholder),
            ("[First Name]", NameFlaw::Placeholder),
            ("*|FNAME|*", NameFlaw::Placeholder),
            ("Dear ${name}", NameFlaw::Placeholder),
            ("???", NameFlaw::Placeholder),
            ("Smith &amp; Sons", NameFlaw::Damaged),
            ("O&#39;Neil", NameFlaw::Damaged),
            ("ZoÃ« MÃ¼ller", NameFlaw::Damaged),
            ("M\u{fffd}ller", NameFlaw::Damaged),
            ("Acme â€“ Berlin", NameFlaw::Damaged),
            ("Click http://evil.example/win now", NameFlaw::Link),
            ("www.evil.example", NameFlaw::Link),
        ] {
            assert_eq!(flaw(name), Some(flaw_of), "{name}");
        }
        let names = [
            "",
            " ",
            "Ann",
            "JOÃO SILVA",
            "Zoë Müller",
            "Smith & Sons; Berlin",
            "Booking.com",
            "Null Pointer GmbH",
            "O'Neil",
            "李雷",
            "Dr. A. B. Smith [VIP]",
            "ann@a.example",
            "100%",
            "Âme & Cie",
            "Ñandú S.A.",
            "R&D; Ltd",
        ];
        for name in names {
            assert_eq!(flaw(name), None, "{name}");
        }
    }
}
