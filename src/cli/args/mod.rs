//! The arguments of each command, and the request they make.

mod cancel;
mod review;
mod segment;

pub use cancel::CancelArgs;
pub use review::ReviewArgs;
pub use segment::SegmentArgs;
