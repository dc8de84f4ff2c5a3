//! One mail of one phase to one recipient, and its fate.

mod flat;
pub mod settlement;
pub mod withdrawal;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use super::Time;
use crate::campaign::calls::QuotedUsage;
use crate::campaign::definition::stage::Stage;
use crate::campaign::digest::Digest;
use crate::campaign::mail::withdrawal::Withdrawal;
use crate::campaign::moment::LocalMoment;

/// A mail that we set out to send. It exists from just before the request starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The phase's name.
    pub phase: CompactString,
    /// The reviewed text it was made from.
    pub variant: Digest,
    /// The contact at the time, if it has changed since.
    pub to: Option<Box<Addressee>>,
    /// The deadline it stated, its reader's at the time, which may have moved since.
    pub deadline: LocalMoment,
    /// What it quoted of the customer's own usage, where it quoted any.
    pub usage: Option<Box<QuotedUsage>>,
    /// When we recorded that we were about to send it; the server keeps the key for 24 h from then.
    pub sending: Time,
    /// The send time given to the server; `None` means at once.
    pub send_at: Option<Time>,
    /// The outcome.
    pub fate: Fate,
}

/// A contact as it was when a mail was sent: with this the mail can be reproduced word for word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    /// The address it was sent to.
    pub email: CompactString,
    /// The name at that time.
    pub name: CompactString,
    /// The server's id of the contact at that time.
    pub id: CompactString,
}

/// The fate of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fate")]
pub enum Fate {
    /// No result is recorded: the request may or may not have arrived.
    Sending,
    /// It can no longer be found out whether the request arrived. Held until a person decides.
    Unknown {
        /// When we gave up.
        at: Time,
        /// Why it is unknown.
        why: String,
    },
    /// The server refused this mail; it was not sent.
    Failed {
        /// When.
        at: Time,
        /// The server's full message.
        words: String,
    },
    /// The server has it.
    Accepted(Accepted),
}

/// A mail the server has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Accepted {
    /// The server's id of the mail; empty if it gave none.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    #[schemars(with = "String")]
    pub id: CompactString,
    /// The server's id of the conversation; empty if it gave none.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    #[schemars(with = "String")]
    pub thread: CompactString,
    /// When it was accepted.
    pub at: Time,
    /// Whether the mail carries our e-mail tags, from which a lost ledger can be rebuilt.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub labelled: bool,
    /// The stage that the tag on its conversation shows; `None` while there is none, or where someone has written in the
    /// conversation since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// Who approved it, and when, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Approval>,
    /// When we tried to cancel it and the server said that it was too late; or when a mail reported as cancelled or
    /// rejected was found waiting or sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub too_late: Option<Time>,
    /// Why it is being cancelled, until the server's answer is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawing: Option<Withdrawal>,
    /// Its progress at the server.
    #[serde(flatten)]
    pub course: Course,
}

impl Accepted {
    /// Keeps the note that a mail, `known` in another state before, was reported as stopped and was
    /// not.
    #[must_use]
    pub fn since(mut self, known: &Self, now: Time) -> Self {
        let was_stopped = matches!(known.course, Course::Cancelled { .. } | Course::Rejected(_));
        if was_stopped && !self.course.is_void() {
            self.too_late = self.too_late.or(Some(now));
        }
        self
    }

    /// Adds the result of a cancellation whose answer was lost, judged by the mail's progress.
    #[must_use]
    pub fn settled(mut self, now: Time) -> Self {
        let Some(why) = self.withdrawing else { return self };
        match &mut self.course {
            Course::Cancelled { why: known, .. } => *known = known.or(Some(why)),
            Course::Delivered { .. } => self.too_late = self.too_late.or(why.is_worth_a_look().then_some(now)),
            Course::Bounced { .. } | Course::Rejected(_) | Course::Failed { .. } => {}
            Course::Submitted | Course::Handed | Course::PendingApproval | Course::Scheduled => return self,
        }
        self.withdrawing = None;
        self
    }
}

/// A person's approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Approval {
    /// When.
    pub at: Time,
    /// The approver, in the server's words; empty if it did not say.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    #[schemars(with = "String")]
    pub by: CompactString,
}

/// A person's rejection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Rejection {
    /// When it was rejected, or when we learned of it.
    pub when: Time,
    /// Why; may be empty.
    pub reason: String,
    /// The reviewer; empty if the server did not say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// Whether the text was rejected, not only this mail: then no further mail is made from it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole_text: bool,
}

impl Rejection {
    /// A rejection found at the server, which reports neither who nor why.
    pub fn found(when: Time) -> Self {
        Self { when, reason: String::new(), by: String::new(), whole_text: false }
    }

    /// Who rejected it, and why, as far as is known.
    pub fn summary(&self) -> String {
        let who = if self.by.is_empty() { "a reviewer" } else { &self.by };
        let why = if self.reason.is_empty() { String::new() } else { format!(": {}", self.reason) };
        format!("{who} rejected it{why}")
    }
}

