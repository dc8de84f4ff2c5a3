//! `/v1/contacts` of the contract `mailbox`.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::actor;
use crate::sandbox::address_book::text;
use crate::sandbox::answer::{Answer, Refusal, Reply};
use crate::sandbox::call::{Call, check_address, present};
use crate::sandbox::options::TagWrite;
use crate::sandbox::world::World;

/// All contacts, or those whose name or address contains `q`. A row with neither readable is always included.
pub fn list(world: &mut World, call: &Call) -> Answer {
    let part = call.query("q").unwrap_or_default().to_lowercase();
    let contains = |row: &&Value| {
        let fields = [text(row, "name"), text(row, "email")];
        part.is_empty()
            || fields == [None, None]
            || fields.into_iter().flatten().any(|field| field.to_lowercase().contains(&part))
    };
    let found: Vec<&Value> = world.contacts.rows().filter(contains).collect();
    Reply::ok(&Listing { contacts: found })
}

/// Serialised directly from the rows: an address book can be long.
#[derive(Serialize)]
pub struct Listing<'a> {
    pub contacts: Vec<&'a Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContactWrite {
    name: String,
    email: String,
    #[serde(default, deserialize_with = "present")]
    tags: Option<Vec<String>>,
}

/// Adds a contact. [`TagWrite`] decides what happens to an existing address: the vendor does not say.
pub fn add(world: &mut World, call: &Call) -> Answer {
    let request: ContactWrite = call.body()?;
    check_address("email", &request.email)?;
    let tags = request.tags.unwrap_or_default();
    match (world.contacts.with_address(&request.email), world.options.tag_write) {
        (Some(_), TagWrite::Refuse) => Err(Refusal::conflict("a contact with this address exists")),
        (Some(place), TagWrite::Update) => {
            let fields = [("name".to_owned(), json!(request.name)), ("tags".to_owned(), json!(tags))];
            world.contacts.change(place, fields.into_iter().collect());
            Ok(Reply::new(StatusCode::CREATED, &world.contacts.get(place)))
        }
        (None, _) | (Some(_), TagWrite::Double) => {
            let created_at = world.now.timestamp_millis();
            let row = json!({
                "id": world.ids.next(), "name": request.name, "email": request.email, "tags": tags,
                "created_at": created_at,
            });
            let reply = Reply::new(StatusCode::CREATED, &row);
            world.contacts.add(row);
            Ok(reply)
        }
    }
}

pub fn delete(world: &mut World, call: &Call) -> Answer {
    call.no_body()?;
    let id = call.part("contact");
    let place = world.contacts.with_id(id).ok_or_else(|| Refusal::not_found("contact"))?;
    world.contacts.delete(place);
    world.log(actor(call), "contact.deleted", "contact", id.to_owned(), None);
    Reply::ok(&json!({ "deleted": true }))
}
