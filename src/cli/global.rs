//! The flags of every command, and the environment variables behind some of them.

use std::io::Read;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use clap::{Args, ValueEnum};
use secrecy::SecretString;

use crate::api::Choice;
use crate::api::Proxy;
use crate::app::failure::{Failure, Kind};
use crate::app::settings::{
    ADMIN_KEY, KEY, Keys, MAILBOX, MODEL, MODEL_KEY, MODEL_URL, ModelSettings, OVERSIGHT_KEY, Origin, Overrides,
    Setting, URL, VENDOR_URL,
};
use crate::campaign::Time;
use crate::cli::environment::Environment;

/// The campaign's name or folder.
pub const CAMPAIGN: &str = "MMIG_CAMPAIGN";
/// The time to run as of.
pub const AS_OF: &str = "MMIG_AS_OF";

/// The flags of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The campaign: its name under campaigns/, or its folder [env: MMIG_CAMPAIGN]
    #[arg(short, long, global = true, value_name = "NAME|PATH")]
    pub campaign: Option<String>,
    /// Print one JSON document on stdout, even on failure
    #[arg(long, global = true)]
    pub json: bool,
    /// Only data and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Also say where settings come from and what was retried
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// When to use colours: auto (on a terminal, unless NO_COLOR is set), always, never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    pub color: Color,
    /// Never ask; if an answer is needed, exit with 2
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Run as if it were this time: 2027-01-30T13:00:00Z, or a day, at the campaign's `send_time` [env: MMIG_AS_OF]
    #[arg(long, global = true, value_name = "TIME", value_parser = parse_when)]
    pub as_of: Option<When>,
    /// The server, with or without /v1 [env: MULTIMAIL_API_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub api_url: Option<String>,
    /// Which HTTP API the server speaks: auto, mailbox or simple (for `sandbox`: mailbox, simple or both)
    #[arg(long, global = true, value_name = "CONTRACT", hide_possible_values = true)]
    pub contract: Option<Contract>,
}

impl Global {
    /// The named campaign: the flag, otherwise the environment.
    pub fn campaign(&self, environment: &Environment) -> Option<String> {
        self.campaign.clone().or_else(|| environment.get(CAMPAIGN))
    }

    /// The time to run as of: the flag, otherwise the environment.
    ///
    /// # Errors
    /// The environment variable is not a valid time.
    pub fn as_of(&self, environment: &Environment) -> Result<Option<When>, Failure> {
        if self.as_of.is_some() {
            return Ok(self.as_of);
        }
        let parsed = environment.get(AS_OF).map(|text| parse_when(&text)).transpose();
        parsed.map_err(|fix| Failure::new(Kind::Usage, format!("{AS_OF} is not a time"), fix))
    }

    /// The server settings from flags and environment.
    ///
    /// # Errors
    /// Only a sandbox speaks this contract.
    pub fn server(&self, environment: &Environment) -> Result<Overrides, Failure> {
        let contract = match self.contract {
            None => None,
            Some(Contract::Auto) => Some(Choice::Auto),
            Some(Contract::Mailbox) => Some(Choice::Mailbox),
            Some(Contract::Simple) => Some(Choice::Simple),
            Some(Contract::Both) => {
                let hint = "write --contract auto, mailbox or simple";
                return Err(Failure::new(Kind::Usage, "`--contract both` is only for `mmig sandbox`", hint));
            }
        };
        let flag = |name| move |value| Setting { value, origin: Origin::Flag(name) };
        let variable = |name| environment.get(name).map(|value| Setting { value, origin: Origin::Environment(name) });
        Ok(Overrides {
            url: self.api_url.clone().map(flag("--api-url")).or_else(|| variable(URL)).or_else(|| variable(VENDOR_URL)),
            contract: contract.map(|value| Setting { value, origin: Origin::Flag("--contract") }),
            mailbox: variable(MAILBOX),
            proxy: proxy(environment),
        })
    }
}

