//! `[usage]`: how an export of API traffic is read, and what it shows about a customer's progress.

use strum::{Display, EnumCount, EnumIter, EnumString, IntoStaticStr};

/// `[usage]`. The rules are known to be valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRules {
    /// When a customer has started: a condition over `old_calls` and `new_calls`.
    pub started: String,
    /// When a customer is done: a condition over the same numbers.
    pub completed: String,
    /// For how many days the old version must not be called before `completed` counts.
    pub quiet_days: u32,
    /// Prefixes that the server puts before the paths of an `OpenAPI` document; each starts with a slash and does not
    /// end with one.
    pub base_paths: Vec<String>,
    /// The file, beside `campaign.toml`, that maps each key, app or tenant of an export to a
    /// customer.
    pub accounts: Option<String>,
    /// The format of files, if it is not obvious.
    pub format: UsageFormat,
    /// The export's own names for columns.
    pub columns: Vec<(Column, String)>,
    /// Which calls are of the old version; `None` if a file counts them itself.
    pub old: Option<VersionCalls>,
    /// Which calls are of the new version.
    pub new: Option<VersionCalls>,
}

/// The format of a usage file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Display, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum UsageFormat {
    /// CSV or JSON: the file shows which.
    #[default]
    Auto,
    /// A web server's access log, in the format that Apache calls combined and that is nginx's default.
    Combined,
}

/// How to recognise the calls of a version: everything given has to match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VersionCalls {
    /// Their path starts with one of these.
    pub path: Vec<String>,
    /// Their version in the export is one of these.
    pub version: Vec<String>,
    /// Their server is one of these.
    pub host: Vec<String>,
}

/// What a column of a file contains; the variant is the column's name unless `[usage.columns]` sets
/// another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Display, EnumIter, EnumCount, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Column {
    /// The customer: an address, an id, or a key in the accounts file.
    Contact,
    /// The customer's address.
    Email,
    /// The contact's id.
    Id,
    /// The contact's id, under another name.
    ContactId,
    /// Calls of the old version.
    OldCalls,
    /// Calls of the new version.
    NewCalls,
    /// When the old version was last called.
    LastSeen,
    /// The endpoint's method.
    Method,
    /// The endpoint's path, or the whole URL.
    Path,
    /// When the call was made.
    Time,
    /// How many calls a row represents.
    Calls,
    /// The version of the API that was called.
    Version,
    /// The server that was called.
    Host,
    /// The server's response, as an HTTP status.
    Status,
}

impl Column {
    /// The columns that identify the customer; a file needs at least one of them.
    pub const WHO: [Self; 4] = [Self::Contact, Self::Email, Self::Id, Self::ContactId];

    /// The columns that matter only if `[usage.old]` says which calls are old.
    pub const BY_VERSION: [Self; 5] = [Self::Calls, Self::Version, Self::Host, Self::Status, Self::Time];
}
