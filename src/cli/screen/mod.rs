//! What a person sees of each outcome: text with line ends, at most `width` columns wide.

mod segment;

pub use segment::segment;
