//! The arguments of `init`.

use chrono::NaiveDate;

use crate::app::init::InitRequest;

/// The arguments of `init`.
#[derive(Debug, clap::Args)]
pub struct InitArgs {
    /// The campaign's name, also its folder's: campaigns/NAME
    name: String,
    /// The deadline (default: 120 days from now)
    #[arg(long, value_name = "DATE")]
    deadline: Option<NaiveDate>,
    /// The address of the sending mailbox
    #[arg(long, value_name = "ADDRESS", default_value = "migrations@example.com")]
    from: String,
    /// Also write an AGENTS.md: what an agent may do in this repository, and what it leaves to people
    #[arg(long)]
    agents: bool,
}

impl InitArgs {
    /// The request these arguments make.
    pub fn request(&self) -> InitRequest {
        InitRequest { name: self.name.clone(), deadline: self.deadline, from: self.from.clone(), agents: self.agents }
    }
}
