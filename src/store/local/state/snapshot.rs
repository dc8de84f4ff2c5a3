//! The contents of a snapshot.

use crate::campaign::people::records::Records;

/// The contents of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The campaign it was written for; empty if someone removed that line.
    pub campaign: String,
    /// The last journal line included.
    pub sequence: u64,
    /// The records.
    pub records: Records,
}
