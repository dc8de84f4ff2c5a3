//! The variables a template gets.

use serde_json::{Map, Value as Json};
use strum::IntoEnumIterator;
use tera::{Context, Value};

use super::engine::ZONE;
use super::inputs::Inputs;
use super::words::{date_in_words, in_zone};
use crate::campaign::definition::facts::{FactKind, Facts as CampaignFacts};
use crate::campaign::definition::reader::{Reader, ReaderDate};
use crate::campaign::definition::schedule::Distance;
use crate::campaign::definition::{Campaign, Change, Example, Phase, Segment, When};
use crate::campaign::moment::LocalMoment;
use crate::campaign::people::sent_facts::Wrong;
use crate::campaign::text::{Personal, presentable};

/// What determines a text.
pub(super) struct Facts<'a> {
    pub campaign: &'a Campaign,
    pub phase: &'a Phase,
    pub segment: &'a Segment,
    pub inputs: &'a Inputs,
}

/// The variables as templates see them; `personal` returns what represents each personal value.
pub(super) fn context(facts: &Facts<'_>, personal: impl Fn(Personal) -> String) -> Context {
    let Facts { campaign, phase, segment, inputs } = *facts;
    let reader = Reader::of(campaign, Some(segment));
    let mut context = Context::new();
    insert_customer(&mut context, inputs, |value| Value::safe_string(&personal(value)));
    context.insert_value(
        "campaign",
        map([
            ("name", authored(&campaign.name)),
            ("title", authored(&campaign.title)),
            ("company", optional(campaign.company.as_deref())),
            ("product", authored(campaign.product())),
            ("deadline", authored(&reader.deadline().date.to_string())),
            ("ends_at", moment(reader, reader.deadline())),
            ("guide_url", optional(reader.guide_url())),
            ("support", optional(reader.support())),
            ("from", authored(&campaign.from)),
        ]),
    );
    context.insert_value(ZONE, Value::safe_string(campaign.zone.name()));
    context.insert_value("timezone_name", authored(&reader.zone_at(reader.deadline().last()).name));
    let due = reader.due_local(phase).map(|due| due.date());
    let dates =
        reader.dates().map(|date| (tera::value::Key::from(date.name.to_owned()), date_value(reader, &date, due)));
    context.insert_value("dates", Value::from(dates.collect::<tera::Map>()));
    let mut to_come = reader.phases_after(phase);
    to_come.retain(|(next, _)| !inputs.had.contains(&next.name));
    // Of a phase and its repetition on the same day a customer gets one.
    to_come.dedup_by(|(next, _), (before, _)| reader.repeats(next, before));
    let next = to_come.into_iter().map(|(next, due)| {
        let at = LocalMoment { date: due.date(), time: Some(due.time()) };
        map([("phase", authored(&next.name)), ("date", authored(&due.date().to_string())), ("at", moment(reader, at))])
    });
    context.insert_value("next_dates", next.collect::<Vec<Value>>().into());
    let days = match &phase.when {
        When::Dated(due) if matches!(due.distance, Distance::Before(_)) => due.distance.days().unsigned_abs().into(),
        When::Dated(_) | When::Completed | When::DeadlineMoved => Value::none(),
    };
    context.insert_value("phase", map([("name", authored(&phase.name)), ("days_before", days)]));
    if let Some(told) = inputs.told_deadline {
        context.insert_value("told_deadline", authored(&told.date.to_string()));
    }
    if phase.corrects() {
        let today = CampaignFacts::of(campaign, segment);
        let corrections = inputs.corrections.iter().map(|wrong| correction_value(reader, wrong, &today));
        context.insert_value("corrections", corrections.collect::<Vec<Value>>().into());
        context.insert_value("rest_holds", inputs.rest_holds.into());
    }
    context.insert_value("segment", map([("name", authored(&segment.name))]));
    context.insert_value("vars", from_map(&variables(campaign, segment)));
    let changes = campaign.changes.iter().filter(|change| inputs.changes.contains(&change.id));
    context.insert_value("changes", changes.map(change_value).collect::<Vec<Value>>().into());
    context
}

/// The variables about the customer: personal values, and the tags, which may control the text.
fn insert_customer(context: &mut Context, inputs: &Inputs, value: impl Fn(Personal) -> Value) {
    for personal in Personal::iter().filter(|personal| !personal.to_string().contains('.')) {
        context.insert_value(personal.to_string(), value(personal));
    }
    // A tag comes from outside: one line, nothing invisible; Markdown in it is escaped when printed.
    let tags = inputs.tags.iter().flatten().map(|tag| Value::normal_string(&presentable(tag)));
    let tags: Vec<Value> = tags.collect();
    context.insert_value(
        "contact",
        map([
            ("name", value(Personal::Name)),
            ("email", value(Personal::Email)),
            ("id", value(Personal::Id)),
            ("tags", tags.into()),
        ]),
    );
    context.insert_value(
        "usage",
        map([
            ("old_calls", value(Personal::OldCalls)),
            ("new_calls", value(Personal::NewCalls)),
            ("last_seen", value(Personal::LastSeen)),
            ("endpoints", value(Personal::Endpoints)),
            ("summary", value(Personal::UsageSummary)),
        ]),
    );
}

