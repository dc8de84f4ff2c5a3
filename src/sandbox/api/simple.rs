//! The contract `simple`: the three calls of the customer-migration page.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::contacts::Listing;
use super::send::{check_subject, parse_send_at};
use crate::sandbox::address_book::{matches, tags_of};
use crate::sandbox::answer::{Answer, Refusal, Reply};
use crate::sandbox::call::{Call, check_address, present};
use crate::sandbox::mail::Letter;
use crate::sandbox::options::Extra;
use crate::sandbox::world::World;

pub fn search(world: &mut World, call: &Call) -> Answer {
    let query = call.query("tags").filter(|tags| !tags.is_empty());
    let query = query.ok_or_else(|| Refusal::violation("tags: is required"))?;
    let found = world.contacts.rows().filter(|row| matches(row, query));
    if world.options.simple.tags_in_search {
        return Reply::ok(&Listing { contacts: found.collect() });
    }
    let bare: Vec<Value> = found.map(without_tags).collect();
    Reply::ok(&json!({ "contacts": bare }))
}

fn without_tags(row: &Value) -> Value {
    let mut row = row.clone();
    if let Some(fields) = row.as_object_mut() {
        fields.remove("tags");
    }
    row
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TagRequest {
    tags: Vec<String>,
}

/// Adds to the existing tags.
pub fn tag(world: &mut World, call: &Call) -> Answer {
    let request: TagRequest = call.body()?;
    if request.tags.is_empty() {
        return Err(Refusal::violation("tags: must have at least one tag"));
    }
    let id = call.part("contact");
    let place = world.contacts.with_id(id).ok_or_else(|| Refusal::not_found("contact"))?;
    world.contacts.add_tags(place, &request.tags);
    let tags: Vec<&str> = world.contacts.get(place).into_iter().flat_map(tags_of).collect();
    Reply::ok(&json!({ "id": id, "tags": tags }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SimpleSend {
    from: String,
    to: String,
    subject: String,
    text_body: String,
    #[serde(default, deserialize_with = "present")]
    idempotency_key: Option<String>,
    #[serde(default, deserialize_with = "present")]
    send_at: Option<String>,
}

pub fn send(world: &mut World, call: &Call) -> Answer {
    let request: SimpleSend = call.body()?;
    check_address("to", &request.to)?;
    check_subject(&request.subject, usize::MAX)?;
    let unknown = || Refusal::bad_request("from: not a mailbox of this account");
    let mailbox = world.mailboxes.by_address(&request.from).ok_or_else(unknown)?;
    let settings = &world.options.simple;
    let heeds_key = extra("idempotency_key", settings.keys, request.idempotency_key.as_ref())?.is_some();
    let send_at = extra("send_at", settings.send_at, request.send_at.as_deref())?.map(parse_send_at).transpose()?;
    let bare = settings.bare_replies;
    let letter = Letter {
        contract: "simple",
        from: request.from,
        to: vec![request.to],
        subject: request.subject,
        body: request.text_body,
        // Kept even if it is ignored: the record shows what was submitted.
        idempotency_key: request.idempotency_key,
        heeds_key,
        send_at,
        ..Letter::default()
    };
    let reply = world.submit(mailbox, letter)?;
    Ok(if bare { Reply::new(StatusCode::OK, &json!({})) } else { reply })
}

/// The effective value of a field that the page does not show.
fn extra<T>(name: &str, treatment: Extra, value: Option<T>) -> Result<Option<T>, Refusal> {
    match treatment {
        Extra::Ignored => Ok(None),
        Extra::Refused if value.is_some() => Err(Refusal::bad_request(format!("unknown field `{name}`"))),
        Extra::Refused | Extra::Honoured => Ok(value),
    }
}
