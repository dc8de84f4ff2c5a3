//! The arguments of `remind`.

use crate::app::remind::RemindRequest;

/// The arguments of `remind`.
#[derive(Debug, clap::Args)]
pub struct RemindArgs {
    /// Only this automatic phase; may be repeated
    #[arg(long = "phase", value_name = "PHASE")]
    phases: Vec<String>,
    /// Also submit the next reminder now, scheduled for its date; `mmig track` cancels it for customers who finish earlier
    #[arg(long)]
    schedule: bool,
    /// Show the plans, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// If a daily, monthly or rate limit is hit, wait for it to reset and continue
    #[arg(long)]
    wait: bool,
    /// Take over the lock of a dead run on another host
    #[arg(long)]
    break_lock: bool,
}

impl RemindArgs {
    /// The request these arguments make.
    pub fn request(&self) -> RemindRequest {
        RemindRequest {
            phases: self.phases.clone(),
            schedule: self.schedule,
            dry_run: self.dry_run,
            yes: self.yes,
            wait: self.wait,
            break_lock: self.break_lock,
        }
    }
}
