//! The template engine, as mails need it, and the templates that are built in.

use std::cell::Cell;
use std::fmt::Write;
use std::io;

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use tera::{Kwargs, State, Tera, TeraResult, Value};

use super::words::moment_in_words;
use crate::campaign::definition::expression::{Role, TICK, Use, scan};
use crate::campaign::text::escape_markdown;

/// The name under which filters find the campaign's zone. No template can use it.
pub(super) const ZONE: &str = "campaign_zone";

/// A Tera that escapes what comes from outside and knows our filters.
pub(super) fn engine() -> Tera {
    let mut tera = Tera::default();
    tera.autoescape_on(vec![".md"]);
    tera.set_escape_fn(|text, out| out.write_all(escape_markdown(text).as_bytes()));
    tera.register_filter("date", date);
    tera.register_filter(IN_WORDS, in_words);
    tera.register_function(TICK, tick);
    tera
}

/// How many rounds the loops of one mail may make, all in all: a campaign of 300 changes needs some hundred.
const ROUNDS: usize = 20_000;
/// The longest text or list that a template may put together and name, in bytes or entries. A mail of more is not read.
const LONGEST_VALUE: usize = 64 << 10;
/// The longest mail that is rendered, in bytes: the server takes none that is near it.
const LONGEST_MAIL: usize = 2 << 20;

thread_local! {
    /// The rounds that are left to the mail that is being rendered.
    static LEFT: Cell<usize> = const { Cell::new(0) };
}

/// Counts: a round of a loop, a file, or a name that was set.
#[allow(clippy::needless_pass_by_value)] // The engine hands arguments over by value.
fn tick(arguments: Kwargs, _: &State<'_>) -> TeraResult<Value> {
    let rounds = arguments.get::<usize>("n")?.unwrap_or(1);
    let left = LEFT.get().checked_sub(rounds).ok_or_else(|| {
        tera::Error::message(format!(
            "loops and includes of a mail make at most {ROUNDS} rounds, and this one makes more"
        ))
    })?;
    LEFT.set(left);
    let value = arguments.get::<&Value>("v")?;
    let length =
        value.map_or(0, |value| value.as_str().map_or_else(|| value.as_array().map_or(0, <[Value]>::len), str::len));
    if length > LONGEST_VALUE {
        return Err(tera::Error::message(format!("a value of a mail is longer than {} KB", LONGEST_VALUE >> 10)));
    }
    Ok(Value::safe_string(""))
}

/// Renders a template that has ticks in it, up to the limits above.
pub(super) fn rendered(tera: &Tera, name: &str, context: &tera::Context) -> TeraResult<String> {
    LEFT.set(ROUNDS);
    let mut written = Bounded(Vec::new());
    let done = tera.render_to(name, context, &mut written);
    if written.0.len() >= LONGEST_MAIL {
        return Err(tera::Error::message(format!("the mail is longer than {} MB", LONGEST_MAIL >> 20)));
    }
    done?;
    String::from_utf8(written.0).map_err(|error| tera::Error::message(error.to_string()))
}

