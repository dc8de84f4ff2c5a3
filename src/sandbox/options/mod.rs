//! The options of a sandbox: which server it simulates, how strict, how slow, how faulty.

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

/// The options for starting a sandbox. The default is a well-behaved server: a free port, both contracts, 300
/// contacts, the mailbox in `gated_all`, generous limits, no faults.
#[derive(Debug, Clone)]
pub struct Options {
    /// Port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Which contract is served.
    pub contract: Contract,
    /// Makes contacts and ids the same in every run.
    pub seed: u64,
    /// The address book at the start.
    pub contacts: Contacts,
    /// How many of the contacts are on the suppression list from the start, spread evenly.
    pub suppressed: usize,
    /// The sending mailbox, and its neighbours.
    pub mailbox: Mailbox,
    /// The three keys.
    pub keys: Keys,
    /// Quota, warm-up and request rate: the three kinds of 429.
    pub limits: Limits,
    /// A mail's path from accepted to delivered.
    pub life: Life,
    /// Idempotency keys, repeated content, refused content.
    pub intake: Intake,
    /// What `POST /v1/contacts` does with an existing address (the vendor does not say).
    pub tag_write: TagWrite,
    /// Start each further page of mails with the last mail of the previous page: the vendor's cursor is a time, so
    /// mails with the same time may be repeated.
    pub repeat_at_page_edge: bool,
    /// Options for the contract `simple`.
    pub simple: Simple,
    /// The language model's answers, in order; see also `model_file`. Without any there is no model.
    pub model: Vec<Value>,
    /// A file with a JSON array of further answers.
    pub model_file: Option<PathBuf>,
    /// How long every reply takes, in addition to the work; the request has taken effect before the
    /// wait.
    pub latency: Duration,
    /// Faults.
    pub faults: Faults,
    /// The time of the sandbox's clock at the start; the real time if absent. It then runs, and can be
    /// moved.
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

/// Which HTTP API the server has. Paths of the other one return 404.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Contract {
    /// The published OpenAPI operations.
    Mailbox,
    /// The three calls of the customer-migration page.
    Simple,
    /// Both, with the same contacts and mails.
    Both,
}

/// The source of the address book.
#[derive(Debug, Clone)]
pub enum Contacts {
    /// This many realistic contacts, generated from the seed.
    Seeded(usize),
    /// A JSON file: an array of contacts, or an object with one under `contacts`. Served unchanged, however
    /// odd.
    File(PathBuf),
    /// Rows given directly; served unchanged, however odd.
    Rows(Vec<Value>),
}
