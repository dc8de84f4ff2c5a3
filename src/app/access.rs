//! Settings: flags before environment before `campaign.toml` before defaults, remembering where each came from.

use std::env;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::app::failure::{Failure, Kind};
use crate::campaign::definition::{API_URL, Campaign};
use crate::cli::flags::{Contract, Global};

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

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
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
    /// Nobody said anything.
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

/// How to reach the server.
#[derive(Debug, Clone)]
pub struct Access {
    /// The server.
    pub url: Setting<String>,
    /// The contract it speaks.
    pub contract: Setting<Contract>,
    /// The sending mailbox, if it was named.
    pub mailbox: Option<Setting<String>>,
    /// Reads and sends.
    pub key: SecretString,
    /// Approves; only a reviewer has it.
    pub oversight_key: Option<SecretString>,
    /// Reads the suppression list.
    pub admin_key: Option<SecretString>,
}

impl Access {
    /// Puts the settings together; without the key nothing can be asked.
    pub fn resolve(global: &Global, campaign: &Campaign) -> Result<Self, Failure> {
        let key = secret(KEY).ok_or_else(|| {
            let hint =
                format!("export {KEY}=mm_live_… (a key with the scopes read and send, from MultiMail's dashboard)");
            Failure::new(Kind::Auth, format!("no API key: {KEY} is not set"), hint)
        })?;
        Self::with(key, global, campaign)
    }

    /// The same for a reviewer, who may hold no key but the one that approves: then that one reads as well.
    pub fn of_reviewer(global: &Global, campaign: &Campaign) -> Result<Self, Failure> {
        let oversight = secret(OVERSIGHT_KEY).ok_or_else(|| {
            let hint = format!(
                "export {OVERSIGHT_KEY}=mm_live_… (a key with the scope oversight, and not send, from MultiMail's dashboard)"
            );
            Failure::new(Kind::Auth, format!("no key to review with: {OVERSIGHT_KEY} is not set"), hint)
        })?;
        let key = secret(KEY).unwrap_or_else(|| oversight.clone());
        if is_same(secret(KEY).as_ref(), &oversight) {
            let message = format!("{OVERSIGHT_KEY} is the key in {KEY}: who composes a mail never approves it");
            let hint = "make a second key in MultiMail's dashboard, with the scope oversight, for somebody else";
            return Err(Failure::new(Kind::Auth, message, hint));
        }
        Ok(Self { oversight_key: Some(oversight), ..Self::with(key, global, campaign)? })
    }

    fn with(key: SecretString, global: &Global, campaign: &Campaign) -> Result<Self, Failure> {
        let contract = match global.contract {
            Some(Contract::Both) => {
                let hint = "write --contract auto, mailbox or simple";
                return Err(Failure::new(Kind::Usage, "`--contract both` is for `mmig sandbox` alone", hint));
            }
            Some(contract) => Setting { value: contract, origin: Origin::Flag("--contract") },
            None => Setting { value: contract_of(&campaign.api.contract), origin: Origin::File("[api] contract") },
        };
        let mailbox = text(MAILBOX).map(|value| Setting { value, origin: Origin::Environment(MAILBOX) });
        let of_file = campaign.api.mailbox.clone();
        Ok(Self {
            url: url(global, campaign),
            contract,
            mailbox: mailbox.or(of_file.map(|value| Setting { value, origin: Origin::File("[api] mailbox") })),
            key,
            oversight_key: None,
            admin_key: secret(ADMIN_KEY),
        })
    }
}

fn url(global: &Global, campaign: &Campaign) -> Setting<String> {
    match &global.api_url {
        // clap has merged flag and environment.
        Some(url) if text(URL).as_ref() == Some(url) => {
            Setting { value: url.clone(), origin: Origin::Environment(URL) }
        }
        Some(url) => Setting { value: url.clone(), origin: Origin::Flag("--api-url") },
        None if campaign.api.url == API_URL => Setting { value: API_URL.to_owned(), origin: Origin::Default },
        None => Setting { value: campaign.api.url.clone(), origin: Origin::File("[api] url") },
    }
}

fn contract_of(name: &str) -> Contract {
    match name {
        "mailbox" => Contract::Mailbox,
        "simple" => Contract::Simple,
        _ => Contract::Auto,
    }
}

/// A variable that is set to something.
fn text(name: &str) -> Option<String> {
    env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// Whether the sending key is the approving one.
pub fn is_same(sending: Option<&SecretString>, approving: &SecretString) -> bool {
    sending.is_some_and(|sending| sending.expose_secret() == approving.expose_secret())
}

/// A key from the environment, if it is set.
pub fn secret(name: &str) -> Option<SecretString> {
    text(name).map(SecretString::from)
}

/// Who uses this machine, as the system calls them; empty where it does not say.
pub fn user() -> String {
    text("USER").or_else(|| text("USERNAME")).unwrap_or_default()
}
