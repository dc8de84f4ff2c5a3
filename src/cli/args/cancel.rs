//! The arguments of `cancel`.

use crate::app::cancel::CancelRequest;

/// The arguments of `cancel`.
#[derive(Debug, clap::Args)]
pub struct CancelArgs {
    /// The phase; may be repeated
    #[arg(long = "phase", value_name = "PHASE", required = true)]
    phases: Vec<String>,
    /// Only this segment; may be repeated
    #[arg(long = "segment", value_name = "SEGMENT")]
    segments: Vec<String>,
    /// Only this customer: an address, an id, or a part of a name; may be repeated
    #[arg(long = "contact", value_name = "WHO")]
    contacts: Vec<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Take over the lock of a dead run on another host
    #[arg(long)]
    break_lock: bool,
}

impl CancelArgs {
    /// The request these arguments make.
    pub fn request(&self) -> CancelRequest {
        CancelRequest {
            phases: self.phases.clone(),
            segments: self.segments.clone(),
            contacts: self.contacts.clone(),
            yes: self.yes,
            break_lock: self.break_lock,
        }
    }
}
