//! The arguments of `demo`.

use std::path::PathBuf;

/// The arguments of `demo`.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// Show every command with its full output
    #[arg(long)]
    pub full: bool,
    /// Keep the campaign in this folder to look at; it must not exist yet
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}
