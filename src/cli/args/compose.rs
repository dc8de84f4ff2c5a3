//! The arguments of `compose`.

use std::path::PathBuf;

use crate::app::compose::ComposeRequest;

/// The arguments of `compose`.
#[derive(Debug, clap::Args)]
pub struct ComposeArgs {
    /// The phase to compose; may be repeated
    #[arg(long = "phase", value_name = "PHASE", conflicts_with = "all", required_unless_present_any = ["all", "again", "changes"])]
    phases: Vec<String>,
    /// Compose every phase
    #[arg(long)]
    all: bool,
    /// Only this segment; may be repeated
    #[arg(long = "segment", value_name = "SEGMENT")]
    segments: Vec<String>,
    /// A page of text that the model may read; may be repeated
    #[arg(long = "guide", value_name = "FILE")]
    guides: Vec<PathBuf>,
    /// Compose this template again although its facts have not changed: PHASE.SEGMENT; may be repeated
    #[arg(long, value_name = "TEXT")]
    again: Vec<String>,
    /// Print the request, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Write plain texts without a model; needs no network
    #[arg(long)]
    offline: bool,
    /// Instead, propose wording for the changes that `import` added, for a person to edit
    #[arg(long, conflicts_with_all = ["phases", "all", "segments", "again", "offline"])]
    changes: bool,
    /// With --changes: the API's `OpenAPI` document, to word them from; given twice, the old one and then the new one
    #[arg(long = "spec", value_name = "FILE", conflicts_with_all = ["phases", "all", "segments", "again", "offline"])]
    specs: Vec<PathBuf>,
}

impl ComposeArgs {
    /// The request these arguments make.
    pub fn request(&self) -> ComposeRequest {
        ComposeRequest {
            phases: self.phases.clone(),
            all: self.all,
            segments: self.segments.clone(),
            guides: self.guides.clone(),
            again: self.again.clone(),
            dry_run: self.dry_run,
            offline: self.offline,
            changes: self.changes,
            specs: self.specs.clone(),
        }
    }
}
