//! What a sandbox can be told: which server it plays, how strict, how slow, how broken.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{Display, EnumString, VariantNames};

pub use super::faults::Faults;

/// Everything a sandbox can be started with. The default is a well-behaved server: port of its own choice, both
/// contracts, 300 contacts, mailbox in `gated_all`, no limits in the way, no faults.
#[derive(Debug, Clone)]
pub struct Options {
    /// Port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Which HTTP surface answers.
    pub contract: Contract,
    /// Makes contacts and ids repeat from run to run.
    pub seed: u64,
    /// The address book at the start.
    pub contacts: Contacts,
    /// How many of the contacts are on the suppression list from the start, spread evenly over the address book.
    pub suppressed: usize,
    /// The mailbox that sends, and its neighbours.
    pub mailbox: Mailbox,
    /// The three keys and what each may do.
    pub keys: Keys,
    /// Quota, warm-up and request rate: the three kinds of 429.
    pub limits: Limits,
    /// How a mail gets from accepted to delivered.
    pub life: Life,
    /// Idempotency keys, repeated content, refused content.
    pub intake: Intake,
    /// What `POST /v1/contacts` does with an address that exists (the vendor does not say).
    pub tag_write: TagWrite,
    /// Begin each further page of mail with the last mail of the page before: the vendor's cursor is a time, so mails
    /// that share one may be repeated at a page edge.
    pub repeat_at_page_edge: bool,
    /// What is particular to the contract `simple`.
    pub simple: Simple,
    /// How long every reply takes, on top of the work; the request has been acted on before the wait.
    pub latency: Duration,
    /// Bad days.
    pub faults: Faults,
    /// What the sandbox's clock says at the start; the real time if absent. It then runs, and can be moved.
    pub start_time: Option<DateTime<Utc>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            contract: Contract::Both,
            seed: 1,
            contacts: Contacts::Seeded(300),
            suppressed: 0,
            mailbox: Mailbox::default(),
            keys: Keys::default(),
            limits: Limits::default(),
            life: Life::default(),
            intake: Intake::default(),
            tag_write: TagWrite::Update,
            repeat_at_page_edge: false,
            simple: Simple::default(),
            latency: Duration::ZERO,
            faults: Faults::default(),
            start_time: None,
        }
    }
}

/// Which HTTP surface the server speaks. Paths of the other one answer 404.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Contract {
    /// The published `OpenAPI` operations.
    Mailbox,
    /// The three calls of the customer-migration page.
    Simple,
    /// Both, over the same contacts and mails.
    Both,
}

/// Where the address book comes from.
#[derive(Debug, Clone)]
pub enum Contacts {
    /// That many believable contacts, made from the seed.
    Seeded(usize),
    /// A JSON file: an array of contacts, or an object with one under `contacts`. Served as it is, however odd.
    File(PathBuf),
    /// Rows given directly; served as they are, however odd.
    Rows(Vec<Value>),
}

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
    /// Mails a day while the account warms up; beyond it a send answers 429 with `warmup_stage`. Days are UTC.
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
