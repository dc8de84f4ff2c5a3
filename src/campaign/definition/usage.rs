//! `[usage]`: how an export of API traffic is read, and what it shows of a customer's progress.

use strum::{Display, EnumCount, EnumIter, EnumString, IntoStaticStr};

/// `[usage]`. The rules are known to compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRules {
    /// When a customer has started: a condition over `old_calls` and `new_calls`.
    pub started: String,
    /// When a customer has completed: likewise.
    pub completed: String,
    /// For how many days no call of the old version may be known before `completed` counts.
    pub quiet_days: u32,
    /// What the server puts before the paths of an `OpenAPI` document; each begins with a slash and does not end with one.
    pub base_paths: Vec<String>,
    /// The file, beside `campaign.toml`, that says whose each key, app or tenant of an export is.
    pub accounts: Option<String>,
    /// How a file is written, where that does not show.
    pub format: UsageFormat,
    /// What an export calls the columns that are not called as we call them.
    pub columns: Vec<(Column, String)>,
    /// Which calls are of the version that goes away; `None` where a file counts them itself.
    pub old: Option<VersionCalls>,
    /// Which calls are of the version that comes.
    pub new: Option<VersionCalls>,
}

/// How a file of usage is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Display, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum UsageFormat {
    /// CSV or JSON: a file shows by itself which.
    #[default]
    Auto,
    /// The access log of a web server, in the format that Apache calls combined and nginx writes unless told otherwise.
    Combined,
}

/// By what the calls of a version are known: all that is given has to fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VersionCalls {
    /// What their paths begin with: one of these.
    pub path: Vec<String>,
    /// What the export names as their version: one of these.
    pub version: Vec<String>,
    /// The server they go to: one of these.
    pub host: Vec<String>,
}

/// What a column of a file says, by the name it has where `[usage.columns]` gives it no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumIter, EnumCount, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Column {
    /// The customer, by address or id, or as the accounts file has it.
    Contact,
    /// The customer's address.
    Email,
    /// The contact's id.
    Id,
    /// The same.
    ContactId,
    /// Calls of the version that goes away.
    OldCalls,
    /// Calls of the version that comes.
    NewCalls,
    /// When the old version was last called.
    LastSeen,
    /// The endpoint's method.
    Method,
    /// The endpoint's path, or the whole URL.
    Path,
    /// When the call was made.
    Time,
    /// How many calls a row stands for.
    Calls,
    /// The version of the API that was called.
    Version,
    /// The server that was called.
    Host,
    /// The server's answer, as an HTTP status.
    Status,
}

impl Column {
    /// The columns that say who the customer is; a file has at least one of them.
    pub const WHO: [Self; 4] = [Self::Contact, Self::Email, Self::Id, Self::ContactId];

    /// Those that only say something where `[usage.old]` says which calls are old.
    pub const BY_VERSION: [Self; 5] = [Self::Calls, Self::Version, Self::Host, Self::Status, Self::Time];
}
