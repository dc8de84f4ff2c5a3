//! What a person sees of each outcome: text with line ends, at most `width` columns wide.

pub mod cancel;
pub mod question;
pub mod review;
pub mod review_text;
mod segment;

pub use cancel::cancel;
pub use review::review;
pub use segment::segment;
