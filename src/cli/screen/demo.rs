//! The screen of `demo`, after its commands were shown one by one.

use crate::cli::demo::document::DemoDocument;
use crate::cli::ui::wrapped;

/// What to try after the demo, and why.
const NEXT: [(&str, &str); 4] = [
    ("mmig demo --full", "every command with its full output"),
    ("mmig demo --keep DIR", "a campaign to explore: texts, drafts, ledger"),
    ("mmig init NAME", "a campaign of your own; `mmig init --help` says how"),
    ("mmig sandbox", "a look-alike server to try that campaign on"),
];

/// The campaign's location, if it was kept, and what to try next.
pub fn demo(document: &DemoDocument, width: usize) -> String {
    let kept = document.kept.as_ref().map(|folder| format!("\nThe campaign is in {folder}.\n")).unwrap_or_default();
    let bold = anstyle::Style::new().bold();
    let next: String = NEXT.iter().map(|(command, what)| wrapped(&format!("{command:<22}{what}"), width, 2)).collect();
    format!("{kept}\n{bold}What to try next{bold:#}\n{next}")
}
