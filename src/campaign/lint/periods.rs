//! Checks months, quarters and years instead of a day: "in May 2027", "Q3 2027".

use std::cell::LazyCell;
use std::sync::LazyLock;

use chrono::{Datelike, Months, NaiveDate};
use regex_lite::{Captures, Regex};

use super::calendar::{dates, month, month_names};
use super::dates::{END, free};
use super::facts::Facts;
use super::parsed_text::{Finding, ParsedText, Sentence};
use super::reading::{one_line, pattern};
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;

static PERIOD: LazyLock<Regex> = LazyLock::new(|| {
    let month = format!(r"(?P<month>{})\.?\s+(?:(?:of|de|del|do)\s+)?(?P<y>20\d\d)\b", month_names());
    let quarter = r"Q(?P<q>[1-4])[\s/-]{0,2}(?P<y2>20\d\d)\b";
    let half = r"H(?P<h>[12])[\s/-]{0,2}(?P<y3>20\d\d)\b";
    let year = r"(?:in|by|until|en|em|im Jahr|until mid|mid|early|late|end of|fin|Ende)[\s-](?P<y4>20\d\d)\b";
    pattern(&format!(r"\b(?:{month}|{quarter}|{half}|{year})|(?P<y5>20\d\d)年(?P<m5>\d{{1,2}})月(?:末|中|まで)"))
});

/// Finds months and quarters that a text calls the end although the deadline is not in them.
pub fn periods(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let facts = Facts::of(parsed);
    let of_part = |(part, prose): (Part, &str)| {
        let written = LazyCell::new(|| dates(prose));
        let found = PERIOD.captures_iter(prose).filter_map(|captures| {
            let whole = captures.get(0)?;
            let sentence = parsed.sentence(part, whole.start())?;
            let (first, last) = bounds(&captures)?;
            let wrong = is_the_end(sentence) && !facts.any_within(first, last) && free(&whole.range(), &written);
            wrong.then(|| {
                let what = format!("{} is not when the campaign ends", one_line(whole.as_str()));
                let day = parsed.reader().deadline().date.format("%-d %B %Y");
                let fix = format!("the deadline is {day}: write {{{{ campaign.deadline | date }}}}");
                Finding::error(Rule::Date, part, whole.range(), what, fix)
            })
        });
        found.collect::<Vec<_>>()
    };
    parsed.parts().into_iter().flat_map(of_part).collect()
}

fn is_the_end(sentence: &Sentence) -> bool {
    END.is_match(sentence.words()) && !super::dates::is_past(sentence.words())
}

/// The first and last day of a period.
fn bounds(captures: &Captures<'_>) -> Option<(NaiveDate, NaiveDate)> {
    let number = |name: &str| captures.name(name).and_then(|number| number.as_str().parse::<u32>().ok());
    let year = ["y", "y2", "y3", "y4", "y5"].into_iter().find_map(number)?;
    let named = captures.name("month").and_then(|name| month(name.as_str())).or_else(|| number("m5"));
    let (first, months) = match (named, number("q"), number("h")) {
        (Some(month), _, _) => (month, 1),
        (_, Some(quarter), _) => (3 * quarter - 2, 3),
        (_, _, Some(half)) => (6 * half - 5, 6),
        _ => (1, 12),
    };
    let first = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, first, 1)?;
    let last = first.checked_add_months(Months::new(months))?.pred_opt()?;
    (last.year() < 2100).then_some((first, last))
}
