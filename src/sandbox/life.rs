//! A mail's life after it was accepted: scan, queue, schedule, delivery, bounce.

use serde_json::{Value, json};

use super::answer::Refusal;
use super::audit::Entry;
use super::mail::{Direction, GateTiming, Mail, Status};
use super::mailboxes::is_allowed;
use super::options::Mode;
use super::world::World;

impl World {
    /// Updates everything to the current time: mails whose scan or waiting time is over, counts of a new
    /// day.
    pub fn settle(&mut self) {
        self.meters.turn(self.now);
        while let Some(place) = self.post.due(self.now) {
            match self.post.mails[place].status {
                Status::PendingScan => self.after_scan(place),
                Status::Scheduled => self.when_due(place),
                _ => {} // cancelled in the meantime
            }
        }
    }

    fn after_scan(&mut self, place: usize) {
        let schedule_first = self.post.mails[place].letter.gate_timing == GateTiming::ScheduleFirst;
        if self.needs_approval(place) && !(schedule_first && self.is_early(place)) {
            self.post.put(place, Status::PendingSendApproval);
        } else {
            self.release(place);
        }
    }

    fn when_due(&mut self, place: usize) {
        if self.post.mails[place].approved_at.is_none() && self.needs_approval(place) {
            self.post.put(place, Status::PendingSendApproval);
        } else {
            self.release(place);
        }
    }

    fn needs_approval(&self, place: usize) -> bool {
        let mail = &self.post.mails[place];
        let patterns = self.options.mailbox.allowlist.as_deref().unwrap_or_default();
        match self.mailboxes.list[mail.mailbox].oversight_mode {
            Mode::Autonomous | Mode::Monitored => false,
            Mode::GatedSend => !mail.letter.to.iter().all(|address| is_allowed(patterns, address)),
            Mode::GatedAll | Mode::ReadOnly => true,
        }
    }

    fn is_early(&self, place: usize) -> bool {
        self.post.mails[place].letter.send_at.is_some_and(|at| at > self.now)
    }

    /// Nothing but its send time holds the mail back any more.
    fn release(&mut self, place: usize) {
        match self.post.mails[place].letter.send_at.filter(|at| *at > self.now) {
            Some(at) => {
                self.post.put(place, Status::Scheduled);
                self.post.wake(place, at);
            }
            None => self.send_out(place),
        }
    }

    fn send_out(&mut self, place: usize) {
        let now = self.now;
        self.post.put(place, Status::Sent).sent_at = Some(now);
        self.bounces.sent += 1;
        let mail = &self.post.mails[place];
        let suppressed = mail.letter.to.iter().any(|address| self.suppressions.contains(address));
        let doomed = mail.letter.to.iter().any(|address| self.bounces.expected.contains(&address.to_lowercase()));
        if suppressed {
            self.bounce(place, "SuppressedAddress");
        } else if doomed {
            self.bounce(place, "HardBounce");
        } else if !self.options.life.hold_deliveries {
            self.deliver(place);
        }
    }

    pub fn deliver(&mut self, place: usize) {
        let now = self.now;
        self.post.put(place, Status::Delivered).delivered_at = Some(now);
    }

    /// Bounces a mail; one that was delivered before keeps both times. A hard bounce puts its address on the
    /// suppression list.
    pub fn bounce(&mut self, place: usize, kind: &str) {
        let now = self.now;
        let mail = self.post.put(place, Status::Bounced);
        mail.bounced_at = Some(now);
        mail.bounce_type = Some(kind.to_owned());
        if kind == "HardBounce" {
            for address in mail.letter.to.clone() {
                self.suppress(&address, "HardBounce");
            }
        }
        self.bounces.bounced += 1;
        if self.options.life.suspend_on_bounces && self.bounces.too_many() && self.disabled.is_none() {
            self.disabled = Some("bounce rate above 5%".into());
        }
    }

    pub fn suppress(&mut self, address: &str, reason: &str) {
        let id = self.ids.next();
        self.suppressions.add(id, address, reason, self.now);
    }

    /// Approves a waiting mail; returns the word for the result.
    pub fn approve(&mut self, place: usize, by: &str) -> &'static str {
        let now = self.now;
        let mail = &mut self.post.mails[place];
        mail.approved_at = Some(now);
        mail.approved_by = Some(by.to_owned());
        let direction = mail.direction;
        self.note(by, "email.approved", "email", place, None);
        if direction == Direction::Inbound {
            self.post.put(place, Status::Unread);
            return "approved";
        }
        self.release(place);
        if self.post.mails[place].status.is_out() { "approved_and_sent" } else { "approved" }
    }

    pub fn reject(&mut self, place: usize, by: &str, reason: Option<String>) {
        self.note(by, "email.rejected", "email", place, reason.as_ref().map(|reason| json!({ "reason": reason })));
        self.post.put(place, Status::Rejected).rejected_because = reason;
    }

    /// Cancels a mail that has not been sent yet; repeating it is harmless.
    pub fn cancel(&mut self, place: usize, by: &str) -> Result<&Mail, Refusal> {
        let status = self.post.mails[place].status;
        let in_time = match status {
            Status::PendingScan | Status::Scheduled => !self.options.life.cancel_only_pending,
            Status::Cancelled => return Ok(&self.post.mails[place]),
            status => status.waits(),
        };
        if !in_time {
            return Err(Refusal::conflict(format!("cannot cancel a mail that is {status}")));
        }
        self.note(by, "email.cancelled", "email", place, None);
        Ok(self.post.put(place, Status::Cancelled))
    }

    fn note(&mut self, by: &str, action: &'static str, kind: &'static str, place: usize, metadata: Option<Value>) {
        let id = self.post.mails[place].id.clone();
        self.log(by, action, kind, id, metadata);
    }

    /// Writes an entry of the audit log.
    pub fn log(&mut self, by: &str, action: &'static str, kind: &'static str, of: String, metadata: Option<Value>) {
        let entry = Entry {
            id: self.ids.next(),
            action,
            resource_type: kind,
            resource_id: of,
            actor_key_id: by.to_owned(),
            metadata,
            created_at: self.now,
        };
        self.audit.0.push(entry);
    }
}
