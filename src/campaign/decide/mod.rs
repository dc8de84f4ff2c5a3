//! Who gets a phase now, with which text, and what forbids it.

pub mod admission;
pub mod allowance;
pub mod audience;
pub mod departure;
pub mod gates;
pub mod limit;
pub mod older_text;
pub mod plan;
pub mod traces;
pub mod withdrawal;