fn change_value(change: &Change) -> Value {
    map([
        ("id", authored(&change.id)),
        ("title", authored(&change.title)),
        ("task", authored(change.task.as_ref().unwrap_or(&change.title))),
        ("text", authored(&change.text)),
        ("before", optional(change.before.as_deref())),
        ("after", optional(change.after.as_deref())),
        ("language", optional(change.language.as_deref())),
        ("examples", change.examples.iter().map(example_value).collect::<Vec<Value>>().into()),
        ("url", optional(change.url.as_deref())),
    ])
}

/// A change in another language.
fn example_value(example: &Example) -> Value {
    map([
        ("title", authored(example.label())),
        ("language", authored(&example.language)),
        ("before", optional(example.before.as_deref())),
        ("after", optional(example.after.as_deref())),
    ])
}

/// A wrong fact beside the right one.
fn correction_value(reader: Reader<'_>, wrong: &Wrong, today: &CampaignFacts) -> Value {
    let Wrong { fact, told } = wrong;
    let said = |text: Option<&str>| match fact.kind() {
        FactKind::Date => text.map_or_else(Value::none, |text| authored(&told_date(reader, text))),
        FactKind::Words | FactKind::Code | FactKind::Link | FactKind::Var => optional(text),
    };
    map([
        ("fact", authored(&fact.to_string())),
        ("kind", authored(&fact.kind().to_string())),
        ("what", authored(&fact.in_words(reader.campaign()))),
        ("told", said(told.as_deref())),
        ("right", said(today.get(fact))),
    ])
}

/// A date as it was stated, or its first and last moment, as people read it.
fn told_date(reader: Reader<'_>, iso: &str) -> String {
    let (start, end) = iso.split_once('/').map_or((iso, None), |(start, end)| (start, Some(end)));
    let (start, end) = (start.parse::<LocalMoment>(), end.map(str::parse::<LocalMoment>).transpose());
    let date = start.and_then(|start| Ok(ReaderDate { name: "", start, end: end?, past: true, moves: false }));
    date.map_or_else(|_| iso.to_owned(), |date| date_in_words(reader, &date))
}

/// A date of the campaign; `due` is the day its reader gets the text, if known.
fn date_value(reader: Reader<'_>, date: &ReaderDate<'_>, due: Option<chrono::NaiveDate>) -> Value {
    let with_hour =
        |at: Option<LocalMoment>| at.filter(|at| at.time.is_some()).map_or_else(Value::none, |at| moment(reader, at));
    let until = match date.end {
        Some(end) if end.time.is_none() => authored(&end.date.to_string()),
        end => with_hour(end),
    };
    map([
        ("date", authored(&date.start.date.to_string())),
        ("at", with_hour(Some(date.start))),
        ("until", until),
        ("past", date.past.into()),
        ("to_come", (!date.past && due.is_some_and(|due| date.last().date >= due)).into()),
        ("text", authored(&date_in_words(reader, date))),
    ])
}

/// A moment in the form the filters read.
fn moment(reader: Reader<'_>, at: LocalMoment) -> Value {
    in_zone(reader, at).map_or_else(Value::none, |moment| authored(&moment.to_rfc3339()))
}

fn map<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    Value::from(fields.into_iter().map(|(name, value)| (tera::value::Key::from(name), value)).collect::<tera::Map>())
}

/// Text by the campaign's authors, whose Markdown is intended.
fn authored(text: &str) -> Value {
    Value::safe_string(text)
}

fn optional(text: Option<&str>) -> Value {
    text.map_or_else(Value::none, authored)
}

fn from_map(fields: &Map<String, Json>) -> Value {
    let fields = fields.iter().map(|(name, value)| (tera::value::Key::from(name.clone()), from_json(value)));
    Value::from(fields.collect::<tera::Map>())
}

fn from_json(value: &Json) -> Value {
    match value {
        Json::String(text) => authored(text),
        Json::Array(items) => items.iter().map(from_json).collect::<Vec<_>>().into(),
        Json::Object(fields) => from_map(fields),
        other => Value::from_serializable(other),
    }
}

/// The campaign's variables, overlaid by the segment's.
pub fn variables(campaign: &Campaign, segment: &Segment) -> Map<String, Json> {
    let own = segment.vars.iter().map(|(name, value)| (name.clone(), value.clone()));
    campaign.vars.clone().into_iter().chain(own).collect()
}
