//! Dates as people write them: 2027-04-30, 30 April 2027, April 30th, 30.04.2027, den 30. April.

use std::ops::Range;
use std::sync::LazyLock;

use chrono::{NaiveDate, Weekday};
use regex_lite::{Captures, Regex};

use super::pattern;

/// A date in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Where it stands.
    pub at: Range<usize>,
    /// What it may mean: 3/4/2027 is one day here and another there.
    pub readings: Vec<Day>,
    /// The weekday that stands with it, and where both stand.
    pub weekday: Option<(Weekday, Range<usize>)>,
}

/// A day as written; perhaps none that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The year; people leave it out.
    pub year: Option<i32>,
    /// From 1.
    pub month: u32,
    /// Of the month, from 1.
    pub number: u32,
}

impl Day {
    /// Whether a date is this day.
    pub fn is(self, date: NaiveDate) -> bool {
        use chrono::Datelike;
        (self.month, self.number) == (date.month(), date.day()) && self.year.is_none_or(|year| year == date.year())
    }

    /// The date; none without a year, or where there is no such day.
    pub fn date(self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year?, self.month, self.number)
    }

    /// Whether some year has such a day.
    pub fn exists(self) -> bool {
        // A leap year has all days that any year has.
        NaiveDate::from_ymd_opt(self.year.unwrap_or(2000), self.month, self.number).is_some()
    }
}

/// The months by number, English and German, whole and cut; longer ones first where one begins another.
const MONTHS: [(u32, &[&str]); 12] = [
    (1, &["January", "Januar", "Jänner", "Jan"]),
    (2, &["February", "Februar", "Feb"]),
    (3, &["March", "März", "Mar"]),
    (4, &["April", "Apr"]),
    (5, &["May", "Mai"]),
    (6, &["June", "Juni", "Jun"]),
    (7, &["July", "Juli", "Jul"]),
    (8, &["August", "Aug"]),
    (9, &["September", "Sept", "Sep"]),
    (10, &["October", "Oktober", "Oct", "Okt"]),
    (11, &["November", "Nov"]),
    (12, &["December", "Dezember", "Dec", "Dez"]),
];

const WEEKDAYS: [(Weekday, &[&str]); 7] = [
    (Weekday::Mon, &["Monday", "Mon", "Montag"]),
    (Weekday::Tue, &["Tuesday", "Tues", "Tue", "Dienstag"]),
    (Weekday::Wed, &["Wednesday", "Wed", "Mittwoch"]),
    (Weekday::Thu, &["Thursday", "Thurs", "Thu", "Donnerstag"]),
    (Weekday::Fri, &["Friday", "Fri", "Freitag"]),
    (Weekday::Sat, &["Saturday", "Sat", "Samstag", "Sonnabend"]),
    (Weekday::Sun, &["Sunday", "Sun", "Sonntag"]),
];

/// Blanks between the words of a date; at most one of them ends a line.
const GAP: &str = r"(?:[ \t]+\n?[ \t]*|\n[ \t]*)";

fn with_months(shape: &str) -> Regex {
    let names: Vec<&str> = MONTHS.iter().flat_map(|(_, names)| *names).copied().collect();
    pattern(&shape.replace("MONTH", &format!("(?P<month>{})", names.join("|"))).replace("GAP", GAP))
}

static ISO: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?:T[\d:.]+Z?)?"));
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?P<a>\d{1,2})[./](?P<b>\d{1,2})[./](?P<y>\d{4})\b"));
static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    with_months(r"\b(?P<d>\d{1,2})(?:st|nd|rd|th|\.)?GAP(?:of GAP?)?MONTH\b\.?(?:,?GAP(?P<y>\d{4}))?")
});
static MONTH_FIRST: LazyLock<Regex> =
    LazyLock::new(|| with_months(r"\bMONTH\.?GAP(?P<d>\d{1,2})(?:st|nd|rd|th)?\b(?:,?GAP(?P<y>\d{4})\b)?"));

