//! What a sandbox can be told: which server it plays, how strict, how slow, how broken.

mod account;
mod conduct;

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use strum::{Display, EnumString, VariantNames};

pub use self::account::{Keys, Limits, Mailbox, Mode, Rate};
pub use self::conduct::{Extra, Intake, Life, Simple, TagWrite};
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
    /// What the language model answers, in order; see also `model_file`. Without any there is no model.
    pub model: Vec<Value>,
    /// A file with a JSON array of further answers.
    pub model_file: Option<PathBuf>,
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
            model: Vec::new(),
            model_file: None,
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
    /// The published OpenAPI operations.
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
