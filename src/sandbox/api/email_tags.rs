//! `/v1/mailboxes/{mailbox}/emails/{email}/tags`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::mail_of;
use crate::sandbox::answer::{Answer, Reply};
use crate::sandbox::call::Call;
use crate::sandbox::world::World;

pub fn read(world: &mut World, call: &Call) -> Answer {
    let place = mail_of(world, call)?;
    Reply::ok(&json!({ "tags": world.post.mails[place].tags }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TagsWrite {
    tags: BTreeMap<String, String>,
}

/// Replaces all tags, as the published operation does.
pub fn replace(world: &mut World, call: &Call) -> Answer {
    let place = mail_of(world, call)?;
    let TagsWrite { tags } = call.body()?;
    world.post.mails[place].tags = tags;
    Reply::ok(&json!({ "tags": world.post.mails[place].tags }))
}

pub fn delete(world: &mut World, call: &Call) -> Answer {
    call.no_body()?;
    let place = mail_of(world, call)?;
    let deleted = world.post.mails[place].tags.remove(call.part("key")).is_some();
    Reply::ok(&json!({ "deleted": deleted }))
}
