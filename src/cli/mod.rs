//! The command line: arguments become requests, outcomes become screens or one JSON document.

pub mod args;
pub mod environment;
mod face;
pub mod global;
pub mod json;
pub mod pages;
pub mod report;
pub mod screen;
pub mod status;
pub mod ui;

use clap::{Parser, Subcommand};

use crate::cli::global::Global;
use crate::commands;

pub use face::{Face, Process, run};

/// Runs customer-migration campaigns over MultiMail: every mail reviewed, everyone told once, nobody nagged who is done.
#[derive(Debug, Parser)]
#[command(name = "mmig", version, max_term_width = 100, subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = AFTER_HELP)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
A campaign in order: init, check, segment, draft, submit, review, track, remind; status at any time. Try it without a \
key: mmig demo

Keys come from the environment alone: MULTIMAIL_API_KEY (read and send), MULTIMAIL_OVERSIGHT_KEY (review; another \
person's, never the same key), MULTIMAIL_ADMIN_KEY (optional: the suppression list).

Exit codes: 0 all done, 1 some recipients failed or are unknown, 2 usage, 3 not found, 4 key, 5 API, 6 another run holds \
the campaign, 7 a limit: run again later, 8 refused by a gate, 9 ledger damaged, 10 campaign or template invalid, 130 \
interrupted.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a new campaign folder that passes `check`
    Init(commands::init::Args),
    /// Take in breaking changes that oasdiff found, for you to edit
    Import(commands::import::Args),
    /// Find everything that can be wrong offline: campaign, templates, every variant
    Check(commands::check::Args),
    /// Find the affected customers and record them by segment
    Segment(args::SegmentArgs),
    /// Render the mails of a phase into a few texts to review, and lock them
    Draft(commands::draft::Args),
    /// Send a phase's reviewed texts to those who do not have them yet
    Submit(commands::submit::Args),
    /// Read what waits for approval, text by text, and approve or reject it
    Review(commands::review::Args),
    /// Ask the server what became of the mails; mark progress
    Track(args::TrackArgs),
    /// Submit every automatic phase that is due; run it daily
    Remind(commands::remind::Args),
    /// Show the campaign on one screen, or one customer's history; no key, no network
    Status(args::StatusArgs),
    /// Write a progress report (HTML, CSV, Markdown or JSON); no key, no network
    Report(args::ReportArgs),
    /// Cancel a phase's mails that have not been sent yet
    Cancel(args::CancelArgs),
    /// Move the deadline and prepare a correction for everyone who was told the old date
    Deadline(args::DeadlineArgs),
    /// Check key, mailbox, oversight mode, quota, clock and files
    Doctor,
    /// Run a MultiMail look-alike on 127.0.0.1
    #[command(after_help = crate::sandbox::HUMAN_SIDE)]
    Sandbox(commands::sandbox::Args),
    /// Play a whole campaign against a sandbox, in seconds
    Demo(commands::demo::Args),
    /// Print a completion script
    Completions(commands::packaging::CompletionsArgs),
    /// Print the manual page
    Man,
}

impl Command {
    /// The command's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::Import(_) => "import",
            Self::Check(_) => "check",
            Self::Segment(_) => "segment",
            Self::Draft(_) => "draft",
            Self::Submit(_) => "submit",
            Self::Review(_) => "review",
            Self::Track(_) => "track",
            Self::Remind(_) => "remind",
            Self::Status(_) => "status",
            Self::Report(_) => "report",
            Self::Cancel(_) => "cancel",
            Self::Deadline(_) => "deadline",
            Self::Doctor => "doctor",
            Self::Sandbox(_) => "sandbox",
            Self::Demo(_) => "demo",
            Self::Completions(_) => "completions",
            Self::Man => "man",
        }
    }
}
