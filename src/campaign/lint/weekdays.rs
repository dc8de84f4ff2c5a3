//! The weekday written with a date: "Friday, 30 April", "30 April, a Friday", "30 April (Fri)".

use std::ops::Range;
use std::sync::LazyLock;

use chrono::Weekday;
use regex_lite::Regex;

use super::reading::{folded, pattern};

/// Their names in English, German, French, Spanish and Portuguese, and the English abbreviations.
const NAMES: [(Weekday, &[&str], &[&str]); 7] = [
    (Weekday::Mon, &["Monday", "Montag", "lundi", "lunes", "segunda-feira"], &["Mon"]),
    (Weekday::Tue, &["Tuesday", "Dienstag", "mardi", "martes", "terça-feira"], &["Tues", "Tue"]),
    (Weekday::Wed, &["Wednesday", "Mittwoch", "mercredi", "miércoles", "quarta-feira"], &["Wed"]),
    (Weekday::Thu, &["Thursday", "Donnerstag", "jeudi", "jueves", "quinta-feira"], &["Thurs", "Thu"]),
    (Weekday::Fri, &["Friday", "Freitag", "vendredi", "viernes", "sexta-feira"], &["Fri"]),
    (Weekday::Sat, &["Saturday", "Samstag", "Sonnabend", "samedi", "sábado"], &["Sat"]),
    (Weekday::Sun, &["Sunday", "Sonntag", "dimanche", "domingo"], &["Sun"]),
];

/// What may be between a weekday and its date, besides spaces and punctuation.
const BETWEEN: [&str; 14] =
    ["the", "den", "dem", "der", "le", "el", "día", "dia", "em", "morning", "noon", "afternoon", "evening", "night"];

/// A weekday after a date: in brackets, after a comma, in a clause, or at the end of a sentence.
static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    let names: Vec<&str> = NAMES.iter().flat_map(|(_, whole, cut)| whole.iter().chain(*cut)).copied().collect();
    let shapes = [
        r"[(（](?P<brackets>DAY|[月火水木金土日])(?:曜日?)?[)）]",
        r"[,–—-]?BLANK(?:an?|ein|une?|uma?)BLANK(?P<apposition>DAY)\b",
        r",?BLANK(?:(?:which|that|this|it)BLANK)?(?:is|fallsBLANKon)BLANK(?:an?BLANK)?(?P<clause>DAY)\b",
        r"[,:–—-]BLANK(?P<end>DAY)(?:[.;!)]|\n|$)",
    ];
    let shapes = shapes.join("|").replace("DAY", &format!("(?i:{})", names.join("|")));
    pattern(&format!(r"^[ \t]*(?:{})", shapes.replace("BLANK", r"[ \t]*\n?[ \t]*")))
});

/// The weekday before or after a date, and the range of both.
pub fn weekday(text: &str, at: &Range<usize>) -> Option<(Weekday, Range<usize>)> {
    before(text, at).or_else(|| behind(text, at))
}

fn before(text: &str, at: &Range<usize>) -> Option<(Weekday, Range<usize>)> {
    let mut before = text[..at.start].trim_end();
    for _ in 0..2 {
        let ends_with = |word: &&&str| {
            before.strip_suffix(**word).is_some_and(|rest| rest.ends_with(|c: char| !c.is_alphanumeric()))
        };
        if let Some(word) = BETWEEN.iter().find(ends_with) {
            before = &before[..before.len() - word.len()];
        }
        before = before
            .trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | '(' | '–' | '—' | '-' | '|'));
    }
    let gap = &text[before.len()..at.start];
    let word = before.rsplit(|c: char| !c.is_alphabetic() && c != '-').next().unwrap_or_default();
    let day = named(word).filter(|_| gap.matches('\n').count() <= 1)?;
    Some((day, before.len() - word.len()..at.end))
}

fn behind(text: &str, at: &Range<usize>) -> Option<(Weekday, Range<usize>)> {
    let captures = BEHIND.captures(&text[at.end..])?;
    let name = ["brackets", "apposition", "clause", "end"].iter().find_map(|shape| captures.name(shape))?;
    let end = if captures.name("brackets").is_some() { captures.get(0)?.end() } else { name.end() };
    named(name.as_str()).map(|day| (day, at.start..at.end + end))
}

/// The weekday with this name. An abbreviation must be capitalised: "sun" and "sat" are words.
fn named(word: &str) -> Option<Weekday> {
    let japanese = ["月", "火", "水", "木", "金", "土", "日"].iter().position(|day| *day == word);
    if let Some(day) = japanese {
        return Weekday::try_from(u8::try_from(day).ok()?).ok();
    }
    let (lower, capital) = (folded(word), word.starts_with(char::is_uppercase));
    let whole = |own: &&str| {
        let own = folded(own);
        own == lower || own.strip_suffix("-feira") == Some(lower.as_str()) && lower != "segunda"
    };
    let is_it = |(_, names, cut): &&(Weekday, &[&str], &[&str])| {
        names.iter().any(whole) || capital && cut.iter().any(|own| own.eq_ignore_ascii_case(word))
    };
    NAMES.iter().find(is_it).map(|(day, _, _)| *day)
}

#[cfg(test)]
mod tests {
    use super::super::calendar::dates;
    use super::*;

    fn day(text: &str) -> Option<(Weekday, String)> {
        dates(text)[0].weekday.as_ref().map(|(day, at)| (*day, text[at.clone()].to_owned()))
    }

    #[test]
    fn a_weekday_is_read_with_its_date() {
        for text in [
            "Friday, 30 April 2027",
            "Fri 30 Apr 2027",
            "Fri., 30 April 2027",
            "FRIDAY, 30 April 2027",
            "friday, 30 april 2027",
            "Friday the 30th of April",
            "Friday, the 30th of April",
            "Friday evening, 30 April",
            "Friday – 30 April 2027",
            "Freitag, den 30. April 2027",
            "30 April 2027 (Friday)",
            "30 April 2027, a Friday",
            "30 April 2027, which is a Friday",
            "30 April 2027 is a Friday",
            "30 April 2027 falls on a Friday",
            "vendredi 30 avril 2027",
            "vendredi, le 30 avril 2027",
            "viernes 30 de abril de 2027",
            "viernes, el 30 de abril",
            "sexta-feira, 30 de abril de 2027",
            "sexta, 30 de abril",
            "2027年4月30日（金）",
            "2027年4月30日(金曜日)",
        ] {
            assert_eq!(day(&format!("on {text}, then")), Some((Weekday::Fri, text.to_owned())), "{text}");
        }
        assert_eq!(day("Friday (30 April)").map(|(day, _)| day), Some(Weekday::Fri));
        for text in ["30 April 2027, Friday", "30 April – Friday", "30 April: Fri"] {
            assert_eq!(day(&format!("on {text}.")), Some((Weekday::Fri, text.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_weekday_of_something_else_is_not_read() {
        for text in [
            "Mondays: 30 April 2027",
            "From 30 April 2027, Monday to Friday from 9 to 5",
            "until Friday.\n\n30 April 2027",
            "the sun, 30 April",
            "30 April 2027 (a Fri one)",
            "Freitagabend 30 April 2027, an open day",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }
}
