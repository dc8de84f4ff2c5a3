//! The flags that hold for every command.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use clap::{Args, ValueEnum};

use crate::campaign::Time;

/// What holds for every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// The campaign: its name under campaigns/, or its folder
    #[arg(short, long, global = true, value_name = "NAME|PATH", env = "MMIG_CAMPAIGN", hide_env_values = true)]
    pub campaign: Option<String>,
    /// One JSON document on stdout, whatever happens
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
    /// Never ask; where an answer is needed, stop with 2
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Pretend it is then: 2027-01-30T13:00:00Z, or a date
    #[arg(long, global = true, value_name = "TIME", env = "MMIG_AS_OF", hide_env_values = true, value_parser = parse_time)]
    pub as_of: Option<Time>,
    /// The server, with or without /v1
    #[arg(long, global = true, value_name = "URL", env = "MULTIMAIL_API_URL", hide_env_values = true)]
    pub api_url: Option<String>,
    /// Which HTTP surface the server speaks: auto, mailbox or simple (for `sandbox`: mailbox, simple or both)
    #[arg(long, global = true, value_name = "CONTRACT", hide_possible_values = true)]
    pub contract: Option<Contract>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
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

/// Which HTTP surface a server speaks.
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

/// A whole moment in RFC 3339, or a date, which is its first second in UTC.
pub fn parse_time(text: &str) -> Result<Time, String> {
    let date = || {
        text.parse::<NaiveDate>()
            .ok()
            .filter(|date| (0..10_000).contains(&date.year()))?
            .and_hms_opt(0, 0, 0)
            .map(|start| start.and_utc())
    };
    DateTime::parse_from_rfc3339(text)
        .map(|moment| moment.with_timezone(&Utc))
        .ok()
        .or_else(date)
        .ok_or_else(|| "write it as 2027-01-30T13:00:00Z or 2027-01-30".to_owned())
}
