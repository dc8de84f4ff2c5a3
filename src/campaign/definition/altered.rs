//! A campaign with altered facts: used to find out which of them a text states.

use chrono::Days;
use serde_json::Value;

use super::Campaign;
use super::facts::Fact;
use super::schedule::{Distance, Length, NamedDate, Start};
use crate::campaign::moment::LocalMoment;

impl Campaign {
    /// The campaign with these facts altered: a text that comes out the same states none of them.
    pub(crate) fn with_altered<'a>(&self, facts: impl IntoIterator<Item = &'a Fact>) -> Self {
        let mut altered = self.clone();
        for fact in facts {
            match fact {
                Fact::Deadline => {
                    let own = altered.segments.iter_mut().filter_map(|segment| segment.deadline.as_mut());
                    own.chain([&mut altered.deadline]).for_each(next_day);
                }
                Fact::Date(name) => {
                    altered.dates.iter_mut().filter(|date| date.name == *name).for_each(alter_date);
                }
                Fact::GuideUrl => {
                    let own = altered.segments.iter_mut().filter_map(|segment| segment.guide_url.as_mut());
                    own.chain(&mut altered.guide_url).for_each(alter);
                }
                Fact::Support => {
                    let own = altered.segments.iter_mut().filter_map(|segment| segment.support.as_mut());
                    own.chain(&mut altered.support).for_each(alter);
                }
                Fact::Change { id, part } => {
                    let change = altered.changes.iter_mut().find(|change| change.id == *id);
                    change.and_then(|change| change.part_mut(*part)).into_iter().for_each(alter);
                }
                Fact::Example { id, name, side } => {
                    let change = altered.changes.iter_mut().find(|change| change.id == *id);
                    let example = change.and_then(|change| change.example_mut(name));
                    example.and_then(|example| example.code_mut(*side)).into_iter().for_each(alter);
                }
                Fact::Var(name) => {
                    let own = altered.segments.iter_mut().filter_map(|segment| segment.vars.get_mut(name));
                    own.chain(altered.vars.get_mut(name)).for_each(alter_value);
                }
            }
        }
        altered
    }
}

fn next_day(moment: &mut LocalMoment) {
    moment.date = moment.date.checked_add_days(Days::new(1)).unwrap_or(moment.date);
}

fn alter_date(date: &mut NamedDate) {
    match &mut date.start {
        Start::At(at) | Start::Past(at) => next_day(at),
        Start::FromDeadline(Distance::Before(days) | Distance::After(days)) => *days += 1,
    }
    if let Some(Length::Until(end)) = &mut date.length {
        next_day(end);
    }
}

/// Changes a text into a different one that is valid in the same place.
fn alter(text: &mut String) {
    match text.trim().parse::<chrono::NaiveDate>() {
        Ok(date) => *text = date.checked_add_days(Days::new(1)).unwrap_or(date).to_string(),
        Err(_) => text.insert(0, 'ø'),
    }
}

fn alter_value(value: &mut Value) {
    match value {
        Value::String(text) => alter(text),
        Value::Number(number) => *value = Value::from(number.as_i64().unwrap_or_default() + 1),
        Value::Bool(yes) => *yes = !*yes,
        Value::Array(items) => items.iter_mut().for_each(alter_value),
        Value::Object(fields) => fields.values_mut().for_each(alter_value),
        Value::Null => {}
    }
}
