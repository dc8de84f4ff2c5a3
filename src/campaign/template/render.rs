//! Rendering: everything that may shape a text goes in; personal values go in as placeholders.

use chrono::NaiveDate;
use serde_json::{Map, Value as Json};
use strum::IntoEnumIterator;
use tera::{Context, Kwargs, State, Tera, TeraResult, Value};

use super::inputs::Inputs;
use super::load::{Templates, subject_name};
use super::vet::variables;
use crate::campaign::definition::{Campaign, Change, Phase, Segment, When};
use crate::campaign::problem::{Problem, Source};
use crate::campaign::text::{Form, Personal, Text, escape_markdown, presentable};

/// A Tera that escapes what comes from outside and knows our filters.
pub(super) fn engine() -> Tera {
    let mut tera = Tera::default();
    tera.autoescape_on(vec![".md"]);
    tera.set_escape_fn(|text, out| out.write_all(escape_markdown(text).as_bytes()));
    tera.register_filter("date", date);
    tera
}

/// `{{ campaign.deadline | date(format="%-d %B %Y") }}`, with chrono's signs.
#[allow(clippy::needless_pass_by_value)] // The engine hands arguments over by value.
fn date(text: &str, arguments: Kwargs, _: &State<'_>) -> TeraResult<Value> {
    let format = arguments.get::<&str>("format")?.unwrap_or("%-d %B %Y");
    let date = text.parse::<NaiveDate>().map_err(|_| tera::Error::message(format!("`{text}` is no date")))?;
    let items: Vec<_> = chrono::format::StrftimeItems::new(format).collect();
    if items.contains(&chrono::format::Item::Error) {
        return Err(tera::Error::message(format!("`{format}` is no date format")));
    }
    let mut written = String::new();
    std::fmt::Write::write_fmt(&mut written, format_args!("{}", date.format_with_items(items.iter())))
        .map_err(|_| tera::Error::message(format!("`{format}` needs more than a date")))?;
    Ok(Value::safe_string(&written))
}

impl Templates {
    /// The text of a phase for these inputs, with personal values as placeholders.
    pub fn render(&self, campaign: &Campaign, phase: &Phase, inputs: &Inputs) -> Result<Text, Problem> {
        let nowhere = |what: String| Problem::error(&Source::new("campaign.toml", ""), 0..0, what, "");
        let segment = campaign
            .segment(&inputs.segment)
            .ok_or_else(|| nowhere(format!("there is no segment `{}`", inputs.segment)))?;
        let entry = self
            .entry(phase, segment)
            .ok_or_else(|| nowhere(format!("phase `{}` has no template for segment `{}`", phase.name, segment.name)))?;
        let context = context(campaign, phase, segment, inputs);
        let part = |name: &str| self.tera.render(name, &context).map_err(|error| self.problem(&error));
        let subject = part(&subject_name(entry))?;
        let body = part(entry)?;
        // Line ends are git's matter: they must not make a text another one.
        let body = body.replace("\r\n", "\n");
        let text = Text { subject: subject.trim().to_owned(), body: format!("{}\n", body.trim_matches(['\n', ' '])) };
        self.judge_text(entry, &text).map(|()| text)
    }

    fn judge_text(&self, entry: &str, text: &Text) -> Result<(), Problem> {
        let what = if text.subject.is_empty() {
            "the subject is empty".to_owned()
        } else if text.subject.contains(['\n', '\r']) {
            "the subject has more than one line".to_owned()
        } else if text.subject.chars().count() > LONGEST_SUBJECT {
            format!("the subject is longer than the server takes ({LONGEST_SUBJECT} characters)")
        } else if text.body.chars().count() > LONGEST_BODY {
            format!("the mail is longer than the server takes ({LONGEST_BODY} characters)")
        } else if let Err(mangled) = Form::of(text) {
            mangled.to_string()
        } else {
            return Ok(());
        };
        let source = self.source(entry).cloned().unwrap_or_else(|| Source::new(entry, ""));
        Err(Problem::error(&source, 0..0, what, ""))
    }
}

/// The longest subject the published contract takes, in characters.
pub const LONGEST_SUBJECT: usize = 998;
/// The longest body the published contract takes, in characters.
pub const LONGEST_BODY: usize = 262_144;

fn context(campaign: &Campaign, phase: &Phase, segment: &Segment, inputs: &Inputs) -> Context {
    let mut context = Context::new();
    insert_customer(&mut context, inputs);
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

/// What a text says of the customer: personal values as placeholders, and the tags, which may steer it.
fn insert_customer(context: &mut Context, inputs: &Inputs) {
    let placeholder = |personal: Personal| Value::safe_string(&personal.placeholder());
    for personal in Personal::iter().filter(|personal| !personal.to_string().contains('.')) {
        context.insert_value(personal.to_string(), placeholder(personal));
    }
    // A tag comes from outside: one line, nothing hidden; what is Markdown in it is escaped where it is printed.
    let tags = inputs.tags.iter().flatten().map(|tag| Value::normal_string(&presentable(tag)));
    let tags: Vec<Value> = tags.collect();
    context.insert_value(
        "contact",
        map([
            ("name", placeholder(Personal::Name)),
            ("email", placeholder(Personal::Email)),
            ("id", placeholder(Personal::Id)),
            ("tags", tags.into()),
        ]),
    );
    context.insert_value(
        "usage",
        map([
            ("old_calls", placeholder(Personal::OldCalls)),
            ("new_calls", placeholder(Personal::NewCalls)),
            ("last_seen", placeholder(Personal::LastSeen)),
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
