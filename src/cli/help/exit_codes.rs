//! `mmig help exit-codes`.

use schemars::JsonSchema;
use serde::Serialize;
use strum::IntoEnumIterator;

use super::page;
use crate::app::Outcome;
use crate::app::failure::Kind;

/// The exit codes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExitCodes {
    /// All codes, lowest first.
    pub codes: Vec<ExitCode>,
}

impl Outcome for ExitCodes {}

/// An exit code.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExitCode {
    /// The code.
    pub code: u8,
    /// The name of its kind of failure in `--json`; `ok` for success.
    pub kind: &'static str,
    /// What the move means.
    pub meaning: &'static str,
}

/// Every exit code.
pub fn exit_codes() -> ExitCodes {
    let success = ExitCode { code: 0, kind: "ok", meaning: "Everything requested is done." };
    let failures = Kind::iter().map(|kind| ExitCode { code: kind.code(), kind: kind.name(), meaning: meaning(kind) });
    ExitCodes { codes: std::iter::once(success).chain(failures).collect() }
}

fn meaning(kind: Kind) -> &'static str {
    match kind {
        Kind::Partial => "Done, but some recipients failed or are unknown; the screen lists them.",
        Kind::Usage => "The command line is invalid, or a question cannot be asked here: use --yes.",
        Kind::NotFound => "Unknown campaign, phase, segment, customer or template.",
        Kind::Auth => "The key is missing, wrong, or lacks a permission.",
        Kind::Api => "The server failed or cannot be reached. Safe to run again.",
        Kind::Busy => "Another run holds the campaign. Run again when it has ended.",
        Kind::Limited => "A daily, monthly or rate limit: stopped early. Safe to run again later, or use --wait.",
        Kind::Refused => {
            "Refused by a gate: a text that was not reviewed or has changed, the mailbox's oversight mode, too late, or an \
             error that `mmig check` found."
        }
        Kind::Ledger => {
            "The ledger is damaged, lost or cannot be written. Nothing more is sent; see `mmig track --rebuild`."
        }
        Kind::Invalid => "campaign.toml or a template is invalid; the screen says where.",
        Kind::Interrupted => "Interrupted. What was in flight is finished and recorded; run the same command again.",
    }
}

/// The codes as text.
pub fn screen(outcome: &ExitCodes, width: usize) -> String {
    let names: Vec<String> = outcome.codes.iter().map(|code| code.code.to_string()).collect();
    let terms = names.iter().zip(&outcome.codes).map(|(name, code)| (name.as_str(), in_words(code)));
    format!(
        "{}\n{}\n{}",
        page::heading("Exit codes:"),
        page::terms(terms, width),
        page::paragraph("With --json the same code and its kind are in `error`.", width)
    )
}

fn in_words(code: &ExitCode) -> String {
    format!("{}: {}", code.kind, code.meaning)
}
