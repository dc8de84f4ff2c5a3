//! The arguments of each command, and the request they make.

mod cancel;
mod report;
mod review;
mod segment;
mod status;

pub use cancel::CancelArgs;
pub use report::{Format, ReportArgs};
pub use review::ReviewArgs;
pub use segment::SegmentArgs;
pub use status::StatusArgs;
