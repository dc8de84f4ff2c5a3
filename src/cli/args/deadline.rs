//! The arguments of `deadline`.

use std::path::PathBuf;

use crate::app::deadline::DeadlineRequest;
use crate::campaign::moment::LocalMoment;

/// The arguments of `deadline`.
#[derive(Debug, clap::Args)]
pub struct DeadlineArgs {
    /// The new deadline: a day, such as 2027-05-30, or a day and time, 2027-05-30T14:00
    #[arg(value_name = "DATE")]
    date: LocalMoment,
    /// Also repeat these phases for customers who are not done, under new names and counted from the new date: P,…
    #[arg(long, value_name = "PHASE", value_delimiter = ',')]
    again: Vec<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Also write the new dates to this file, for a calendar
    #[arg(long, value_name = "FILE")]
    ics: Option<PathBuf>,
    /// Take over the lock of a dead run on another host
    #[arg(long)]
    break_lock: bool,
}

impl DeadlineArgs {
    /// The request these arguments make.
    pub fn request(&self) -> DeadlineRequest {
        let Self { date, yes, break_lock, .. } = *self;
        DeadlineRequest { date, yes, again: self.again.clone(), ics: self.ics.clone(), break_lock }
    }
}
