//! The dates that a text may tell: those the campaign's file has.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value;
use strum::Display;

use super::calendar::{Day, dates};
use super::parsed_text::ParsedText;

/// What a date is to a campaign.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Display)]
pub enum Fact {
    /// The last day of the old version.
    #[strum(to_string = "the deadline")]
    Deadline,
    /// The deadline that the reader was told before.
    #[strum(to_string = "the deadline as it was told before")]
    ToldDeadline,
    /// A variable of the campaign's names it.
    #[strum(to_string = "vars.{0}")]
    Variable(String),
    /// A phase is due on it.
    #[strum(to_string = "the day of phase {0}")]
    Phase(String),
}

/// The dates of a campaign, with what they are to it: the first of the meanings above that a date has.
#[derive(Debug)]
pub struct Facts(BTreeMap<NaiveDate, Fact>);

impl Facts {
    /// Those that a text may tell.
    pub fn of(parsed: &ParsedText<'_>) -> Self {
        let campaign = parsed.campaign;
        let mut facts = BTreeMap::from([(campaign.deadline, Fact::Deadline)]);
        let mut add = |date: NaiveDate, fact: Fact| {
            facts.entry(date).or_insert(fact);
        };
        if let Some(told) = parsed.inputs.told_deadline {
            add(told, Fact::ToldDeadline);
        }
        let own = campaign.segment(&parsed.inputs.segment).map(|segment| &segment.vars);
        for (name, value) in campaign.vars.iter().chain(own.into_iter().flatten()) {
            let mut texts = Vec::new();
            texts_of(value, &mut texts);
            let written = texts.into_iter().flat_map(dates).flat_map(|written| written.readings);
            for date in written.filter_map(Day::date) {
                add(date, Fact::Variable(name.clone()));
            }
        }
        for phase in &campaign.phases {
            if let Some(due) = campaign.due(phase) {
                add(campaign.local_date(due), Fact::Phase(phase.name.clone()));
            }
        }
        Self(facts)
    }

    /// The dates that one of these readings may mean.
    pub fn meant_by(&self, readings: &[Day]) -> Vec<(NaiveDate, Fact)> {
        let is_meant = |date: &NaiveDate| readings.iter().any(|day| day.is(*date));
        self.0.iter().filter(|(date, _)| is_meant(date)).map(|(date, fact)| (*date, fact.clone())).collect()
    }

    /// Whether one of the dates lies between these, both included.
    pub fn any_within(&self, first: NaiveDate, last: NaiveDate) -> bool {
        self.0.range(first..=last).next().is_some()
    }
}

fn texts_of<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| texts_of(field, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
