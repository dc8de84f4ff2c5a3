//! How much an agent may do.

use strum::{Display, EnumString, VariantNames};

/// Which tools there are; each toolset has those of the ones before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Toolset {
    /// Looks, and writes nothing.
    #[default]
    Read,
    /// Writes templates and drafts, and brings the ledger up to date.
    Author,
    /// Also hands mails over to a mailbox where a person approves each.
    Submit,
}

/// What the server is started with.
#[derive(Debug, Clone, Copy, Default)]
pub struct ServeRequest {
    /// Which tools there are.
    pub toolset: Toolset,
    /// Show customers' names and addresses; by default they are masked.
    pub show_contacts: bool,
}
