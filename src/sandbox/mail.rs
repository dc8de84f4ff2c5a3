//! A mail: its contents and its status.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::Display;

/// One mail, in either direction. Serialised in full, it is the sandbox's own record.
#[derive(Debug, Serialize)]
pub struct Mail {
    pub id: String,
    /// The index of its mailbox.
    #[serde(skip)]
    pub mailbox: usize,
    pub thread_id: String,
    pub direction: Direction,
    #[serde(flatten)]
    pub letter: Letter,
    pub status: Status,
    /// When it was accepted.
    pub received_at: DateTime<Utc>,
    pub approved_at: Option<DateTime<Utc>>,
    pub approved_by: Option<String>,
    pub rejected_because: Option<String>,
    /// When it left the mailbox.
    pub sent_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub bounced_at: Option<DateTime<Utc>>,
    pub bounce_type: Option<String>,
    pub tags: BTreeMap<String, String>,
    /// How often it was submitted, including replays with the same key.
    pub submissions: u32,
}

/// The submitted contents.
#[derive(Debug, Default, Serialize)]
pub struct Letter {
    pub contract: &'static str,
    pub from: String,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
    pub subject: String,
    pub body: String,
    pub attachments: Vec<Value>,
    pub idempotency_key: Option<String>,
    /// False if the server ignores the key.
    #[serde(skip)]
    pub heeds_key: bool,
    pub send_at: Option<DateTime<Utc>>,
    pub gate_timing: GateTiming,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Direction {
    #[default]
    Outbound,
    Inbound,
}

/// Which comes first, the approval or the wait until `send_at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateTiming {
    #[default]
    GateFirst,
    ScheduleFirst,
}

/// The published statuses that occur here, and `pending_scan`, `sent`, `delivered`, `bounced`, for which the published
/// list has no word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    PendingScan,
    PendingSendApproval,
    PendingInboundApproval,
    Scheduled,
    Sent,
    Delivered,
    Bounced,
    Rejected,
    Cancelled,
    SendFailed,
    Unread,
    Read,
}

impl Status {
    /// Whether a person has to decide.
    pub fn waits(self) -> bool {
        matches!(self, Self::PendingSendApproval | Self::PendingInboundApproval)
    }

    /// Whether it has left the mailbox.
    pub fn is_out(self) -> bool {
        matches!(self, Self::Sent | Self::Delivered | Self::Bounced)
    }

    /// Whether the customer will never see it.
    pub fn is_withdrawn(self) -> bool {
        matches!(self, Self::Rejected | Self::Cancelled | Self::SendFailed)
    }
}
