//! The screen of `init`.

use crate::app::init::InitOutcome;

/// What was written, and the next steps.
pub fn init(outcome: &InitOutcome, _: usize) -> String {
    let written: String = outcome.written.iter().map(|path| format!("wrote {path}\n")).collect();
    let definition = outcome.written.first().map_or("campaign.toml", String::as_str);
    format!("{written}\nnext: describe segments and changes in {definition}, then `mmig check`\n")
}
