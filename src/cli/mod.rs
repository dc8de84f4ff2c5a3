//! The command line: arguments become requests, outcomes become screens or one JSON document.

pub mod args;
pub mod completion;
pub mod demo;
pub mod environment;
mod face;
pub mod global;
pub mod help;
pub mod json;
mod keyless;
mod mcp;
pub mod packaging;
pub mod pages;
pub mod report;
mod review_dialogue;
mod runtime;
pub mod sandbox;
pub mod screen;
pub mod status;
pub mod ui;

use clap::{Parser, Subcommand};

use crate::cli::global::Global;

pub use face::{Face, Process, run};

/// Runs customer-migration campaigns over MultiMail: every mail reviewed, no one mailed twice, no reminders for
/// customers who are done.
#[derive(Debug, Parser)]
#[command(name = "mmig", version = VERSION, subcommand_required = true, arg_required_else_help = true)]
#[command(disable_help_subcommand = true)]
pub struct Cli {
    /// The flags of every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// The package's version and, if known, the commit it was built from and that commit's date.
pub const VERSION: &str = env!("MMIG_VERSION");

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a new campaign folder that passes `check`
    Init(args::InitArgs),
    /// Import breaking changes from oasdiff for you to edit
    Import(args::ImportArgs),
    /// List the templates in use, or print one
    Template(args::TemplateArgs),
    /// Find problems in the campaign, templates and texts, offline
    Check(args::CheckArgs),
    /// Add tags to contacts, from a list
    Tag(args::TagArgs),
    /// Find the affected customers and record them by segment
    Segment(args::SegmentArgs),
    /// Write templates with a language model, from facts only
    Compose(args::ComposeArgs),
    /// Render a phase into the few texts people review, and lock them
    Draft(args::DraftArgs),
    /// Send a phase's reviewed texts to those who do not have them yet
    Submit(args::SubmitArgs),
    /// Read what waits for approval, text by text; approve or reject it
    Review(args::ReviewArgs),
    /// Ask the server what happened to the mails; record progress
    Track(args::TrackArgs),
    /// Submit every automatic phase that is due; run it daily
    Remind(args::RemindArgs),
    /// Show the campaign on one screen, or one customer's history
    Status(args::StatusArgs),
    /// Write a progress report (HTML, CSV, Markdown or JSON); offline
    Report(args::ReportArgs),
    /// Cancel a phase's mails that have not been sent yet
    Cancel(args::CancelArgs),
    /// Move the deadline; correct everyone who was told the old date
    Deadline(args::DeadlineArgs),
    /// Show where the ledger is and who holds it; move it
    Ledger(args::LedgerArgs),
    /// Find customers whose mails are out of date; prepare a correction
    Correct(args::CorrectArgs),
    /// Check key, mailbox, oversight mode, quota, clock and files
    Doctor,
    /// Offer the commands to an agent as tools (MCP, on stdio)
    Mcp(args::McpArgs),
    /// Run a MultiMail look-alike on 127.0.0.1
    #[command(after_long_help = crate::sandbox::HUMAN_SIDE)]
    Sandbox(args::SandboxArgs),
    /// Run a whole campaign against a sandbox, in seconds
    Demo(args::DemoArgs),
    /// Print a completion script for a shell
    Completions(args::CompletionsArgs),
    /// Print a manual page, of the program or of a command
    Man(args::ManArgs),
    /// Explain a command, or a topic
    Help(args::HelpArgs),
}

impl Command {
    /// The command's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::Import(_) => "import",
            Self::Template(_) => "template",
            Self::Check(_) => "check",
            Self::Tag(_) => "tag",
            Self::Segment(_) => "segment",
            Self::Compose(_) => "compose",
            Self::Draft(_) => "draft",
            Self::Submit(_) => "submit",
            Self::Review(_) => "review",
            Self::Track(_) => "track",
            Self::Remind(_) => "remind",
            Self::Status(_) => "status",
            Self::Report(_) => "report",
            Self::Cancel(_) => "cancel",
            Self::Deadline(_) => "deadline",
            Self::Ledger(_) => "ledger",
            Self::Correct(_) => "correct",
            Self::Doctor => "doctor",
            Self::Mcp(_) => "mcp",
            Self::Sandbox(_) => "sandbox",
            Self::Demo(_) => "demo",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
            Self::Help(_) => "help",
        }
    }
}
