//! Replies with contacts in the published contract.

use std::fmt;

use compact_str::CompactString;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::super::super::error::ApiError;
use super::super::super::model::Found;
use super::super::read::{FromRow, Row, needed, some_text, sort_out, text, whose};
use super::super::reply::Reply;
use crate::campaign::people::contact::Contact;

/// The list; contacts are the same in both contracts, except for their tags.
pub struct Contacts {
    contacts: Vec<Row<Contact>>,
    /// The server's other fields.
    beside: Map<String, Value>,
}

/// Written by hand: serde's `flatten` would first hold the whole list in another form.
impl<'de> Deserialize<'de> for Contacts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Contacts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with `contacts`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Contacts, A::Error> {
                let (mut contacts, mut beside) = (None, Map::new());
                while let Some(name) = map.next_key::<String>()? {
                    if name == "contacts" {
                        contacts = Some(map.next_value()?);
                    } else {
                        beside.insert(name, map.next_value()?);
                    }
                }
                let contacts = contacts.ok_or_else(|| A::Error::missing_field("contacts"))?;
                Ok(Contacts { contacts, beside })
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

impl Contacts {
    /// Parses the reply, with the tags as the server shows them.
    pub fn read(reply: &Reply) -> Result<Found, ApiError> {
        let list: Self = reply.json("`contacts`")?;
        let rows = list.contacts.len();
        let (contacts, mut unreadable) = sort_out(list.contacts, "contact");
        unreadable.extend(not_whole(&list.beside, rows));
        Ok(Found { contacts, unreadable })
    }
}

/// Why a list of this many rows is incomplete, according to the fields beside it. The published contract has no pages
/// of contacts; a server that has them anyway would show it in one of these ways.
fn not_whole(beside: &Map<String, Value>, rows: usize) -> Option<String> {
    let goes_on = |value: &Value| match value {
        Value::Bool(more) => *more,
        Value::String(text) => !text.is_empty(),
        Value::Number(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    };
    let has_more = |value: &Value| value.as_bool() == Some(true);
    let counts_more = |value: &Value| value.as_u64().is_some_and(|total| total > rows as u64);
    let said = beside.iter().find(|(name, value)| match name.as_str() {
        "cursor" | "next_cursor" | "next" | "next_page" | "next_page_token" => goes_on(value),
        "has_more" | "hasMore" | "truncated" | "partial" | "incomplete" => has_more(value),
        "total" | "total_count" => counts_more(value),
        _ => false,
    });
    said.map(|(name, _)| format!("the server's list of contacts says that there are more (`{name}`)"))
}

impl FromRow for Contact {
    fn from_row(row: &Value) -> Result<Self, String> {
        if row.get("email").is_some_and(|email| !email.is_string() && !email.is_null()) {
            return Err(format!("its `email` is not a string{}", whose(row)));
        }
        let tags = match row.get("tags") {
            None | Some(Value::Null) => None,
            // Tags decide who is mailed: guessing them could mail or drop a customer by mistake.
            Some(tags) => {
                Some(list(tags).ok_or_else(|| format!("its `tags` are not a list of strings{}", whose(row)))?)
            }
        };
        let name = some_text(row, "name").unwrap_or_default();
        Ok(Self { id: text(row, "id").into(), email: needed(row, "email")?.into(), name: name.into(), tags })
    }
}

fn list(tags: &Value) -> Option<Vec<CompactString>> {
    tags.as_array()?.iter().map(|tag| tag.as_str().map(CompactString::from)).collect()
}

/// All contacts. This contract shows tags, so a contact without the field has none.
pub fn read_contacts(reply: &Reply) -> Result<Found, ApiError> {
    let mut found = Contacts::read(reply)?;
    for contact in &mut found.contacts {
        contact.tags.get_or_insert_default();
    }
    Ok(found)
}

/// Whether a contact that was written with `tags` is one row that has them. `found` is what the server now returns
/// for its address, and perhaps others.
pub fn settled(found: &Found, contact: &Contact, tags: &[String]) -> bool {
    let address = contact.email.trim().to_lowercase();
    let mut rows = found.contacts.iter().filter(|row| row.email.trim().to_lowercase() == address);
    let carries = |row: &Contact| tags.iter().all(|tag| row.carries(tag));
    rows.next().is_some_and(carries) && rows.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Found, ApiError> {
        read_contacts(&Reply { status: 200, body: body.into(), ..Reply::default() })
    }

    #[test]
    fn one_bad_row_never_loses_its_page() {
        let found = read(
            r#"{"contacts":[
                {"id":"1","name":"Ann","email":"ann@example.com","tags":["a"],"created_at":1},
                null, "text", [],
                {"id":"2","name":"Bob","email":42},
                {"id":"3","name":"Cyd"},
                {"id":"4","email":null},
                {"id":"5","email":"e@example.com","tags":"a,b"},
                {"id":"6","email":"f@example.com","tags":["a",1]},
                {"email":"g@example.com","name":7,"tags":null,"new":{}}
            ]}"#,
        )
        .unwrap();
        let emails: Vec<&str> = found.contacts.iter().map(|contact| contact.email.as_str()).collect();
        assert_eq!(emails, ["ann@example.com", "g@example.com"]);
        assert_eq!(found.contacts[1].tags.as_deref(), Some([].as_slice()));
        assert_eq!(
            found.unreadable,
            [
                "contact 2 of the server's list: it is not an object",
                "contact 3 of the server's list: it is not an object",
                "contact 4 of the server's list: it is not an object",
                "contact 5 of the server's list: its `email` is not a string (id 2)",
                "contact 6 of the server's list: it lacks `email` (id 3)",
                "contact 7 of the server's list: it lacks `email` (id 4)",
                "contact 8 of the server's list: its `tags` are not a list of strings (id 5)",
                "contact 9 of the server's list: its `tags` are not a list of strings (id 6)",
            ]
        );
    }

