//! The arguments of `segment`.

use crate::app::segment::SegmentRequest;

/// The arguments of `segment`.
#[derive(Debug, clap::Args)]
pub struct SegmentArgs {
    /// Show who would be found; record nothing
    #[arg(long)]
    dry_run: bool,
    /// Continue although contacts carry this campaign's tag and no mail to them is known: something else notified them
    #[arg(long)]
    adopt: bool,
    /// Do not ask for confirmation if many customers have left
    #[arg(long)]
    yes: bool,
    /// Take over the lock of a dead run on another host
    #[arg(long)]
    break_lock: bool,
}

impl SegmentArgs {
    /// The request these arguments make.
    pub fn request(&self) -> SegmentRequest {
        SegmentRequest { dry_run: self.dry_run, adopt: self.adopt, yes: self.yes, break_lock: self.break_lock }
    }
}
