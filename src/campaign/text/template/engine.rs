//! The template engine, as mails need it, and the templates that are built in.

use std::cell::Cell;
use std::io::{self, Write};

use chrono::NaiveDate;
use tera::{Kwargs, State, Tera, TeraResult, Value};

use crate::campaign::definition::expression::TICK;
use crate::campaign::text::escape_markdown;

/// A Tera that escapes what comes from outside and knows our filters.
pub(super) fn engine() -> Tera {
    let mut tera = Tera::default();
    tera.autoescape_on(vec![".md"]);
    tera.set_escape_fn(|text, out| out.write_all(escape_markdown(text).as_bytes()));
    tera.register_filter("date", date);
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

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = LONGEST_MAIL - self.0.len();
        self.0.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if bytes.len() > room { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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
