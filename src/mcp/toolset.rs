//! How much an agent may do.

use strum::{Display, EnumString, VariantNames};

/// The available tools; each toolset includes the previous ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Toolset {
    /// Reads, and writes nothing.
    #[default]
    Read,
    /// Writes templates and drafts, and updates the ledger.
    Author,
    /// Also submits mails to a mailbox where a person approves each.
    Submit,
}

/// How to start the server.
#[derive(Debug, Clone, Copy, Default)]
pub struct ServeRequest {
    /// The available tools.
    pub toolset: Toolset,
    /// Show customers' names and addresses; by default they are masked.
    pub show_contacts: bool,
}
