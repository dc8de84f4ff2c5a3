//! Who works on a ledger.

use serde::{Deserialize, Serialize};

use crate::store::local::host;
use crate::store::{Holder, LedgerError};

/// Who uses this machine.
#[derive(Debug, Clone, Default)]
pub struct Who {
    /// The person or account; may be empty.
    pub user: String,
    /// The URL of the CI job; empty if it is not one.
    pub job: String,
}

/// Who works on a ledger, as shown to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occupant {
    /// The command.
    pub command: String,
    /// The person or account.
    #[serde(default)]
    pub user: String,
    /// The machine.
    pub host: String,
    /// The process there.
    pub pid: u32,
    /// The URL of the CI job, if it is one.
    #[serde(default)]
    pub job: String,
    /// When it began.
    pub since: String,
}

impl Occupant {
    /// Our own run.
    pub fn ours(holder: &Holder, who: &Who) -> Self {
        Self {
            command: holder.command.clone(),
            user: who.user.clone(),
            host: host(),
            pid: std::process::id(),
            job: who.job.clone(),
            since: holder.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        }
    }

    /// An unknown occupant.
    pub fn unknown() -> Self {
        Self {
            command: "mmig".to_owned(),
            user: String::new(),
            host: "an unknown machine".to_owned(),
            pid: 0,
            job: String::new(),
            since: "an unknown time".to_owned(),
        }
    }

    /// The machine, with user and job, as far as known.
    fn at(&self) -> String {
        let more: Vec<&str> = [&*self.user, &*self.job].into_iter().filter(|word| !word.is_empty()).collect();
        if more.is_empty() { self.host.clone() } else { format!("{} ({})", self.host, more.join(", ")) }
    }

    /// The error that it holds the ledger.
    pub fn holds(&self) -> LedgerError {
        LedgerError::Held { pid: self.pid, host: self.at(), since: self.since.clone(), command: self.command.clone() }
    }

    /// The error that it took the ledger over from us.
    pub fn took_over(&self) -> LedgerError {
        LedgerError::Overtaken { host: self.at(), since: self.since.clone(), command: self.command.clone() }
    }
}
