//! What customers and the company's staff write to each other by hand.

use serde::Deserialize;
use serde_json::json;

use crate::sandbox::answer::{Answer, Refusal, Reply};
use crate::sandbox::call::Call;
use crate::sandbox::mail::{Direction, Letter, Mail, Status};
use crate::sandbox::options::Mode;
use crate::sandbox::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyRequest {
    to: String,
    /// Another sender, such as a mail server.
    from: Option<String>,
    subject: Option<String>,
    body: Option<String>,
    /// Whether it starts a new conversation.
    #[serde(default)]
    new_thread: bool,
    /// An out-of-office message.
    #[serde(default)]
    auto: bool,
}

/// A customer replies to the latest mail that reached them. In a `gated_all` mailbox the reply waits for approval,
/// too.
pub fn reply(world: &mut World, call: &Call) -> Answer {
    let request: ReplyRequest = call.body()?;
    let reached = |place: &&usize| world.post.mails[**place].status.is_out();
    let place = world.post.to_customer(&request.to).iter().rev().find(reached);
    let place = *place.ok_or_else(|| Refusal::not_found("mail that reached this customer"))?;
    let mailbox = world.post.mails[place].mailbox;
    let thread = Some(world.post.mails[place].thread_id.clone()).filter(|_| !request.new_thread);
    let letter = request.into_letter(&world.post.mails[place]);
    let status = match world.mailboxes.list[mailbox].oversight_mode {
        Mode::GatedAll => Status::PendingInboundApproval,
        _ => Status::Unread,
    };
    let mail = world.new_mail(mailbox, Direction::Inbound, thread, letter, status);
    let body = json!({ "id": mail.id, "thread_id": mail.thread_id, "status": status });
    let place = world.post.add(mail);
    world.post.put(place, status);
    world.record.day(world.now).received += 1;
    Reply::ok(&body)
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
            from: self.from.unwrap_or(self.to),
            to: vec![answered.letter.from.clone()],
            subject: self.subject.unwrap_or_else(|| format!("{prefix}{}", answered.letter.subject)),
            body: self.body.unwrap_or_else(|| body.to_owned()),
            ..Letter::default()
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerRequest {
    to: String,
    body: Option<String>,
}

/// Someone at the company answers a customer's latest mail by hand, and the answer arrives.
pub fn answer(world: &mut World, call: &Call) -> Answer {
    let AnswerRequest { to, body } = call.body()?;
    let is_theirs = |mail: &&Mail| mail.direction == Direction::Inbound && mail.letter.from == to;
    let asked = world.post.mails.iter().rfind(is_theirs);
    let asked = asked.ok_or_else(|| Refusal::not_found("mail from this customer"))?;
    let letter = Letter {
        contract: "mailbox",
        from: asked.letter.to.first().cloned().unwrap_or_default(),
        to: vec![to],
        subject: format!("Re: {}", asked.letter.subject),
        body: body.unwrap_or_else(|| "Yes, that is so.".to_owned()),
        ..Letter::default()
    };
    let (mailbox, thread) = (asked.mailbox, asked.thread_id.clone());
    let mail = world.new_mail(mailbox, Direction::Outbound, Some(thread), letter, Status::Sent);
    let reply = json!({ "id": mail.id, "thread_id": mail.thread_id });
    let place = world.post.add(mail);
    world.deliver(place);
    Reply::ok(&reply)
}
