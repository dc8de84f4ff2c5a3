//! The arguments of `check`.

use std::path::PathBuf;

use crate::app::check::CheckRequest;

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Also check that every link responds (the only part that uses the network)
    #[arg(long)]
    links: bool,
    /// Also run the code examples: each is given to the command that `[[check]]` in campaign.toml names for its language
    #[arg(long)]
    run: bool,
    /// Also write each text that a customer can get into this new folder, as PHASE/SEGMENT.md, to compare two versions of a
    /// campaign
    #[arg(long, value_name = "FOLDER")]
    texts: Option<PathBuf>,
}

impl CheckArgs {
    /// Whether programs are started, and if so, whether links are requested as well.
    pub fn starts_programs(&self) -> Option<bool> {
        self.run.then_some(self.links)
    }

    /// The request these arguments make.
    pub fn request(&self) -> CheckRequest {
        CheckRequest { links: self.links, run: self.run, texts: self.texts.clone() }
    }
}
