//! The arguments of each command, and the request they make.

mod cancel;
mod segment;

pub use cancel::CancelArgs;
pub use segment::SegmentArgs;