/// What is written, as long as it is not too long.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = LONGEST_MAIL - self.0.len();
        self.0.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if bytes.len() > room { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A day, or a moment in the campaign's zone.
enum When {
    Day(NaiveDate),
    Moment(DateTime<Tz>),
}

impl When {
    /// Reads what templates are given: a day, a moment, or a date of the campaign with both.
    fn read(value: &Value, state: &State<'_>) -> TeraResult<Self> {
        let field = |name| value.as_map().and_then(|map| map.get(&tera::value::Key::Str(name))?.as_str());
        let text = value.as_str().or_else(|| field("at")).or_else(|| field("date"));
        let no_date = || tera::Error::message(format!("`{}` is no date", text.unwrap_or_else(|| value.name())));
        let text = text.ok_or_else(no_date)?;
        if let Ok(day) = text.parse::<NaiveDate>() {
            return Ok(Self::Day(day));
        }
        let moment = DateTime::parse_from_rfc3339(text).map_err(|_| no_date())?;
        let zone = state.get::<String>(ZONE)?.and_then(|zone| zone.parse().ok()).unwrap_or(Tz::UTC);
        Ok(Self::Moment(moment.with_timezone(&zone)))
    }
}

/// `{{ campaign.deadline | date(format="%-d %B %Y") }}`, with chrono's signs; `timezone` moves a moment to another zone.
#[allow(clippy::needless_pass_by_value)] // The engine hands arguments over by value.
fn date(value: &Value, arguments: Kwargs, state: &State<'_>) -> TeraResult<Value> {
    if let Some((other, _)) =
        arguments.iter().find(|(name, _)| !["format", "timezone"].contains(&name.as_str().unwrap_or_default()))
    {
        let other = other.as_str().unwrap_or_default();
        let what =
            format!("`date` has no argument `{other}`: there are `format` and `timezone`, and names are English");
        return Err(tera::Error::message(what));
    }
    let format = arguments.get::<&str>("format")?.unwrap_or("%-d %B %Y");
    let items: Vec<_> = StrftimeItems::new(format).collect();
    if items.contains(&Item::Error) {
        return Err(tera::Error::message(format!("`{format}` is no date format")));
    }
    let mut written = String::new();
    let done = match (When::read(value, state)?, arguments.get::<&str>("timezone")?) {
        (When::Day(_), Some(_)) => return Err(tera::Error::message("a day alone is in no other time zone")),
        (When::Day(day), None) => write!(written, "{}", day.format_with_items(items.iter())),
        (When::Moment(moment), zone) => {
            let zone = zone.map_or(Ok(moment.timezone()), str::parse::<Tz>);
            let zone = zone.map_err(|_| tera::Error::message("`timezone` is no IANA name, as in \"UTC\""))?;
            write!(written, "{}", moment.with_timezone(&zone).format_with_items(items.iter()))
        }
    };
    done.map_err(|_| tera::Error::message(format!("`{format}` needs more than a date")))?;
    Ok(Value::safe_string(&written))
}

/// The filter that a moment goes through where it is printed as it is.
const IN_WORDS: &str = "in_words";

/// `30 April 2027, 14:00 CEST (12:00 UTC)`
#[allow(clippy::needless_pass_by_value)] // The engine hands arguments over by value.
fn in_words(value: &Value, _: Kwargs, state: &State<'_>) -> TeraResult<Value> {
    let text = value.as_map().and_then(|map| map.get(&tera::value::Key::Str("text"))?.as_str());
    if let Some(text) = text {
        return Ok(Value::safe_string(text));
    }
    Ok(match When::read(value, state)? {
        When::Day(day) => Value::safe_string(&day.to_string()),
        When::Moment(moment) => Value::safe_string(&moment_in_words(&moment)),
    })
}

/// Where a template prints a moment as it is.
pub(super) fn moments_printed(text: &str) -> Vec<usize> {
    let printed = scan(text).uses.into_iter().filter(|found| found.role == Role::Printed && is_moment(found));
    printed.map(|found| found.span.end).collect()
}

fn is_moment(found: &Use) -> bool {
    let path: Vec<&str> = found.path.iter().map(String::as_str).collect();
    let bound = found.bound.iter().rev().find(|binding| binding.name == path[0]);
    match (bound, path.as_slice()) {
        (Some(binding), [_, "at"]) => binding.over.as_deref() == Some(&["next_dates".to_owned()]),
        (None, ["campaign", "ends_at"] | ["dates", _] | ["dates", _, "at" | "until"]) => true,
        _ => false,
    }
}

/// A part of a template as the engine gets it: what is printed at these places goes through a filter first.
pub(super) fn with_filters(text: &str, part: std::ops::Range<usize>, printed: &[usize]) -> String {
    let mut out = String::with_capacity(part.len());
    let mut at = part.start;
    for place in printed.iter().copied().filter(|place| part.contains(place)) {
        out.push_str(&text[at..place]);
        out.push_str(" | ");
        out.push_str(IN_WORDS);
        at = place;
    }
    out.push_str(&text[at..part.end]);
    out
}

/// A whole template as the engine gets it.
pub(super) fn prepared(text: &str) -> String {
    with_filters(text, 0..text.len(), &moments_printed(text))
}

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../../templates/", $name)))),*]
    };
}

/// Name and text of each.
pub const BUILT_IN: [(&str, &str); 14] = built_in![
    "announce.md",
    "prepare.md",
    "window.md",
    "final.md",
    "complete.md",
    "correction.md",
    "partials/changes.md",
    "partials/corrections.md",
    "partials/dates.md",
    "partials/help.md",
    "partials/tasks.md",
    "partials/what-ends.md",
    "partials/what-stops.md",
    "partials/whose.md",
];
