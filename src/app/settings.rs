//! What flags and environment set: the keys, and what wins over the campaign file; each value with its origin.

use std::fmt;

use secrecy::SecretString;

use crate::api::{Choice, Proxy};

/// The key that reads and sends.
pub const KEY: &str = "MULTIMAIL_API_KEY";
/// The key that approves.
pub const OVERSIGHT_KEY: &str = "MULTIMAIL_OVERSIGHT_KEY";
/// The key that reads the suppression list.
pub const ADMIN_KEY: &str = "MULTIMAIL_ADMIN_KEY";
/// The sending mailbox's id.
pub const MAILBOX: &str = "MULTIMAIL_MAILBOX_ID";
/// The server's address.
pub const URL: &str = "MULTIMAIL_API_URL";
/// The server's address, in the variable of the vendor's own command line; [`URL`] wins.
pub const VENDOR_URL: &str = "MULTIMAIL_BASE_URL";

/// The variable that names the ledger's location.
pub const LEDGER_URL: &str = "MMIG_LEDGER_URL";

/// The endpoint of a language model.
pub const MODEL_URL: &str = "MMIG_MODEL_URL";
/// The name of a language model.
pub const MODEL: &str = "MMIG_MODEL";
/// The key to a language model.
pub const MODEL_KEY: &str = "MMIG_MODEL_KEY";

/// What the environment says about a language model; it wins over the campaign file.
#[derive(Debug, Clone, Default)]
pub struct ModelSettings {
    /// Its endpoint.
    pub url: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its key.
    pub key: Option<SecretString>,
    /// Other programs' variables that name a model the user could choose. Nothing is sent there unasked.
    pub offers: Vec<&'static str>,
}

/// What the environment says about the ledger.
#[derive(Clone, Default)]
pub struct LedgerAccess {
    /// Its location; wins over the campaign file.
    pub url: Option<String>,
    /// The variables from which stores read credentials and endpoints.
    pub environment: Vec<(String, String)>,
    /// The URL of the CI job that this run is; empty if it is not one.
    pub job: String,
}

/// The variables hold credentials, so they are not printed.
impl fmt::Debug for LedgerAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerAccess").field("url", &self.url).field("job", &self.job).finish_non_exhaustive()
    }
}

/// A value and its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Its origin.
    pub origin: Origin,
}

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A flag.
    Flag(&'static str),
    /// An environment variable.
    Environment(&'static str),
    /// The campaign file.
    File(&'static str),
    /// Not set.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Environment(name) => f.write_str(name),
            Self::File(place) => write!(f, "campaign.toml {place}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The keys to the server, if set.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// The key that reads and sends.
    pub send: Option<SecretString>,
    /// The key that approves; only a reviewer has it.
    pub oversight: Option<SecretString>,
    /// The key that reads the suppression list.
    pub admin: Option<SecretString>,
}

/// What flags and environment say about the server; they win over the campaign file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// The server's address.
    pub url: Option<Setting<String>>,
    /// The API contract it speaks.
    pub contract: Option<Setting<Choice>>,
    /// The sending mailbox's id.
    pub mailbox: Option<Setting<String>>,
    /// The proxy for requests to other machines.
    pub proxy: Option<Proxy>,
}
