//! The arguments of `draft`.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::app::draft::{DraftRequest, PageRequest};
use crate::app::preview::PreviewRequest;
use crate::cli::pages::drafts;

/// The arguments of `draft`.
#[derive(Debug, clap::Args)]
pub struct DraftArgs {
    /// The phase to draft; may be repeated
    #[arg(long = "phase", value_name = "PHASE", conflicts_with = "all", required_unless_present_any = ["all", "contacts", "html", "diff"])]
    phases: Vec<String>,
    /// Draft every phase at once, for one review
    #[arg(long)]
    all: bool,
    /// Draft only this segment; the other segments' drafts stay as they are; may be repeated
    #[arg(long = "segment", value_name = "SEGMENT")]
    segments: Vec<String>,
    /// Print this customer's mail as it would be sent; write nothing: an address, an id, or a part of the name or address; may be
    /// repeated
    #[arg(long = "contact", value_name = "CONTACT")]
    contacts: Vec<String>,
    /// Also write a page for a browser, with what changed since the last lock marked; with neither --phase nor --all, write only
    /// the page (default: drafts/index.html)
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "", conflicts_with = "contacts")]
    html: Option<OsString>,
    /// Show the old and the new words of what changed since the last lock, and how many customers hold or wait for the old text;
    /// with neither --phase nor --all, write nothing
    #[arg(long, conflicts_with = "contacts")]
    diff: bool,
}

/// What `draft` is asked to do.
#[derive(Debug)]
pub enum DraftWanted {
    /// Render the texts of phases.
    Texts(DraftRequest),
    /// Render customers' mails.
    Mails(PreviewRequest),
}

impl DraftArgs {
    /// The request these arguments make.
    pub fn request(&self) -> DraftWanted {
        let phases = self.phases.clone();
        if !self.contacts.is_empty() {
            return DraftWanted::Mails(PreviewRequest { contacts: self.contacts.clone(), phases });
        }
        let page = self.html.as_ref().map(|file| PageRequest {
            file: Some(PathBuf::from(file)).filter(|file| !file.as_os_str().is_empty()),
            render: |campaign, editions, runs, now| {
                drafts::page(campaign, editions, runs, now).map_err(|error| error.to_string())
            },
        });
        let lock = self.all || !phases.is_empty();
        DraftWanted::Texts(DraftRequest { phases, segments: self.segments.clone(), lock, page, diff: self.diff })
    }
}