/// What a match of a shape may mean.
type Read = fn(&Captures<'_>) -> Vec<Day>;

/// The dates in a text, in order.
pub fn dates(text: &str) -> Vec<Written> {
    let shapes: [(&Regex, Read); 4] = [(&ISO, iso), (&NUMBERS, numbers), (&DAY_FIRST, named), (&MONTH_FIRST, named)];
    let mut found: Vec<(Range<usize>, Vec<Day>)> = Vec::new();
    for (shape, read) in shapes {
        for captures in shape.captures_iter(text) {
            let Some(whole) = captures.get(0) else { continue };
            if stands_alone(text, whole.range()) {
                found.push((whole.range(), read(&captures)));
            }
        }
    }
    // Of two that overlap, the first; of two that begin together, the longer.
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

/// Whether it is no part of an address, a file's name or a longer number.
fn stands_alone(text: &str, at: Range<usize>) -> bool {
    let before = text[..at.start].chars().next_back();
    let after = text[at.end..].chars().next();
    !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '/' | '_' | '.' | '=' | '#'))
        && !after.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '/' | '_' | '='))
}

fn number<T: std::str::FromStr>(captures: &Captures<'_>, name: &str) -> Option<T> {
    captures.name(name)?.as_str().parse().ok()
}

fn iso(captures: &Captures<'_>) -> Vec<Day> {
    let day = |month, day| Day { year: number(captures, "y"), month, number: day };
    number(captures, "m").zip(number(captures, "d")).map(|(month, number)| day(month, number)).into_iter().collect()
}

fn numbers(captures: &Captures<'_>) -> Vec<Day> {
    let Some((a, b)) = number::<u32>(captures, "a").zip(number::<u32>(captures, "b")) else { return Vec::new() };
    let year = number(captures, "y");
    let mut readings = vec![Day { year, month: b, number: a }, Day { year, month: a, number: b }];
    readings.dedup();
    // Where only one of them is a day, that one is meant.
    if readings.iter().any(|day| day.exists()) {
        readings.retain(|day| day.exists());
    }
    readings
}

fn named(captures: &Captures<'_>) -> Vec<Day> {
    let name = captures.name("month").map_or("", |month| month.as_str());
    let month = MONTHS.iter().find(|(_, names)| names.contains(&name)).map(|(month, _)| *month);
    let day = month.zip(number(captures, "d"));
    day.map(|(month, day)| Day { year: number(captures, "y"), month, number: day }).into_iter().collect()
}

/// The weekday before a date, or behind it in brackets.
fn weekday(text: &str, at: &Range<usize>) -> Option<(Weekday, Range<usize>)> {
    let before = text[..at.start].trim_end();
    let before = ["the", "den", "dem", "der"].iter().find_map(|word| before.strip_suffix(word)).unwrap_or(before);
    let before = before.trim_end().trim_end_matches([',', '.']).trim_end();
    let gap = &text[before.len()..at.start];
    let word = before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    if gap.matches('\n').count() <= 1
        && let Some(day) = named_weekday(word)
    {
        return Some((day, before.len() - word.len()..at.end));
    }
    let behind = text[at.end..].trim_start_matches(' ');
    let word = behind.strip_prefix('(')?.split(')').next()?;
    let end = text.len() - behind.len() + word.len() + 2;
    named_weekday(word).map(|day| (day, at.start..end.min(text.len())))
}

fn named_weekday(word: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(_, names)| names.contains(&word)).map(|(day, _)| *day)
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
        ] {
            assert_eq!(read(&format!("by {text}, not later")), ["2027-4-30"], "{text}");
        }
        assert_eq!(read("am 1. März, den 2. Mai 2027"), ["3-1", "2027-5-2"]);
        assert_eq!(read("May 3 or the 4th of June"), ["5-3", "6-4"]);
        assert_eq!(read("03/04/2027"), ["2027-4-3|2027-3-4"]);
    }

    #[test]
    fn what_is_no_date_is_not_read_as_one() {
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
        ] {
            assert_eq!(read(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_weekday_is_read_with_its_date() {
        let day = |text: &str| dates(text)[0].weekday.as_ref().map(|(day, at)| (*day, text[at.clone()].to_owned()));
        for text in [
            "Friday, 30 April 2027",
            "Fri 30 Apr 2027",
            "Friday the 30th of April",
            "Freitag, den 30. April 2027",
            "30 April 2027 (Friday)",
        ] {
            assert_eq!(day(&format!("on {text}, then")), Some((Weekday::Fri, text.to_owned())), "{text}");
        }
        assert_eq!(day("Mondays: 30 April 2027"), None);
    }
}
