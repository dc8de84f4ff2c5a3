//! The contacts, as rows of JSON: rows from a file are served unchanged, however odd.

use std::collections::HashMap;

use serde_json::{Value, json};

/// Rows in order of arrival. A deleted row leaves a gap, so that positions stay.
#[derive(Debug, Default)]
pub struct AddressBook {
    rows: Vec<Option<Value>>,
    by_id: HashMap<String, usize>,
    by_address: HashMap<String, usize>,
}

impl AddressBook {
    pub fn new(rows: Vec<Value>) -> Self {
        let mut book = Self::default();
        for row in rows {
            book.add(row);
        }
        book
    }

    pub fn add(&mut self, row: Value) {
        let place = self.rows.len();
        self.index(&row, place);
        self.rows.push(Some(row));
    }

    /// If several rows have the same id or address, the first one counts.
    fn index(&mut self, row: &Value, place: usize) {
        if let Some(id) = text(row, "id") {
            self.by_id.entry(id.to_owned()).or_insert(place);
        }
        if let Some(address) = text(row, "email") {
            self.by_address.entry(address.to_lowercase()).or_insert(place);
        }
    }

    pub fn rows(&self) -> impl Iterator<Item = &Value> {
        self.rows.iter().flatten()
    }

    pub fn with_id(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub fn with_address(&self, address: &str) -> Option<usize> {
        self.by_address.get(&address.to_lowercase()).copied()
    }

    pub fn get(&self, place: usize) -> Option<&Value> {
        self.rows.get(place)?.as_ref()
    }

    /// Sets fields of a row; null removes a field.
    pub fn change(&mut self, place: usize, fields: serde_json::Map<String, Value>) {
        let Some(Some(row)) = self.rows.get_mut(place) else { return };
        let Some(object) = row.as_object_mut() else { return };
        let moves = fields.contains_key("id") || fields.contains_key("email");
        for (name, value) in fields {
            if value.is_null() {
                object.remove(&name);
            } else {
                object.insert(name, value);
            }
        }
        if moves {
            self.rebuild();
        }
    }

    pub fn add_tags(&mut self, place: usize, tags: &[String]) {
        self.edit_tags(place, |old| {
            let new = tags.iter().filter(|tag| !old.contains(tag));
            let new: Vec<String> = new.cloned().collect();
            old.extend(new);
        });
    }

    pub fn drop_tags(&mut self, place: usize, tags: &[String]) {
        self.edit_tags(place, |old| old.retain(|tag| !tags.contains(tag)));
    }

    fn edit_tags(&mut self, place: usize, edit: impl FnOnce(&mut Vec<String>)) {
        let Some(Some(row)) = self.rows.get_mut(place) else { return };
        let mut tags: Vec<String> = tags_of(row).map(str::to_owned).collect();
        edit(&mut tags);
        if let Some(object) = row.as_object_mut() {
            object.insert("tags".into(), json!(tags));
        }
    }

    pub fn delete(&mut self, place: usize) {
        if let Some(row) = self.rows.get_mut(place) {
            *row = None;
            self.rebuild();
        }
    }

    /// Rebuilds the index, for rare operations: changed ids and addresses, deletions.
    fn rebuild(&mut self) {
        self.by_id.clear();
        self.by_address.clear();
        let rows = std::mem::take(&mut self.rows);
        for (place, row) in rows.iter().enumerate() {
            if let Some(row) = row {
                self.index(row, place);
            }
        }
        self.rows = rows;
    }
}

/// A field of a row, if it is text.
pub fn text<'a>(row: &'a Value, field: &str) -> Option<&'a str> {
    row.get(field)?.as_str()
}

/// The readable tags; empty if there are none.
pub fn tags_of(row: &Value) -> impl Iterator<Item = &str> {
    row.get("tags").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Evaluates a tag query as the server does: commas join, a leading minus excludes. A row that is not an object, or
/// whose tags are not a list, matches every query: it is there to test a client's reaction.
pub fn matches(row: &Value, query: &str) -> bool {
    let readable = row.is_object() && row.get("tags").is_none_or(Value::is_array);
    !readable
        || query.split(',').map(str::trim).filter(|term| !term.is_empty()).all(|term| match term.strip_prefix('-') {
            Some(excluded) => tags_of(row).all(|tag| tag != excluded),
            None => tags_of(row).any(|tag| tag == term),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_joins_terms_and_a_minus_excludes() {
        let row = json!({ "email": "a@b.example", "tags": ["api-v1", "rest"] });
        assert!(matches(&row, "api-v1,rest"));
        assert!(matches(&row, "api-v1,-migration-started"));
        assert!(!matches(&row, "api-v1,-rest"));
        assert!(!matches(&row, "webhooks"));
    }

    #[test]
    fn a_row_that_cannot_be_asked_is_in_every_answer() {
        assert!(matches(&json!(7), "api-v1"));
        assert!(matches(&json!({ "email": "a@b.example", "tags": "api-v1" }), "rest"));
        assert!(!matches(&json!({ "email": "a@b.example" }), "rest"));
    }

    #[test]
    fn of_doubled_rows_the_first_is_found_and_after_its_deletion_the_second() {
        let mut book = AddressBook::new(vec![json!({ "email": "A@b.example" }), json!({ "email": "a@B.example" })]);
        assert_eq!(book.with_address("a@b.example"), Some(0));
        book.delete(0);
        assert_eq!(book.with_address("a@b.example"), Some(1));
    }
}
