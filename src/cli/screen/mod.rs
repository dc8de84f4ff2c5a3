//! What a person sees of each outcome: text with line ends, at most `width` columns wide.

pub mod cancel;
pub mod question;
mod segment;

pub use cancel::cancel;
pub use segment::segment;
