//! The account a sandbox plays: mailboxes, keys, limits.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantNames};

/// The account's mailboxes.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// Address of the mailbox that sends.
    pub address: String,
    /// Its oversight mode at the start.
    pub mode: Mode,
    /// Further mailboxes, `autonomous`, listed before it: a client has to choose by address.
    pub others: Vec<String>,
    /// Patterns (`a@b.example` or `*@b.example`) that skip approval under `gated_send`; `None` plays an older server,
    /// where the path does not exist.
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

/// Oversight modes, from the loosest to the strictest; the API only ever lets a key make it stricter.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Display, EnumString, VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Mode {
    /// Nobody looks.
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

/// The bearer keys. Whoever composes must not approve, so no key may do both.
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

/// What the account may send.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Name of the plan, as `GET /v1/account` shows it.
    pub plan: String,
    /// Mails a month; beyond it a send answers 429 with "quota" in the error.
    pub monthly_quota: u64,
    /// How many of them are used up at the start. The count starts over when the sandbox's month turns.
    pub sent_this_month: u64,
    /// Mails on the first day while the account warms up; beyond it a send answers 429 with `warmup_stage`. Days are UTC,
    /// and after each one with mails ten times as many are allowed.
    pub warmup_per_day: Option<u64>,
    /// Requests a second.
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

/// The request rate: a token bucket in real time, which holds one second's worth (at least one request).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rate {
    /// Requests a second; none: no limit.
    pub per_second: Option<f64>,
    /// Whether the 429 carries `Retry-After`, in whole seconds.
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
                Err("a rate is a number of requests a second, above 0".into())
            }
            _ => Ok(()),
        }
    }
}
