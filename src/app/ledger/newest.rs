//! Whether a ledger is the campaign's newest, by what `sent/` shows; no server is asked.

use crate::app::failure::{Failure, Kind};
use crate::campaign::hint::{Action, Hint};
use crate::campaign::people::records::Records;
use crate::hint;
use crate::store::folder::{Folder, LastRun};

/// Refuses if `sent/` shows more than the ledger knows; does not contact the server.
///
/// # Errors
/// The ledger is missing or older than what was sent, or `sent/` belongs to another campaign.
pub fn refuse_if_elsewhere(folder: &Folder, records: Option<&Records>) -> Result<(), Failure> {
    let sent = folder.sent();
    let Some(last) = sent.last_run()? else {
        let is_missing = records.is_none_or(is_new) && sent.has_any();
        return if is_missing { Err(missing(folder, None)) } else { Ok(()) };
    };
    if last.campaign != folder.name {
        let message = format!("{} holds the texts of campaign `{}`", folder.file("sent").display(), last.campaign);
        let hint = "if this folder was renamed, give it that name again; if it is a copy for a new campaign, delete sent/ in it";
        return Err(Failure::new(Kind::Ledger, message, hint));
    }
    match records {
        None => Err(missing(folder, Some(&last))),
        Some(records) if is_new(records) => Err(missing(folder, Some(&last))),
        Some(records) if records.runs < last.run => Err(older(folder, &last)),
        Some(_) => Ok(()),
    }
}

/// Whether nothing was ever recorded in it.
pub fn is_new(records: &Records) -> bool {
    records.segmented.is_none() && records.recipients().is_empty()
}

/// Where the ledger was last, according to `sent/`.
fn where_it_was(last: &LastRun) -> String {
    let host = if last.host.is_empty() { "another machine" } else { &last.host };
    format!("the last run that sent, on {}, was on {host}", last.at.format("%Y-%m-%d at %H:%M UTC"))
}

fn missing(folder: &Folder, last: Option<&LastRun>) -> Failure {
    let place = last.map(|last| format!("; {}", where_it_was(last))).unwrap_or_default();
    let message = format!("campaign `{}` is in progress, and its ledger is not on this machine{place}", folder.name);
    let run = "run this where the ledger is, or put its newest state.toml here";
    Failure::new(Kind::Ledger, message, hint![run, "; if it is lost, ", rebuild(), " rebuilds it from the server"])
}

fn older(folder: &Folder, last: &LastRun) -> Failure {
    let message = format!(
        "this ledger is older than what was sent of campaign `{}`: {}, and the ledger does not know that run",
        folder.name,
        where_it_was(last)
    );
    Failure::new(Kind::Ledger, message, put_back())
}

/// The action that rebuilds a ledger.
pub fn rebuild() -> Action {
    Action::new("track").flag("rebuild")
}

/// What to do where the ledger at hand is not the newest.
pub fn put_back() -> Hint {
    hint!["put the newest state.toml back; or ", rebuild(), " rebuilds it from the server"]
}
