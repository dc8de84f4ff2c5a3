//! The arguments of `mcp`.

use super::one_of;
use crate::mcp::{ServeRequest, Toolset};

/// The arguments of `mcp`.
#[derive(Debug, clap::Args)]
pub struct McpArgs {
    /// Which tools to offer: read only looks; author also writes templates and drafts, and tracks; submit also submits
    /// mails for approval
    #[arg(long, value_name = "SET", default_value = "read", value_parser = one_of::<Toolset>(), hide_possible_values = true)]
    toolset: Toolset,
    /// Show customers' names and addresses; by default they are masked
    #[arg(long)]
    show_contacts: bool,
}

impl McpArgs {
    /// The request these arguments make.
    pub fn request(&self) -> ServeRequest {
        ServeRequest { toolset: self.toolset, show_contacts: self.show_contacts }
    }
}
