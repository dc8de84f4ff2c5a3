//! Edits a `campaign.toml` that people wrote: only what has to change does, to the byte.

use toml_edit::{ArrayOfTables, Datetime, DocumentMut, InlineTable, Item, Table, Value, value};

use super::{Change, Phase, When};
use crate::campaign::definition::operation::Operation;
use crate::campaign::definition::schedule::{Anchor, Distance};
use crate::campaign::moment::LocalMoment;

/// The text with a new deadline, and with these phases after its own; if it has none, its `known` ones are written out
/// first. Comments and layout stay. `None` if it is not the text of a campaign.
pub fn edited(text: &str, deadline: LocalMoment, known: &[Phase], added: &[Phase]) -> Option<String> {
    in_place(text, |document| {
        let place = document.get_mut("campaign")?.get_mut("deadline")?.as_value_mut()?;
        let (around, deadline) = (place.decor().clone(), datetime(deadline)?);
        let remark = if place.as_datetime() == Some(&deadline) { BY_CORRECT } else { BY_DEADLINE };
        *place = Value::from(deadline);
        *place.decor_mut() = around;
        if added.is_empty() {
            return Some(());
        }
        let phases = if document.contains_key("phase") { added.to_vec() } else { [known, added].concat() };
        add(document, "phase", remark, phases.iter().map(phase_fields))
    })
}

/// The text with these changes added after its own.
pub fn with_changes(text: &str, added: &[Change]) -> Option<String> {
    in_place(text, |document| add(document, "change", BY_IMPORT, added.iter().map(change_fields)))
}

/// The text with the ledger at another location, or in the campaign's folder.
pub fn with_ledger(text: &str, url: Option<&str>) -> Option<String> {
    in_place(text, |document| {
        match (url, document.get_mut("ledger")) {
            (None, None) => {}
            (None, Some(section)) => {
                let section = section.as_table_like_mut()?;
                section.remove("url");
                if section.is_empty() {
                    document.remove("ledger");
                }
            }
            (Some(url), Some(section)) => drop(section.as_table_like_mut()?.insert("url", value(url))),
            (Some(url), None) => {
                let rest = document.trailing().as_str().unwrap_or_default().to_owned();
                let table = table(vec![("url", url.into())], &below(&rest, BY_MOVE));
                document.insert("ledger", Item::Table(table));
                document.set_trailing("");
            }
        }
        Some(())
    })
}

/// A file with proposed changes, under this remark: each is complete, and replaces the change with its id.
pub fn proposed(remark: &str, changes: &[Change]) -> Option<String> {
    in_place(remark, |document| add(document, "change", "\n", changes.iter().map(change_fields)))
}

fn in_place(text: &str, edit: impl FnOnce(&mut DocumentMut) -> Option<()>) -> Option<String> {
    let plain = text.strip_prefix(MARK).unwrap_or(text);
    let mut document: DocumentMut = plain.parse().ok()?;
    edit(&mut document)?;
    let written = ended_like(plain, document.to_string());
    Some(if plain.len() == text.len() { written } else { format!("{MARK}{written}") })
}

/// The byte order mark that some editors write.
const MARK: char = '\u{FEFF}';

/// The new text with the line endings of the old one, including the last.
fn ended_like(old: &str, mut new: String) -> String {
    if !old.ends_with('\n') {
        new.truncate(new.trim_end_matches('\n').len());
    }
    let (ends, long_ends) = (old.matches('\n').count(), old.matches("\r\n").count());
    if long_ends > 0 && ends == long_ends { new.replace("\r\n", "\n").replace('\n', "\r\n") } else { new }
}

