//! Splits long results into pages: the items of a document's lists are spread over as many as needed; everything
//! else is on each page.

use serde_json::{Map, Value};

use crate::campaign::digest::Digest;

/// The maximum size of a page, in bytes of JSON. A result has it twice, as data and as text, and stays
/// under 400 kB.
const LARGEST: usize = 150_000;
/// The maximum length of a text on a page, in bytes.
const LONGEST_TEXT: usize = 40_000;

/// A page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The document with this page's part of its lists.
    pub document: Value,
    /// The cursor of the next page; `None` on the last.
    pub next: Option<String>,
}

/// The page of a document at `cursor`; the first without one.
///
/// # Errors
/// The cursor is invalid, or the lists have changed.
pub fn page(mut document: Value, cursor: Option<&str>) -> Result<Page, &'static str> {
    shorten(&mut document);
    let whole = document.to_string().len();
    if whole <= LARGEST && cursor.is_none() {
        return Ok(Page { document, next: None });
    }
    let mut items = Vec::new();
    take_items(&mut document, &mut Vec::new(), &mut items);
    let identity = identity(&items);
    let from = match cursor {
        None => 0,
        Some(cursor) => start(cursor, &identity)?,
    };
    let mut room = LARGEST.saturating_sub(document.to_string().len());
    let mut to = from;
    for (path, item) in &items[from.min(items.len())..] {
        let size = item.to_string().len() + 1;
        if size > room && to > from {
            break;
        }
        room = room.saturating_sub(size);
        put(&mut document, path, item.clone());
        to += 1;
    }
    let next = (to < items.len()).then(|| format!("{to}.{identity}"));
    if let (Some(next), Some(fields)) = (&next, document.as_object_mut()) {
        fields.insert("next_cursor".to_owned(), next.clone().into());
    }
    Ok(Page { document, next })
}

/// The index of the first item at a cursor.
fn start(cursor: &str, identity: &str) -> Result<usize, &'static str> {
    let (from, of) = cursor.split_once('.').ok_or("it is not a cursor of this server")?;
    let from = from.parse().map_err(|_| "it is not a cursor of this server")?;
    if of == identity { Ok(from) } else { Err("what it leads into has changed since") }
}

fn identity(items: &[(Vec<String>, Value)]) -> String {
    let texts: Vec<String> = items.iter().map(|(path, item)| format!("{} {item}", path.join("."))).collect();
    Digest::of(&texts.iter().map(String::as_str).collect::<Vec<_>>()).short()
}

/// Takes the items out of all lists, in order; the lists stay, empty. Lists within items belong to
/// them.
fn take_items(value: &mut Value, path: &mut Vec<String>, items: &mut Vec<(Vec<String>, Value)>) {
    match value {
        Value::Array(list) => items.extend(std::mem::take(list).into_iter().map(|item| (path.clone(), item))),
        Value::Object(fields) => {
            for (name, field) in fields {
                path.push(name.clone());
                take_items(field, path, items);
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn put(document: &mut Value, path: &[String], item: Value) {
    let mut at = document;
    for name in path {
        match at.as_object_mut().and_then(|fields: &mut Map<String, Value>| fields.get_mut(name)) {
            Some(field) => at = field,
            None => return,
        }
    }
    if let Some(list) = at.as_array_mut() {
        list.push(item);
    }
}

/// Cuts texts that would fill a page on their own, and says so.
fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > LONGEST_TEXT => {
            let end = (0..=LONGEST_TEXT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            *text = format!("{}… ({} more bytes)", &text[..end], text.len() - end);
        }
        Value::Array(list) => list.iter_mut().for_each(shorten),
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn long(items: usize) -> Value {
        let list: Vec<Value> = (0..items).map(|number| json!({ "number": number, "text": "x".repeat(100) })).collect();
        json!({ "schema": 2, "inner": { "first": list.clone() }, "second": list, "none": [] })
    }

    #[test]
    fn a_short_document_is_one_page() {
        let page = page(long(3), None).unwrap();
        assert_eq!(page, Page { document: long(3), next: None });
    }

    #[test]
    fn the_pages_of_a_long_document_have_each_item_once_and_in_order() {
        let whole = long(3000);
        let (mut numbers, mut cursor, mut pages) = ((Vec::new(), Vec::new()), None, 0);
        loop {
            let page = page(whole.clone(), cursor.as_deref()).unwrap();
            assert!(page.document.to_string().len() <= LARGEST + 64);
            assert_eq!(page.document["schema"], 2);
            let of = |list: &Value| {
                list.as_array().unwrap().iter().map(|item| item["number"].as_u64().unwrap()).collect::<Vec<_>>()
            };
            numbers.0.extend(of(&page.document["inner"]["first"]));
            numbers.1.extend(of(&page.document["second"]));
            pages += 1;
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        let all: Vec<u64> = (0..3000).collect();
        assert_eq!(numbers, (all.clone(), all));
        assert!(pages > 2);
    }

    #[test]
    fn a_cursor_of_something_else_is_refused() {
        let next = page(long(3000), None).unwrap().next.unwrap();
        assert!(page(long(2999), Some(&next)).is_err());
        for cursor in ["", "1", "x.y", "-1.00000000"] {
            assert!(page(long(3), Some(cursor)).is_err(), "{cursor}");
        }
        let (_, identity) = next.split_once('.').unwrap();
        assert_eq!(page(long(3000), Some(&format!("99999999.{identity}"))).unwrap().next, None);
    }

    #[test]
    fn a_text_that_would_fill_a_page_is_cut_and_says_so() {
        let cut =
            page(json!({ "text": "é".repeat(LARGEST) }), None).unwrap().document["text"].as_str().unwrap().to_owned();
        assert!(cut.len() < LONGEST_TEXT + 50 && cut.ends_with(" more bytes)"));
    }
}
