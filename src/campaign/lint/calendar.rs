//! Dates as people write them: 2027-04-30, 30 April 2027, April 30th, 30.04.2027, den 30. April, le 30 avril, 30 de abril,
//! 2027年4月30日, 4/30/27.

use std::ops::Range;
use std::sync::LazyLock;

use chrono::{NaiveDate, Weekday};
use regex_lite::{Captures, Regex};

use super::reading::pattern;
use super::weekdays::weekday;

/// A date in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its byte range.
    pub at: Range<usize>,
    /// What it may mean: 3/4/2027 is a different day in different countries.
    pub readings: Vec<Day>,
    /// The weekday written with it, and the byte range of both.
    pub weekday: Option<(Weekday, Range<usize>)>,
}

/// A day as written; it may not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The year, if written.
    pub year: Option<i32>,
    /// The month, from 1.
    pub month: u32,
    /// The day of the month, from 1.
    pub number: u32,
}

impl Day {
    /// Whether a date is this day.
    pub fn is(self, date: NaiveDate) -> bool {
        use chrono::Datelike;
        (self.month, self.number) == (date.month(), date.day()) && self.year.is_none_or(|year| year == date.year())
    }

    /// The date; `None` without a year, or if there is no such day.
    pub fn date(self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year?, self.month, self.number)
    }

    /// Whether the day exists in any year.
    pub fn exists(self) -> bool {
        // A leap year has every day that any year has.
        NaiveDate::from_ymd_opt(self.year.unwrap_or(2000), self.month, self.number).is_some()
    }
}

/// The months by number, in English, German, French, Spanish and Portuguese, in full and abbreviated; a name that
/// starts with another comes first.
const MONTHS: [(u32, &[&str]); 12] = [
    (1, &["January", "Januar", "Jänner", "janvier", "janeiro", "enero", "Jan"]),
    (2, &["February", "Februar", "février", "fevrier", "fevereiro", "febrero", "Feb"]),
    (3, &["March", "März", "Maerz", "março", "marzo", "mars", "Mar"]),
    (4, &["April", "avril", "abril", "Apr"]),
    (5, &["mayo", "maio", "May", "Mai", "mai"]),
    (6, &["June", "Juni", "junio", "junho", "juin", "Jun"]),
    (7, &["July", "julio", "julho", "juillet", "Juli", "Jul"]),
    (8, &["August", "agosto", "août", "aout", "Aug"]),
    (9, &["September", "septiembre", "setiembre", "septembre", "setembro", "Sept", "Sep"]),
    (10, &["October", "Oktober", "octobre", "octubre", "outubro", "Oct", "Okt"]),
    (11, &["November", "novembre", "noviembre", "novembro", "Nov"]),
    (12, &["December", "Dezember", "décembre", "decembre", "diciembre", "dezembro", "Dec", "Dez"]),
];

/// The month with this name, in any case.
pub fn month(name: &str) -> Option<u32> {
    let is_it = |own: &&str| own.to_lowercase() == name.to_lowercase();
    MONTHS.iter().find(|(_, names)| names.iter().any(&is_it)).map(|(month, _)| *month)
}

/// All names of months, as one alternative of a pattern.
pub fn month_names() -> String {
    let names = MONTHS.iter().flat_map(|(_, names)| *names);
    // "may" is not a month, nor is "mar"; "MAY 1" and "april 1" are.
    let spelt = names.map(|name| match name.chars().count() {
        ..=3 => format!("{name}|{}", name.to_uppercase()),
        _ => format!("(?i:{name})"),
    });
    spelt.collect::<Vec<_>>().join("|")
}

/// Spaces between the words of a date, including non-breaking ones; at most one line break.
const GAP: &str = r"(?:[ \t\u{A0}\u{202F}]+\n?[ \t]*|\n[ \t]*)";

fn with_months(shape: &str) -> Regex {
    pattern(&shape.replace("MONTH", &format!("(?P<month>{})", month_names())).replace("GAP", GAP))
}

