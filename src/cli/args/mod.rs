//! The arguments of each command, and the request they make.

use std::error::Error;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use strum::VariantNames;

mod cancel;
mod check;
mod compose;
mod correct;
mod deadline;
mod demo;
mod draft;
mod help;
mod import;
mod init;
mod ledger;
mod mcp;
mod packaging;
mod remind;
mod report;
mod review;
mod sandbox;
mod segment;
mod status;
mod submit;
mod tag;
mod template;

pub use cancel::CancelArgs;
pub use check::CheckArgs;
pub use compose::ComposeArgs;
pub use correct::CorrectArgs;
pub use demo::DemoArgs;
pub use draft::{DraftArgs, DraftWanted};
pub use help::HelpArgs;
pub use import::ImportArgs;
pub use init::InitArgs;
pub use ledger::LedgerArgs;
pub use mcp::McpArgs;
pub use packaging::{CompletionsArgs, ManArgs};
pub use remind::RemindArgs;
mod track;

pub use deadline::DeadlineArgs;
pub use report::{Format, ReportArgs};
pub use review::ReviewArgs;
pub use sandbox::SandboxArgs;
pub use segment::SegmentArgs;
pub use status::StatusArgs;
pub use submit::SubmitArgs;
pub use tag::TagArgs;
pub use template::TemplateArgs;
pub use track::{TrackArgs, TrackRequest};

/// Accepts a word from a list; the error for any other word shows the list.
fn one_of<T>() -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err: Error + Send + Sync + 'static> + VariantNames + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(T::VARIANTS).try_map(|name| name.parse::<T>())
}

/// A reason, as typed; white space only is refused, since it says nothing to later readers.
fn parse_reason(text: &str) -> Result<String, &'static str> {
    Some(text.trim()).filter(|words| !words.is_empty()).map(str::to_owned).ok_or("it is empty: say why, in a few words")
}
