//! The customers that a person names for `--mark` and `--clear`: all of them are known, or nothing is done.

use std::path::Path;

use super::Args;
use crate::app::failure::{Failure, Kind};
use crate::campaign::definition::Campaign;
use crate::campaign::people::records::Records;
use crate::cli::ui::plural;

/// The addresses given, and those in the file given; an error if there are none.
pub(super) fn addresses(args: &Args, what: &str) -> Result<Vec<String>, Failure> {
    let mut wanted = args.contacts.clone();
    if let Some(file) = &args.from {
        wanted.extend(addresses_in(file)?);
    }
    if wanted.is_empty() {
        let hint = format!("name them: mmig track {what} --contact ADDRESS, or --from FILE");
        return Err(Failure::new(Kind::Usage, "nobody was named", hint));
    }
    Ok(wanted)
}

/// The keys of these customers, or all addresses that are nobody's.
pub(super) fn keys(campaign: &Campaign, records: &Records, wanted: &[String]) -> Result<Vec<String>, Failure> {
    let keys: Vec<Result<String, String>> =
        wanted.iter().map(|address| key_of(records, address).ok_or_else(|| address.clone())).collect();
    let missing: Vec<String> = keys.iter().filter_map(|key| key.as_ref().err().cloned()).collect();
    if missing.is_empty() {
        return Ok(keys.into_iter().flatten().collect());
    }
    let message =
        format!("campaign `{}` does not know {}; nothing was done", campaign.name, plural(missing.len(), "address"));
    Err(Failure::new(Kind::NotFound, message, "correct the list, or run `mmig segment` first").with_details(missing))
}

fn key_of(records: &Records, address: &str) -> Option<String> {
    let wanted = address.trim().to_lowercase();
    let found = records
        .recipients()
        .iter()
        .filter(|recipient| recipient.email.to_lowercase() == wanted || recipient.id == address.trim());
    found.min_by_key(|recipient| recipient.left.is_some()).map(|recipient| recipient.key().to_owned())
}

fn addresses_in(file: &Path) -> Result<Vec<String>, Failure> {
    let read =
        if file == Path::new("-") { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(file) };
    let text = read.map_err(|error| {
        Failure::new(
            Kind::Usage,
            format!("cannot read {}: {error}", file.display()),
            "name a file with an address a line",
        )
    })?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(str::to_owned).collect())
}
