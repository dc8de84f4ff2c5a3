//! The positions of the values in `campaign.toml`, so that a finding can point at the one that
//! causes it.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// The position of each value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places(BTreeMap<String, Place>);

/// A value of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its byte range, including quotes.
    pub span: Range<usize>,
    /// Its text; empty for a table.
    pub text: String,
}

impl Places {
    /// The places of a file; none if it is not TOML.
    pub fn of(file: &str) -> Self {
        let mut places = Self::default();
        if let Ok(table) = DeTable::parse(file) {
            places.take_table("", table.get_ref());
        }
        places
    }

    /// The value at a path: `campaign.deadline`, `segment.0.vars.stops`, `change.2.after`.
    pub fn get(&self, path: &str) -> Option<&Place> {
        self.0.get(path)
    }

    /// The values at and below a path, with their own paths.
    pub fn below<'a>(&'a self, path: &'a str) -> impl Iterator<Item = (&'a str, &'a Place)> {
        let from = self.0.range(path.to_owned()..);
        let inside = from.take_while(move |(own, _)| own.starts_with(path));
        inside.map(|(own, place)| (own.as_str(), place))
    }

    fn take_table(&mut self, path: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let own = if path.is_empty() { key.get_ref().to_string() } else { format!("{path}.{}", key.get_ref()) };
            self.take(own, value.get_ref(), value.span());
        }
    }

    fn take(&mut self, path: String, value: &DeValue<'_>, span: Range<usize>) {
        match value {
            DeValue::Table(table) => self.take_table(&path, table),
            DeValue::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    self.take(format!("{path}.{number}"), item.get_ref(), item.span());
                }
            }
            _ => {}
        }
        let text = match value {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            DeValue::Integer(number) => number.as_str().to_owned(),
            DeValue::Float(number) => number.as_str().to_owned(),
            DeValue::Boolean(flag) => flag.to_string(),
            DeValue::Array(_) | DeValue::Table(_) => String::new(),
        };
        self.0.insert(path, Place { span, text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_found_at_its_place() {
        let file = "[campaign]\ndeadline = 2027-04-30\n[[segment]]\nname = \"a\"\n[segment.vars]\nx = ['y', \"z\"]\n";
        let places = Places::of(file);
        let text = |path: &str| places.get(path).map(|place| (&file[place.span.clone()], place.text.as_str()));
        assert_eq!(text("campaign.deadline"), Some(("2027-04-30", "2027-04-30")));
        assert_eq!(text("segment.0.vars.x.1"), Some(("\"z\"", "z")));
        assert_eq!(text("segment.1.name"), None);
        assert_eq!(places.below("segment.0.vars").count(), 4);
    }
}
