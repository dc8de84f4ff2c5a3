//! `/v1/mailboxes/{mailbox}/threads/{thread}`.

use std::collections::BTreeSet;

use serde_json::json;

use crate::sandbox::answer::{Answer, Refusal, Reply};
use crate::sandbox::call::Call;
use crate::sandbox::mail::{Direction, Mail};
use crate::sandbox::views::{InThread, in_thread};
use crate::sandbox::world::World;

pub fn read(world: &mut World, call: &Call) -> Answer {
    let mailbox = world.mailboxes.find(call.part("mailbox"))?;
    let id = call.part("thread");
    let places = world.post.thread(id).iter();
    let mails: Vec<&Mail> =
        places.map(|place| &world.post.mails[*place]).filter(|mail| mail.mailbox == mailbox).collect();
    let Some(last) = mails.last() else { return Err(Refusal::not_found("thread")) };
    let participants: BTreeSet<&String> =
        mails.iter().flat_map(|mail| mail.letter.to.iter().chain([&mail.letter.from])).collect();
    let emails: Vec<InThread> = mails.iter().map(|mail| in_thread(mail)).collect();
    Reply::ok(&json!({
        "thread_id": id,
        "message_count": mails.len(),
        "participants": participants,
        "last_activity": last.received_at,
        // An inbound mail that still waits for approval counts too; the vendor does not say.
        "has_unanswered_inbound": last.direction == Direction::Inbound,
        "emails": emails,
    }))
}
