//! What customers' API traffic shows: who still calls the old version, and which operations of it.

mod evidence;
mod ingest;
mod instant;
mod row;
mod tally;

pub use crate::campaign::calls::{Calls, Operations, Usage};
pub use crate::campaign::definition::operation::Operation;
pub use evidence::Rules;
pub use ingest::{Findings, Listed, ingest};
pub use row::{Column, Row, UsageReport};
pub use tally::{Fit, Tallies};
