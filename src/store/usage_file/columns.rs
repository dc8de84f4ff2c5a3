//! Which of a file's columns are used.

use super::shape::{ColumnRead, Format, HOW_TO_WRITE, Shape, Unusable};
use crate::campaign::usage::{Column, Layout};

/// Refuses a file with a column name that is nearly one of ours: it would be ignored silently. `has` says whether the
/// file has a column; `names` are its names.
pub(super) fn shape(
    format: Format,
    names: &[&str],
    layout: &Layout,
    has: impl Fn(&str) -> bool,
) -> Result<Shape, Unusable> {
    let strange: Vec<&str> = names.iter().copied().filter(|name| !layout.reads(name)).collect();
    let is_there = |column: Column| layout.name(column).is_some_and(&has);
    let names_somebody = Column::WHO.into_iter().any(is_there);
    for (column, own) in layout.columns().filter(|(_, name)| !has(name)) {
        let needed = !(names_somebody && Column::WHO.contains(&column));
        if let Some(name) = strange.iter().find(|name| needed && is_meant(name, own)) {
            let what = format!("has no column `{own}`, but one called `{name}`");
            return Err(Unusable::content(
                what,
                format!("call it `{own}`, or write {column} = \"{name}\" into [usage.columns]"),
            ));
        }
    }
    let columns = layout.columns().filter(|(_, name)| has(name));
    Ok(Shape {
        format,
        columns: columns
            .map(|(column, name)| ColumnRead { column: column.to_string(), name: name.to_owned() })
            .collect(),
        ignored: strange.into_iter().map(str::to_owned).collect(),
    })
}

/// Refuses a file without the required columns. `has` says whether it has one with this name.
pub(super) fn complete(names: &[&str], layout: &Layout, has: impl Fn(&str) -> bool) -> Result<(), Unusable> {
    let Some(missing) = layout.missing(|column| layout.name(column).is_some_and(&has)) else { return Ok(()) };
    let what = format!("has no column `{}`", missing.join("` or `"));
    let shown: Vec<&str> = names.iter().copied().filter(|name| !name.is_empty()).take(12).collect();
    let fix = if shown.len() < 2 {
        HOW_TO_WRITE.to_owned()
    } else {
        format!(
            "its columns are {}: say in [usage.columns] of campaign.toml which is which, or {HOW_TO_WRITE}",
            shown.join(", ")
        )
    };
    Err(Unusable::content(what, fix))
}

/// `Old Calls` and `oldcall` probably mean `old_calls`.
fn is_meant(name: &str, column: &str) -> bool {
    let plain = |name: &str| name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let (name, column) = (plain(name), plain(column));
    name == column || column.len() > 2 && strsim::damerau_levenshtein(&name, &column) == 1
}
