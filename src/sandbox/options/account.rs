//! The sandbox's account: mailboxes, keys, limits.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantNames};

/// The account's mailboxes.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// The address of the sending mailbox.
    pub address: String,
    /// Its oversight mode at the start.
    pub mode: Mode,
    /// Further mailboxes, `autonomous`, listed before it: a client has to choose by address.
    pub others: Vec<String>,
    /// Patterns (`a@b.example` or `*@b.example`) that skip approval under `gated_send`; `None` simulates an older
    /// server without that path.
    pub allowlist: Option<Vec<String>>,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self {
            address: "migrations@example.com".into(),
            mode: Mode::GatedAll,
            others: vec!["support@example.com".into()],
            allowlist: Some(Vec::new()),
        }
    }
}

/// Oversight modes, from the loosest to the strictest; a key can only make it stricter.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Display, EnumString, VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Mode {
    /// No oversight.
    Autonomous,
    /// A person gets copies.
    Monitored,
    /// Outbound mail needs approval, unless all its recipients are on the allowlist.
    GatedSend,
    /// Mail in both directions needs approval.
    GatedAll,
    /// Sending is refused.
    ReadOnly,
}

/// The bearer keys. An author must not approve, so no key may do both.
#[derive(Debug, Clone)]
pub struct Keys {
    /// May read and send.
    pub api: String,
    /// May read and decide.
    pub oversight: String,
    /// May read and administer.
    pub admin: String,
}

impl Default for Keys {
    fn default() -> Self {
        Self { api: "mm_test_send".into(), oversight: "mm_test_oversight".into(), admin: "mm_test_admin".into() }
    }
}

/// The account's sending limits.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The name of the plan, as in `GET /v1/account`.
    pub plan: String,
    /// Mails per month; beyond it a send returns 429 with "quota" in the error.
    pub monthly_quota: u64,
    /// How many of them are used at the start. The count resets when the sandbox's month changes.
    pub sent_this_month: u64,
    /// Mails on the first day while the account warms up; beyond it a send returns 429 with `warmup_stage`. Days are
    /// UTC, and after each day with mails ten times as many are allowed.
    pub warmup_per_day: Option<u64>,
    /// The request rate.
    pub rate: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            plan: "scale".into(),
            monthly_quota: 150_000,
            sent_this_month: 0,
            warmup_per_day: None,
            rate: Rate::default(),
        }
    }
}

/// The request rate: a token bucket in real time with a capacity of one second (at least one request).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rate {
    /// Requests per second; `None` for no limit.
    pub per_second: Option<f64>,
    /// Whether the 429 has a `Retry-After`, in whole seconds.
    pub retry_after: bool,
    /// Whether every request counts and may be refused, or only sends.
    pub everywhere: bool,
}

impl Default for Rate {
    fn default() -> Self {
        Self { per_second: None, retry_after: true, everywhere: false }
    }
}

impl Rate {
    /// What is wrong with the number, if anything.
    pub(in crate::sandbox) fn check(&self) -> Result<(), String> {
        match self.per_second {
            Some(per_second) if !per_second.is_finite() || per_second <= 0.0 => {
                Err("a rate is a number of requests per second, above 0".into())
            }
            _ => Ok(()),
        }
    }
}
