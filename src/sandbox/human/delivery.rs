//! The outside mail servers: deliveries, bounces, failures.

use serde_json::json;

use super::choice::Choice;
use crate::sandbox::answer::{Answer, Refusal, Reply};
use crate::sandbox::call::Call;
use crate::sandbox::mail::{Direction, Status};
use crate::sandbox::world::World;

pub fn deliver(world: &mut World, call: &Call) -> Answer {
    let choice: Choice = call.body()?;
    let chosen = choice.among(world, |mail| mail.status == Status::Sent)?;
    for place in &chosen {
        world.deliver(*place);
    }
    Reply::ok(&json!({ "delivered": chosen.len() }))
}

pub fn bounce(world: &mut World, call: &Call) -> Answer {
    let choice: Choice = call.body()?;
    if choice.next {
        let address = choice.to.ok_or_else(|| Refusal::bad_request("next: goes with to"))?;
        world.bounces.expected.insert(address.to_lowercase());
        return Reply::ok(&json!({ "bounced": 0, "expected": address }));
    }
    let kind = choice.kind.as_deref().unwrap_or("HardBounce");
    let chosen = choice.among(world, |mail| matches!(mail.status, Status::Sent | Status::Delivered))?;
    for place in &chosen {
        world.bounce(*place, kind);
    }
    Reply::ok(&json!({ "bounced": chosen.len() }))
}

pub fn fail(world: &mut World, call: &Call) -> Answer {
    let choice: Choice = call.body()?;
    let chosen = choice.among(world, |mail| {
        let not_out = matches!(mail.status, Status::PendingScan | Status::PendingSendApproval | Status::Scheduled);
        mail.direction == Direction::Outbound && not_out
    })?;
    for place in &chosen {
        world.post.put(*place, Status::SendFailed);
    }
    Reply::ok(&json!({ "failed": chosen.len() }))
}
