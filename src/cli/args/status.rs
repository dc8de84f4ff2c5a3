//! The arguments of `status`.

use std::path::PathBuf;
use std::time::Duration;

use crate::app::status::{HistoryRequest, StatusRequest, SyncRequest};

/// The arguments of `status`.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// Only this segment; may be repeated
    #[arg(long = "segment", value_name = "SEGMENT", conflicts_with = "contact")]
    segments: Vec<String>,
    /// Only this phase; may be repeated
    #[arg(long = "phase", value_name = "PHASE", conflicts_with = "contact")]
    phases: Vec<String>,
    /// List the customers who are not done, furthest behind first
    #[arg(long, conflicts_with = "contact")]
    behind: bool,
    /// Exit with 1 if a run that `[limits] expect_every` expects is overdue
    #[arg(long, conflicts_with = "contact")]
    require_runs: bool,
    /// Everything about one customer: an address, an id, or a part of an address or name
    #[arg(long, value_name = "WHO")]
    contact: Option<String>,
    /// With --contact: every mail word for word, with its times, addresses, ids and who approved it
    #[arg(long, requires = "contact")]
    evidence: bool,
    /// Ask the server first, as `mmig track` does, with --evidence also who approved each mail (needs the key); with
    /// --watch, again every MINUTES minutes
    #[arg(long, value_name = "MINUTES", num_args = 0..=1, default_missing_value = "10", value_parser = clap::value_parser!(u32).range(1..=1440))]
    sync: Option<u32>,
    /// Take over the lock of a dead run on another host
    #[arg(long, requires = "sync")]
    break_lock: bool,
    /// Also write the campaign's dates to this file, for a calendar
    #[arg(long, value_name = "FILE")]
    pub ics: Option<PathBuf>,
    /// Keep the screen open and refresh it on changes, until Ctrl-C
    #[arg(long, conflicts_with = "ics")]
    pub watch: bool,
}

impl StatusArgs {
    /// The request for the whole campaign.
    pub fn request(&self) -> StatusRequest {
        StatusRequest {
            segments: self.segments.clone(),
            phases: self.phases.clone(),
            behind: self.behind,
            require_runs: self.require_runs,
        }
    }

    /// The request for one customer; `None` if none is named.
    pub fn history(&self) -> Option<HistoryRequest> {
        let contact = self.contact.clone()?;
        Some(HistoryRequest { contact, evidence: self.evidence })
    }

    /// What to ask the server first; `None` if nothing.
    pub fn sync(&self) -> Option<SyncRequest> {
        let approvals_of = self.contact.clone().filter(|_| self.evidence);
        self.sync.map(|_| SyncRequest { break_lock: self.break_lock, approvals_of })
    }

    /// How often to ask the server again while the screen stays; `None` if never.
    pub fn sync_interval(&self) -> Option<Duration> {
        self.sync.map(|minutes| Duration::from_mins(minutes.into()))
    }
}