/// What may be next to a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    /// Only prose: with punctuation around it, digits may be part of an address, a file name or a longer number.
    Prose,
    /// Punctuation as well: "29/30 April".
    Signs,
    /// Anything: there are no spaces between Japanese words.
    Anything,
}

static ISO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?P<y>\d{4})(?:-(?P<m>\d{2})-(?P<d>\d{2})(?:T[\d:.]+Z?)?|/(?P<m2>\d{1,2})/(?P<d2>\d{1,2}))")
});
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?P<a>\d{1,2})(?:[./-]|\. )(?P<b>\d{1,2})(?:[./-]|\. )(?P<y>(?:19|20)\d\d)\b|\b(?P<a2>\d{1,2})/(?P<b2>\d{1,2})/(?P<y2>\d\d)\b",
    )
});
static HYPHENS: LazyLock<Regex> = LazyLock::new(|| with_months(r"\b(?P<d>\d{1,2})-MONTH-(?P<y>\d{4})\b"));
static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"\b(?P<d>\d{1,2})(?:st|nd|rd|th|er|º|ª|°|\.)?GAP(?:(?:of|de|d['’])GAP?)?MONTH\b\.?";
    with_months(&format!(r"{day}(?:,?GAP(?:(?:of|de|del|do)GAP)?(?P<y>\d{{4}}))?"))
});
static MONTH_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    with_months(r"\bMONTH\.?GAP(?:the GAP?)?(?P<d>\d{1,2})(?:st|nd|rd|th)?\b(?:,?GAP(?P<y>\d{4})\b)?")
});

static JAPANESE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:(?P<y>\d{4})年 ?)?(?P<m>\d{1,2})月 ?(?P<d>\d{1,2})日"));

/// Reads the possible meanings of a match.
type Read = fn(&Captures<'_>) -> Vec<Day>;

/// The dates in a text, in order.
pub fn dates(text: &str) -> Vec<Written> {
    let shapes: [(&Regex, Read, Beside); 6] = [
        (&ISO, iso, Beside::Prose),
        (&NUMBERS, numbers, Beside::Prose),
        (&HYPHENS, named, Beside::Prose),
        (&DAY_FIRST, named, Beside::Signs),
        (&MONTH_FIRST, named, Beside::Signs),
        (&JAPANESE, iso, Beside::Anything),
    ];
    let mut found: Vec<(Range<usize>, Vec<Day>)> = Vec::new();
    for (shape, read, beside) in shapes {
        for captures in shape.captures_iter(text) {
            let Some(whole) = captures.get(0) else { continue };
            // A full stop after an unabbreviated month ends a sentence.
            let at = whole.start()..whole.start() + whole.as_str().trim_end_matches('.').len();
            if stands_alone(text, at.clone(), beside) {
                found.push((at, read(&captures)));
            }
        }
    }
    // Of two that overlap, the first; of two with the same start, the longer.
    found.sort_by_key(|(at, _)| (at.start, std::cmp::Reverse(at.end)));
    let mut end = 0;
    found.retain(|(at, _)| {
        let free = at.start >= end;
        end = if free { at.end } else { end };
        free
    });
    let written = |(at, readings): (Range<usize>, Vec<Day>)| Written { weekday: weekday(text, &at), at, readings };
    found.into_iter().map(written).collect()
}

/// Whether it is not part of something longer.
fn stands_alone(text: &str, at: Range<usize>, beside: Beside) -> bool {
    if beside == Beside::Anything {
        return true;
    }
    let joins = |c: char| match beside {
        Beside::Prose => matches!(c, '-' | '/'),
        Beside::Signs | Beside::Anything => false,
    };
    let before = text[..at.start].chars().next_back();
    let after = text[at.end..].chars().next();
    !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '=' | '#') || joins(c))
        && !after.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '=') || joins(c))
}

/// The number in the first of these groups that matched.
fn number<T: std::str::FromStr>(captures: &Captures<'_>, names: &[&str]) -> Option<T> {
    names.iter().find_map(|name| captures.name(name))?.as_str().parse().ok()
}

