//! What a person sees of each outcome: text with line ends, at most `width` columns wide.

pub mod cancel;
pub mod deadline;
mod history;
pub mod question;
mod report_csv;
mod report_markdown;
mod segment;
mod status;
pub mod track;

use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::mail::Outcome;

pub use cancel::cancel;
pub use deadline::deadline;
pub use history::history;
pub use report_csv::report_csv;
pub use report_markdown::report_markdown;
pub use segment::segment;
pub use status::status;

/// A moment as people in the campaign's zone read it.
fn local(campaign: &Campaign, moment: Time) -> String {
    moment.with_timezone(&campaign.zone).format("%Y-%m-%d %H:%M %Z").to_string()
}

/// What became of a mail, such as "pending approval".
pub fn in_words(outcome: Outcome) -> String {
    outcome.to_string().replace('_', " ")
}
