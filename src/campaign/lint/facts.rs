//! The dates that a text may state: those in the campaign's file.

use chrono::NaiveDate;
use serde_json::Value;
use strum::Display;

use super::calendar::{Day, dates};
use super::parsed_text::ParsedText;
use crate::campaign::definition::reader::DateOf;

/// What a date means to a campaign.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Display)]
pub enum Fact {
    /// The last day of the old version.
    #[strum(to_string = "the deadline")]
    Deadline,
    /// The deadline that the reader received before.
    #[strum(to_string = "the deadline as stated earlier")]
    ToldDeadline,
    /// An entry of `[campaign.dates]`.
    #[strum(to_string = "dates.{0}")]
    Named(String),
    /// A campaign variable contains it.
    #[strum(to_string = "vars.{0}")]
    Variable(String),
    /// A phase is due on it.
    #[strum(to_string = "the day of phase {0}")]
    Phase(String),
}

impl ParsedText<'_> {
    /// Whether a fact is a date that has passed by the day on which the text is sent, and is not marked as
    /// history.
    pub(super) fn has_passed(&self, fact: &Fact) -> bool {
        let tellable = self.reader().tellable(self.phase);
        tellable.passed().any(|date| matches!(fact, Fact::Named(name) if *name == date.name))
    }
}

/// The dates of a campaign, each with its first and last day and its meaning.
#[derive(Debug)]
pub struct Facts(Vec<(NaiveDate, NaiveDate, Fact)>);

impl Facts {
    /// The dates that a text may state.
    pub fn of(parsed: &ParsedText<'_>) -> Self {
        let campaign = parsed.campaign;
        let mut facts = Vec::new();
        for (what, first, last) in parsed.reader().tellable(parsed.phase).all() {
            let fact = match what {
                DateOf::Deadline => Fact::Deadline,
                DateOf::Named(date) => Fact::Named(date.name.to_owned()),
                DateOf::Phase(phase) => Fact::Phase(phase.to_owned()),
            };
            facts.push((first, last, fact));
        }
        facts.extend(parsed.inputs.told_deadline.map(|told| (told.date, told.date, Fact::ToldDeadline)));
        // A date that a correction quotes was one of the campaign's at the time.
        let quoted = parsed.inputs.corrections.iter().filter_map(|wrong| wrong.told.as_deref()).flat_map(dates);
        let quoted = quoted.flat_map(|written| written.readings).filter_map(Day::date);
        facts.extend(quoted.map(|date| (date, date, Fact::ToldDeadline)));
        let own = campaign.segment(&parsed.inputs.segment).map(|segment| &segment.vars);
        for (name, value) in campaign.vars.iter().chain(own.into_iter().flatten()) {
            let mut texts = Vec::new();
            texts_of(value, &mut texts);
            let written = texts.into_iter().flat_map(dates).flat_map(|written| written.readings);
            facts.extend(written.filter_map(Day::date).map(|date| (date, date, Fact::Variable(name.clone()))));
        }
        facts.sort();
        Self(facts)
    }

    /// The days that one of these readings may mean, with their meanings.
    pub fn meant_by(&self, readings: &[Day]) -> Vec<(NaiveDate, Fact)> {
        let mut meant: Vec<(NaiveDate, Fact)> = Vec::new();
        for (first, last, fact) in &self.0 {
            let days = first.iter_days().take_while(|day| day <= last).take(LONGEST);
            let day = days.into_iter().find(|date| readings.iter().any(|day| day.is(*date)));
            meant.extend(day.map(|day| (day, fact.clone())));
        }
        meant.sort_by(|(_, one), (_, other)| one.cmp(other));
        meant
    }

    /// Whether one of the dates is in this range, inclusive.
    pub fn any_within(&self, first: NaiveDate, last: NaiveDate) -> bool {
        self.0.iter().any(|(own, own_last, _)| *own <= last && first <= *own_last)
    }
}

/// How many days of one date are searched at most.
const LONGEST: usize = 400;

fn texts_of<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| texts_of(field, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
