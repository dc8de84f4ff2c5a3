//! What customers' API traffic shows: who still calls the old version, and which of its operations.

mod endpoint;
mod evidence;
mod ingest;
mod instant;
mod keys;
mod layout;
mod people;
mod row;
mod seen;
mod tally;
mod version;

pub use crate::campaign::calls::{Calls, Operations, QuotedUsage, Usage};
pub use crate::campaign::definition::operation::Operation;
pub use crate::campaign::definition::usage::{Column, UsageFormat};
pub use endpoint::Endpoint;
pub use evidence::Rules;
pub use ingest::{Findings, Listed, ingest};
pub use keys::Keys;
pub use layout::Layout;
pub use row::{Row, UsageReport};
pub use seen::{PathCount, Seen};
pub use tally::{Fit, Tallies};
