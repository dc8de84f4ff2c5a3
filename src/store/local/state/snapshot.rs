//! What a snapshot says.

use crate::campaign::people::records::Records;

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The campaign it was written for; empty in a file whose line somebody took out.
    pub campaign: String,
    /// The last journal line that is contained.
    pub sequence: u64,
    /// What is known of the recipients.
    pub records: Records,
}
