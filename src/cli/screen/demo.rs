//! The screen of `demo`, after its commands were shown one by one.

use crate::cli::demo::DemoDocument;

/// Where the campaign is, if it was kept.
pub fn demo(document: &DemoDocument, _: usize) -> String {
    document.kept.as_ref().map(|folder| format!("\nThe campaign is in {folder}.\n")).unwrap_or_default()
}
