//! `mmig track --mark`: a person's word.

use serde_json::json;

use super::Args;
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::records::Records;
use crate::campaign::stage::{Evidence, Mark, Stage};
use crate::commands::Ending;
use crate::context::Context;
use crate::failure::{Failure, Kind};
use crate::folder::Folder;
use crate::session::Book;
use crate::ui::{Report, plural};

/// Marks customers by hand; no key, no network. The tags follow with the next `track`.
pub(super) fn mark(context: &Context, folder: &Folder, campaign: &Campaign, args: &Args, stage: Stage) -> Ending {
    let mut wanted = args.contacts.clone();
    if let Some(file) = &args.from {
        wanted.extend(addresses_in(file)?);
    }
    if wanted.is_empty() {
        let hint = format!("name them: mmig track --mark {stage} --contact ADDRESS, or --from FILE");
        return Err(Failure::new(Kind::Usage, "nobody was named to be marked", hint));
    }
    let mut book = Book::open(context, folder, "track --mark", false, args.break_lock)?;
    let keys: Vec<Result<String, String>> =
        wanted.iter().map(|address| key_of(book.records(), address).ok_or_else(|| address.clone())).collect();
    let missing: Vec<String> = keys.iter().filter_map(|key| key.as_ref().err().cloned()).collect();
    if !missing.is_empty() {
        let message = format!(
            "campaign `{}` does not know {}; nobody was marked",
            campaign.name,
            plural(missing.len(), "address")
        );
        return Err(Failure::new(Kind::NotFound, message, "correct the list, or run `mmig segment` first")
            .with_details(missing));
    }
    let now = context.clock.now();
    for key in keys.iter().flatten() {
        mark_one(campaign, book.records_mut(), key, stage, now);
    }
    book.save()?;
    let data = json!({ "campaign": campaign.name, "stage": stage, "marked": keys.len() });
    let screen = format!(
        "{} marked {stage}.\nnext: mmig track (writes the tags), or mmig status\n",
        plural(keys.len(), "customer")
    );
    Ok(Report { data: data.as_object().cloned().unwrap_or_default(), screen, ..Report::default() })
}

fn mark_one(campaign: &Campaign, records: &mut Records, key: &str, stage: Stage, now: Time) {
    let note = crate::config::user();
    records.update(key, |recipient| {
        recipient.mark_tags(&campaign.tags, now);
        recipient.marks.push(Mark { stage, at: now, by: Evidence::Hand, note });
    });
}

fn key_of(records: &Records, address: &str) -> Option<String> {
    let wanted = address.trim().to_lowercase();
    let found = records
        .recipients()
        .iter()
        .filter(|recipient| recipient.email.to_lowercase() == wanted || recipient.id == address.trim());
    found.min_by_key(|recipient| recipient.left.is_some()).map(|recipient| recipient.key().to_owned())
}

fn addresses_in(file: &std::path::Path) -> Result<Vec<String>, Failure> {
    let read = if file == std::path::Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(file)
    };
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
