//! `/v1/oversight`: the queue and the decisions.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::actor;
use crate::sandbox::answer::{Answer, Refusal, Reply};
use crate::sandbox::call::{Call, present};
use crate::sandbox::views::{self, Pending};
use crate::sandbox::world::World;

#[derive(Serialize)]
struct Queue<'a> {
    emails: Vec<Pending<'a>>,
}

/// The whole queue, oldest first, both directions, without paging.
pub fn pending(world: &mut World, _: &Call) -> Answer {
    let show = |place: usize| {
        let mail = &world.post.mails[place];
        views::pending(mail, &world.mailboxes.list[mail.mailbox].id)
    };
    Reply::ok(&Queue { emails: world.post.waiting().map(show).collect() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    email_id: String,
    action: Action,
    #[serde(default, deserialize_with = "present")]
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Approve,
    Reject,
}

/// 404 also means a mail that no longer waits.
pub fn decide(world: &mut World, call: &Call) -> Answer {
    let decision: Decision = call.body()?;
    let waiting = |place: &usize| world.post.mails[*place].status.waits();
    let place = world.post.find(&decision.email_id).filter(waiting);
    let place = place.ok_or_else(|| Refusal::not_found("pending email"))?;
    world.record.day(world.now).decisions += 1;
    let status = match decision.action {
        Action::Approve => world.approve(place, actor(call)),
        Action::Reject => {
            world.reject(place, actor(call), decision.reason);
            "rejected"
        }
    };
    Reply::ok(&json!({ "status": status }))
}
