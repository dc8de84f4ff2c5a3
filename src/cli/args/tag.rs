//! The arguments of `tag`.

use std::path::PathBuf;

use crate::app::tag::TagRequest;
use crate::store::input::Input;

/// The arguments of `tag`.
#[derive(Debug, clap::Args)]
pub struct TagArgs {
    /// The list, as CSV: one contact (address or id) per line, with its tags (`-` for standard input)
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Show which contacts would get which tags; write nothing
    #[arg(long)]
    dry_run: bool,
}

impl TagArgs {
    /// The request these arguments make.
    pub fn request(&self) -> TagRequest {
        TagRequest { file: Input::from(self.file.as_path()), dry_run: self.dry_run }
    }
}