    #[test]
    fn a_list_that_says_there_are_more_is_not_whole() {
        let list = |beside: &str| read(&format!(r#"{{"contacts":[{{"id":"1","email":"a@b.example"}}]{beside}}}"#));
        for hint in [r#""has_more":true"#, r#""cursor":"c2""#, r#""next":"/v1/contacts?page=2""#, r#""total":2"#] {
            let found = list(&format!(",{hint}")).unwrap();
            assert_eq!((found.contacts.len(), found.unreadable.len()), (1, 1), "{hint}");
        }
        for hint in [r#""has_more":false"#, r#""cursor":null"#, r#""next":"""#, r#""total":1"#, r#""count":7"#] {
            assert_eq!(list(&format!(",{hint}")).unwrap().unreadable, Vec::<String>::new(), "{hint}");
        }
    }

    #[test]
    fn an_invalid_list_is_garbage() {
        for body in ["{}", "[]", r#"{"contacts":null}"#, r#"{"contacts":{}}"#, r#"{"contacts":[{"id":"1""#] {
            assert!(matches!(read(body), Err(ApiError::Garbage { .. })), "{body}");
        }
    }

    #[test]
    fn a_written_contact_is_settled_only_as_one_row_with_its_tags() {
        let contact = Contact { email: "Ann@example.com".into(), ..Contact::default() };
        let row = |email: &str, tags: &[&str]| Contact {
            email: email.into(),
            tags: Some(tags.iter().map(|tag| (*tag).into()).collect()),
            ..Contact::default()
        };
        let tags = ["done".to_owned()];
        let found = |contacts| Found { contacts, unreadable: Vec::new() };
        let other = row("joann@example.com", &[]);
        assert!(settled(&found(vec![other.clone(), row("ann@example.com", &["a", "done"])]), &contact, &tags));
        assert!(!settled(&found(vec![other, row("ann@example.com", &["a"])]), &contact, &tags));
        assert!(!settled(
            &found(vec![row("ann@example.com", &["done"]), row("ann@example.com", &[])]),
            &contact,
            &tags
        ));
        assert!(!settled(&found(Vec::new()), &contact, &tags));
    }
}
