//! The server's behaviour where the vendor does not specify it, or where a test needs it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantNames};

/// A mail's path from accepted to delivered.
#[derive(Debug, Clone, Default)]
pub struct Life {
    /// How long a mail stays in `pending_scan`, by the sandbox's clock; with zero, it has moved on at the next
    /// look.
    pub scan: Duration,
    /// Leave sent mails in `sent` until `POST /_sandbox/deliver`, instead of delivering them at once.
    pub hold_deliveries: bool,
    /// Refuse to cancel `pending_scan` and `scheduled` mails, as published.
    pub cancel_only_pending: bool,
    /// Disable sending when more than 5% of at least ten mails bounced, as in the vendor's policy.
    pub suspend_on_bounces: bool,
}

/// The checks when a mail is submitted.
#[derive(Debug, Clone)]
pub struct Intake {
    /// How long an idempotency key is remembered, by the sandbox's clock.
    pub keep_keys: Duration,
    /// How long the same content to the same address is refused with 409, unless the same key is given; zero for never.
    pub same_content: Duration,
    /// Addresses and phrases that the content filter refuses with 400.
    pub refuse: Vec<String>,
}

impl Default for Intake {
    fn default() -> Self {
        Self { keep_keys: Duration::from_hours(24), same_content: Duration::from_mins(1), refuse: Vec::new() }
    }
}

/// What `POST /v1/contacts` does if the address already exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TagWrite {
    /// The row gets the new name and tags.
    Update,
    /// It creates a second row with its own id.
    Double,
    /// 409.
    Refuse,
}

/// What the page with the contract `simple` leaves open.
#[derive(Debug, Clone)]
pub struct Simple {
    /// Whether a search shows the contacts' tags.
    pub tags_in_search: bool,
    /// What happens to an `idempotency_key`.
    pub keys: Extra,
    /// What happens to a `send_at`.
    pub send_at: Extra,
    /// Reply to a send with 200 and `{}` instead of id and status.
    pub bare_replies: bool,
    /// Apply the rule about repeated content here too.
    pub refuses_repeats: bool,
}

impl Default for Simple {
    fn default() -> Self {
        Self {
            tags_in_search: true,
            keys: Extra::Ignored,
            send_at: Extra::Ignored,
            bare_replies: false,
            refuses_repeats: false,
        }
    }
}

/// The treatment of a field that the page does not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Extra {
    /// Accepted and ignored.
    Ignored,
    /// 400.
    Refused,
    /// Works as in the contract `mailbox`.
    Honoured,
}
