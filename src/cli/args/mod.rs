//! The arguments of each command, and the request they make.

mod segment;

pub use segment::SegmentArgs;
