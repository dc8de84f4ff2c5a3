//! Which of a file's columns are ours.

use strum::IntoEnumIterator;

use super::{HOW_TO_WRITE, Unusable};
use crate::campaign::usage::Column;

/// Refuses a file that calls one of our columns by nearly its name: it would be passed over in silence. Returns the
/// names that are none of ours.
pub(super) fn ignored(names: &[&str]) -> Result<Vec<String>, Unusable> {
    let known = |name: &str| name.parse::<Column>().ok();
    let strange: Vec<&str> = names.iter().copied().filter(|name| known(name).is_none()).collect();
    let has = |column: Column| names.iter().any(|name| known(name) == Some(column));
    let names_somebody = Column::WHO.into_iter().any(has);
    for column in Column::iter().filter(|column| !has(*column)) {
        let needed = !(names_somebody && Column::WHO.contains(&column));
        if let Some(name) = strange.iter().find(|name| needed && is_meant(name, column)) {
            let what = format!("has no column `{column}`, but one called `{name}`");
            return Err(Unusable::Content(what, format!("call it `{column}`")));
        }
    }
    Ok(strange.into_iter().map(str::to_owned).collect())
}

/// Refuses a table without the columns that are always needed.
pub(super) fn complete(columns: &[Option<Column>]) -> Result<(), Unusable> {
    let has = |column: &Column| columns.contains(&Some(*column));
    let missing = if Column::WHO.iter().any(has) {
        [Column::OldCalls, Column::NewCalls].into_iter().find(|column| !has(column)).map(|column| column.to_string())
    } else {
        Some(Column::WHO.map(|column| column.to_string()).join("` or `"))
    };
    let twice = Column::iter().find(|column| columns.iter().filter(|own| **own == Some(*column)).count() > 1);
    match (missing, twice) {
        (Some(name), _) => Err(Unusable::Content(format!("has no column `{name}`"), HOW_TO_WRITE.to_owned())),
        (None, Some(column)) => {
            Err(Unusable::Content(format!("has two columns `{column}`"), "leave one out".to_owned()))
        }
        (None, None) => Ok(()),
    }
}

/// `Old Calls` and `oldcall` are meant for `old_calls`.
fn is_meant(name: &str, column: Column) -> bool {
    let plain = |name: &str| name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let (name, column) = (plain(name), plain(&column.to_string()));
    name == column || column.len() > 2 && strsim::damerau_levenshtein(&name, &column) == 1
}
