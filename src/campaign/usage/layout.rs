//! Which columns of a file are read, and their names in the file.

use strum::IntoEnumIterator;

use crate::campaign::definition::usage::{Column, UsageFormat, UsageRules};

/// Which columns of a file are read, and their names in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The format of the file, if it is not obvious.
    pub format: UsageFormat,
    columns: Vec<(Column, String)>,
    /// The required columns: one of each group.
    needed: Vec<Vec<Column>>,
    /// The columns that `[usage.columns]` names.
    named: Vec<Column>,
}

impl Layout {
    /// The layout from a campaign's rules.
    pub fn of(rules: &UsageRules) -> Self {
        let named: Vec<Column> = rules.columns.iter().map(|(column, _)| *column).collect();
        let is_read = |column: &Column| {
            named.contains(column)
                || match column {
                    // If another column names the customer, an `id` belongs to something else.
                    Column::Email | Column::Id | Column::ContactId => !named.contains(&Column::Contact),
                    Column::OldCalls | Column::NewCalls => rules.old.is_none(),
                    _ => rules.old.is_some() || !Column::BY_VERSION.contains(column),
                }
        };
        let name = |column: Column| {
            let own = rules.columns.iter().find(|(named, _)| *named == column).map(|(_, name)| name.clone());
            (column, own.unwrap_or_else(|| usual_name(column, rules.format)))
        };
        let columns = Column::iter().filter(is_read).map(name).collect();
        Self { format: rules.format, columns, needed: needed(rules), named }
    }

    /// The columns that are read, each with its name in the file.
    pub fn columns(&self) -> impl Iterator<Item = (Column, &str)> {
        self.columns.iter().map(|(column, name)| (*column, name.as_str()))
    }

    /// The name in the file of a column that is read.
    pub fn name(&self, column: Column) -> Option<&str> {
        self.columns().find(|(own, _)| *own == column).map(|(_, name)| name)
    }

    /// The column with this name, if it is read.
    pub fn column(&self, name: &str) -> Option<Column> {
        self.columns().find(|(_, own)| *own == name).map(|(column, _)| column)
    }

    /// Whether `[usage.columns]` names the column.
    pub fn is_named(&self, column: Column) -> bool {
        self.named.contains(&column)
    }

    /// Whether a field with this name, or one inside it, is read.
    pub fn reads(&self, name: &str) -> bool {
        let inside = |own: &str| own.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.columns().any(|(_, own)| inside(own))
    }

    /// The columns missing from a file, any of which would do; `None` if none is missing.
    pub fn missing(&self, has: impl Fn(Column) -> bool) -> Option<Vec<&str>> {
        let named = self.named.iter().find(|column| !has(**column)).map(|column| vec![*column]);
        let group = || self.needed.iter().find(|group| !group.iter().any(|column| has(*column))).cloned();
        let missing = named.or_else(group)?;
        Some(missing.into_iter().filter_map(|column| self.name(column)).collect())
    }
}

fn needed(rules: &UsageRules) -> Vec<Vec<Column>> {
    let mut needed = vec![Column::WHO.to_vec()];
    let Some(old) = &rules.old else {
        needed.extend([vec![Column::OldCalls], vec![Column::NewCalls]]);
        return needed;
    };
    for calls in [Some(old), rules.new.as_ref()].into_iter().flatten() {
        needed.extend((!calls.path.is_empty()).then(|| vec![Column::Path]));
        needed.extend((!calls.version.is_empty()).then(|| vec![Column::Version]));
        needed.extend((!calls.host.is_empty()).then(|| vec![Column::Host, Column::Path]));
    }
    needed
}

/// The default name of a column.
fn usual_name(column: Column, format: UsageFormat) -> String {
    match (format, column) {
        (UsageFormat::Combined, Column::Contact) => "user".to_owned(),
        _ => column.to_string(),
    }
}
