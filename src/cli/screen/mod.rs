//! The screen of each outcome: text with line ends, at most `width` columns wide.

pub mod cancel;
mod check;
mod compose;
pub mod correct;
pub mod deadline;
mod demo;
mod doctor;
mod draft;
mod history;
mod import;
mod init;
mod ledger;
pub mod question;
mod remind;
mod report_csv;
mod report_markdown;
pub mod review;
pub mod review_text;
mod segment;
mod status;
mod submit;
mod tag;
mod template;
pub mod track;

use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::mail::Outcome;

pub use cancel::cancel;
pub use check::{check, with_findings};
pub use compose::compose;
pub use correct::correct;
pub use deadline::deadline;
pub use demo::demo;
pub use doctor::doctor;
pub use draft::{draft, preview};
pub use history::history;
pub use import::import;
pub use init::init;
pub use ledger::{ledger, moved};
pub use remind::remind;
pub use report_csv::report_csv;
pub use report_markdown::report_markdown;
pub use review::review;
pub use segment::segment;
pub use status::status;
pub use submit::{skip, submit, test_mails};
pub use tag::tag;
pub use template::{template, templates};

/// A moment as people in the campaign's zone read it.
fn local(campaign: &Campaign, moment: Time) -> String {
    moment.with_timezone(&campaign.zone).format("%Y-%m-%d %H:%M %Z").to_string()
}

/// A mail's outcome in words, such as "pending approval".
pub fn in_words(outcome: Outcome) -> String {
    outcome.to_string().replace('_', " ")
}
