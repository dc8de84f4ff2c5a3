//! Changing a `campaign.toml` that people wrote: only what has to change does, to the byte.

use chrono::{Datelike, NaiveDate};
use toml_edit::{ArrayOfTables, Date, Datetime, DocumentMut, InlineTable, Item, Table, Value, value};

use super::{Phase, When};

/// The text with another deadline, and with these phases behind those it has; where it names none, its `known` ones are
/// written out first. Comments and layout stay. `None` where it is not the text of a campaign.
pub fn edited(text: &str, deadline: NaiveDate, known: &[Phase], added: &[Phase]) -> Option<String> {
    let plain = text.strip_prefix(MARK).unwrap_or(text);
    let mut document: DocumentMut = plain.parse().ok()?;
    let place = document.get_mut("campaign")?.get_mut("deadline")?.as_value_mut()?;
    let around = place.decor().clone();
    *place = Value::from(datetime(deadline)?);
    *place.decor_mut() = around;
    if !added.is_empty() {
        add(&mut document, known, added)?;
    }
    let written = ended_like(plain, document.to_string());
    Some(if plain.len() == text.len() { written } else { format!("{MARK}{written}") })
}

/// What some editors put before a text.
const MARK: char = '\u{FEFF}';

/// With lines that end as those of the old text do, the last one too.
fn ended_like(old: &str, mut new: String) -> String {
    if !old.ends_with('\n') {
        new.truncate(new.trim_end_matches('\n').len());
    }
    let (ends, long_ends) = (old.matches('\n').count(), old.matches("\r\n").count());
    if long_ends > 0 && ends == long_ends { new.replace("\r\n", "\n").replace('\n', "\r\n") } else { new }
}

fn add(document: &mut DocumentMut, known: &[Phase], added: &[Phase]) -> Option<()> {
    let names_none = !document.contains_key("phase");
    let phases: Vec<&Phase> = if names_none { known.iter().chain(added).collect() } else { added.iter().collect() };
    match document.entry("phase").or_insert(Item::ArrayOfTables(ArrayOfTables::new())) {
        Item::ArrayOfTables(tables) => {
            let remarks = std::iter::once(REMARK).chain(std::iter::repeat("\n"));
            phases.into_iter().zip(remarks).for_each(|(phase, remark)| tables.push(table(phase, remark)));
        }
        Item::Value(Value::Array(tables)) => phases.into_iter().for_each(|phase| tables.push(inline_table(phase))),
        _ => return None,
    }
    Some(())
}

fn datetime(date: NaiveDate) -> Option<Datetime> {
    let (year, month, day) = (date.year().try_into().ok()?, date.month().try_into().ok()?, date.day().try_into().ok()?);
    Some(Datetime { date: Some(Date { year, month, day }), time: None, offset: None })
}

/// What is written above the first phase that is added.
const REMARK: &str = "\n# Written by `mmig deadline`.\n";

fn table(phase: &Phase, remark: &str) -> Table {
    let mut table: Table = fields(phase).into_iter().map(|(key, field)| (key, value(field))).collect();
    table.decor_mut().set_prefix(remark);
    table
}

fn inline_table(phase: &Phase) -> InlineTable {
    fields(phase).into_iter().collect()
}

fn fields(phase: &Phase) -> Vec<(&'static str, Value)> {
    let when = match phase.when {
        When::Before(days) => ("days_before", i64::from(days).into()),
        When::Completed => ("on", "completed".into()),
        When::DeadlineMoved => ("on", "deadline-moved".into()),
    };
    let mut fields = vec![("name", phase.name.as_str().into()), when, ("audience", phase.audience.to_string().into())];
    if phase.automatic {
        fields.push(("automatic", true.into()));
    }
    fields
}
