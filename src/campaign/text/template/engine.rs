//! The template engine, as mails need it, and the templates that are built in.

use chrono::NaiveDate;
use tera::{Kwargs, State, Tera, TeraResult, Value};

use crate::campaign::text::escape_markdown;

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

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../../templates/", $name)))),*]
    };
}

/// Name and text of each.
pub const BUILT_IN: [(&str, &str); 10] = built_in![
    "announce.md",
    "prepare.md",
    "window.md",
    "final.md",
    "complete.md",
    "correction.md",
    "partials/changes.md",
    "partials/dates.md",
    "partials/help.md",
    "partials/what-stops.md",
];
