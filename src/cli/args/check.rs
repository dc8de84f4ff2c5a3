//! The arguments of `check`.

use crate::app::check::CheckRequest;

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Also check that every link responds (the only part that uses the network)
    #[arg(long)]
    links: bool,
    /// Also run the campaign's own checks of code examples: the commands that campaign.toml names
    #[arg(long)]
    run: bool,
}

impl CheckArgs {
    /// What is asked for.
    pub fn request(&self) -> CheckRequest {
        CheckRequest { links: self.links, run: self.run }
    }
}