fn iso(captures: &Captures<'_>) -> Vec<Day> {
    let read = || {
        let (month, day) = (number(captures, &["m", "m2"])?, number(captures, &["d", "d2"])?);
        Some(Day { year: number(captures, &["y"]), month, number: day })
    };
    read().into_iter().collect()
}

fn numbers(captures: &Captures<'_>) -> Vec<Day> {
    let both = number::<u32>(captures, &["a", "a2"]).zip(number::<u32>(captures, &["b", "b2"]));
    let Some((a, b)) = both else { return Vec::new() };
    let year = number(captures, &["y"]).or_else(|| Some(2000 + number::<i32>(captures, &["y2"])?));
    let mut readings = vec![Day { year, month: b, number: a }, Day { year, month: a, number: b }];
    readings.dedup();
    // If only one reading is a valid day, that one is meant.
    if readings.iter().any(|day| day.exists()) {
        readings.retain(|day| day.exists());
    }
    readings
}

fn named(captures: &Captures<'_>) -> Vec<Day> {
    let name = captures.name("month").map_or("", |month| month.as_str());
    let day = month(name).zip(number(captures, &["d"]));
    day.map(|(month, day)| Day { year: number(captures, &["y"]), month, number: day }).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let shown = |day: &Day| match day.year {
            Some(year) => format!("{year}-{}-{}", day.month, day.number),
            None => format!("{}-{}", day.month, day.number),
        };
        dates(text).iter().map(|date| date.readings.iter().map(shown).collect::<Vec<_>>().join("|")).collect()
    }

    #[test]
    fn a_date_is_read_in_each_of_its_forms() {
        for text in [
            "2027-04-30",
            "2027-04-30T14:00:00Z",
            "30 April 2027",
            "30 Apr 2027",
            "30 Apr. 2027",
            "30th of April 2027",
            "30th April, 2027",
            "April 30, 2027",
            "April 30th 2027",
            "Apr. 30 2027",
            "30. April 2027",
            "30.04.2027",
            "30/4/2027",
            "4/30/2027",
            "30\nApril 2027",
            "30\u{a0}April\u{202f}2027",
            "30 APRIL 2027",
            "30 april 2027",
            "april 30, 2027",
            "APR 30, 2027",
            "April the 30th, 2027",
            "30-Apr-2027",
            "30-04-2027",
            "30. 4. 2027",
            "2027/04/30",
            "2027/4/30",
            "4/30/27",
            "30 avril 2027",
            "30 de abril de 2027",
            "30 de Abril del 2027",
            "2027年4月30日",
        ] {
            assert_eq!(read(&format!("by {text}, not later")), ["2027-4-30"], "{text}");
        }
        assert_eq!(read("am 1. März, den 2. Mai 2027"), ["3-1", "2027-5-2"]);
        assert_eq!(
            read("le 1er mai, el 31 de mayo, em 1º de março de 2027, le 3 d'août"),
            ["5-1", "5-31", "2027-3-1", "8-3"]
        );
        assert_eq!(read("v1は2027年4月30日まで、4月1日から"), ["2027-4-30", "4-1"]);
        assert_eq!(read("May 3 or the 4th of June"), ["5-3", "6-4"]);
        assert_eq!(read("03/04/2027"), ["2027-4-3|2027-3-4"]);
        assert_eq!(read("29/30 April, April 29-30, MAY 1"), ["4-30", "4-29", "5-1"]);
    }

    #[test]
    fn text_that_is_not_a_date_is_not_read_as_one() {
        for text in [
            "March 2027",
            "https://x.example/2027-04-30/a",
            "evt-2027-04-30",
            "you may 2 times",
            "1.2.3",
            "v1.2.2027.1",
            "12 Marches",
            "2027-04-301",
            "the second of May",
            "step 1 may fail",
            "24/7/365, 2/3/4567, 1/2",
            "https://x.example/2027/04/30/a",
            "log-29-Apr-2027.txt",
            "call 030-12-3456",
        ] {
            assert_eq!(read(text), [""; 0], "{text}");
        }
    }
}
