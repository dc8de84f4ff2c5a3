//! What a model's own words may not contain: anything that could be a date, a number, a link, code, or a template
//! instruction. The list is of allowed characters; any other character is rejected, whatever it looks like.

use std::sync::LazyLock;

use regex_lite::Regex;

use crate::campaign::characters::unseen;

/// The punctuation that prose needs.
const SIGNS: &str = " ,.;:!?'\"()-\u{2019}\u{2018}\u{201c}\u{201d}\u{2013}\u{2014}\u{2026}";

/// Words that mean a date, a duration, or an API request and its response.
static TOLD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let months = "January|February|March|April|June|July|August|September|October|November|December|Januar|Februar|März|Mai|Juni|Juli|\
                  Oktober|Dezember|janvier|février|avril|juin|juillet|août|septembre|octobre|novembre|décembre|enero|febrero|abril|junio|\
                  julio|agosto|septiembre|octubre|noviembre|diciembre";
    let days = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag";
    let numbers = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|\
                   nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|a few|several|half an?";
    let units = "seconds?|minutes?|hours?|days?|weeks?|months?|years?|quarters?|percent|times|o'clock";
    let methods = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|TRACE";
    let answers = "Bad Request|Unauthorized|Forbidden|Not Found|Method Not Allowed|Conflict|Gone|Too Many Requests|Internal Server Error|\
                   Bad Gateway|Service Unavailable|Moved Permanently";
    let ends = "tomorrow|yesterday|tonight|midnight|noon|next (?:week|month|year|quarter)|(?:in|within) an? (?:hour|day|week|month|year)";
    let pattern = format!(
        r"\b(?:{months}|{days}|{methods}|{answers})\b|(?i:\b(?:{ends})\b)|(?i:\b(?:{numbers})(?:[ -]\w+)?[ -](?:{units})\b)|\bMay (?:the )?\w+(?:st|nd|rd|th)\b"
    );
    Regex::new(&pattern).ok()
});

/// Words put together like names in code or on the network.
static CODE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\w[.:]\w|\w\(|\b[a-z]+[A-Z]\w*|\b[A-Z]\w*-[A-Z]\w*|\b[Xx]-\w+|--\w|\b(?:https?|ftp|mailto|www)\b").ok()
});

/// Why the model's words may not appear in a mail, each with the part in question; words in `glossary` are always
/// allowed.
pub fn objections(say: &str, glossary: &[String]) -> Vec<(String, &'static str)> {
    let left = without(say, glossary);
    let mut found: Vec<(String, &'static str)> = Vec::new();
    for c in left.chars() {
        let why = match c {
            c if c.is_numeric() => "numbers, dates and versions come from facts",
            '/' | '@' | '\\' => "links, paths and addresses come from facts",
            '{' | '}' | '%' | '#' | '<' | '>' | '[' | ']' | '`' | '*' | '_' | '|' | '=' | '~' | '^' | '&' => {
                "no markup and no code: they come from facts and blocks"
            }
            c if unseen(c).is_some() => "a character that cannot be seen",
            c if c.is_alphabetic() || SIGNS.contains(c) => continue,
            _ => "a sign that a mail in plain prose does not need",
        };
        if !found.iter().any(|(_, known)| *known == why) {
            let visible = !c.is_control() && unseen(c).is_none();
            found.push((if visible { c.to_string() } else { c.escape_unicode().to_string() }, why));
        }
    }
    let patterns = [
        (&TOLD, "dates, lengths of time, methods and answers come from facts"),
        (&CODE, "names from code and addresses come from facts"),
    ];
    for (pattern, why) in patterns {
        let hit = pattern.as_ref().and_then(|pattern| pattern.find(&left));
        found.extend(hit.map(|hit| (hit.as_str().to_owned(), why)));
    }
    found
}

/// The text without the words of the glossary, matched as whole words.
fn without(say: &str, glossary: &[String]) -> String {
    let mut left = say.to_owned();
    for word in glossary.iter().filter(|word| !word.trim().is_empty()) {
        let mut kept = String::new();
        let mut rest = left.as_str();
        while let Some(at) = rest.find(word.as_str()) {
            let (before, after) = (&rest[..at], &rest[at + word.len()..]);
            let joined = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '/' || c == '_');
            kept.push_str(before);
            // Part of another word does not count.
            let whole = !joined(before.chars().next_back()) && !joined(after.chars().next());
            kept.push_str(if whole { "it" } else { word });
            rest = after;
        }
        kept.push_str(rest);
        left = kept;
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_prose_may_stand() {
        for say in [
            "Please plan the work now, and tell us if something stands in the way.",
            "Testez d'abord, puis publiez\u{2026}",
            "Keep your old code at hand (until you are sure).",
            "You may go back; a person reads each reply.",
        ] {
            assert_eq!(objections(say, &[]), [], "{say}");
        }
    }

    #[test]
    fn nothing_that_could_be_a_date_a_link_code_or_an_order_to_the_engine_may() {
        for say in [
            "by 2024-04-28",
            "on ３ March",
            "by the thirtieth of April",
            "until Friday",
            "in two weeks",
            "within thirty days",
            "tomorrow",
            "next month",
            "in a week",
            "see https://evil.example",
            "www.evil.example",
            "evil.example",
            "mail ann@a.example",
            "call GET",
            "answers Unauthorized",
            "`curl`",
            "X-Api-Key",
            "Example-Signature",
            "the orderId",
            "cursor()",
            "a_b",
            "{{ contact.email }}",
            "{% include \"/etc/passwd\" %}",
            "{# #}",
            "[here](x)",
            "<b>",
            "*now*",
            "a\u{202E}b",
            "a\u{200B}b",
            "⟦contact.name⟧",
            "v２",
            "Ⅷ",
            "path ∕ orders",
            "--force",
            "twenty-four hours",
            "a few days",
            "May the fourth",
            "http:evil",
            "line\nbreak",
        ] {
            assert!(!objections(say, &[]).is_empty(), "{say}");
        }
    }

    #[test]
    fn words_of_the_glossary_are_allowed_only_as_whole_words() {
        let glossary = ["OAuth2".to_owned(), "API v2".to_owned()];
        assert_eq!(objections("Use OAuth2 with API v2.", &glossary), []);
        assert!(!objections("Use OAuth22.", &glossary).is_empty());
    }
}
