//! One mail of one phase to one recipient, and what became of it.

mod flat;
pub mod settlement;
pub mod withdrawal;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use super::Time;
use crate::campaign::calls::Calls;
use crate::campaign::definition::stage::Stage;
use crate::campaign::digest::Digest;
use crate::campaign::mail::withdrawal::Withdrawal;
use crate::campaign::moment::LocalMoment;

/// A mail we set out to send. It exists from the moment before the request leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The phase's name.
    pub phase: CompactString,
    /// Which reviewed text it is.
    pub variant: Digest,
    /// Whom it was written to, where the contact has changed since.
    pub to: Option<Box<Addressee>>,
    /// The deadline it told: its reader's, which may have been moved since.
    pub deadline: LocalMoment,
    /// The numbers of the customer's own usage that it told, where it told any.
    pub usage: Option<Box<Calls>>,
    /// When we wrote down that we were about to send it; the server keeps the key for 24 h from then.
    pub sending: Time,
    /// When the server was told to let it out; `None` is at once.
    pub send_at: Option<Time>,
    /// The outcome.
    pub fate: Fate,
}

/// A contact as a mail knew it: with this the mail can be put together again, word for word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    /// The address it went to.
    pub email: CompactString,
    /// The name then.
    pub name: CompactString,
    /// The server's id of the contact then.
    pub id: CompactString,
}

/// What became of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fate")]
pub enum Fate {
    /// No outcome is recorded: the request may have arrived or not.
    Sending,
    /// It can no longer be found out whether the request arrived. Held until a person frees it.
    Unknown {
        /// When we gave up.
        at: Time,
        /// Why it cannot be told.
        why: String,
    },
    /// The server refused this mail; it did not leave.
    Failed {
        /// When.
        at: Time,
        /// The server's own words, whole.
        words: String,
    },
    /// The server has it.
    Accepted(Accepted),
}

/// A mail the server has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Accepted {
    /// The server's id of the mail; empty where it gave none.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    #[schemars(with = "String")]
    pub id: CompactString,
    /// The server's id of the conversation; empty where it gave none.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    #[schemars(with = "String")]
    pub thread: CompactString,
    /// When it was accepted.
    pub at: Time,
    /// Whether the mail carries our e-mail tags, from which a lost ledger can be rebuilt.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub labelled: bool,
    /// The stage that the tag on its conversation shows; `None` while there is none, or where somebody has written in the
    /// conversation since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// Who let it out, and when, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Approval>,
    /// When it was to be cancelled and the server said that it is too late; or when a mail that was said to be cancelled
    /// or rejected was seen to wait or to be out all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub too_late: Option<Time>,
    /// What it is being withdrawn for, while the server's answer is not recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawing: Option<Withdrawal>,
    /// How far it came.
    #[serde(flatten)]
    pub course: Course,
}

impl Accepted {
    /// Keeps, of a mail that was `known` otherwise, that it was said to be stopped and was not.
    #[must_use]
    pub fn since(mut self, known: &Self, now: Time) -> Self {
        let was_stopped = matches!(known.course, Course::Cancelled { .. } | Course::Rejected(_));
        if was_stopped && !self.course.is_void() {
            self.too_late = self.too_late.or(Some(now));
        }
        self
    }

    /// Takes in what the server did when it was asked to withdraw the mail: from what became of it, where the answer
    /// itself was lost.
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

/// A person's yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Approval {
    /// When.
    pub at: Time,
    /// Who, in the server's words; empty where it did not say.
    #[serde(default, skip_serializing_if = "CompactString::is_empty")]
    #[schemars(with = "String")]
    pub by: CompactString,
}

/// A person's no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
pub struct Rejection {
    /// When it was said, or when we learned of it.
    pub when: Time,
    /// Why; may be empty.
    pub reason: String,
    /// Who; empty where the server did not say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// Whether it was the text that was rejected, and not this mail alone: no mail is made from it again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole_text: bool,
}

impl Rejection {
    /// One that was found at the server, which tells neither who nor why.
    pub fn found(when: Time) -> Self {
        Self { when, reason: String::new(), by: String::new(), whole_text: false }
    }

    /// Who said no, and why, as far as is known.
    pub fn told(&self) -> String {
        let who = if self.by.is_empty() { "a reviewer" } else { &self.by };
        let why = if self.reason.is_empty() { String::new() } else { format!(": {}", self.reason) };
        format!("{who} rejected it{why}")
    }
}

/// How far an accepted mail came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "course")]
pub enum Course {
    /// Accepted; the server will say more.
    Submitted,
    /// Accepted by a server that says no more: as good as delivered.
    Handed,
    /// A person has to approve it.
    PendingApproval,
    /// Approved, waiting for its time.
    Scheduled,
    /// It arrived.
    Delivered {
        /// When.
        when: Time,
    },
    /// It came back.
    Bounced {
        /// When.
        when: Time,
        /// The server's word for the kind of bounce; may be empty.
        kind: Box<str>,
    },
    /// A person said no.
    Rejected(Box<Rejection>),
    /// Withdrawn before it went out.
    Cancelled {
        /// When we learned of it.
        when: Time,
        /// What made us withdraw it; `None` where a person wanted it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<Withdrawal>,
    },
    /// Accepted, but the server could not send it after all.
    Failed {
        /// When we learned of it.
        when: Time,
        /// The server's words; may be empty.
        words: Box<str>,
    },
}

impl Course {
    /// Whether the mail certainly never reaches the customer.
    pub fn is_void(&self) -> bool {
        matches!(self, Self::Rejected(_) | Self::Cancelled { .. } | Self::Failed { .. })
    }
}

/// A recipient's place in a phase, as counted by `status`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema, Display, EnumIter, EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    /// Will get the mail, has not yet.
    Waiting,
    /// Asked the server to send; its answer is not recorded.
    Sending,
    /// The server has it.
    Submitted,
    /// The server has it, a person has to approve it.
    PendingApproval,
    /// Approved, waiting for its time.
    Scheduled,
    /// It arrived.
    Delivered,
    /// It came back.
    Bounced,
    /// A person said no.
    Rejected,
    /// Withdrawn before it went out.
    Cancelled,
    /// It did not leave.
    Failed,
    /// Cannot be known; held.
    Unknown,
    /// Not to be mailed in this phase.
    Excluded,
}

impl Accepted {
    /// The mail's place in its phase.
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
    /// The mail's place in its phase.
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

    /// When it arrived, or was accepted by a server that says no more; `None` where it is not known to have arrived.
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

    /// What made us withdraw it; `None` where nobody did, or a person.
    pub fn withdrawal(&self) -> Option<Withdrawal> {
        match self.accepted()?.course {
            Course::Cancelled { why, .. } => why,
            _ => None,
        }
    }

    /// Whether the server may still tell more about it.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.outcome(), Outcome::Sending | Outcome::PendingApproval | Outcome::Scheduled)
            || matches!(&self.fate, Fate::Accepted(Accepted { course: Course::Submitted, .. }))
    }

    /// Whether it is at the server and, as far as is known, has not left.
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

    /// When the server took it, or may have taken it; `None` where it certainly did not.
    pub fn taken(&self) -> Option<Time> {
        match &self.fate {
            Fate::Sending | Fate::Unknown { .. } => Some(self.sending),
            Fate::Failed { .. } => None,
            Fate::Accepted(accepted) => Some(accepted.at),
        }
    }

    /// When it left, or is to leave: what "days left" in it is counted from.
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
