//! The arguments of each command, and the request they make.

mod cancel;
mod remind;
mod report;
mod segment;
mod status;
mod submit;

pub use cancel::CancelArgs;
pub use remind::RemindArgs;
pub use report::{Format, ReportArgs};
pub use segment::SegmentArgs;
pub use status::StatusArgs;
pub use submit::SubmitArgs;
