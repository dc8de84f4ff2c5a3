//! Accepts a mail: replays, refusals, limits, acceptance, in the order in which a client sees them.

use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::time::Duration;

use super::answer::{Answer, Refusal, Reply};
use super::mail::{Direction, Letter, Mail, Status};
use super::options::Mode;
use super::world::World;

impl World {
    /// Decides on a well-formed mail. A known key is answered before anything can refuse: that mail was accepted.
    pub fn submit(&mut self, mailbox: usize, letter: Letter) -> Answer {
        self.submit_in(mailbox, None, letter)
    }

    /// The same, in an existing conversation; `None` starts one.
    pub fn submit_in(&mut self, mailbox: usize, thread: Option<String>, letter: Letter) -> Answer {
        if let Some(earlier) = self.seen_key(&letter) {
            let mail = &mut self.post.mails[earlier];
            mail.submissions += 1;
            return Reply::ok(&json!({ "id": mail.id, "status": "already_sent", "idempotent": true }));
        }
        self.may_send(mailbox)?;
        self.filter(&letter)?;
        self.not_a_repeat(&letter)?;
        self.meters.room(&self.options.limits)?;
        Ok(self.accept(mailbox, thread, letter))
    }

    fn seen_key(&self, letter: &Letter) -> Option<usize> {
        let key = letter.idempotency_key.as_ref().filter(|_| letter.heeds_key)?;
        self.post.with_key(key, before(self.now, self.options.intake.keep_keys))
    }

    fn may_send(&self, mailbox: usize) -> Result<(), Refusal> {
        if let Some(reason) = &self.disabled {
            return Err(Refusal::new(StatusCode::FORBIDDEN, format!("sending is disabled: {reason}")));
        }
        if self.mailboxes.list[mailbox].oversight_mode == Mode::ReadOnly {
            return Err(Refusal::new(StatusCode::FORBIDDEN, "mailbox is read_only"));
        }
        Ok(())
    }

    /// The vendor's filter rules are not published; this one refuses what the options say. The message is long
    /// on purpose: clients are known to cut it.
    fn filter(&self, letter: &Letter) -> Result<(), Refusal> {
        let hit = |what: &&String| {
            letter.to.iter().any(|address| address.eq_ignore_ascii_case(what))
                || letter.subject.contains(what.as_str())
                || letter.body.contains(what.as_str())
        };
        let Some(what) = self.options.intake.refuse.iter().find(hit) else { return Ok(()) };
        Err(Refusal::bad_request(format!(
            "content refused: the message was stopped by the outbound content filter before it was queued, because it \
             matched a rule of this account. Nothing was sent and nothing was counted against the quota. Change the \
             message or its recipient and submit it again. Matched: {what}"
        )))
    }

    fn not_a_repeat(&mut self, letter: &Letter) -> Result<(), Refusal> {
        let since = before(self.now, self.options.intake.same_content);
        let applies = letter.contract == "mailbox" || self.options.simple.refuses_repeats;
        let Some(earlier) = self.post.with_content(letter, since).filter(|_| applies) else { return Ok(()) };
        self.post.refused_repeats += 1;
        let id = &self.post.mails[earlier].id;
        Err(Refusal::conflict(format!("identical content was sent to this address moments ago ({id})")))
    }

    fn accept(&mut self, mailbox: usize, thread: Option<String>, letter: Letter) -> Reply {
        self.meters.count();
        if let Some((left, place, mode)) = self.mode_to_come.take() {
            if left > 1 {
                self.mode_to_come = Some((left - 1, place, mode));
            } else {
                self.mailboxes.list[place].oversight_mode = mode;
            }
        }
        self.record.day(self.now).sent += 1;
        let mail = self.new_mail(mailbox, Direction::Outbound, thread, letter, Status::PendingScan);
        let taken = json!({
            "id": mail.id, "status": mail.status, "thread_id": mail.thread_id,
            "message": "Queued for scanning",
        });
        let place = self.post.add(mail);
        self.post.wake(place, after(self.now, self.options.life.scan));
        Reply::new(StatusCode::ACCEPTED, &taken)
    }

    /// A new mail without history; without a thread it starts one.
    pub fn new_mail(
        &mut self,
        mailbox: usize,
        direction: Direction,
        thread: Option<String>,
        letter: Letter,
        status: Status,
    ) -> Mail {
        Mail {
            id: self.ids.next(),
            mailbox,
            thread_id: thread.unwrap_or_else(|| self.ids.next()),
            direction,
            letter,
            status,
            received_at: self.now,
            approved_at: None,
            approved_by: None,
            rejected_because: None,
            sent_at: None,
            delivered_at: None,
            bounced_at: None,
            bounce_type: None,
            tags: std::collections::BTreeMap::new(),
            submissions: 1,
        }
    }
}

fn span(of: Duration) -> TimeDelta {
    TimeDelta::from_std(of).unwrap_or(TimeDelta::MAX)
}

fn before(now: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    now.checked_sub_signed(span(by)).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

fn after(now: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    now.checked_add_signed(span(by)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
