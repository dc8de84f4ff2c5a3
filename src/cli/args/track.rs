//! The arguments of `track`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use strum::IntoEnumIterator;

use crate::app::track::explain::ExplainRequest;
use crate::app::track::follow::FollowRequest;
use crate::app::track::mark::{ClearRequest, MarkRequest, Named};
use crate::app::track::rebuilding::RebuildRequest;
use crate::app::track::usage::UsageRequest;
use crate::campaign::people::stage::Stage;
use crate::store::input::Input;

/// The columns of a usage file, for `--help`.
const COLUMNS: &str = "\
A usage file has one row per customer, per customer and endpoint, or per call. Without configuration it has the \
columns contact (address or id; or email, id, contact_id), old_calls, new_calls, last_seen (when the old version was \
last called; may be empty), and perhaps method and path. For any other export, [usage] of campaign.toml says what the \
columns are called, which calls are old and who owns each key; --explain shows how a file is understood. CSV, JSON, \
JSON lines and access logs are read, gzipped or not. Each report must reach back to the previous one, and cover the \
longest gap customers usually leave between two calls.";

/// The arguments of `track`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = COLUMNS)]
pub struct TrackArgs {
    /// Import API usage: CSV, JSON or an access log, in one or more files (`-` for standard input); no key, no network
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["word", "contacts", "from"])]
    usage: Vec<PathBuf>,
    /// With --usage: show how the files are understood and what they would change, with the exit code importing them would
    /// have; write nothing
    #[arg(long, requires = "usage")]
    explain: bool,
    /// Set these customers' stage by hand: pending, notified, acknowledged, started, completed
    #[arg(long, value_name = "STAGE", group = "word", value_parser = stages(), hide_possible_values = true)]
    mark: Option<Stage>,
    /// Mark these customers' replies as answered, so reminders resume
    #[arg(long, group = "word")]
    clear: bool,
    /// The customer: an address, an id, or a unique part of name or address; may be repeated
    #[arg(long = "contact", value_name = "WHO", requires = "word")]
    contacts: Vec<String>,
    /// The customers listed in this file, one address or id per line (`-` for standard input)
    #[arg(long, value_name = "FILE", requires = "word")]
    from: Option<PathBuf>,
    /// Rebuild a lost or damaged ledger from the server; anything uncertain is held
    #[arg(long, conflicts_with_all = ["word", "usage"])]
    rebuild: bool,
    /// Take over the lock of a dead run on another host
    #[arg(long)]
    break_lock: bool,
}

/// Parses a stage; an unknown name is answered with the valid ones.
fn stages() -> impl TypedValueParser<Value = Stage> {
    let names = Stage::iter().map(<&str>::from);
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Stage>())
}

/// What `track` can be asked to do.
#[derive(Debug)]
pub enum TrackRequest {
    /// Ask the server.
    Follow(FollowRequest),
    /// Import usage.
    Usage(UsageRequest),
    /// Show how usage files are interpreted.
    Explain(ExplainRequest),
    /// Set stages by hand.
    Mark(MarkRequest),
    /// Record that replies are answered.
    Clear(ClearRequest),
    /// Rebuild the ledger.
    Rebuild(RebuildRequest),
}

impl TrackArgs {
    /// The request these arguments make.
    pub fn request(&self) -> TrackRequest {
        let break_lock = self.break_lock;
        let input = |path: &PathBuf| Input::from(path.as_path());
        let customers = || Named { contacts: self.contacts.clone(), from: self.from.as_ref().map(input) };
        let files: Vec<Input> = self.usage.iter().map(input).collect();
        match self.mark {
            _ if self.explain => TrackRequest::Explain(ExplainRequest { files }),
            _ if !files.is_empty() => TrackRequest::Usage(UsageRequest { files, break_lock }),
            Some(stage) => TrackRequest::Mark(MarkRequest { stage, customers: customers(), break_lock }),
            None if self.clear => TrackRequest::Clear(ClearRequest { customers: customers(), break_lock }),
            None if self.rebuild => TrackRequest::Rebuild(RebuildRequest { break_lock }),
            None => TrackRequest::Follow(FollowRequest { break_lock }),
        }
    }
}