/// The keys in the environment, or in files named there: `MULTIMAIL_API_KEY_FILE` and so on, as containers mount them.
///
/// # Errors
/// A file cannot be read, or a key is given twice.
pub fn keys(environment: &Environment) -> Result<Keys, Failure> {
    let key = |name| key(environment, name);
    Ok(Keys { send: key(KEY)?, oversight: key(OVERSIGHT_KEY)?, admin: key(ADMIN_KEY)? })
}

/// The maximum size of a key file: a wrong file is not read completely.
const LONGEST_KEY: u64 = 4096;

fn key(environment: &Environment, name: &str) -> Result<Option<SecretString>, Failure> {
    let in_file = format!("{name}_FILE");
    let (value, file) = (environment.get(name), environment.get(&in_file));
    let Some(file) = file else { return Ok(value.map(SecretString::from)) };
    let refuse = |message, hint: &'static str| Err(Failure::new(Kind::Auth, message, hint));
    if value.is_some() {
        return refuse(format!("{name} and {in_file} are both set"), "unset one of them");
    }
    let mut text = String::new();
    let read = std::fs::File::open(&file).and_then(|file| file.take(LONGEST_KEY).read_to_string(&mut text));
    match (read, text.trim()) {
        (Err(error), _) => refuse(
            format!("the file of {in_file}, {file}, cannot be read: {error}"),
            "check the path and its permissions",
        ),
        (Ok(_), "") => {
            refuse(format!("the file of {in_file}, {file}, is empty"), "write the key into it, and nothing else")
        }
        (Ok(_), key) => Ok(Some(SecretString::from(key.to_owned()))),
    }
}

/// The proxy for https addresses, from the variables that reqwest reads, in its order.
fn proxy(environment: &Environment) -> Option<Proxy> {
    let variables = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let (variable, text) = variables.into_iter().find_map(|name| Some((name, environment.get(name)?)))?;
    let after_login = text.rsplit('@').next().unwrap_or_default();
    let host = after_login.rsplit("//").next().unwrap_or_default().trim_end_matches('/').to_owned();
    Some(Proxy { variable, host })
}

/// The language model in the environment.
///
/// # Errors
/// The file with its key cannot be read, or the key is given twice.
pub fn model(environment: &Environment) -> Result<ModelSettings, Failure> {
    let offers = [
        ("ANTHROPIC_API_KEY", environment.get("ANTHROPIC_API_KEY")),
        ("OLLAMA_HOST", environment.get("OLLAMA_HOST")),
        ("OPENAI_API_KEY", environment.get("OPENAI_API_KEY")),
        ("OPENROUTER_API_KEY", environment.get("OPENROUTER_API_KEY")),
    ];
    Ok(ModelSettings {
        url: environment.get(MODEL_URL),
        name: environment.get(MODEL),
        key: key(environment, MODEL_KEY)?,
        offers: offers.into_iter().filter(|(_, value)| value.is_some()).map(|(name, _)| name).collect(),
    })
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::AlwaysAnsi,
            Color::Never => Self::Never,
        }
    }
}

/// Which HTTP API a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Contract {
    /// Ask the server
    Auto,
    /// As published
    Mailbox,
    /// As on the customer-migration page
    Simple,
    /// Both at once (sandbox only)
    Both,
}

/// A time as a user writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// To the second.
    Moment(Time),
    /// On that day, at the campaign's `send_time` in its zone.
    Day(NaiveDate),
}

/// Parses a moment in RFC 3339, or a date.
pub fn parse_when(text: &str) -> Result<When, String> {
    let date = || text.parse::<NaiveDate>().ok().filter(|date| (0..10_000).contains(&date.year())).map(When::Day);
    let moment = DateTime::parse_from_rfc3339(text).map(|moment| When::Moment(moment.with_timezone(&Utc)));
    moment.ok().or_else(date).ok_or_else(|| "write it as 2027-01-30T13:00:00Z or 2027-01-30".to_owned())
}
