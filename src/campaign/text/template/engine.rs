//! The template engine as mails need it, and the built-in templates.

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

/// The name under which filters find the campaign's zone. Templates cannot use it.
pub(super) const ZONE: &str = "campaign_zone";

/// A Tera that escapes outside values and has our filters.
pub(super) fn engine() -> Tera {
    let mut tera = Tera::default();
    tera.autoescape_on(vec![".md"]);
    tera.set_escape_fn(|text, out| out.write_all(escape_markdown(text).as_bytes()));
    tera.register_filter("date", date);
    tera.register_filter(IN_WORDS, in_words);
    tera.register_function(TICK, tick);
    tera
}

/// How many loop iterations a mail may run in total: a campaign of 300 changes needs a few hundred.
const ROUNDS: usize = 20_000;
/// The maximum size of a text or list that a template may build and name, in bytes or entries. No one reads a longer
/// mail.
const LONGEST_VALUE: usize = 64 << 10;
/// The maximum size of a rendered mail, in bytes: the server accepts far less.
const LONGEST_MAIL: usize = 2 << 20;

thread_local! {
    /// How many iterations the current mail has left.
    static LEFT: Cell<usize> = const { Cell::new(0) };
}

/// Counts one loop iteration, file or `set`.
#[allow(clippy::needless_pass_by_value)] // The engine hands arguments over by value.
fn tick(arguments: Kwargs, _: &State<'_>) -> TeraResult<Value> {
    let rounds = arguments.get::<usize>("n")?.unwrap_or(1);
    let left = LEFT.get().checked_sub(rounds).ok_or_else(|| {
        tera::Error::message(format!(
            "the loops and includes of a mail may run at most {ROUNDS} times in all, and those of this one run more often"
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

/// Renders a template with ticks, within the limits above.
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

/// Output up to a maximum size.
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
    /// Reads a template's value: a day, a moment, or a date of the campaign with both.
    fn read(value: &Value, state: &State<'_>) -> TeraResult<Self> {
        let field = |name| value.as_map().and_then(|map| map.get(&tera::value::Key::Str(name))?.as_str());
        let text = value.as_str().or_else(|| field("at")).or_else(|| field("date"));
        let no_date = || tera::Error::message(format!("`{}` is not a date", text.unwrap_or_else(|| value.name())));
        let text = text.ok_or_else(no_date)?;
        if let Ok(day) = text.parse::<NaiveDate>() {
            return Ok(Self::Day(day));
        }
        let moment = DateTime::parse_from_rfc3339(text).map_err(|_| no_date())?;
        let zone = state.get::<String>(ZONE)?.and_then(|zone| zone.parse().ok()).unwrap_or(Tz::UTC);
        Ok(Self::Moment(moment.with_timezone(&zone)))
    }
}

/// `{{ campaign.deadline | date(format="%-d %B %Y") }}`, with chrono's format codes; `timezone` moves a moment to
/// another zone.
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
        return Err(tera::Error::message(format!("`{format}` is not a date format")));
    }
    let mut written = String::new();
    let done = match (When::read(value, state)?, arguments.get::<&str>("timezone")?) {
        (When::Day(_), Some(_)) => {
            return Err(tera::Error::message("a day without a time cannot be moved to another time zone"));
        }
        (When::Day(day), None) => write!(written, "{}", day.format_with_items(items.iter())),
        (When::Moment(moment), zone) => {
            let zone = zone.map_or(Ok(moment.timezone()), str::parse::<Tz>);
            let zone = zone.map_err(|_| tera::Error::message("`timezone` is not an IANA name, as in \"UTC\""))?;
            write!(written, "{}", moment.with_timezone(&zone).format_with_items(items.iter()))
        }
    };
    done.map_err(|_| tera::Error::message(format!("`{format}` needs more than a date")))?;
    Ok(Value::safe_string(&written))
}

/// The filter applied to a moment that is printed without one.
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

/// The places where a template prints a moment without a filter.
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

/// A part of a template for the engine, with a filter added at these places.
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

/// A complete template for the engine.
pub(super) fn prepared(text: &str) -> String {
    with_filters(text, 0..text.len(), &moments_printed(text))
}

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../../templates/", $name)))),*]
    };
}

/// The name and text of each built-in template.
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
