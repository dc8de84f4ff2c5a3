//! Writes templates with a language model: what it may know and answer, and what happens with the
//! answer.
//!
//! A model writes words and refers to facts; the template prints dates, links and code from the campaign file. Its
//! answers are not trusted: forbidden words are rejected, and required parts that are missing are requested.

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
