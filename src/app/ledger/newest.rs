//! Whether a ledger is the campaign's newest, according to `sent/`; the server is not contacted.

use crate::app::failure::{Failure, Kind};
use crate::campaign::hint::{Action, Hint};
use crate::campaign::people::records::Records;
use crate::hint;
use crate::store::folder::{Folder, LastRun};

/// Refuses if `sent/` shows more than the ledger knows; does not contact the server. `address` is the store where the ledger
/// should be; `None` is the campaign's folder.
///
/// # Errors
/// The ledger is missing or older than what was sent, or `sent/` belongs to another campaign.
pub fn refuse_if_elsewhere(folder: &Folder, address: Option<&str>, records: Option<&Records>) -> Result<(), Failure> {
    let sent = folder.sent();
    let Some(last) = sent.last_run()? else {
        let is_missing = records.is_none_or(is_new) && sent.has_any();
        return if is_missing { Err(missing(folder, address, None)) } else { Ok(()) };
    };
    if last.campaign != folder.name {
        let message = format!("{} holds the texts of campaign `{}`", folder.file("sent").display(), last.campaign);
        let hint = "if this folder was renamed, give it that name again; if it is a copy for a new campaign, delete sent/ in it";
        return Err(Failure::new(Kind::Ledger, message, hint));
    }
    match records {
        None => Err(missing(folder, address, Some(&last))),
        Some(records) if is_new(records) => Err(missing(folder, address, Some(&last))),
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

/// Says that the ledger is not where it should be.
fn not_there(address: Option<&str>) -> String {
    address.map_or_else(|| "not on this machine".to_owned(), |address| format!("not at {address}"))
}

fn missing(folder: &Folder, address: Option<&str>, last: Option<&LastRun>) -> Failure {
    let was = last.map(|last| format!("; {}", where_it_was(last))).unwrap_or_default();
    let message = format!("campaign `{}` is in progress, and its ledger is {}{was}", folder.name, not_there(address));
    let run = match address {
        None => "run this where the ledger is, or put its newest state.toml here",
        Some(_) => "check the ledger's address and the campaign's name",
    };
    Failure::new(Kind::Ledger, message, hint![run, "; if it is lost, ", rebuild(), " rebuilds it from the server"])
}

/// Says that the drafts come from a ledger that is elsewhere.
pub fn only_drafts(folder: &Folder, address: Option<&str>) -> Failure {
    let not_there = not_there(address);
    let message = format!("campaign `{}` has drafts, and the ledger they were made from is {not_there}", folder.name);
    let segment = Action::new("segment");
    let hint = hint!["run this where the ledger is; if nothing was sent yet, ", segment, " starts one here"];
    Failure::new(Kind::Ledger, message, hint)
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

/// What to do if this ledger is not the newest.
pub fn put_back() -> Hint {
    hint!["put the newest state.toml back; or ", rebuild(), " rebuilds it from the server"]
}
