//! The server's operations: one file for each kind of resource, one function for each operation.

pub mod account;
pub mod contacts;
pub mod email_tags;
pub mod emails;
pub mod lists;
pub mod mailboxes;
pub mod model;
pub mod oversight;
pub mod send;
pub mod simple;
pub mod threads;
pub mod webhooks;

use super::answer::Refusal;
use super::call::Call;
use super::world::World;

/// The mail in a path, which has to be in the mailbox in the path.
fn mail_of(world: &World, call: &Call) -> Result<usize, Refusal> {
    let mailbox = world.mailboxes.find(call.part("mailbox"))?;
    let place = world.post.find(call.part("email")).filter(|place| world.post.mails[*place].mailbox == mailbox);
    place.ok_or_else(|| Refusal::not_found("email"))
}

/// The caller, for the audit log.
fn actor(call: &Call) -> &'static str {
    call.role.map_or("nobody", super::keys::Role::key_id)
}
