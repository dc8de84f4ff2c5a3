//! The command line: arguments become requests, outcomes become screens or one JSON document.

pub mod args;
pub mod demo;
pub mod environment;
mod face;
pub mod global;
pub mod help;
pub mod json;
pub mod packaging;
pub mod pages;
pub mod report;
mod review_dialogue;
pub mod sandbox;
pub mod screen;
pub mod status;
pub mod ui;

use clap::{Parser, Subcommand};

use crate::cli::global::Global;

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
key: mmig demo. Every field of every --json document: mmig help json

Keys come from the environment alone: MULTIMAIL_API_KEY (read and send), MULTIMAIL_OVERSIGHT_KEY (review; another \
person's, never the same key), MULTIMAIL_ADMIN_KEY (optional: the suppression list).

Exit codes: 0 all done, 1 some recipients failed or are unknown, 2 usage, 3 not found, 4 key, 5 API, 6 another run holds \
the campaign, 7 a limit: run again later, 8 refused by a gate, 9 ledger damaged, 10 campaign or template invalid, 130 \
interrupted.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a new campaign folder that passes `check`
    Init(args::InitArgs),
    /// Import breaking changes from oasdiff for you to edit
    Import(args::ImportArgs),
    /// Find everything that can be wrong offline: campaign, templates, every text
    Check(args::CheckArgs),
    /// Find the affected customers and record them by segment
    Segment(args::SegmentArgs),
    /// Render a phase into the few distinct texts people review, and lock them
    Draft(args::DraftArgs),
    /// Send a phase's reviewed texts to those who do not have them yet
    Submit(args::SubmitArgs),
    /// Read what waits for approval, text by text, and approve or reject it
    Review(args::ReviewArgs),
    /// Ask the server what became of the mails; mark progress
    Track(args::TrackArgs),
    /// Submit every automatic phase that is due; run it daily
    Remind(args::RemindArgs),
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
    Sandbox(args::SandboxArgs),
    /// Play a whole campaign against a sandbox, in seconds
    Demo(args::DemoArgs),
    /// Print a completion script
    Completions(args::CompletionsArgs),
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