/// The fields of a table, in the order they are written.
type Fields = Vec<(&'static str, Value)>;

/// Adds tables after those with this name; `remark` is written above the first.
fn add(document: &mut DocumentMut, name: &str, remark: &str, added: impl Iterator<Item = Fields>) -> Option<()> {
    let mut added = added.peekable();
    if added.peek().is_none() {
        return Some(());
    }
    let last = last_place(document);
    let rest = document.trailing().as_str().unwrap_or_default().to_owned();
    match document.entry(name).or_insert(Item::ArrayOfTables(ArrayOfTables::new())) {
        Item::ArrayOfTables(tables) => {
            // Its own tables, such as a change's examples, are below it.
            let place = |table: &Table| table.position().max(last_place(table));
            let is_last = tables.iter().last().is_none_or(|table| place(table) == last);
            // Text below the last table belongs to it, such as keys in comments.
            let first = if is_last { below(&rest, remark) } else { remark.to_owned() };
            let remarks = std::iter::once(first).chain(std::iter::repeat("\n".to_owned()));
            added.zip(remarks).for_each(|(fields, remark)| tables.push(table(fields, &remark)));
            if is_last {
                document.set_trailing("");
            }
        }
        Item::Value(Value::Array(tables)) => added.for_each(|fields| tables.push(InlineTable::from_iter(fields))),
        _ => return None,
    }
    Some(())
}

/// The position of the very last table.
fn last_place(table: &Table) -> Option<isize> {
    let within = table.iter().flat_map(|(_, item)| match item {
        Item::Table(table) => vec![table],
        Item::ArrayOfTables(tables) => tables.iter().collect(),
        Item::None | Item::Value(_) => Vec::new(),
    });
    within.flat_map(|table| [table.position(), last_place(table)]).flatten().max()
}

/// A remark below the end of a file.
fn below(rest: &str, remark: &str) -> String {
    let ended = if rest.is_empty() || rest.ends_with('\n') { "" } else { "\n" };
    format!("{rest}{ended}{remark}")
}

fn datetime(moment: LocalMoment) -> Option<Datetime> {
    let time = moment.time.map(|time| time.format("T%H:%M:%S").to_string()).unwrap_or_default();
    format!("{}{time}", moment.date).parse().ok()
}

/// The remark above the ledger's location.
const BY_MOVE: &str = "\n# Written by `mmig ledger move`.\n";
/// The remark above the first added phase.
const BY_DEADLINE: &str = "\n# Written by `mmig deadline`.\n";
/// The same if the deadline does not move.
const BY_CORRECT: &str = "\n# Written by `mmig correct`.\n";
/// The remark above the first added change.
const BY_IMPORT: &str = "\n# Written by `mmig import`, most severe first. Edit title and text (`check` refuses them until you do), and add code;\n\
     # keep `oasdiff`: the next run recognises them by it.\n";

fn table(fields: Fields, remark: &str) -> Table {
    let mut table: Table = fields.into_iter().map(|(key, field)| (key, value(field))).collect();
    table.decor_mut().set_prefix(remark);
    table
}

fn phase_fields(phase: &Phase) -> Fields {
    let mut fields: Fields = vec![("name", phase.name.as_str().into())];
    match &phase.when {
        When::Dated(due) => {
            if let Anchor::Date(name) = &due.of {
                fields.push(("of", name.as_str().into()));
            }
            fields.push(match due.distance {
                Distance::Before(days) => ("days_before", i64::from(days).into()),
                Distance::After(days) => ("days_after", i64::from(days).into()),
            });
        }
        When::Completed => fields.push(("on", "completed".into())),
        When::DeadlineMoved => fields.push(("on", "deadline-moved".into())),
    }
    fields.push(("audience", phase.audience.to_string().into()));
    if phase.automatic {
        fields.push(("automatic", true.into()));
    }
    if !phase.segments.is_empty() {
        fields.push(("segments", phase.segments.iter().map(String::as_str).collect()));
    }
    fields.extend(phase.template.as_deref().map(|name| ("template", name.into())));
    let time = phase.send_time.and_then(|time| time.format("%H:%M:%S").to_string().parse::<Datetime>().ok());
    fields.extend(time.map(|time| ("send_time", time.into())));
    fields
}

/// The text with these base paths in `[usage]`, in addition to its own.
pub fn with_base_paths(text: &str, paths: &[String]) -> Option<String> {
    in_place(text, |document| {
        let usage = document.entry("usage").or_insert(Item::Table(Table::new())).as_table_like_mut()?;
        let listed = usage.entry("base_paths").or_insert(value(toml_edit::Array::new())).as_array_mut()?;
        listed.extend(paths.iter().map(String::as_str));
        Some(())
    })
}

/// A list with one text per line.
fn lines(texts: &[String]) -> Value {
    let mut array: toml_edit::Array = texts.iter().map(String::as_str).collect();
    if array.len() > 1 {
        array.iter_mut().for_each(|item| item.decor_mut().set_prefix("\n  "));
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
    array.into()
}

/// The fields of a change that concerns everyone, or everyone who calls its operations.
fn change_fields(change: &Change) -> Fields {
    let mut fields: Fields = vec![("id", change.id.as_str().into()), ("title", change.title.as_str().into())];
    let text = |name, text: &Option<String>| text.as_ref().map(|text| (name, Value::from(text.as_str())));
    fields.extend(text("task", &change.task));
    fields.push(("text", change.text.as_str().into()));
    fields.extend(
        [("language", &change.language), ("before", &change.before), ("after", &change.after)]
            .into_iter()
            .filter_map(|(name, value)| text(name, value)),
    );
    if !change.operations.is_empty() {
        let operations: Vec<String> = change.operations.iter().map(Operation::to_string).collect();
        fields.push(("operations", lines(&operations)));
    }
    if let Some(level) = change.level {
        fields.push(("level", level.to_string().into()));
    }
    fields.push(("oasdiff", lines(&change.oasdiff)));
    fields
}