/// The progress of an accepted mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "course")]
pub enum Course {
    /// Accepted; the server will report more.
    Submitted,
    /// Accepted by a server that reports no more: as good as delivered.
    Handed,
    /// It waits for a person's approval.
    PendingApproval,
    /// Approved, waiting for its send time.
    Scheduled,
    /// It arrived.
    Delivered {
        /// When.
        when: Time,
    },
    /// It bounced.
    Bounced {
        /// When.
        when: Time,
        /// The server's name for the kind of bounce; may be empty.
        kind: Box<str>,
    },
    /// A person rejected it.
    Rejected(Box<Rejection>),
    /// Cancelled before it was sent.
    Cancelled {
        /// When we learned of it.
        when: Time,
        /// Why we cancelled it; `None` if a person asked for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<Withdrawal>,
    },
    /// Accepted, but the server could not send it.
    Failed {
        /// When we learned of it.
        when: Time,
        /// The server's message; may be empty.
        words: Box<str>,
    },
}

impl Course {
    /// Whether the mail certainly never reaches the customer.
    pub fn is_void(&self) -> bool {
        matches!(self, Self::Rejected(_) | Self::Cancelled { .. } | Self::Failed { .. })
    }
}

/// A recipient's state in a phase, as counted by `status`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema, Display, EnumIter, EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    /// Will get the mail, but has not yet.
    Waiting,
    /// The request is sent; no answer is recorded.
    Sending,
    /// The server has it.
    Submitted,
    /// The server has it, and a person has to approve it.
    PendingApproval,
    /// Approved, waiting for its send time.
    Scheduled,
    /// It arrived.
    Delivered,
    /// It bounced.
    Bounced,
    /// A person rejected it.
    Rejected,
    /// Cancelled before it was sent.
    Cancelled,
    /// It was not sent.
    Failed,
    /// It may or may not have been sent; held.
    Unknown,
    /// Does not get this phase.
    Excluded,
}

impl Accepted {
    /// The mail's state in its phase.
    pub fn outcome(&self) -> Outcome {
        match self.course {
            Course::Submitted | Course::Handed => Outcome::Submitted,
            Course::PendingApproval => Outcome::PendingApproval,
            Course::Scheduled => Outcome::Scheduled,
            Course::Delivered { .. } => Outcome::Delivered,
            Course::Bounced { .. } => Outcome::Bounced,
            Course::Rejected(_) => Outcome::Rejected,
            Course::Cancelled { .. } => Outcome::Cancelled,
            Course::Failed { .. } => Outcome::Failed,
        }
    }
}

impl Mail {
    /// The mail's state in its phase.
    pub fn outcome(&self) -> Outcome {
        match &self.fate {
            Fate::Sending => Outcome::Sending,
            Fate::Unknown { .. } => Outcome::Unknown,
            Fate::Failed { .. } => Outcome::Failed,
            Fate::Accepted(accepted) => accepted.outcome(),
        }
    }

    /// Whether the customer has read, or can read, this mail.
    pub fn reached(&self) -> bool {
        self.reached_at().is_some()
    }

    /// When it arrived, or was accepted by a server that reports no more; `None` if it is not known to have arrived.
    pub(crate) fn reached_at(&self) -> Option<Time> {
        let accepted = self.accepted()?;
        match accepted.course {
            Course::Delivered { when } => Some(when),
            Course::Handed => Some(accepted.at),
            Course::Submitted
            | Course::PendingApproval
            | Course::Scheduled
            | Course::Bounced { .. }
            | Course::Rejected { .. }
            | Course::Cancelled { .. }
            | Course::Failed { .. } => None,
        }
    }

    /// Whether it certainly never reaches the customer, so that a corrected mail may follow.
    pub fn is_void(&self) -> bool {
        matches!(self.outcome(), Outcome::Failed | Outcome::Rejected | Outcome::Cancelled)
    }

    /// Why we cancelled it; `None` if no one did, or a person asked for it.
    pub fn withdrawal(&self) -> Option<Withdrawal> {
        match self.accepted()?.course {
            Course::Cancelled { why, .. } => why,
            _ => None,
        }
    }

    /// Whether the server may still have news of it.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.outcome(), Outcome::Sending | Outcome::PendingApproval | Outcome::Scheduled)
            || matches!(&self.fate, Fate::Accepted(Accepted { course: Course::Submitted, .. }))
    }

    /// Whether it is at the server and, as far as is known, has not been sent.
    pub fn waits(&self) -> bool {
        self.accepted().is_some_and(|accepted| match accepted.course {
            Course::PendingApproval | Course::Scheduled => true,
            Course::Submitted => accepted.approved.is_none(),
            _ => false,
        })
    }

    /// Whether the server is known to have it.
    pub(crate) fn is_out(&self) -> bool {
        self.accepted().is_some()
    }

    /// When the server accepted it, or may have; `None` if it certainly did not.
    pub fn taken(&self) -> Option<Time> {
        match &self.fate {
            Fate::Sending | Fate::Unknown { .. } => Some(self.sending),
            Fate::Failed { .. } => None,
            Fate::Accepted(accepted) => Some(accepted.at),
        }
    }

    /// When it was or will be sent: "days left" in it counts from then.
    pub fn leaves(&self) -> Time {
        self.send_at.unwrap_or(self.sending)
    }

    /// The stage that the tag on its conversation shows, if there is one.
    pub fn shown_stage(&self) -> Option<Stage> {
        self.accepted()?.stage
    }

    /// The accepted mail, if the server has it.
    pub fn accepted(&self) -> Option<&Accepted> {
        match &self.fate {
            Fate::Accepted(accepted) => Some(accepted),
            Fate::Sending | Fate::Unknown { .. } | Fate::Failed { .. } => None,
        }
    }
}
