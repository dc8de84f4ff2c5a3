//! Turns what `oasdiff changelog -f json` found between two versions of an API into changes for a person to edit: one
//! for each cause.

mod cause;
mod compare;
mod entry;
mod finding;
mod group;
mod wording;

pub use crate::campaign::definition::level::Level;
pub use compare::{Comparison, Wanted, compare};
pub use finding::{Finding, read};
pub use group::{Group, is_as_imported};
