//! The customers: they unsubscribe, and their contacts change.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::sandbox::answer::{Answer, Refusal, Reply};
use crate::sandbox::call::Call;
use crate::sandbox::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unsubscribe {
    email: String,
}

pub fn unsubscribe(world: &mut World, call: &Call) -> Answer {
    let Unsubscribe { email } = call.body()?;
    world.suppress(&email, "unsubscribe");
    Reply::ok(&json!({ "unsubscribed": email }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Suppress {
    email: String,
    reason: Option<String>,
}

pub fn suppress(world: &mut World, call: &Call) -> Answer {
    let Suppress { email, reason } = call.body()?;
    world.suppress(&email, reason.as_deref().unwrap_or("SpamComplaint"));
    Reply::ok(&json!({ "suppressed": email }))
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ContactChange {
    /// A new row, used unchanged.
    add: Option<Value>,
    id: Option<String>,
    email: Option<String>,
    set: Map<String, Value>,
    add_tags: Vec<String>,
    drop_tags: Vec<String>,
    delete: bool,
}

/// Adds, changes or deletes one contact; it may get a new `id`, since contacts get re-created.
pub fn contact(world: &mut World, call: &Call) -> Answer {
    let request: ContactChange = call.body()?;
    if let Some(row) = request.add {
        world.contacts.add(row.clone());
        return Reply::ok(&row);
    }
    let place = match (&request.id, &request.email) {
        (Some(id), None) => world.contacts.with_id(id),
        (None, Some(email)) => world.contacts.with_address(email),
        _ => return Err(Refusal::bad_request("name the contact by exactly one of id, email; or give add")),
    };
    let place = place.ok_or_else(|| Refusal::not_found("contact"))?;
    if request.delete {
        world.contacts.delete(place);
        return Reply::ok(&json!({ "deleted": true }));
    }
    world.contacts.change(place, request.set);
    if !request.add_tags.is_empty() {
        world.contacts.add_tags(place, &request.add_tags);
    }
    if !request.drop_tags.is_empty() {
        world.contacts.drop_tags(place, &request.drop_tags);
    }
    Reply::ok(&world.contacts.get(place))
}
