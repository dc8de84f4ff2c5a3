//! The arguments of `ledger`.

use crate::app::ledger::MoveRequest;

/// The arguments of `ledger`.
#[derive(Debug, clap::Args)]
pub struct LedgerArgs {
    #[command(subcommand)]
    action: Option<Action>,
}

/// What can be done with a ledger.
#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Move it to a bucket, or back to the campaign's folder
    Move(MoveArgs),
}

/// The help for the new location.
const TO: &str = "Where to: s3://BUCKET/PATH, gs://BUCKET/PATH, az://CONTAINER/PATH, or local";

/// The arguments of `ledger move`.
#[derive(Debug, clap::Args)]
struct MoveArgs {
    /// Where to, such as `s3://bucket/path`
    #[arg(value_name = "URL|local", help = TO)]
    to: String,
}

impl LedgerArgs {
    /// The request to move it; `None` to only show it.
    pub fn request(&self) -> Option<MoveRequest> {
        self.action.as_ref().map(|Action::Move(args)| MoveRequest { to: args.to.clone() })
    }
}
