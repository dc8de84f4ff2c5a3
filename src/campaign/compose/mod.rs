//! Writing templates through a language model: what it may know, what it may answer, and what becomes of that.
//!
//! A model writes words and names facts; dates, links and code are printed by the template from the campaign file. Nothing it says is
//! believed: what its words may not hold is refused, and what a mail of the phase must have is asked for.

pub mod changes;
mod check;
mod claims;
pub mod facts;
mod offline;
mod outdated;
pub mod reply;
pub mod request;
mod words;
mod write;

pub use check::{Objection, objections};
pub use offline::offline;
pub use outdated::{composed_for, identity, outdated, template_name};
pub use write::template;
