//! Replies with contacts in the published contract.

use compact_str::CompactString;
use serde_json::Value;

use super::super::super::error::ApiError;
use super::super::super::model::Found;
use super::super::more::more_follows;
use super::super::read::{FromRow, InList, List, needed, some_text, sort_out, text, whose};
use super::super::reply::Reply;
use crate::campaign::people::contact::Contact;

/// Contacts are the same in both contracts, except for their tags.
impl InList for Contact {
    const LIST: &'static str = "contacts";
}

/// Parses the reply, with the tags as the server shows them.
pub fn read_found(reply: &Reply) -> Result<Found, ApiError> {
    let list = reply.json::<List<Contact>>("`contacts`")?.read_whole()?;
    let rows = list.rows.len();
    let (contacts, mut unreadable) = sort_out(list.rows, "contact");
    unreadable.extend(more_follows(reply, &list.beside, rows, "contacts"));
    Ok(Found { contacts, unreadable })
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
    let mut found = read_found(reply)?;
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
    fn a_list_of_more_rows_than_are_read_is_refused() {
        let refused = read(&format!(r#"{{"contacts":[{}]}}"#, vec!["0"; 800_001].join(","))).unwrap_err();
        assert!(refused.to_string().contains("more than 800000 rows"), "{refused}");
    }

    #[test]
    fn a_list_that_says_there_are_more_is_not_whole() {
        let list =
            |beside: &str| read(&format!(r#"{{"contacts":[{{"id":"1","email":"a@b.example"}}]{beside}}}"#)).unwrap();
        let found = list(r#","has_more":true"#);
        assert_eq!((found.contacts.len(), found.unreadable.len()), (1, 1));
        assert_eq!(list(r#","has_more":false"#).unreadable, Vec::<String>::new());
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
