//! `/v1/mailboxes`, with their oversight modes and allowlists.

use serde::Deserialize;
use serde_json::{Value, json};

use super::actor;
use crate::sandbox::answer::{Answer, Refusal, Reply};
use crate::sandbox::call::Call;
use crate::sandbox::options::Mode;
use crate::sandbox::world::World;

pub fn list(world: &mut World, _: &Call) -> Answer {
    Reply::ok(&json!({ "mailboxes": world.mailboxes.list }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OversightChange {
    oversight_mode: Mode,
}

/// Only ever stricter: loosening requires a code mailed to a person.
pub fn change_oversight(world: &mut World, call: &Call) -> Answer {
    let place = world.mailboxes.find(call.part("mailbox"))?;
    let OversightChange { oversight_mode: mode } = call.body()?;
    let mailbox = &mut world.mailboxes.list[place];
    if mode < mailbox.oversight_mode {
        return Err(Refusal::bad_request("oversight can only be made stricter through the API"));
    }
    mailbox.oversight_mode = mode;
    let id = mailbox.id.clone();
    world.log(actor(call), "mailbox.oversight_changed", "mailbox", id.clone(), Some(json!({ "mode": mode })));
    Reply::ok(&json!({ "id": id, "status": "updated" }))
}

pub fn allowlist(world: &mut World, call: &Call) -> Answer {
    let place = world.mailboxes.find(call.part("mailbox"))?;
    let Some(patterns) = &world.options.mailbox.allowlist else { return Err(Refusal::not_found("path")) };
    let mailbox = &world.mailboxes.list[place];
    let entry = |(n, pattern): (usize, &String)| {
        json!({
            "id": format!("allow_{n}"), "pattern": pattern, "added_by": "reviewer@example.com",
            "added_at": mailbox.created_at, "note": null,
        })
    };
    let entries: Vec<Value> = patterns.iter().enumerate().map(entry).collect();
    Reply::ok(&json!({ "mailbox_id": mailbox.id, "count": entries.len(), "entries": entries }))
}
