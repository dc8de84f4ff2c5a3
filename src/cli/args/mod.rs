//! The arguments of each command, and the request they make.

mod cancel;
mod deadline;
mod report;
mod segment;
mod status;
mod track;

pub use cancel::CancelArgs;
pub use deadline::DeadlineArgs;
pub use report::{Format, ReportArgs};
pub use segment::SegmentArgs;
pub use status::StatusArgs;
pub use track::{TrackArgs, TrackRequest};
