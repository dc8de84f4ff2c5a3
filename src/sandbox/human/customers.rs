//! The customers: they answer, unsubscribe, and change in the address book.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::sandbox::answer::{Answer, Refusal, Reply};
use crate::sandbox::call::Call;
use crate::sandbox::mail::{Direction, Letter, Mail, Status};
use crate::sandbox::options::Mode;
use crate::sandbox::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyRequest {
    to: String,
    subject: Option<String>,
    body: Option<String>,
    /// An out-of-office message.
    #[serde(default)]
    auto: bool,
}

/// A customer answers the latest mail that reached them. In a `gated_all` mailbox the answer waits for approval, too.
pub fn reply(world: &mut World, call: &Call) -> Answer {
    let request: ReplyRequest = call.body()?;
    let reached = |place: &&usize| world.post.mails[**place].status.is_out();
    let place = world.post.to_customer(&request.to).iter().rev().find(reached);
    let place = *place.ok_or_else(|| Refusal::not_found("mail that reached this customer"))?;
    let mailbox = world.post.mails[place].mailbox;
    let thread = world.post.mails[place].thread_id.clone();
    let letter = request.into_letter(&world.post.mails[place]);
    let status = match world.mailboxes.list[mailbox].oversight_mode {
        Mode::GatedAll => Status::PendingInboundApproval,
        _ => Status::Unread,
    };
    let mail = world.new_mail(mailbox, Direction::Inbound, Some(thread), letter, status);
    let told = json!({ "id": mail.id, "thread_id": mail.thread_id, "status": status });
    let place = world.post.add(mail);
    world.post.put(place, status);
    world.record.day(world.now).received += 1;
    Reply::ok(&told)
}

impl ReplyRequest {
    fn into_letter(self, answered: &Mail) -> Letter {
        let (prefix, body) = if self.auto {
            ("Automatic reply: ", "I am out of the office and will read your mail when I am back.")
        } else {
            ("Re: ", "Thank you, we will look into it.")
        };
        Letter {
            contract: "mailbox",
            from: self.to,
            to: vec![answered.letter.from.clone()],
            subject: self.subject.unwrap_or_else(|| format!("{prefix}{}", answered.letter.subject)),
            body: self.body.unwrap_or_else(|| body.to_owned()),
            ..Letter::default()
        }
    }
}

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
    /// A new row, taken as it is.
    add: Option<Value>,
    id: Option<String>,
    email: Option<String>,
    set: Map<String, Value>,
    add_tags: Vec<String>,
    drop_tags: Vec<String>,
    delete: bool,
}

/// Adds, changes or deletes one contact; a new `id` may be set, since contacts get re-created.
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
