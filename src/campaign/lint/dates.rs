//! Dates and weekdays: a mail about a deadline names no other day by mistake.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate, Weekday};
use regex_lite::Regex;
use serde_json::Value;

use super::calendar::{Day, Written, dates};
use super::parsed_text::{Finding, ParsedText};
use super::reading::{one_line, pattern};
use crate::campaign::definition::Campaign;
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;

/// Dates that are none of the campaign's, and weekdays that do not fit.
pub fn dates_and_weekdays(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let mut known = known(parsed.campaign);
    known.extend(parsed.inputs.told_deadline.map(|told| told.date));
    // What a correction quotes was a date of the campaign when it was told.
    let quoted = parsed.inputs.corrections.iter().filter_map(|wrong| wrong.told.as_deref()).flat_map(dates);
    known.extend(quoted.flat_map(|written| written.readings).filter_map(Day::date));
    let reader = parsed.campaign.reader(&parsed.inputs.segment);
    known.extend(reader.dates().flat_map(|date| [date.start.date, date.last().date]));
    let of_part = |(part, prose)| dates(prose).into_iter().map(move |written| (part, written));
    parsed
        .parts()
        .into_iter()
        .flat_map(of_part)
        .filter_map(|(part, written)| judge(parsed, part, &written, &known))
        .collect()
}

/// `~` is a gap between words.
static MOVING: LazyLock<Regex> = LazyLock::new(|| {
    let days = "week|weekend|month|monday|tuesday|wednesday|thursday|friday|saturday|sunday";
    let shape = format!(r"(?i)\b(?:tomorrow|yesterday|(?:next|this|coming)~(?:{days}))\b");
    pattern(&shape.replace('~', r"\s{1,6}"))
});

/// Words for a day that is another one for whoever approves or reads the mail later.
pub fn days_that_move(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let of_part = |(part, prose): (Part, &str)| {
        let found: Vec<_> = MOVING.find_iter(prose).map(|found| (found.range(), one_line(found.as_str()))).collect();
        found.into_iter().map(move |(at, words)| {
            let what = format!("`{words}` is another day for whoever approves or reads this later");
            Finding::error(Rule::Date, part, at, what, deadline(parsed.campaign)).into_warning()
        })
    };
    parsed.parts().into_iter().flat_map(of_part).collect()
}

/// The dates of a campaign: its deadline, its phases', and those its own variables and changes name.
fn known(campaign: &Campaign) -> BTreeSet<NaiveDate> {
    let due = campaign.phases.iter().flat_map(|phase| {
        campaign.readers(phase).filter_map(|reader| reader.due_local(phase)).map(|due| due.date()).collect::<Vec<_>>()
    });
    let mut known: BTreeSet<NaiveDate> = due.collect();
    known.insert(campaign.deadline.date);
    known.extend(campaign.segments.iter().filter_map(|segment| segment.deadline).map(|own| own.date));
    let mut texts: Vec<&str> = vec![&campaign.title];
    let vars = campaign.segments.iter().flat_map(|segment| segment.vars.values());
    campaign.vars.values().chain(vars).for_each(|value| texts_of(value, &mut texts));
    for change in &campaign.changes {
        texts.extend([&change.title, &change.text].map(String::as_str));
        texts.extend([&change.before, &change.after].into_iter().flatten().map(String::as_str));
    }
    let written = texts.into_iter().flat_map(dates);
    known.extend(written.flat_map(|written| written.readings).filter_map(Day::date));
    known
}

fn texts_of<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| texts_of(field, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn judge(parsed: &ParsedText<'_>, part: Part, written: &Written, known: &BTreeSet<NaiveDate>) -> Option<Finding> {
    let words = one_line(&parsed.raw(part)[written.at.clone()]);
    if !written.readings.iter().any(|day| day.exists()) {
        let what = format!("there is no {words}");
        return Some(Finding::error(Rule::Date, part, written.at.clone(), what, deadline(parsed.campaign)));
    }
    let meant = known.iter().filter(|date| written.readings.iter().any(|day| day.is(**date)));
    let meant: Vec<NaiveDate> = meant.copied().collect();
    if meant.is_empty() {
        let what = format!("{words} is no date of this campaign");
        return Some(Finding::error(Rule::Date, part, written.at.clone(), what, deadline(parsed.campaign)));
    }
    let (weekday, at) = written.weekday.as_ref()?;
    if meant.iter().any(|date| date.weekday() == *weekday) {
        return None;
    }
    let what = format!("{words} is a {}, not a {}", name(meant[0].weekday()), name(*weekday));
    let fix = "let the date filter write it: {{ campaign.deadline | date(format=\"%A, %-d %B %Y\") }}";
    Some(Finding::error(Rule::Weekday, part, at.clone(), what, fix))
}

fn deadline(campaign: &Campaign) -> String {
    format!(
        "the deadline is {}: write {{{{ campaign.deadline | date }}}}; a date of your own goes into [campaign.vars]",
        campaign.deadline.date.format("%-d %B %Y")
    )
}

fn name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}
