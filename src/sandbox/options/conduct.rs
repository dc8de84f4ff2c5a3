//! How the server behaves where the vendor leaves it open, or where a test wants it so.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantNames};

/// A mail's way from accepted to delivered.
#[derive(Debug, Clone, Default)]
pub struct Life {
    /// How long a mail stays in `pending_scan`, by the sandbox's clock; zero: it has moved on at the next look.
    pub scan: Duration,
    /// Leave sent mails in `sent` until `POST /_sandbox/deliver`, instead of delivering them at once.
    pub hold_deliveries: bool,
    /// Refuse to cancel `pending_scan` and `scheduled` mails, as the published text has it.
    pub cancel_only_pending: bool,
    /// Switch sending off when more than 5% of at least ten mails bounced, as the vendor's policy says.
    pub suspend_on_bounces: bool,
}

/// What is checked when a mail comes in.
#[derive(Debug, Clone)]
pub struct Intake {
    /// How long an idempotency key is remembered, by the sandbox's clock.
    pub keep_keys: Duration,
    /// For how long the same content to the same address is refused with 409, unless the same key is given; zero: never.
    pub same_content: Duration,
    /// Addresses and phrases the content filter refuses with 400.
    pub refuse: Vec<String>,
}

impl Default for Intake {
    fn default() -> Self {
        Self { keep_keys: Duration::from_hours(24), same_content: Duration::from_mins(1), refuse: Vec::new() }
    }
}

/// What `POST /v1/contacts` does when the address exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TagWrite {
    /// The row gets the new name and tags.
    Update,
    /// A second row is made, with an id of its own.
    Double,
    /// 409.
    Refuse,
}

/// What the page behind the contract `simple` leaves open.
#[derive(Debug, Clone)]
pub struct Simple {
    /// Whether a search shows the contacts' tags.
    pub tags_in_search: bool,
    /// What happens to an `idempotency_key`.
    pub keys: Extra,
    /// What happens to a `send_at`.
    pub send_at: Extra,
    /// Answer a send with 200 and `{}` instead of id and status.
    pub bare_replies: bool,
    /// Apply the rule on repeated content here too.
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

/// How a field is met that the page does not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Extra {
    /// Taken and forgotten.
    Ignored,
    /// 400.
    Refused,
    /// Works as in the contract `mailbox`.
    Honoured,
}
