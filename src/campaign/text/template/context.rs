//! What a template is given.

use serde_json::{Map, Value as Json};
use strum::IntoEnumIterator;
use tera::{Context, Value};

use super::inputs::Inputs;
use crate::campaign::definition::{Campaign, Change, Phase, Segment, When};
use crate::campaign::text::{Personal, presentable};

/// What shapes a text.
pub(super) struct Facts<'a> {
    pub campaign: &'a Campaign,
    pub phase: &'a Phase,
    pub segment: &'a Segment,
    pub inputs: &'a Inputs,
}

/// The facts as templates see them; what stands for each personal value is for `personal` to say.
pub(super) fn context(facts: &Facts<'_>, personal: impl Fn(Personal) -> String) -> Context {
    let Facts { campaign, phase, segment, inputs } = *facts;
    let mut context = Context::new();
    insert_customer(&mut context, inputs, |value| Value::safe_string(&personal(value)));
    context.insert_value(
        "campaign",
        map([
            ("name", authored(&campaign.name)),
            ("title", authored(&campaign.title)),
            ("deadline", authored(&campaign.deadline.to_string())),
            ("guide_url", optional(campaign.guide_url.as_ref())),
            ("support", optional(campaign.support.as_ref())),
            ("from", authored(&campaign.from)),
        ]),
    );
    let days = match phase.when {
        When::Before(days) => days.into(),
        When::Completed | When::DeadlineMoved => Value::none(),
    };
    context.insert_value("phase", map([("name", authored(&phase.name)), ("days_before", days)]));
    if let Some(told) = inputs.told_deadline {
        context.insert_value("told_deadline", authored(&told.to_string()));
    }
    context.insert_value("segment", map([("name", authored(&segment.name))]));
    context.insert_value("vars", from_map(&variables(campaign, segment)));
    let changes = campaign.changes.iter().filter(|change| inputs.changes.contains(&change.id));
    context.insert_value("changes", changes.map(change_value).collect::<Vec<Value>>().into());
    context
}

/// What a text says of the customer: personal values, and the tags, which may steer it.
fn insert_customer(context: &mut Context, inputs: &Inputs, value: impl Fn(Personal) -> Value) {
    for personal in Personal::iter().filter(|personal| !personal.to_string().contains('.')) {
        context.insert_value(personal.to_string(), value(personal));
    }
    // A tag comes from outside: one line, nothing hidden; what is Markdown in it is escaped where it is printed.
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
        ]),
    );
}

fn change_value(change: &Change) -> Value {
    map([
        ("id", authored(&change.id)),
        ("title", authored(&change.title)),
        ("text", authored(&change.text)),
        ("before", optional(change.before.as_ref())),
        ("after", optional(change.after.as_ref())),
        ("url", optional(change.url.as_ref())),
    ])
}

fn map<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    Value::from(fields.into_iter().map(|(name, value)| (tera::value::Key::from(name), value)).collect::<tera::Map>())
}

/// What the campaign's authors wrote is Markdown they mean.
fn authored(text: &str) -> Value {
    Value::safe_string(text)
}

fn optional(text: Option<&String>) -> Value {
    text.map_or_else(Value::none, |text| authored(text))
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
