//! `mmig import`: takes in what other tools found.

mod oasdiff;

use super::Ending;
use crate::cli::Face;

/// The arguments of `import`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

/// What can be taken in.
#[derive(Debug, clap::Subcommand)]
enum What {
    /// What `oasdiff changelog -f json` found between two versions of an API, as changes for you to edit
    Oasdiff(oasdiff::Args),
}

/// Runs `import`.
pub fn run(face: Face<'_>, args: &Args) -> Ending {
    match &args.what {
        What::Oasdiff(args) => oasdiff::run(face, args),
    }
}
