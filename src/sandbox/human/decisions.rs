//! The reviewer: approves and rejects outside the API, and tampers with mails, which a review has
//! to notice.

use serde::Deserialize;
use serde_json::json;

use super::SOMEBODY;
use super::choice::Choice;
use crate::sandbox::answer::{Answer, Refusal, Reply};
use crate::sandbox::call::Call;
use crate::sandbox::world::World;

pub fn approve(world: &mut World, call: &Call) -> Answer {
    let chosen = waiting(world, &call.body()?)?;
    for place in &chosen {
        world.approve(*place, SOMEBODY);
    }
    Reply::ok(&json!({ "approved": chosen.len() }))
}

pub fn reject(world: &mut World, call: &Call) -> Answer {
    let choice: Choice = call.body()?;
    let chosen = waiting(world, &choice)?;
    for place in &chosen {
        world.reject(*place, SOMEBODY, choice.reason.clone());
    }
    Reply::ok(&json!({ "rejected": chosen.len() }))
}

fn waiting(world: &World, choice: &Choice) -> Result<Vec<usize>, Refusal> {
    choice.among(world, |mail| mail.status.waits() && (choice.id.is_some() || mail.direction == choice.direction))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tampering {
    id: String,
    subject: Option<String>,
    body: Option<String>,
    /// Another recipient.
    to: Option<String>,
}

pub fn tamper(world: &mut World, call: &Call) -> Answer {
    let request: Tampering = call.body()?;
    let place = world.post.find(&request.id).ok_or_else(|| Refusal::not_found("email"))?;
    let mail = &mut world.post.mails[place];
    if !mail.status.waits() {
        return Err(Refusal::conflict(format!("the mail is {}", mail.status)));
    }
    let letter = &mut mail.letter;
    letter.subject = request.subject.unwrap_or_else(|| std::mem::take(&mut letter.subject));
    letter.body = request.body.unwrap_or_else(|| std::mem::take(&mut letter.body));
    letter.to = request.to.map_or_else(|| std::mem::take(&mut letter.to), |to| vec![to]);
    Reply::ok(&json!({ "tampered": mail.id }))
}
